"""The last net: what libraries raise on data that nobody foresaw becomes an error that names the file."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb
import polars as pl
import pyarrow as pa

from martlet.engine.errors import IngestError, MartletError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["explained"]

_THEIRS: Final = (
    pl.exceptions.PolarsError,
    pa.ArrowException,
    duckdb.DataError,
    duckdb.OutOfMemoryException,
    RecursionError,
    ArithmeticError,
    ValueError,
)
_LONGEST: Final = 200


@contextmanager
def explained(name: str, where: str = "") -> Iterator[None]:
    """Name a file, and perhaps where in it, in what a library raises within the block.

    Raises
    ------
    IngestError
        In place of such an error; those that are Martlet's own stay as they are.
    """
    try:
        yield
    except MartletError:
        raise
    except MemoryError as error:
        raise IngestError(
            f"{name}{where} takes more memory than there is; smaller limits set aside what is too large, such as --max row=1MB"
        ) from error
    except _THEIRS as error:
        raise _error(name, where, error) from error
    except BaseException as error:
        # Panics of libraries in Rust share no base with others, nor with one another.
        if type(error).__name__ != "PanicException":
            raise
        raise _error(name, where, error) from error


def _error(name: str, where: str, error: BaseException) -> IngestError:
    what = (str(error).strip() or type(error).__name__).split("\n", 1)[0][:_LONGEST]
    return IngestError(
        f"{name}{where} can't be read: {what}; leave out the rows or columns that are unlike the others"
    )
