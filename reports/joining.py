"""Elements of SVG that look alike, written once: shapes of one look as one path, attributes of many on the group around them."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

__all__ = ["flatten", "hoist", "rounded", "short"]

_NUMBER: Final = re.compile(r"-?\d*\.\d+(?:e-?\d+)?|-?\d+(?:e-?\d+)?")
_CELL: Final = re.compile(r"M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+Z")
_FEWEST_CELLS: Final = 12
# What an element takes from the group around it.
_INHERITED: Final = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-dasharray",
    "font-size",
    "font-weight",
    "text-anchor",
)


def short(number: str | float) -> str:
    """Return a number to a tenth of a pixel, without what can be left out."""
    text = f"{float(number):.1f}".removesuffix(".0")
    return "0" if text == "-0" else re.sub(r"^(-?)0(?=\.)", r"\1", text)


def rounded(text: str) -> str:
    """Return a text with its numbers so shortened."""
    return _NUMBER.sub(lambda found: short(found[0]), text)


def flatten(group: ET.Element) -> None:
    """Put the children of groups that say nothing in their place, and join shapes that differ in their path alone."""
    children: list[ET.Element] = []
    for child in group:
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        else:
            children.append(child)
    joined: list[ET.Element] = []
    for child in _cells_by_colour(children):
        last = joined[-1] if joined else None
        if last is not None and _are_joinable(last, child):
            last.set("d", last.attrib["d"] + child.attrib["d"])
        else:
            joined.append(child)
    group[:] = joined
    if len(group) == 1 and group[0].tag == "g":
        _merged(group, group[0])


def _cells_by_colour(children: list[ET.Element]) -> list[ET.Element]:
    """Return the cells of a heat map by their colour, each as a short thick line.

    They touch, but don't cover each other, so that their order shows nowhere.
    """
    shapes = [_CELL.fullmatch(child.get("d", "")) for child in children]
    cells = [
        (float(x), float(y), float(w), float(h)) for x, y, w, h in (one.groups() for one in shapes if one)
    ]
    places, sizes = {cell[:2] for cell in cells}, {cell[2:] for cell in cells}
    if len(cells) < _FEWEST_CELLS or len(sizes) > 1 or not len(places) == len(cells) == len(children):
        return children
    for child, (x, y, width, height) in zip(children, cells, strict=True):
        child.set("d", f"M{short(x + 0.5)} {short(y + height / 2)}h{short(width - 1)}")
        child.set("stroke", child.attrib.pop("fill", "none"))
        child.set("stroke-width", short(height - 1))
    return sorted(children, key=lambda child: child.get("stroke", ""))


def _are_joinable(one: ET.Element, other: ET.Element) -> bool:
    if (
        not one.tag == other.tag == "path"
        or "transform" in one.attrib
        or one.attrib.keys() != other.attrib.keys()
    ):
        return False
    # Where shapes shine through each other, dots alone may lie over each other once.
    if "opacity" in one.attrib and "h0" not in one.attrib["d"]:
        return False
    return all(one.attrib[name] == other.attrib[name] for name in one.attrib if name != "d")


def _merged(group: ET.Element, child: ET.Element) -> None:
    """Make one group of two that hold nothing else."""
    if (
        group.attrib.keys() & child.attrib.keys()
        or "clip-path" in group.attrib
        or ("transform" in child.attrib and group.attrib)
    ):
        return
    group.attrib.update(child.attrib)
    group[:] = list(child)


def hoist(group: ET.Element) -> None:
    """Write what all children of a group, or several texts in a row, say alike once."""
    if len(group) > 1:
        _lift(group, list(group))
    rows = [list(run) for _, run in groupby(group, key=lambda child: child.tag == "text")]
    if len(rows) > 1:
        children: list[ET.Element] = []
        for row in rows:
            if row[0].tag == "text" and len(row) > 2:  # noqa: PLR2004 - for two a group costs as much as it saves
                inner = ET.Element("g")
                inner.extend(row)
                _lift(inner, row)
                children += [inner] if inner.attrib else row
            else:
                children += row
        group[:] = children


def _lift(group: ET.Element, children: list[ET.Element]) -> None:
    for name in _INHERITED:
        values = {child.get(name) for child in children}
        if len(values) == 1 and None not in values and name not in group.attrib:
            group.set(name, values.pop() or "")
            for child in children:
                del child.attrib[name]
