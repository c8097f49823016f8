"""A picture as a file: SVG, PNG, PDF, a page of its own, or the specification itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from martlet.engine.charts.converting import converter, svg_of
from martlet.engine.errors import ParameterError, did_you_mean
from martlet.reports import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from martlet.engine.result import Result

__all__ = ["ENDINGS", "WIDTH", "drawn", "ending_of", "svg"]

# Pixels of the drawing without its labels: as wide as a column of text.
WIDTH: Final = 640
_SCALE: Final = 2


def ending_of(output: Path) -> str:
    """Return the kind of picture that a file's name asks for.

    Raises
    ------
    ParameterError
        If it is none of `ENDINGS`.
    """
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        near = did_you_mean(ending, ENDINGS)
        raise ParameterError(f"{output} says no kind of picture.{near}")
    return ending


def drawn(result: Result, ending: str, *, width: int = WIDTH) -> bytes:
    """Return the picture of an answer to a query: for the same answer the same bytes, but for a PDF, whose fonts get names by chance.

    Parameters
    ----------
    result
        The answer to a query, whose header says which picture fits.
    ending
        One of `ENDINGS`: `.svg`, `.png` (at twice the pixels), `.pdf`, `.html` (a page of its own, without script), `.json` (Vega-Lite).
    width
        Width of the drawing in pixels, without the labels of its axis.

    Raises
    ------
    QueryError
        If the query has no picture, or the answer nothing to draw.
    ParameterError
        If the extra `report` is not installed.
    """
    return ENDINGS[ending](result, width)


def svg(result: Result, width: int = WIDTH) -> str:
    """Return the picture of an answer as SVG.

    Raises
    ------
    QueryError
        If the query has no picture, or the answer nothing to draw.
    ParameterError
        If the extra `report` is not installed.
    """
    return svg_of(result.chart(width=width))


def _svg(result: Result, width: int) -> bytes:
    return svg(result, width).encode()


def _png(result: Result, width: int) -> bytes:
    return bytes(converter().svg_to_png(svg(result, width), scale=_SCALE))


def _pdf(result: Result, width: int) -> bytes:
    return bytes(converter().svg_to_pdf(svg(result, width)))


def _html(result: Result, width: int) -> bytes:
    # An answer without a picture is refused there, with its reason.
    result.chart()
    return page.of_picture(result, width).encode()


def _json(result: Result, width: int) -> bytes:
    return (json.dumps(result.chart(width=width), indent=2, ensure_ascii=False) + "\n").encode()


ENDINGS: Final[dict[str, Callable[[Result, int], bytes]]] = {
    ".svg": _svg,
    ".png": _png,
    ".pdf": _pdf,
    ".html": _html,
    ".json": _json,
}
