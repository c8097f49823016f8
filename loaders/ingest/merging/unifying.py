"""Names of dimensions' rows that differ in letter case only, made one; and texts that name none, emptied.

Which dimensions are so says the header of their table: `folded`, and `nothing`, a pattern of the texts that stand for none.
A row that the warehouse knows keeps its name; of new ones the commonest spelling of the file counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.tables import quoted
from martlet.loaders.warehouse.dimensions import dimensions

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged
    from martlet.loaders.warehouse.dimensions import Dimension

__all__ = ["unify"]

_EXAMPLES = 3

_MEANT = """
CREATE OR REPLACE TEMP TABLE meant AS
WITH given AS (
    SELECT {column} AS text, lower(trim({column})) AS folded, count(*) AS times, min(row) AS first
    FROM {staged}
    WHERE {column} IS NOT NULL
    GROUP BY ALL
),
named AS (
    SELECT lower(n1) AS folded, arg_min(n1, key) AS id FROM ({names}) GROUP BY 1
),
aliased AS (
    SELECT lower(other.n1) AS folded, arg_min(own.n1, own.key) AS id
    FROM ({aliases}) AS other JOIN ({names}) AS own ON own.key = other.key
    GROUP BY 1
)
SELECT
    given.text,
    CASE
        WHEN regexp_full_match(given.folded, $nothing) THEN NULL
        WHEN exact.n1 IS NOT NULL THEN given.text
        ELSE coalesce(named.id, aliased.id, first_value(given.text) OVER (
            PARTITION BY given.folded
            ORDER BY given.times DESC, given.text IN (upper(given.text), lower(given.text)), given.first
        ))
    END AS meant,
    given.times,
    given.first
FROM given
LEFT JOIN ({names}) AS exact ON exact.n1 = given.text
LEFT JOIN named ON named.folded = given.folded
LEFT JOIN aliased ON aliased.folded = given.folded AND {by_alias}
"""


def unify(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Give the names that staged rows use for one thing one spelling, and count what was changed."""
    changes = []
    for name in staged.fed:
        of = _dimension(staged, name)
        if of is not None and of.folded:
            changes += _unify(connection, staged, name, of)
    return changes


def _dimension(staged: Staged, name: str) -> Dimension | None:
    """Return the dimension of which a field names rows."""
    field = staged.entity.field(name)
    if field.dimension is not None:
        return dimensions()[field.dimension]
    if not staged.entity.is_dimension or name not in staged.entity.key:
        return None
    return next(of for of in dimensions().values() if of.table == staged.entity.table)


def _unify(connection: duckdb.DuckDBPyConnection, staged: Staged, name: str, of: Dimension) -> list[Change]:
    # Who describes a campaign may give it the name of another: only who mentions one is understood by its name.
    by_alias = "false" if staged.entity.is_dimension and name in staged.entity.key else "true"
    connection.execute(
        _MEANT.format(
            column=quoted(name), staged=staged.name, names=of.names(), aliases=of.aliases(), by_alias=by_alias
        ),
        {"nothing": of.nothing},
    )
    changes = []
    for rule, which in (("spelling", "meant <> text"), ("names none", "meant IS NULL")):
        times, examples = connection.execute(
            f"SELECT coalesce(sum(times), 0), list([text, coalesce(meant, '')] ORDER BY first)[:{_EXAMPLES}] FROM meant WHERE {which}"
        ).fetchall()[0]
        if times:
            changes.append(Change(rule, name, int(times), tuple((old, new) for old, new in examples)))
    if changes:
        connection.execute(
            f"UPDATE {staged.name} AS staged SET {quoted(name)} = meant.meant FROM meant "
            f"WHERE staged.{quoted(name)} = meant.text AND meant.meant IS DISTINCT FROM meant.text"
        )
        alias = (
            next((n for n in staged.fed if staged.entity.fields[n].column == of.alias_column), None)
            if of.alias
            else None
        )
        if alias is not None and by_alias == "false":
            # Where the name is the identifier again, it is spelt like it.
            connection.execute(
                f"UPDATE {staged.name} SET {quoted(alias)} = {quoted(name)} WHERE lower(trim({quoted(alias)})) = lower({quoted(name)})"
            )
    connection.execute("DROP TABLE meant")
    return changes
