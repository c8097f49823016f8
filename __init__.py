"""Martlet: a marketing analytics warehouse in one DuckDB file.

The repository root is this package; each folder in it is a subpackage. Names are imported when first used, so that
`import martlet` and `martlet --help` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from martlet.sql.errors import (
    CheckError,
    IngestError,
    MartletError,
    ParameterError,
    QueryError,
    UnitError,
    UnknownNameError,
    WarehouseError,
)

if TYPE_CHECKING:
    from martlet.loaders.advance import AdvanceReport, advance
    from martlet.loaders.build import BuildReport, build
    from martlet.loaders.checking import CheckReport, check
    from martlet.loaders.extract import ExtractReport, extract
    from martlet.loaders.forget import ForgetReport, forget
    from martlet.loaders.ingest import ingest
    from martlet.loaders.ingest.report import IngestReport
    from martlet.loaders.paths import ingest_paths
    from martlet.queries.result import Result
    from martlet.queries.warehouse import Warehouse, open  # noqa: A004

__all__ = [
    "AdvanceReport",
    "BuildReport",
    "CheckError",
    "CheckReport",
    "ExtractReport",
    "ForgetReport",
    "IngestError",
    "IngestReport",
    "MartletError",
    "ParameterError",
    "QueryError",
    "Result",
    "UnitError",
    "UnknownNameError",
    "Warehouse",
    "WarehouseError",
    "__version__",
    "advance",
    "build",
    "check",
    "extract",
    "forget",
    "ingest",
    "ingest_paths",
    "open",
]

_HOMES = {
    "AdvanceReport": "martlet.loaders.advance",
    "BuildReport": "martlet.loaders.build",
    "CheckReport": "martlet.loaders.checking",
    "ExtractReport": "martlet.loaders.extract",
    "ForgetReport": "martlet.loaders.forget",
    "IngestReport": "martlet.loaders.ingest.report",
    "Result": "martlet.queries.result",
    "Warehouse": "martlet.queries.warehouse",
    "advance": "martlet.loaders.advance",
    "build": "martlet.loaders.build",
    "check": "martlet.loaders.checking",
    "extract": "martlet.loaders.extract",
    "forget": "martlet.loaders.forget",
    "ingest": "martlet.loaders.ingest",
    "ingest_paths": "martlet.loaders.paths",
    "open": "martlet.queries.warehouse",
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
