"""A picture as small SVG in the colours of a page: what only a program needs is left out, and what is alike is written once.

The converter writes each tick as an element with all its attributes. In a page with twenty pictures that is a megabyte; here it is a tenth.
Known colours of the style become CSS variables (`colours`), so that one drawing serves light, dark and print.
"""

from __future__ import annotations

import re
from typing import Final
from xml.etree import ElementTree as ET

from martlet.reports import colours, joining

__all__ = ["slim"]

_TRANSLATE: Final = re.compile(r"translate\((-?[\d.e-]+),\s*(-?[\d.e-]+)\)")
_CIRCLE: Final = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,?-\1,0A\1,\1,0,1,1,\1,0Z?")
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
    root = ET.fromstring(svg)  # noqa: S314 - of our own converter
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
    view = root.get("viewBox", "0 0 0 0").split()
    body = ET.Element("g")
    for child in root:
        # The ground is the page's own.
        if child.tag == "rect" and child.get("fill") == "white":
            continue
        if (cleaned := _cleaned(child, prefix, themed=themed)) is not None:
            body.append(cleaned)
    joining.hoist(body)
    joining.flatten(body)
    top = ET.Element("svg", {"viewBox": " ".join(joining.short(view[place]) for place in range(4))})
    top.set("fill", "none")
    top.set("font-size", "12")
    top.extend([body] if body.attrib else list(body))
    text = ET.tostring(top, encoding="unicode").replace(" />", "/>")
    return re.sub(r">\s+<", "><", text)


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
        joining.flatten(copy)
        joining.hoist(copy)
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
            kept[name] = joining.rounded(kept[name].removesuffix("px"))
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
            f"l{joining.short(across)} {joining.short(down)}"
            if across and down
            else f"h{joining.short(across)}"
            if across
            else f"v{joining.short(down)}"
        )
        element.tag = "path"
        element.set("d", f"M{joining.short(x)} {joining.short(y)}{step}")
    elif element.tag == "text" and moved:
        del element.attrib["transform"]
        element.set("x", joining.short(x + float(element.get("x", "0"))))
        element.set("y", joining.short(y + float(element.get("y", "0"))))
    elif (
        element.tag == "path"
        and moved
        and (circle := _CIRCLE.fullmatch(element.get("d", "")))
        and "stroke" not in element.attrib
    ):
        # A dot is the round end of a line of no length, so that many are one path.
        del element.attrib["transform"]
        element.set("d", f"M{joining.short(x)} {joining.short(y)}h0")
        element.set("stroke", element.attrib.pop("fill", "none"))
        element.set("stroke-width", joining.short(2 * float(circle[1])))
        element.set("stroke-linecap", "round")
    elif "transform" in element.attrib:
        element.set("transform", joining.rounded(element.attrib["transform"]))
