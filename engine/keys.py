"""Primary and foreign keys, and the checks that they become."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Key", "exceptions_sql"]


@dataclass(frozen=True)
class Key:
    """A primary key (`references` is empty) or a foreign key to `references` (`schema.table`) and `target`."""

    relation: str
    columns: tuple[str, ...]
    references: str = ""
    target: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """`primary` or `foreign`."""
        return "foreign" if self.references else "primary"

    @property
    def name(self) -> str:
        """What check results call it: `star.fact_order(customer_key) -> star.dim_customer`."""
        arrow = f" -> {self.references}" if self.references else " unique"
        return f"{self.relation}({', '.join(self.columns)}){arrow}"


def exceptions_sql(key: Key) -> str:
    """Return a SELECT of the rows that break a key: repeated or NULL keys, or references to nobody."""
    columns = ", ".join(f'"{column}"' for column in key.columns)
    if key.kind == "primary":
        null = " OR ".join(f'"{column}" IS NULL' for column in key.columns)
        return (
            f"SELECT {columns}, 'repeated ' || count(*) || ' times, or NULL' AS reason FROM {key.relation} "
            f"GROUP BY {columns} HAVING count(*) > 1 OR {null}"
        )
    pairs = " AND ".join(
        f'parent."{target}" = child."{column}"'
        for column, target in zip(key.columns, key.target, strict=True)
    )
    given = " AND ".join(f'child."{column}" IS NOT NULL' for column in key.columns)
    return (
        f"SELECT DISTINCT {columns}, 'not in {key.references}' AS reason FROM {key.relation} AS child "
        f"WHERE {given} AND NOT EXISTS (SELECT 1 FROM {key.references} AS parent WHERE {pairs})"
    )
