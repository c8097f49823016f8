"""Open a warehouse file with whatever DuckDB is installed, and ask every view and every table macro in it.

Needs nothing but duckdb: it runs where the file must be readable, not where it was made.
"""

import sys
import time

import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as connection:
    views = connection.execute(
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    macros = connection.execute(
        "SELECT schema_name || '.' || function_name || '()' FROM duckdb_functions() "
        "WHERE function_type = 'table_macro' AND NOT internal AND schema_name <> 'main' ORDER BY ALL"
    ).fetchall()
    for (name,) in [*views, *macros]:
        started = time.monotonic()
        rows = connection.execute(f"SELECT count(*) FROM (FROM {name})").fetchall()[0][0]
        print(f"{name:40} {rows:>10,} rows {time.monotonic() - started:6.2f} s")
    print(f"duckdb {duckdb.__version__}: {len(views)} views and {len(macros)} table macros answer")
    sys.exit(0 if views and macros else 1)
