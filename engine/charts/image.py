"""A picture for notebooks that draw no specification themselves: as an image within the page, if what draws it is installed."""

from __future__ import annotations

import json
from base64 import b64encode
from html import escape
from typing import Any

__all__ = ["image"]


def image(spec: dict[str, Any]) -> str:
    """Return a specification as an element `img` that needs nothing else; empty where vl-convert (extra `report`) is not installed."""
    try:
        import vl_convert  # noqa: PLC0415 - heavy, and an extra
    except ImportError:
        return ""
    drawn = b64encode(vl_convert.vegalite_to_svg(json.dumps(spec)).encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{drawn}" alt="{escape(spec["description"])}" style="max-width:100%">'
