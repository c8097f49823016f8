"""Specifications drawn as SVG by vl-convert, without a browser: the same bytes for the same specification."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from martlet.engine import cache
from martlet.engine.errors import ParameterError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["converter", "library", "svg_of"]

_LIBRARY: Final = "vega"
_NO_XML: Final = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\ufffe\uffff]")
_NAMED: Final = re.compile(r'\bid="([^"]+)"')
_REFERRED: Final = re.compile(r'(\bid="|url\(#|href="#)([^")]+)(["\)])')


def converter() -> ModuleType:
    """Return the module that draws.

    Raises
    ------
    ParameterError
        If the extra `report` is not installed.
    """
    try:
        import vl_convert  # noqa: PLC0415 - heavy, and an extra
    except ImportError as error:
        raise ParameterError(
            "pictures need vl-convert: pip install 'martlet[report]'; .json, a Vega-Lite specification, needs nothing"
        ) from error
    return vl_convert


def svg_of(spec: dict[str, Any]) -> str:
    """Return the picture of a specification as SVG.

    Raises
    ------
    ParameterError
        If the extra `report` is not installed.
    """
    return _renumbered(converter().vegalite_to_svg(json.dumps(_printable(spec), ensure_ascii=False)))


def library(snippet: str | None = None) -> str:
    """Return Vega for a browser, and after it the script `snippet` if one is given; to put it together takes seconds, so it is kept.

    Raises
    ------
    ParameterError
        If the extra `report` is not installed.
    """
    draws = converter()
    key = f"{draws.__version__}-{hashlib.sha256(repr(snippet).encode()).hexdigest()[:16]}"
    if (known := cache.read(_LIBRARY, key)) is not None:
        return known.decode()
    text = str(draws.javascript_bundle() if snippet is None else draws.javascript_bundle(snippet))
    cache.write(_LIBRARY, key, text.encode())
    return text


def _printable(value: Any) -> Any:
    """Return a specification without the characters that XML has not: the converter would end the process at one in a name."""
    if isinstance(value, str):
        return _NO_XML.sub(" ", value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {key: _printable(one) for key, one in value.items()}
    return value


def _renumbered(text: str) -> str:
    """Return an SVG with the marks that it refers to numbered from 1: the converter counts on from picture to picture."""
    names = {name: f"m{number}" for number, name in enumerate(dict.fromkeys(_NAMED.findall(text)), 1)}
    return _REFERRED.sub(lambda found: found[1] + names.get(found[2], found[2]) + found[3], text)
