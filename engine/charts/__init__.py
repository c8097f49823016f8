"""An answer as a picture: a Vega-Lite specification, whose colours, title and words are one style for all queries.

A specification is plain JSON. It is drawn by notebooks (`Result` shows it), by any Vega-Lite viewer, or by `martlet chart`.
"""

from martlet.engine.charts.spec import DRAWN_ROWS, is_drawable, spec

__all__ = ["DRAWN_ROWS", "is_drawable", "spec"]
