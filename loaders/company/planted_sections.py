"""The sections of the truth: what caused the orders, what the channels do, who has left, then each table of `truth`.

Tables that this module does not know are shown too, with the doc that the catalogue of the file has for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from martlet.engine.errors import UnknownNameError, WarehouseError, did_you_mean, shown
from martlet.engine.summed import Summed
from martlet.engine.warehouse import Warehouse
from martlet.loaders.company import planted_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

__all__ = ["Section", "sections", "truth"]

# Longer tables are summed up, column by column.
_MOST_ROWS = 60
# What a key is called by, where the truth refers to a dimension.
_LABELS = {
    "dim_campaign": "name",
    "dim_channel": "channel",
    "dim_customer": "customer_id",
    "dim_experiment": "name",
    "dim_product": "name",
    "dim_variant": "variant",
}
# What else of a dimension the truth is to be held against.
_BESIDE = {"dim_variant": ("allocation",)}
# Tables that the sections made by hand tell.
_TOLD = ("channel_effect", "customer", "order_cause")
_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "INTEGER", "BIGINT", "SMALLINT", "HUGEINT")


@dataclass(frozen=True, repr=False)
class Section(Summed):
    """A part of the truth: name and title, sentences, rows of which `labels` say what they are about, and the table's doc."""

    name: str
    title: str
    words: tuple[str, ...]
    table: pa.Table
    labels: tuple[str, ...]
    doc: str

    def summary(self) -> str:
        """Return the title and the sentences."""
        return "\n".join([self.title, *self.words])


@overload
def truth(warehouse: str | Path = ..., section: None = None) -> list[Section]: ...
@overload
def truth(warehouse: str | Path = ..., section: str = ...) -> Section: ...
def truth(warehouse: str | Path = "warehouse.duckdb", section: str | None = None) -> list[Section] | Section:
    """Tell what was planted in a synthetic company: all sections, or the one of a name, each in words and as a table.

    Parameters
    ----------
    warehouse
        A file that `build` made.
    section
        Name of a section, such as `channels` or `experiment`.

    Raises
    ------
    WarehouseError
        If the warehouse has no truth, since its data are real.
    UnknownNameError
        If there is no section of that name.

    Examples
    --------
    >>> [section.name for section in martlet.truth(path)][:3]
    ['causes', 'channels', 'customers']
    >>> planted = martlet.truth(path, "channels")
    >>> planted.table.column_names[:2], len(planted.words) > 0
    (['channel', 'really_caused'], True)
    """
    with Warehouse(warehouse) as opened:
        found = sections(opened, section)
    return found if section is None else found[0]


def sections(warehouse: Warehouse, name: str | None = None) -> list[Section]:
    """Return all sections of an open warehouse, or the one of that name.

    Raises
    ------
    WarehouseError
        If the warehouse has no truth, since its data are real.
    UnknownNameError
        If there is no section of that name.
    """
    if not warehouse.sql("SELECT 1 FROM truth.order_cause LIMIT 1").rows():
        raise WarehouseError(
            f"{warehouse.path} holds no synthetic company with orders, so nothing was planted; make one with: martlet build"
        )
    found = list(_all(warehouse))
    if name is None:
        return found
    names = [section.name for section in found]
    if name not in names:
        raise UnknownNameError(
            f"there is no section {shown(name)}.{did_you_mean(name, names)} Allowed: {', '.join(names)}"
        )
    return [found[names.index(name)]]


def _all(warehouse: Warehouse) -> Iterator[Section]:
    docs = {
        row["name"]: row
        for row in _rows(
            warehouse,
            "SELECT name, doc, grain, row_count FROM meta.relation WHERE schema_name = 'truth' ORDER BY name",
        )
    }
    for part in words.PARTS:
        table = warehouse.sql(part.sql(_columns(warehouse, part.relation))).arrow()
        doc = docs[part.relation]["doc"]
        yield Section(
            part.name, part.title, tuple(part.words(table.to_pylist())), table, (table.column_names[0],), doc
        )
    for name, relation in docs.items():
        if name not in _TOLD and relation["row_count"]:
            yield _of_table(warehouse, name, relation)


def _of_table(warehouse: Warehouse, name: str, relation: dict[str, Any]) -> Section:
    """Return the section of a table by what the catalogue says about it."""
    columns = _columns(warehouse, name)
    title = words.TITLES.get(name, name.replace("_", " ").capitalize())
    if relation["row_count"] > _MOST_ROWS:
        table = warehouse.sql(_summed_up(name, columns)).arrow()
        return Section(name, title, (relation["doc"],), table, ("column",), relation["doc"])
    grain = (relation["grain"] or "").split(", ")
    sql, shown = _named(warehouse, name, columns, grain)
    table = warehouse.sql(sql).arrow()
    said = words.WORDS[name](table.to_pylist()) if name in words.WORDS else []
    return Section(name, title, (*said, relation["doc"]), table, shown, relation["doc"])


def _named(
    warehouse: Warehouse, name: str, columns: dict[str, str], grain: list[str]
) -> tuple[str, tuple[str, ...]]:
    """Return the SELECT of a table's rows, keys of dimensions as names, and the columns that identify a row there."""
    keys = {
        row["columns"]: row
        for row in _rows(
            warehouse,
            "SELECT columns, references_relation, references_columns FROM meta.key "
            f"WHERE schema_name = 'truth' AND relation = '{name}' AND references_schema = 'star'",
        )
    }
    chosen, joins, called = [], [], {}
    for column in columns:
        key = keys.get(column)
        label = _LABELS.get(key["references_relation"]) if key else None
        called[column] = column.removesuffix("_key") if label else column
        if key and label:
            joined = f"dim_{column}"
            chosen.append(f"{joined}.{label} AS {called[column]}")
            chosen += [f"{joined}.{beside}" for beside in _BESIDE.get(key["references_relation"], ())]
            joins.append(
                f"LEFT JOIN star.{key['references_relation']} AS {joined} "
                f"ON {joined}.{key['references_columns']} = planted.{column}"
            )
        else:
            chosen.append(f'planted."{column}"')
    order = ", ".join(f'planted."{column}"' for column in columns if column in grain) or "ALL"
    sql = f"SELECT {', '.join(chosen)} FROM truth.{name} AS planted {' '.join(joins)} ORDER BY {order}"
    return sql, tuple(called[column] for column in columns if column in grain)


def _summed_up(name: str, columns: dict[str, str]) -> str:
    """Return the SELECT that says of each column, keys and ids apart, how it is spread."""
    parts = []
    for place, (column, kind) in enumerate(columns.items()):
        if column.endswith(("_key", "_id")):
            continue
        is_number = kind.startswith(_NUMBERS)
        number = f'CAST("{column}" AS DOUBLE)' if is_number else "CAST(NULL AS DOUBLE)"
        usual = "CAST(NULL AS VARCHAR)" if is_number else f'CAST(mode("{column}") AS VARCHAR)'
        parts.append(
            f'SELECT {place} AS place, \'{column}\' AS "column", count("{column}") AS filled, min({number}) AS least, '
            f"avg({number}) AS mean, max({number}) AS most, {usual} AS most_common FROM truth.{name}"
        )
    return f"SELECT * EXCLUDE (place) FROM ({' UNION ALL '.join(parts)}) ORDER BY place"


def _columns(warehouse: Warehouse, name: str) -> dict[str, str]:
    sql = (
        "SELECT name, data_type FROM meta.column WHERE schema_name = 'truth' "
        f"AND relation = '{name}' ORDER BY position"
    )
    return {row["name"]: row["data_type"] for row in _rows(warehouse, sql)}


def _rows(warehouse: Warehouse, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = warehouse.sql(sql).arrow().to_pylist()
    return rows
