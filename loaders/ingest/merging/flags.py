"""Values that deserve a look, flagged and left as they are: far from all others, or customers who look like another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.tables import count, quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.rows import ChangedRows
    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["fences_of", "flag_lookalikes", "flag_outliers"]

_FENCE = 3
_ENOUGH = 20
# Beyond so many values the quartiles are those of every n-th row.
_SAMPLE = 2_000_000
_LISTED = 10_000

_FLAGGED = """
INSERT INTO quarantine.flagged_value
SELECT $load_id, $relation, concat('row ', row), 'outlier', $column, CAST({column} AS VARCHAR), $reason
FROM {staged} WHERE {column} < $low OR {column} > $high
QUALIFY row_number() OVER (PARTITION BY row ORDER BY part) = 1
ORDER BY row LIMIT {most}
"""

_LOOKALIKES = """
INSERT INTO quarantine.flagged_value
WITH customers AS (
    SELECT
        customer_key, customer_id, described_on,
        lower(regexp_replace(email, '\\+[^@]*@', '@')) AS email,
        lower(trim(first_name)) || ' ' || lower(trim(last_name)) AS name,
        birth_date, postal_code
    FROM star.dim_customer
    WHERE customer_key <> 0
),
groups AS (
    SELECT 'same email' AS rule, 'email' AS column_name, email AS value, customer_key, customer_id FROM customers
    UNION ALL
    SELECT 'same name and birth date', 'birth_date', name || ', ' || birth_date, customer_key, customer_id FROM customers
    UNION ALL
    SELECT 'same name and postal code', 'postal_code', name || ', ' || postal_code, customer_key, customer_id FROM customers
),
paired AS (
    SELECT *, first_value(customer_id) OVER same AS first_id, first_value(customer_key) OVER same AS first_key
    FROM groups
    WHERE value IS NOT NULL
    WINDOW same AS (PARTITION BY rule, value ORDER BY customer_key)
)
SELECT $load_id, 'customers', customer_id, rule, column_name, value, 'may be ' || first_id
FROM paired
WHERE customer_key <> first_key AND customer_key IN (SELECT key FROM {changed})
ORDER BY customer_key, rule
"""


def flag_outliers(connection: duckdb.DuckDBPyConnection, staged: Staged, load_id: int) -> list[Change]:
    """Flag values beyond three interquartile ranges from the quartiles of the file (Tukey's outer fences)."""
    found = []
    for name in staged.fed:
        fences = fences_of(connection, staged, name)
        if fences is None:
            continue
        column, low, high = quoted(name), *fences
        beyond, amount = connection.execute(
            f"SELECT count(*), sum({column}) FROM {staged.name} WHERE {column} < {low} OR {column} > {high}"
        ).fetchall()[0]
        if beyond:
            reason = (
                f"beyond {low:,.2f} to {high:,.2f}, which is {_FENCE} interquartile ranges from the quartiles"
            )
            connection.execute(
                _FLAGGED.format(column=column, staged=staged.name, most=_LISTED),
                {
                    "load_id": load_id,
                    "relation": staged.entity.name,
                    "column": name,
                    "low": low,
                    "high": high,
                    "reason": reason,
                },
            )
            in_all = f", {amount:,} in all" if staged.entity.field(name).type == "money" else ""
            found.append(Change(f"flagged: outlier{in_all}", name, int(beyond)))
    return found


def fences_of(connection: duckdb.DuckDBPyConnection, staged: Staged, name: str) -> tuple[float, float] | None:
    """Return what is no outlier of a field; None if all is, or nobody can say."""
    if name not in staged.fed or not staged.entity.field(name).outliers:
        return None
    every = max(1, count(connection, staged.name) // _SAMPLE)
    column = quoted(name)
    values, quartiles = connection.execute(
        f"SELECT count({column}), quantile_cont(CAST({column} AS DOUBLE), [0.25, 0.75]) FROM {staged.name} WHERE row % {every} = 0"
    ).fetchall()[0]
    if values < _ENOUGH or quartiles[0] == quartiles[1]:
        return None
    spread = quartiles[1] - quartiles[0]
    return quartiles[0] - _FENCE * spread, quartiles[1] + _FENCE * spread


def flag_lookalikes(
    connection: duckdb.DuckDBPyConnection, changed: ChangedRows, load_id: int
) -> list[Change]:
    """Flag changed customers who share an address, or name and birth date or postal code, with an earlier one."""
    connection.execute(_LOOKALIKES.format(changed=changed.table), {"load_id": load_id})
    found = connection.execute(
        "SELECT rule, column_name, count(*) FROM quarantine.flagged_value WHERE load_id = $load_id AND relation = 'customers' "
        "AND rule <> 'outlier' GROUP BY ALL ORDER BY ALL",
        {"load_id": load_id},
    ).fetchall()
    return [Change(f"flagged: {rule}", column, int(number)) for rule, column, number in found]
