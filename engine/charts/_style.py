"""The one style of all pictures: colours that the colour-blind tell apart, which a page can replace for dark and print."""

from typing import Any, Final

__all__ = ["BAND", "CONFIG", "GREY", "MAIN", "PALETTE", "RAMP", "reference"]

# Okabe and Ito's palette, the blue first.
PALETTE: Final = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C", "#B8A000"]
MAIN: Final = PALETTE[0]
GREY: Final = "#8C8C8C"
# Pixels from one bar, or other mark of a category, to the next.
BAND: Final = 24
# From little to much, for heat maps and series of times.
RAMP: Final = ["#F2F7FB", "#BFDCEE", "#7FBBDD", "#3A93C6", "#0072B2", "#004B76"]

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"

CONFIG: Final[dict[str, Any]] = {
    "font": _FONT,
    "background": "white",
    "padding": 12,
    "view": {"stroke": None},
    "range": {
        "category": PALETTE,
        "heatmap": RAMP,
        "ramp": RAMP,
    },
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": "#555",
        "labelColor": "#333",
        "gridColor": "#E4E4E4",
        "domainColor": "#999",
        "tickColor": "#999",
        "labelLimit": 180,
        "titlePadding": 8,
    },
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "orient": "top",
        "symbolType": "circle",
    },
    "title": {
        "anchor": "start",
        "fontSize": 15,
        "fontWeight": "bold",
        "subtitleFontSize": 12,
        "subtitleColor": "#555",
        "offset": 12,
    },
    "bar": {"color": MAIN},
    "line": {"strokeWidth": 2.2, "color": MAIN},
    "point": {"filled": True, "size": 55, "color": MAIN},
    "rule": {"color": GREY},
    "text": {"fontSize": 12, "color": "#333"},
}


def reference(channel: str, value: float) -> dict[str, Any]:
    """Return a line across the picture at a value: where nothing happens, or the middle is."""
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rule", "strokeDash": [4, 3]},
        "encoding": {channel: {"datum": value, "type": "quantitative"}},
    }
