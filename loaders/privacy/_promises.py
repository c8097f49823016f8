"""What forgetting promises, held to before a file is published: the totals stay, and no address and no full name is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.errors import CheckError
from martlet.engine.relation import quote
from martlet.loaders.privacy._erasing import columns_of, tables
from martlet.loaders.privacy._person import OLD

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.privacy._person import Person

__all__ = ["hold_to_promise", "hold_to_totals"]


def hold_to_totals(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse to go on where a fact is not what it was but for its texts."""
    broken = []
    for relation in tables():
        figures = [column.name for column in columns_of(connection, relation) if column.kind != "VARCHAR"]
        if relation.unit.folder in ("facts", "bridges") and figures:
            digest = f"SELECT count(*), sum(CAST(hash({', '.join(figures)}) AS HUGEINT)) FROM "
            new, old = (
                connection.execute(digest + database + relation.qualified).fetchall()
                for database in ("", f"{OLD}.")
            )
            if new != old:
                broken.append(relation.qualified)
    if broken:
        raise CheckError(f"nothing was published, since more than texts would change in {', '.join(broken)}")


def hold_to_promise(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Refuse to publish where a text still holds an address of the person, or first and last name together."""
    sql = (
        "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns() WHERE NOT internal "
        "AND data_type = 'VARCHAR' AND (schema_name, table_name) IN (SELECT (schema_name, table_name) FROM duckdb_tables())"
    )
    broken = []
    for table, column in connection.execute(sql).fetchall():
        is_address = (table, column) == ("star.dim_customer", "email")
        emails = ", ".join(map(quote, person.emails))
        is_person = table.startswith("star.dim_customer")
        there = person.at(f"{table}.{column}")
        held = f"list_contains([{emails}], lower(trim({column})))" if is_address else there.known_in(column)
        held = held if is_person else f"({held} OR {there.called_in(column)})"
        if rows := connection.execute(f"SELECT count(*) FROM {table} WHERE {held}").fetchall()[0][0]:
            broken.append(f"{table}.{column} in {rows} rows")
    if broken:
        raise CheckError(
            f"nothing was published, since the address or the name would be left: {', '.join(broken)}"
        )
