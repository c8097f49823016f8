"""The card of a model as text for a terminal."""

from __future__ import annotations

from itertools import groupby
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["lines"]

_WIDEST: Final = 100


def lines(rows: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """Yield the lines of a card out of the rows of predict/card: its sections, each with its sentences."""
    width = min(get_terminal_size().columns, _WIDEST)
    for section, sentences in groupby(rows, key=lambda row: row[1]):
        yield section
        for _, _, sentence, *_ in sentences:
            yield from wrap(str(sentence), width, initial_indent="  ", subsequent_indent="  ")
        yield ""
