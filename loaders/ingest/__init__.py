"""Real data in: a file that some system exported becomes rows of the star, and nothing is lost.

A load goes through these rooms, in this order: `_decoding` (bytes to lines), `_sniffing` (which format), `_separated` and
`_reading` (lines to text columns), `_kinds` and `_columns` (which column is which), `_amounts` and `_dates` (text to
values), `_order_rows` and `_repeats` (clean orders, rejected rows, duplicates), `_orders_in_star` (into the warehouse).
`orders` leads through them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from martlet.loaders.ingest.orders import ingest_orders
from martlet.sql.errors import UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from martlet.loaders.ingest.report import IngestReport

__all__ = ["KINDS", "ingest"]

KINDS = {"orders": ingest_orders}


def ingest(kind: str, file: str | Path, **options: Any) -> IngestReport:
    """Load a file of one kind of real data into a new or an existing warehouse, in one atomic step.

    Parameters
    ----------
    kind
        What the file holds: `orders`.
    file
        The file to load.
    **options
        What that kind takes, `warehouse` always; see `martlet.loaders.ingest.orders.ingest_orders`.

    Raises
    ------
    UnknownNameError
        If there is no such kind.
    IngestError, ParameterError, WarehouseError, CheckError
        As the kind's own function says.
    """
    if kind not in KINDS:
        raise UnknownNameError(f"there is no kind of data {kind!r} to ingest.{did_you_mean(kind, KINDS)}")
    return KINDS[kind](file, **options)
