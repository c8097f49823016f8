"""Natural identifiers become keys of dimensions; whoever is not known yet gets a placeholder, which a later load completes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.loaders.ingest.merging.tables import quoted

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["DIMENSIONS", "Dimension", "Join", "Resolved", "resolve"]

_FIRST_VERSIONS = """
INSERT INTO star.dim_customer_history (customer_version_key, customer_key)
SELECT (SELECT coalesce(max(customer_version_key), 0) FROM star.dim_customer_history) + row_number() OVER (ORDER BY key), key
FROM fresh
"""

# Standard channels may be added to in later versions, so a company's own are numbered apart from them.
_OWN_CHANNELS = 1000


@dataclass(frozen=True)
class Dimension:
    """How members of a dimension are found and made.

    Attributes
    ----------
    key
        Column of facts that refers to it.
    natural
        Names of what identifies a member: fields of the entity, if there are several; else any field that names the
        dimension.
    members
        SELECT of `key` and of the natural columns, in order, as `n1`, `n2`, ...
    add
        Statements that make the members in the temporary table `fresh` (`key`, `n1`, ..., `row`).
    alias
        SELECT of `key` and `n1`: other names by which members are found, if no member has them as identifier.
    first
        Keys of new members are greater than this.
    """

    key: str
    natural: tuple[str, ...]
    members: str
    add: tuple[str, ...]
    alias: str | None = None
    first: int = 0


DIMENSIONS = {
    "customer": Dimension(
        "customer_key",
        ("customer_id",),
        "SELECT customer_key AS key, customer_id AS n1 FROM star.dim_customer WHERE customer_key <> 0",
        (
            (
                "INSERT INTO star.dim_customer (customer_key, customer_id, email, is_placeholder) "
                "SELECT key, n1, CASE WHEN contains(n1, '@') THEN n1 END, true FROM fresh ORDER BY key"
            ),
            _FIRST_VERSIONS,
        ),
        alias="SELECT min(customer_key) AS key, lower(email) AS n1 FROM star.dim_customer WHERE email IS NOT NULL GROUP BY 2",
    ),
    "product": Dimension(
        "product_key",
        ("product_id",),
        "SELECT product_key AS key, product_id AS n1 FROM star.dim_product WHERE product_key <> 0",
        (
            (
                "INSERT INTO star.dim_product (product_key, product_id, name, is_placeholder) "
                "SELECT key, n1, n1, true FROM fresh ORDER BY key"
            ),
        ),
    ),
    "campaign": Dimension(
        "campaign_key",
        ("campaign_id",),
        "SELECT campaign_key AS key, campaign_id AS n1 FROM star.dim_campaign WHERE campaign_key <> 0",
        (
            (
                "INSERT INTO star.dim_campaign (campaign_key, campaign_id, name, is_placeholder) "
                "SELECT key, n1, n1, true FROM fresh ORDER BY key"
            ),
        ),
        alias="SELECT min(campaign_key) AS key, name AS n1 FROM star.dim_campaign WHERE campaign_key <> 0 GROUP BY 2",
    ),
    "channel": Dimension(
        "channel_key",
        ("channel",),
        "SELECT channel_key AS key, channel AS n1 FROM star.dim_channel",
        (
            "INSERT INTO star.dim_channel (channel_key, channel, medium) SELECT key, n1, '(not set)' FROM fresh ORDER BY key",
        ),
        first=_OWN_CHANNELS,
    ),
    "device": Dimension(
        "device_key",
        ("device_type", "os", "browser"),
        "SELECT device_key AS key, CAST(device_type AS VARCHAR) AS n1, os AS n2, browser AS n3 FROM star.dim_device",
        (
            "INSERT INTO star.dim_device (device_key, device_type, os, browser) SELECT key, coalesce(TRY_CAST(n1 AS star.device_type), 'other'), n2, n3 FROM fresh ORDER BY key",
        ),
    ),
    "geography": Dimension(
        "geography_key",
        ("country", "region", "city"),
        "SELECT geography_key AS key, country AS n1, region AS n2, city AS n3 FROM star.dim_geography",
        (
            (
                "INSERT INTO star.dim_geography (geography_key, country, region, city) "
                "SELECT key, n1, n2, n3 FROM fresh ORDER BY key"
            ),
        ),
    ),
    "page": Dimension(
        "page_key",
        ("path",),
        "SELECT page_key AS key, path AS n1 FROM star.dim_page WHERE page_key <> 0",
        (
            """INSERT INTO star.dim_page (page_key, path, page_type) SELECT key, n1, CASE
                WHEN n1 IN ('/', '/home', '/index.html') THEN 'home'
                WHEN regexp_matches(n1, '(?i)/(cart|basket)') THEN 'cart'
                WHEN regexp_matches(n1, '(?i)/(order[-_]?confirm|confirmation|thank)') THEN 'confirmation'
                WHEN regexp_matches(n1, '(?i)/checkout') THEN 'checkout'
                WHEN regexp_matches(n1, '(?i)/(products?|item|p|dp)/.') THEN 'product'
                WHEN regexp_matches(n1, '(?i)/(categor|collections?|shop|c)(y|ies)?/') THEN 'category'
                WHEN regexp_matches(n1, '(?i)/blog') THEN 'blog' ELSE 'other' END
            FROM fresh ORDER BY key""",
        ),
    ),
    "visitor": Dimension(
        "visitor_key",
        ("visitor_id",),
        "SELECT visitor_id AS key, source_id AS n1 FROM star.bridge_visitor",
        ("INSERT INTO star.bridge_visitor (visitor_id, source_id) SELECT key, n1 FROM fresh ORDER BY key",),
    ),
    "experiment": Dimension(
        "experiment_key",
        ("experiment_id",),
        "SELECT experiment_key AS key, experiment_id AS n1 FROM star.dim_experiment",
        (
            "INSERT INTO star.dim_experiment (experiment_key, experiment_id, name) SELECT key, n1, n1 FROM fresh ORDER BY key",
        ),
    ),
    "variant": Dimension(
        "variant_key",
        ("experiment", "variant"),
        "SELECT variant_key AS key, experiment_id AS n1, variant AS n2 "
        "FROM star.dim_variant JOIN star.dim_experiment USING (experiment_key)",
        (
            (
                "INSERT INTO star.dim_variant (variant_key, experiment_key, variant) SELECT key, experiment_key, n2 "
                "FROM fresh JOIN star.dim_experiment ON experiment_id = n1 ORDER BY key"
            ),
        ),
    ),
}
# The variants' experiments must be there before them.
_ORDER = tuple(DIMENSIONS)


@dataclass(frozen=True)
class Join:
    """A LEFT JOIN that gives `column` for each row of a staged table that is called `staged`."""

    column: str
    sql: str
    expression: str


@dataclass
class Resolved:
    """The joins of a staged table, and how many members were made, by dimension."""

    joins: list[Join]
    made: dict[str, int]


def resolve(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Resolved:
    """Find or make the members that staged rows name; their keys stand in temporary tables for the joins returned."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name in staged.fed:
        of = staged.entity.field(name)
        if of.dimension is not None and not (staged.entity.is_dimension and name in staged.entity.key):
            key = of.key or DIMENSIONS[of.dimension].key
            groups.setdefault((of.dimension, key), []).append(name)
    resolved = Resolved([], {})
    for dimension, key in sorted(groups, key=lambda pair: _ORDER.index(pair[0])):
        found = _resolve_one(connection, staged, DIMENSIONS[dimension], key, groups[dimension, key])
        resolved.joins.append(found[0])
        if found[1]:
            resolved.made[dimension] = resolved.made.get(dimension, 0) + found[1]
    return resolved


def _resolve_one(
    connection: duckdb.DuckDBPyConnection, staged: Staged, of: Dimension, key: str, names: list[str]
) -> tuple[Join, int]:
    values = _natural(staged, of, names)
    columns = [f"n{place}" for place in range(1, len(values) + 1)]
    table = f"key_{staged.entity.name.replace('.', '_')}_{key}"
    wanted = ", ".join(f"{value} AS {column}" for value, column in zip(values, columns, strict=True))
    given = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    same = " AND ".join(f"member.{column} = wanted.{column}" for column in columns)
    alias = f"LEFT JOIN ({of.alias}) AS other ON other.n1 = wanted.n1" if of.alias else ""
    found = "coalesce(member.key, other.key)" if of.alias else "member.key"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS "
        f"WITH wanted AS (SELECT {wanted}, min(row) AS row FROM {staged.name} WHERE {given} GROUP BY ALL) "
        f"SELECT wanted.*, {found} AS key FROM wanted LEFT JOIN ({of.members}) AS member ON {same} {alias}"
    )
    made = 0
    if not all(staged.entity.field(name).only_known for name in names):
        made = _make(connection, staged, of, table, names)
    on = " AND ".join(f"{table}.{column} = {value}" for column, value in zip(columns, values, strict=True))
    return Join(key, f"LEFT JOIN {table} ON {on}", f"{table}.key"), made


def _make(
    connection: duckdb.DuckDBPyConnection, staged: Staged, of: Dimension, table: str, names: list[str]
) -> int:
    """Make placeholders for what was not found; an address in a field of known ones only makes nobody."""
    barred = [name for name in names if staged.entity.field(name).only_known]
    but = "".join(
        f" AND n1 NOT IN (SELECT {quoted(name)} FROM {staged.name} WHERE {quoted(name)} IS NOT NULL)"
        for name in barred
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT * REPLACE (greatest((SELECT max(key) FROM ({of.members})), {of.first}) "
        f"+ row_number() OVER (ORDER BY row, n1) AS key) FROM {table} WHERE key IS NULL{but}"
    )
    made = int(connection.execute("SELECT count(*) FROM fresh").fetchall()[0][0])
    if made:
        for statement in of.add:
            connection.execute(statement)
        columns = [f"n{place}" for place in range(1, len(of.natural) + 1)]
        same = " AND ".join(f"{table}.{column} = fresh.{column}" for column in columns)
        connection.execute(f"UPDATE {table} SET key = fresh.key FROM fresh WHERE {same}")
    connection.execute("DROP TABLE fresh")
    return made


def _natural(staged: Staged, of: Dimension, names: list[str]) -> list[str]:
    """Return the SQL of what identifies the member that a staged row names; NULL in all of them if it names none."""
    if len(of.natural) == 1:
        return [f"coalesce({', '.join(quoted(name) for name in names)})"]
    given = [
        f"coalesce({quoted(name)}, '(unknown)')" if name in staged.fed else "'(unknown)'"
        for name in of.natural
    ]
    some = " OR ".join(f"{quoted(name)} IS NOT NULL" for name in names)
    return [f"CASE WHEN {some} THEN {value} END" for value in given]
