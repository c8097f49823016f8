"""Pictures that answer a pointer: Vega in the page, which draws the specifications anew over the static ones."""

from __future__ import annotations

from typing import Any

__all__ = ["script"]


def script(specs: dict[str, dict[str, Any]]) -> str:
    """Return the scripts of a page: the library, and what draws the pictures by it."""
    raise NotImplementedError(specs)
