"""The segments of customers on which contacts may work differently, and their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from martlet.loaders.company._offers import Preset

__all__ = ["CHILDREN", "CONSENTS", "values_of"]

CHILDREN: Final = ("none", "children at home")
CONSENTS: Final = ("declined", "given")


def values_of(preset: Preset, segment: str) -> list[str]:
    """Return the values of a segment, in the order of their codes."""
    if segment == "age range":
        return [band.name for band in preset.people.ages]
    return list(CHILDREN if segment == "children" else CONSENTS)
