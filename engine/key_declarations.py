"""Primary and foreign keys read from a CREATE TABLE, and taken out of it."""

from __future__ import annotations

from sqlglot import exp

from martlet.engine.keys import Key

__all__ = ["declared", "without_keys"]


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
