"""A picture for notebooks that draw no specification themselves: as an image within the page, if what draws it is installed."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any

from martlet.engine.charts.converting import svg_of
from martlet.engine.errors import ParameterError

__all__ = ["image"]


def image(spec: dict[str, Any]) -> str:
    """Return a specification as an element `img` that needs nothing else; empty where vl-convert (extra `report`) is not installed."""
    try:
        drawn = svg_of(spec)
    except ParameterError:
        return ""
    packed = b64encode(drawn.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{packed}" alt="{escape(spec["description"])}" style="max-width:100%">'
