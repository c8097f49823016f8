"""Primary and foreign keys: read from a CREATE TABLE, taken out of it, and turned into checks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

__all__ = ["Key", "declared", "exceptions_sql", "without_keys"]


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


def declared(create: exp.Expr, relation: str) -> tuple[Key, ...]:
    """Return the keys that a CREATE TABLE declares, inline or at its end, the primary key first."""
    inline = [
        (column, constraint.kind)
        for column in create.find_all(exp.ColumnDef)
        for constraint in column.constraints
    ]
    found = [
        Key(relation, (column.name,))
        for column, kind in inline
        if isinstance(kind, exp.PrimaryKeyColumnConstraint)
    ]
    found += [
        _foreign(relation, (column.name,), kind) for column, kind in inline if isinstance(kind, exp.Reference)
    ]
    found += [
        Key(relation, tuple(column.name for column in primary.expressions))
        for primary in create.find_all(exp.PrimaryKey)
    ]
    for foreign in create.find_all(exp.ForeignKey):
        columns = tuple(column.name for column in foreign.expressions)
        found.append(_foreign(relation, columns, foreign.args["reference"]))
    return tuple(sorted(found, key=lambda key: key.kind, reverse=True))


def _foreign(relation: str, columns: tuple[str, ...], reference: exp.Reference) -> Key:
    schema = reference.this
    target = tuple(column.name for column in schema.expressions) or columns
    return Key(relation, columns, f"{schema.this.db or 'main'}.{schema.this.name}", target)


def without_keys(create: exp.Expr) -> exp.Expr:
    """Return the CREATE TABLE without its primary and foreign keys; a primary key's columns stay NOT NULL."""
    bare = create.copy()
    for column in bare.find_all(exp.ColumnDef):
        for constraint in list(column.constraints):
            if isinstance(constraint.kind, exp.PrimaryKeyColumnConstraint):
                constraint.set("kind", exp.NotNullColumnConstraint())
            elif isinstance(constraint.kind, exp.Reference):
                constraint.pop()
    for key in list(bare.find_all(exp.PrimaryKey, exp.ForeignKey)):
        key.pop()
    return bare


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
