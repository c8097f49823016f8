"""Open a warehouse file with whatever DuckDB is installed, ask every view and table macro, and print what they answer.

A line for each: its name, its rows, and a digest of its values, the same in any order of rows and on any version. Needs
nothing but duckdb: it runs where the file must be readable, not where it was made.
"""

import sys

import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    views = connection.execute(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    macros = connection.execute(
        "SELECT schema_name || '.' || function_name || '()' FROM duckdb_functions() "
        "WHERE function_type = 'table_macro' AND NOT internal AND schema_name <> 'main' ORDER BY ALL"
    ).fetchall()
    if not views or not macros:
        sys.exit(f"{sys.argv[1]} has {len(views)} views and {len(macros)} table macros")
    for (name,) in [*views, *macros]:
        columns = connection.execute(f"DESCRIBE (FROM {name})").fetchall()
        # The last digits of a sum of floats depend on the order in which it is added up.
        texts = ", ".join(
            f"coalesce(CAST(round(\"{column}\", 6) AS VARCHAR), '')"
            if kind == "DOUBLE"
            else f"coalesce(CAST(\"{column}\" AS VARCHAR), '')"
            for column, kind, *_ in columns
        )
        rows, digest = connection.execute(
            f"SELECT count(*), md5(string_agg(row_text, chr(10) ORDER BY row_text)) "
            f"FROM (SELECT concat_ws('|', {texts}) AS row_text FROM {name})"
        ).fetchall()[0]
        print(f"{name:32} {rows:>10,} {digest}")
