"""The colours of pictures and pages as CSS variables, each with its value by day and by night.

A picture names them (`var(--c1)`), the page says what they are, so that one SVG serves light, dark and print. Between the colours of a heat
map the converter mixes; a mixture is told as the nearest of eleven steps.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from martlet.engine.charts import PALETTE, RAMP

__all__ = ["DAY", "NIGHT", "name_of", "plain", "stylesheet", "variable"]

_STEPS: Final = 11
_RGB: Final = re.compile(r"rgb\((\d+),\s*(\d+),\s*(\d+)\)")
# Series by day: the palette of the pictures, its light colours darkened until they stand out from white as 3 : 1.
_SERIES_DAY: Final = ["#0072B2", "#B97F00", "#008A64", "#B8608F", "#2C93CF", "#C95800", "#757575", "#8F7C00"]
_SERIES_NIGHT: Final = [
    "#4FA8E0",
    "#F0B13C",
    "#2FC08F",
    "#E29BC3",
    "#8FD0F5",
    "#F0803C",
    "#9AA0A6",
    "#D0BC3A",
]
_RAMP_NIGHT: Final = ["#1D2B36", "#1F4A66", "#236C97", "#3A93C6", "#7FBBDD", "#D6ECF8"]
_FIXED: Final = {
    # name: by day, by night
    "ink": ("#1F2328", "#ECEEF0"),
    "soft": ("#59626B", "#A9B1B9"),
    "ground": ("#FFFFFF", "#17191C"),
    "page": ("#F6F6F3", "#0F1113"),
    "grid": ("#E4E4E4", "#33383E"),
    "axis": ("#8A8A8A", "#7C848C"),
    "on": ("#FFFFFF", "#0F1113"),
    "link": ("#00558A", "#7CC0EE"),
    "good": ("#00704F", "#4CD0A2"),
    "bad": ("#B03A00", "#FF9A62"),
}
# What the pictures call these.
_NAMES: Final = {
    "white": "ground",
    "#fff": "ground",
    "#222": "ink",
    "#333": "ink",
    "#000": "ink",
    "black": "ink",
    "#555": "soft",
    "#e4e4e4": "grid",
    "#ddd": "grid",
    "#999": "axis",
    "#888": "axis",
}


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _ramp(colours: list[str]) -> list[str]:
    """Return the steps between the colours of a ramp."""
    steps = []
    for step in range(_STEPS):
        place = step * (len(colours) - 1) / (_STEPS - 1)
        low = min(int(place), len(colours) - 2)
        pairs = zip(_channels(colours[low]), _channels(colours[low + 1]), strict=True)
        steps.append("#" + "".join(f"{round(a + (b - a) * (place - low)):02X}" for a, b in pairs))
    return steps


def _values(series: list[str], ramp: list[str], column: int) -> dict[str, str]:
    return {
        **{name: pair[column] for name, pair in _FIXED.items()},
        **{f"c{number}": colour for number, colour in enumerate(series, 1)},
        **{f"h{number}": colour for number, colour in enumerate(_ramp(ramp))},
    }


DAY: Final = _values(_SERIES_DAY, RAMP, 0)
NIGHT: Final = _values(_SERIES_NIGHT, _RAMP_NIGHT, 1)
_KNOWN: Final = {
    **_NAMES,
    **{colour.lower(): f"c{number}" for number, colour in enumerate(PALETTE, 1)},
    **{colour.lower(): f"h{number}" for number, colour in enumerate(_ramp(RAMP))},
    PALETTE[0].lower(): "c1",
}


@cache
def variable(colour: str, *, ink: bool = False) -> str:
    """Return a colour of a picture as the variable of the page that stands for it, a strange one as it is.

    `ink` says that it is the colour of a text: white is then what is written on dark ground.
    """
    if ink and colour in ("white", "#fff"):
        return "var(--on)"
    if name := _KNOWN.get(colour.lower()):
        return f"var(--{name})"
    if mixed := _RGB.fullmatch(colour):
        given = tuple(int(mixed[place]) for place in (1, 2, 3))
        far, name = min(
            (sum((a - b) ** 2 for a, b in zip(given, _channels(DAY[f"h{step}"]), strict=True)), f"h{step}")
            for step in range(_STEPS)
        )
        if far <= 3 * 24**2:
            return f"var(--{name})"
    return colour


def name_of(text: str) -> str:
    """Return a colour of a picture as `@name`, any other text as it is."""
    name = _KNOWN.get(text.lower()) if text.startswith("#") or text == "white" else None
    return f"@{name}" if name else text


def stylesheet() -> str:
    """Return the rules that give the variables their values: by day and in print, and by night."""
    day, night = (
        "".join(f"--{name}:{value.lower()};" for name, value in values.items()) for values in (DAY, NIGHT)
    )
    return f":root{{color-scheme:light dark;{day}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{night}}}}}\n"


def plain(text: str) -> str:
    """Return SVG or CSS with the variables replaced by their values by day, for programs that know none."""
    return re.sub(r"var\(--(\w+)\)", lambda found: DAY.get(found[1], found[0]), text)
