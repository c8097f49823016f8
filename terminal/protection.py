"""What an answer must not be written over: databases, and what the same command reads."""

from __future__ import annotations

import os
from pathlib import Path

import click

from martlet.engine.errors import ParameterError

__all__ = ["refuse"]

_LOG = ".wal"


def refuse(target: Path, *, overwrite: bool) -> None:
    """Refuse to write over a DuckDB file or its log, unless asked to, and over what the running command reads.

    Links are followed, and a second name of a file is the file.

    Raises
    ------
    ParameterError
        If the target is such a file.
    """
    from martlet.engine.connection import is_duckdb  # noqa: PLC0415 - heavy

    real = Path(os.path.realpath(target))
    if not overwrite:
        for path in {real, real.with_suffix("") if real.suffix == _LOG else real}:
            if path.is_file() and is_duckdb(path):
                what = "is a DuckDB file" if path == real else f"is the log of the DuckDB file {path}"
                raise ParameterError(
                    f"{target} {what}, so nothing is written there; choose another name, or give --overwrite"
                )
    for path in _read():
        if path.is_file() and real.exists() and path.samefile(real):
            raise ParameterError(f"{target} is read by the same command; choose another name")
        if path.is_dir() and real.is_relative_to(path.resolve()) and real.suffix in (".sql", ".toml"):
            raise ParameterError(
                f"{target} lies in {path}, which the same command reads; choose another name"
            )


def _read() -> list[Path]:
    """Return the files and folders that the running command was given to read."""
    context = click.get_current_context(silent=True)
    if context is None:
        return []
    written = ("output", "export", "folder")
    return [
        value for name, value in context.params.items() if isinstance(value, Path) and name not in written
    ]
