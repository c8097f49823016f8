"""Which entities bring about something beside their rows; all that merging knows of certain entities is named here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.merging.ad_reports import AdReports
from martlet.loaders.ingest.merging.controls import Controls
from martlet.loaders.ingest.merging.flags import flag_lookalikes
from martlet.loaders.ingest.merging.lines import OrderHeaders, OrderTotals
from martlet.loaders.ingest.merging.panels import Panels
from martlet.loaders.ingest.merging.visits import EventVisits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb

    from martlet.loaders.ingest.cleaning.changes import Change
    from martlet.loaders.ingest.merging.hook import Hook
    from martlet.loaders.ingest.merging.rows import ChangedRows

__all__ = ["AFTER_DIMENSION", "FACT_HOOKS"]

FACT_HOOKS: Final[Mapping[str, type[Hook]]] = {
    "ad_spend": AdReports,
    "events": EventVisits,
    "experiment": Panels,
    "exposures": Controls,
    "order_lines": OrderTotals,
    "orders": OrderHeaders,
}
# What looks at rows of a dimension that a load, by its number, added or changed.
AFTER_DIMENSION: Final[
    Mapping[str, Callable[[duckdb.DuckDBPyConnection, ChangedRows, int], list[Change]]]
] = {"customers": flag_lookalikes}
