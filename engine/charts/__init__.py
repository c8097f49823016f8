"""An answer as a picture: a Vega-Lite specification, whose colours, title and words are one style for all queries.

A specification is plain JSON. It is drawn by notebooks (`Result` shows it), by any Vega-Lite viewer, or by `martlet chart`.
"""

from martlet.engine.charts._data import scale_of
from martlet.engine.charts._flows import summed
from martlet.engine.charts._style import CONFIG, PALETTE, RAMP
from martlet.engine.charts.spec import DRAWN_ROWS, is_drawable, spec

__all__ = ["CONFIG", "DRAWN_ROWS", "PALETTE", "RAMP", "is_drawable", "scale_of", "spec", "summed"]
