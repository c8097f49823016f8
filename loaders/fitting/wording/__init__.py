"""Models of subject lines: which kind of campaign a line is of, and how many will open it."""

from __future__ import annotations

from martlet.loaders.fitting.wording.fitted import TASKS, WordingReport, report
from martlet.loaders.fitting.wording.keeping import keep

__all__ = ["TASKS", "WordingReport", "keep", "report"]
