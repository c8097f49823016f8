"""A picture as small SVG in the colours of a page: what only a program needs is left out, and what is alike is written once.

The converter writes each tick as an element with all its attributes. In a page with twenty pictures that is a megabyte; here it is a tenth.
Known colours of the style become CSS variables (`colours`), so that one drawing serves light, dark and print.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final
from xml.etree import ElementTree as ET

from martlet.reports import colours

__all__ = ["slim"]

_NUMBER: Final = re.compile(r"-?\d*\.\d+(?:e-?\d+)?|-?\d+(?:e-?\d+)?")
_TRANSLATE: Final = re.compile(r"translate\((-?[\d.e-]+),\s*(-?[\d.e-]+)\)")
_CIRCLE: Final = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,?-\1,0A\1,\1,0,1,1,\1,0Z?")
_CELL: Final = re.compile(r"M([\d.]+),([\d.]+)h([\d.]+)v([\d.]+)h-[\d.]+Z")
_FEWEST_CELLS: Final = 12
_DROPPED: Final = (
    "aria-",
    "role",
    "class",
    "pointer-events",
    "font-family",
    "stroke-miterlimit",
    "xml",
    "version",
)
_PLAIN: Final = {
    "opacity": "1",
    "fill-opacity": "1",
    "stroke-opacity": "1",
    "font-size": "12px",
    "stroke-dasharray": "",
    "stroke-width": "1",
    "stroke-dashoffset": "0",
    "text-anchor": "start",
    "font-weight": "normal",
}
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
_LENGTHS: Final = ("d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "stroke-width", "font-size")
_WORDS: Final = ("text", "tspan", "title")


def slim(svg: str, *, prefix: str = "", themed: bool = True) -> str:
    """Return an SVG that looks the same in a fraction of the bytes.

    Parameters
    ----------
    svg
        A picture as the converter writes it.
    prefix
        What the names of its marks begin with, so that several pictures can stand in one page.
    themed
        Whether colours of the style become variables of the page; without it they stay.
    """
    root = ET.fromstring(re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg).replace("xlink:href", "href"))  # noqa: S314 - of our own converter
    view = root.get("viewBox", "0 0 0 0").split()
    body = ET.Element("g")
    for child in root:
        # The ground is the page's own.
        if child.tag == "rect" and child.get("fill") == "white":
            continue
        if (cleaned := _cleaned(child, prefix, themed=themed)) is not None:
            body.append(cleaned)
    _hoist(body)
    _flatten(body)
    top = ET.Element("svg", {"viewBox": " ".join(_short(view[place]) for place in range(4))})
    top.set("fill", "none")
    top.set("font-size", "12")
    top.extend([body] if body.attrib else list(body))
    text = ET.tostring(top, encoding="unicode").replace(" />", "/>")
    return re.sub(r">\s+<", "><", text)


def _short(number: str | float) -> str:
    """Return a number to a tenth of a pixel, without what can be left out."""
    text = f"{float(number):.1f}".removesuffix(".0")
    return "0" if text == "-0" else re.sub(r"^(-?)0(?=\.)", r"\1", text)


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda found: _short(found[0]), text)


def _cleaned(element: ET.Element, prefix: str, *, themed: bool) -> ET.Element | None:
    """Return a copy with what shows alone, None where nothing does."""
    kept = _kept(element)
    if kept is None:
        return None
    _rewrite(kept, element.tag, prefix, themed=themed)
    copy = ET.Element(element.tag, kept)
    copy.text = element.text if element.tag in _WORDS else None
    for child in element:
        if (cleaned := _cleaned(child, prefix, themed=themed)) is not None:
            copy.append(cleaned)
    if element.tag in ("g", "clipPath", "defs") and not len(copy):
        return None
    _placed(copy)
    if copy.tag == "g":
        _flatten(copy)
        _hoist(copy)
    return copy


def _kept(element: ET.Element) -> dict[str, str] | None:
    """Return the attributes that show, None where the element does not."""
    given = element.attrib
    if given.get("display") == "none" or given.get("opacity") == "0":
        return None
    kept = {
        name: value
        for name, value in given.items()
        if not name.startswith(_DROPPED) and _PLAIN.get(name) != value
    }
    if kept.get("stroke-width") == "0":
        kept.pop("stroke", None)
    if "stroke" not in kept:
        kept.pop("stroke-width", None)
    if element.tag != "g" and kept.get("fill") in ("transparent", "none"):
        del kept["fill"]
    is_ground = given.get("class") in ("background", "foreground") or given.get("stroke-width") == "0"
    if element.tag == "path" and (not kept.get("d") or (is_ground and not {"fill", "stroke"} & kept.keys())):
        return None
    return kept


def _rewrite(kept: dict[str, str], tag: str, prefix: str, *, themed: bool) -> None:
    """Put the prefix before the names of marks, variables in the place of colours, and round what is a length."""
    for name in ("id", "clip-path", "href", "fill"):
        if name in kept and (name != "fill" or kept[name].startswith("url")):
            kept[name] = re.sub(r"^(url\(#|#|)m(\d+)", rf"\g<1>{prefix}m\2", kept[name])
    for name in ("fill", "stroke", "stop-color"):
        if themed and name in kept:
            kept[name] = colours.variable(kept[name], ink=tag in _WORDS)
    # Of a gradient they are shares of its shape.
    for name in _LENGTHS if tag != "linearGradient" else ():
        if name in kept:
            kept[name] = _rounded(kept[name].removesuffix("px"))
    if "d" in kept:
        kept["d"] = kept["d"].replace(",-", "-")


def _placed(element: ET.Element) -> None:
    """Write a translation into the coordinates where that is shorter, and a line as a path."""
    moved = _TRANSLATE.fullmatch(element.get("transform", ""))
    x, y = (float(moved[1]), float(moved[2])) if moved else (0.0, 0.0)
    if moved and not x and not y:
        del element.attrib["transform"]
        moved = None
    if element.tag == "line" and (moved or "transform" not in element.attrib):
        element.attrib.pop("transform", None)
        across, down = (float(element.attrib.pop(name, "0")) for name in ("x2", "y2"))
        step = (
            f"l{_short(across)} {_short(down)}"
            if across and down
            else f"h{_short(across)}"
            if across
            else f"v{_short(down)}"
        )
        element.tag = "path"
        element.set("d", f"M{_short(x)} {_short(y)}{step}")
    elif element.tag == "text" and moved:
        del element.attrib["transform"]
        element.set("x", _short(x + float(element.get("x", "0"))))
        element.set("y", _short(y + float(element.get("y", "0"))))
    elif (
        element.tag == "path"
        and moved
        and (circle := _CIRCLE.fullmatch(element.get("d", "")))
        and "stroke" not in element.attrib
    ):
        # A dot is the round end of a line of no length, so that many are one path.
        del element.attrib["transform"]
        element.set("d", f"M{_short(x)} {_short(y)}h0")
        element.set("stroke", element.attrib.pop("fill", "none"))
        element.set("stroke-width", _short(2 * float(circle[1])))
        element.set("stroke-linecap", "round")
    elif "transform" in element.attrib:
        element.set("transform", _rounded(element.attrib["transform"]))


def _flatten(group: ET.Element) -> None:
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
        child.set("d", f"M{_short(x + 0.5)} {_short(y + height / 2)}h{_short(width - 1)}")
        child.set("stroke", child.attrib.pop("fill", "none"))
        child.set("stroke-width", _short(height - 1))
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


def _hoist(group: ET.Element) -> None:
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
