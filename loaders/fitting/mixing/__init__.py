"""The task `mix`: a marketing mix model, fitted on the weekly panel of a warehouse and kept in its schema `model`."""

from __future__ import annotations

from martlet.loaders.fitting.mixing.asked import Asked, Calibrate, Outcome
from martlet.loaders.fitting.mixing.keeping import keep
from martlet.loaders.fitting.mixing.report import MixReport, report

__all__ = ["Asked", "Calibrate", "MixReport", "Outcome", "keep", "report"]
