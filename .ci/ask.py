"""Ask the views and table macros of a warehouse file with whatever DuckDB is installed; prints JSON, one value a line.

    python ask.py FILE [BEGINNING ...]    name, rows and digest of each, or the error that it met
    python ask.py --views FILE [...]      the same of views alone
    python ask.py --rows FILE NAME        the columns of one, then its rows

Needs nothing but duckdb: it runs where the file must be readable, not where it was made.
"""

import json
import sys

import duckdb


def names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what there is to ask: views by their name, table macros as a call with their defaults."""
    views = connection.execute(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    macros = connection.execute(
        "SELECT schema_name || '.' || function_name || '()' FROM duckdb_functions() "
        "WHERE function_type = 'table_macro' AND NOT internal AND schema_name <> 'main' ORDER BY ALL"
    ).fetchall()
    return [name for (name,) in [*views, *macros]]


def columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple[str, str]]:
    """Return names and types. A macro has those of its view: to plan it for them takes seconds in old versions."""
    return connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE schema_name || '.' || table_name = ? ORDER BY column_index",
        [name.removesuffix("()")],
    ).fetchall()


def summary(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, object]:
    """Return the number of rows and a digest of all values, the same in any order of rows."""
    texts = ", ".join(
        f"coalesce(CAST(\"{column}\" AS VARCHAR), '')" for column, _ in columns(connection, name)
    )
    digest = f"sum(md5_number_lower(concat_ws('|', {texts})))"
    rows, total = connection.execute(f"SELECT count(*), CAST({digest} AS VARCHAR) FROM {name}").fetchall()[0]
    return {"name": name, "rows": rows, "digest": total}


def rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[list[str | float | None]]:
    """Return all rows: floating numbers as they are, the rest as text, sorted by the text first.

    Floating numbers may differ in their last digits from version to version, and would sort otherwise.
    """
    shown = [
        (f'"{column}"' if kind == "DOUBLE" else f'CAST("{column}" AS VARCHAR)', kind == "DOUBLE")
        for column, kind in columns(connection, name)
    ]
    order = ", ".join(text for text, _ in sorted(shown, key=lambda one: one[1]))
    select = ", ".join(text for text, _ in shown)
    return [
        list(row) for row in connection.execute(f"SELECT {select} FROM {name} ORDER BY {order}").fetchall()
    ]


def main() -> None:
    """Answer the command line."""
    arguments = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    with duckdb.connect(arguments[0], read_only=True) as connection:
        if "--rows" in sys.argv:
            print(json.dumps([column for column, _ in columns(connection, arguments[1])]))
            for row in rows(connection, arguments[1]):
                print(json.dumps(row))
            return
        for name in names(connection):
            if "--views" in sys.argv and name.endswith("()"):
                continue
            if len(arguments) == 1 or name.startswith(tuple(arguments[1:])):
                try:
                    answer = summary(connection, name)
                except duckdb.Error as error:
                    answer = {"name": name, "error": str(error)}
                print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
