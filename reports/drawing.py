"""A picture as a file: SVG, PNG, PDF, a page of its own, or the specification itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.reports import page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from martlet.engine.result import Result

__all__ = ["ENDINGS", "WIDTH", "drawn", "ending_of", "svg", "svg_of"]

# Pixels of the drawing without its labels: as wide as a column of text, and as a phone.
WIDTH: Final = 640
PHONE: Final = 250
_SCALE: Final = 2
_NAMED: Final = re.compile(r'\bid="([^"]+)"')
_REFERRED: Final = re.compile(r'(\bid="|url\(#|href="#)([^")]+)(["\)])')


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


def svg_of(spec: dict[str, Any]) -> str:
    """Return the picture of a specification as SVG.

    Raises
    ------
    ParameterError
        If the extra `report` is not installed.
    """
    return _renumbered(_converter().vegalite_to_svg(json.dumps(spec, ensure_ascii=False)))


def _renumbered(text: str) -> str:
    """Return an SVG with the marks that it refers to numbered from 1: the converter counts on from picture to picture."""
    names = {name: f"m{number}" for number, name in enumerate(dict.fromkeys(_NAMED.findall(text)), 1)}
    return _REFERRED.sub(lambda found: found[1] + names.get(found[2], found[2]) + found[3], text)


def _converter() -> ModuleType:
    try:
        import vl_convert  # noqa: PLC0415 - heavy, and an extra
    except ImportError as error:
        raise ParameterError(
            "pictures need vl-convert: pip install 'martlet[report]'; .json, a Vega-Lite specification, needs nothing"
        ) from error
    return vl_convert


def _svg(result: Result, width: int) -> bytes:
    return svg(result, width).encode()


def _png(result: Result, width: int) -> bytes:
    return bytes(_converter().svg_to_png(svg(result, width), scale=_SCALE))


def _pdf(result: Result, width: int) -> bytes:
    return bytes(_converter().svg_to_pdf(svg(result, width)))


def _html(result: Result, width: int) -> bytes:
    wide, narrow = svg(result, width), svg(result, PHONE)
    # A picture is drawn of an answer that can be told.
    telling = result.telling
    assert telling is not None  # noqa: S101
    return page.of_picture(telling, result.arrow(), result.finding, wide=wide, narrow=narrow).encode()


def _json(result: Result, width: int) -> bytes:
    return (json.dumps(result.chart(width=width), indent=2, ensure_ascii=False) + "\n").encode()


ENDINGS: Final[dict[str, Callable[[Result, int], bytes]]] = {
    ".svg": _svg,
    ".png": _png,
    ".pdf": _pdf,
    ".html": _html,
    ".json": _json,
}
