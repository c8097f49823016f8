"""Martlet: a marketing analytics warehouse in one DuckDB file.

The repository root is this package; each folder in it is a subpackage. Names are imported when first used, so that
`import martlet` and `martlet --help` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from martlet.engine.errors import (
    CheckError,
    FitError,
    IngestError,
    MartletError,
    ParameterError,
    QueryError,
    UnitError,
    UnknownNameError,
    WarehouseError,
)

if TYPE_CHECKING:
    from martlet.engine.result import Result
    from martlet.engine.translating import compile  # noqa: A004
    from martlet.engine.warehouse import Warehouse, open  # noqa: A004
    from martlet.loaders.company.advance import AdvanceReport, advance
    from martlet.loaders.company.build import BuildReport, build
    from martlet.loaders.company.planted_sections import truth
    from martlet.loaders.extract import ExtractReport, extract
    from martlet.loaders.fitting import (
        FitReport,
        IncrementalReport,
        PredictReport,
        SegmentsReport,
        UpliftReport,
        fit,
        measure_drift,
        refit,
        score,
    )
    from martlet.loaders.ingest import ingest, ingest_paths, profiles, sniff
    from martlet.loaders.ingest.quarantined import quarantine
    from martlet.loaders.ingest.report import IngestReport
    from martlet.loaders.privacy.forget import ForgetReport, forget
    from martlet.loaders.user_packs.installing import install_packs
    from martlet.loaders.warehouse.checking import CheckReport, check
    from martlet.loaders.warehouse.own_segments import install_segments
    from martlet.reports.dashboards.making import Dashboard, dashboard
    from martlet.reports.report import Report, report

__all__ = [
    "AdvanceReport",
    "BuildReport",
    "CheckError",
    "CheckReport",
    "Dashboard",
    "ExtractReport",
    "FitError",
    "FitReport",
    "ForgetReport",
    "IncrementalReport",
    "IngestError",
    "IngestReport",
    "MartletError",
    "ParameterError",
    "PredictReport",
    "QueryError",
    "Report",
    "Result",
    "SegmentsReport",
    "UnitError",
    "UnknownNameError",
    "UpliftReport",
    "Warehouse",
    "WarehouseError",
    "__version__",
    "advance",
    "build",
    "check",
    "compile",
    "dashboard",
    "extract",
    "fit",
    "forget",
    "ingest",
    "ingest_paths",
    "install_packs",
    "install_segments",
    "measure_drift",
    "open",
    "profiles",
    "quarantine",
    "refit",
    "report",
    "score",
    "sniff",
    "truth",
]

_HOMES = {
    "AdvanceReport": "martlet.loaders.company.advance",
    "BuildReport": "martlet.loaders.company.build",
    "CheckReport": "martlet.loaders.warehouse.checking",
    "Dashboard": "martlet.reports.dashboards.making",
    "ExtractReport": "martlet.loaders.extract",
    "FitReport": "martlet.loaders.fitting",
    "ForgetReport": "martlet.loaders.privacy.forget",
    "IngestReport": "martlet.loaders.ingest.report",
    "Report": "martlet.reports.report",
    "Result": "martlet.engine.result",
    "IncrementalReport": "martlet.loaders.fitting",
    "PredictReport": "martlet.loaders.fitting",
    "SegmentsReport": "martlet.loaders.fitting",
    "UpliftReport": "martlet.loaders.fitting",
    "Warehouse": "martlet.engine.warehouse",
    "advance": "martlet.loaders.company.advance",
    "build": "martlet.loaders.company.build",
    "check": "martlet.loaders.warehouse.checking",
    "compile": "martlet.engine.translating",
    "dashboard": "martlet.reports.dashboards.making",
    "extract": "martlet.loaders.extract",
    "fit": "martlet.loaders.fitting",
    "forget": "martlet.loaders.privacy.forget",
    "ingest": "martlet.loaders.ingest",
    "ingest_paths": "martlet.loaders.ingest",
    "install_packs": "martlet.loaders.user_packs.installing",
    "install_segments": "martlet.loaders.warehouse.own_segments",
    "measure_drift": "martlet.loaders.fitting",
    "open": "martlet.engine.warehouse",
    "profiles": "martlet.loaders.ingest",
    "quarantine": "martlet.loaders.ingest.quarantined",
    "refit": "martlet.loaders.fitting",
    "report": "martlet.reports.report",
    "score": "martlet.loaders.fitting",
    "sniff": "martlet.loaders.ingest",
    "truth": "martlet.loaders.company.planted_sections",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("martlet")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'martlet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
