"""The versions of customers (SCD type 2): how the attributes that change slowly stood, and since when.

What completes a placeholder is no change, and neither is a correction of the same day: the current version takes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

__all__ = ["refuse_older", "write_versions"]

_TRACKED = ("loyalty_tier", "income_range", "region", "is_email_opted_in")

_FIRST = """
INSERT INTO star.dim_customer_history BY NAME
SELECT
    CAST((SELECT coalesce(max(customer_version_key), 0) FROM star.dim_customer_history) + row_number() OVER (ORDER BY customer_key) AS INTEGER)
        AS customer_version_key,
    customer_key, loyalty_tier, income_range, region, is_email_opted_in
FROM star.dim_customer
WHERE customer_key IN (SELECT key FROM touched WHERE is_new)
"""

_OLDER = """
SELECT count(*), min(customer.customer_id), max(customer.described_on)
FROM star.dim_customer AS customer
WHERE customer.customer_key IN (SELECT key FROM touched) AND customer.described_on > CAST($as_of AS DATE)
"""


def refuse_older(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Refuse a file that would change customers back to how they stood before another file.

    Raises
    ------
    IngestError
        If a customer that would change was described as of a later day.
    """
    count, example, latest = connection.execute(_OLDER, {"as_of": as_of}).fetchall()[0]
    if count:
        raise IngestError(
            f"{count:,} customers, such as {example}, would change to how they stood on {as_of:%Y-%m-%d}, but the warehouse "
            f"has them as of up to {latest} already; load files in the order of their days, or give the right --as-of"
        )


def write_versions(connection: duckdb.DuckDBPyConnection, as_of: datetime, *, is_main: bool) -> None:
    """Bring the versions of the customers in `touched` up to date with `star.dim_customer`."""
    connection.execute(_FIRST)
    differs = " OR ".join(f"customer.{name} IS DISTINCT FROM version.{name}" for name in _TRACKED)
    columns = ", ".join(f"customer.{name}" for name in _TRACKED)
    day = f"TIMESTAMP '{as_of:%Y-%m-%d} 00:00:00'"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE turned AS SELECT customer.customer_key, version.customer_version_key, "
        f"{columns}, version.valid_from, "
        f"touched.was_placeholder OR NOT {is_main} OR coalesce(touched.described_before = CAST({day} AS DATE), false) "
        f"OR version.valid_from >= {day} AS is_same_version "
        "FROM star.dim_customer AS customer JOIN touched ON touched.key = customer.customer_key "
        "JOIN star.dim_customer_history AS version ON version.customer_key = customer.customer_key AND version.is_current "
        f"WHERE NOT touched.is_new AND ({differs})"
    )
    assigned = ", ".join(f"{name} = turned.{name}" for name in _TRACKED)
    connection.execute(
        f"UPDATE star.dim_customer_history AS version SET {assigned} FROM turned "
        "WHERE turned.is_same_version AND turned.customer_version_key = version.customer_version_key"
    )
    connection.execute(
        f"UPDATE star.dim_customer_history AS version SET valid_until = {day}, is_current = false FROM turned "
        "WHERE NOT turned.is_same_version AND turned.customer_version_key = version.customer_version_key"
    )
    connection.execute(
        "INSERT INTO star.dim_customer_history BY NAME SELECT CAST((SELECT coalesce(max(customer_version_key), 0) FROM "
        "star.dim_customer_history) + row_number() OVER (ORDER BY customer_key) AS INTEGER) AS customer_version_key, "
        f"customer_key, {', '.join(_TRACKED)}, {day} AS valid_from FROM turned WHERE NOT is_same_version"
    )
    connection.execute("DROP TABLE turned")
