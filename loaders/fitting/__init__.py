"""Models fitted on the data of a warehouse: rows are read by a query of a pack, and the parameters kept beside them."""

from __future__ import annotations

from martlet.loaders.fitting._clv_fits import FitReport
from martlet.loaders.fitting._incremental import IncrementalReport
from martlet.loaders.fitting._incremental_rows import Controls
from martlet.loaders.fitting._kept import carry_over
from martlet.loaders.fitting._segments import SegmentsReport
from martlet.loaders.fitting.fitting import fit, fit_if_possible
from martlet.loaders.fitting.mixing import MixReport
from martlet.loaders.fitting.predicting import PredictReport, create_macros, measure_drift, score
from martlet.loaders.fitting.refitting import refit
from martlet.loaders.fitting.uplift import UpliftReport

__all__ = [
    "Controls",
    "FitReport",
    "IncrementalReport",
    "MixReport",
    "PredictReport",
    "SegmentsReport",
    "UpliftReport",
    "carry_over",
    "create_macros",
    "fit",
    "fit_if_possible",
    "measure_drift",
    "refit",
    "score",
]
