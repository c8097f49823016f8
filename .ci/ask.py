"""Ask the views and table macros of a warehouse file with whatever DuckDB is installed; prints JSON, one value a line.

    python ask.py FILE KEEP [BEGINNING ...]    name, columns, rows and digest of each, or the error that it met
    python ask.py --views FILE KEEP [...]      the same of views alone

The answers are also kept whole, as Parquet files in the folder KEEP, texts but for floating numbers: old versions plan some
macros for half a minute, so each is asked once.

Needs nothing but duckdb: it runs where the file must be readable, not where it was made.
"""

import json
import sys
from pathlib import Path

import duckdb

# Scalar macros can't be asked without arguments: one query asks them all.
STATISTICS = "stats.macros"


def names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return what there is to ask: views by their name, table macros as a call with their defaults.

    A macro whose view is this very call is not asked again.
    """
    views = dict(
        connection.execute(
            "SELECT schema_name || '.' || view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
    )
    macros = [
        name
        for (name,) in connection.execute(
            "SELECT schema_name || '.' || function_name FROM duckdb_functions() "
            "WHERE function_type = 'table_macro' AND NOT internal AND schema_name <> 'main' ORDER BY ALL"
        ).fetchall()
    ]
    calls = [f"{name}()" for name in macros if f"FROM {name}()" not in views.get(name, "")]
    has_statistics = connection.execute(
        "SELECT count(*) > 0 FROM duckdb_functions() WHERE schema_name = 'stats'"
    ).fetchone() == (True,)
    return [*views, *([STATISTICS] if has_statistics else []), *calls]


def answer(
    connection: duckdb.DuckDBPyConnection, name: str, keep: Path, source: str = ""
) -> dict[str, object]:
    """Return the columns of a relation (or of a query, its source), the number of its rows, and a digest of all values, the same in any order of rows."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE answer AS SELECT * FROM {source or name}")
    columns = connection.execute(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'temp' AND table_name = 'answer' "
        "ORDER BY column_index"
    ).fetchall()
    texts = [f'CAST("{column}" AS VARCHAR)' for column, _ in columns]
    filled = ", ".join(f"coalesce({text}, '')" for text in texts)
    digest = f"sum(md5_number_lower(concat_ws('|', {filled})))"
    rows, total = connection.execute(f"SELECT count(*), CAST({digest} AS VARCHAR) FROM answer").fetchall()[0]
    cells = ", ".join(
        f'"{column}"' if kind == "DOUBLE" else f'{text} AS "{column}"'
        for text, (column, kind) in zip(texts, columns, strict=True)
    )
    # A floating number sorts otherwise where its last digit differs from version to version, so the rest comes first.
    order = ", ".join(f'"{column}"' for column, _ in sorted(columns, key=lambda one: one[1] == "DOUBLE"))
    kept = str(keep / f"{name}.parquet").replace("'", "''")
    connection.execute(f"COPY (SELECT {cells} FROM answer ORDER BY {order}) TO '{kept}'")
    return {"name": name, "columns": [column for column, _ in columns], "rows": rows, "digest": total}


def main() -> None:
    """Answer the command line."""
    file, keep, *beginnings = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    with duckdb.connect(file, read_only=True) as connection:
        for name in names(connection):
            if "--views" in sys.argv and name.endswith("()"):
                continue
            if not beginnings or name.startswith(tuple(beginnings)):
                source = Path(__file__).with_name("statistics.sql").read_text() if name == STATISTICS else ""
                try:
                    found = answer(connection, name, Path(keep), f"({source})" if source else "")
                except duckdb.Error as error:
                    found = {"name": name, "error": str(error)}
                print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
