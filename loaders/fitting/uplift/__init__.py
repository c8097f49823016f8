"""Uplift: whom a contact moves to buy, learnt from people who were left alone by chance, and kept as rows and SQL."""

from __future__ import annotations

from martlet.loaders.fitting.predicting.differing import UPLIFT
from martlet.loaders.fitting.uplift.fitted import UpliftReport, report
from martlet.loaders.fitting.uplift.keeping import keep

__all__ = ["UPLIFT", "UpliftReport", "keep", "report"]
