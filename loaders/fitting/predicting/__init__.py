"""Models that foretell: features and outcomes are read at past moments, learnt, tested on a later one, and kept as rows and SQL."""

from __future__ import annotations

from martlet.loaders.fitting.predicting.compiling import create_macros
from martlet.loaders.fitting.predicting.drifting import ANOTHER, SCORE
from martlet.loaders.fitting.predicting.fitted import PredictReport, report
from martlet.loaders.fitting.predicting.keeping import keep
from martlet.loaders.fitting.predicting.tasks import TASKS
from martlet.loaders.fitting.predicting.today import measure_drift, registered, score

__all__ = [
    "ANOTHER",
    "SCORE",
    "TASKS",
    "PredictReport",
    "create_macros",
    "keep",
    "measure_drift",
    "registered",
    "report",
    "score",
]
