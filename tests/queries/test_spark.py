"""The packs of funnels, journeys and of the web, compiled for Spark, answer there as they do in DuckDB: over the star as Parquet."""

import duckdb
import pytest

from martlet.engine import compiling, packs

pyspark = pytest.importorskip("pyspark", reason="pyspark is not installed: pip install pyspark, and Java 17")

PATHS = [path for path in packs.queries() if path.split("/")[0] in {"funnel", "journey", "web"}]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def spark(warehouse_path, tmp_path_factory):
    """A session of Spark that sees the tables of the generated company."""
    folder = tmp_path_factory.mktemp("spark")
    from pyspark.sql import SparkSession  # noqa: PLC0415 - there where it is installed

    try:
        session = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.warehouse.dir", str(folder / "tables"))
            .getOrCreate()
        )
    except Exception as error:  # noqa: BLE001 - without Java it is whatever the gateway raises
        pytest.skip(f"Spark does not start: {error}")
    session.sparkContext.setLogLevel("OFF")
    with duckdb.connect(str(warehouse_path), read_only=True) as connection:
        columns = connection.execute(
            "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = 'star' OR (schema_name, table_name) = ('meta', 'setting') ORDER BY 1, column_index"
        ).fetchall()
        tables = {}
        for table, name, kind in columns:
            # Words of an enumeration are text in Spark.
            text = f'CAST("{name}" AS VARCHAR) AS "{name}"' if kind.startswith("ENUM") else f'"{name}"'
            tables.setdefault(table, []).append(text)
        for database in ("star", "meta"):
            session.sql(f"CREATE DATABASE {database}")
        for table, names in tables.items():
            file = folder / f"{table}.parquet"
            connection.execute(f"COPY (SELECT {', '.join(names)} FROM {table}) TO '{file}'")
            session.sql(f"CREATE TABLE {table} USING PARQUET LOCATION '{file}'")
    yield session
    session.stop()


def in_digits(rows):
    """Return rows with nine digits of each floating number: the last ones depend on the order of adding up."""
    return [tuple(float(f"{cell:.9g}") if isinstance(cell, float) else cell for cell in row) for row in rows]


@pytest.mark.parametrize("path", PATHS)
def test_spark_answers_as_duckdb_does(spark, warehouse, path):
    text, doubts = compiling.compile(packs.get(path), {}, "spark")
    assert doubts == []
    found = [tuple(row) for row in spark.sql(text).collect()]
    assert in_digits(found) == in_digits(warehouse.query(path).rows())
