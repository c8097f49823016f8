"""Raw extracts of the synthetic company, as its source systems would export them, with every defect recorded."""

from __future__ import annotations

from martlet.loaders.extract.extracting import extract
from martlet.loaders.extract.report import ExtractReport

__all__ = ["ExtractReport", "extract"]
