"""SQL of a stranger reads the warehouse and nothing else, within its time and memory."""

import subprocess
import sys
import time

import pyarrow as pa
import pytest

from martlet.engine import sandbox
from martlet.engine.errors import ParameterError, QueryError, WarehouseError


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n FROM star.fact_order",
        "FROM segmentation.rfm",
        "FROM attribution.channels(model := 'last')",
        "SELECT main.ratio(1, 2) AS half",
        "VALUES (1, 'a')",
        "DESCRIBE star.fact_order",
        "PIVOT (SELECT is_first_order, net_revenue FROM star.fact_order) ON is_first_order USING sum(net_revenue)",
    ],
)
def test_ordinary_selects_work(warehouse_path, sql):
    answer = sandbox.run(warehouse_path, sql)
    assert isinstance(answer, pa.Table)
    assert answer.num_rows > 0


def test_the_answer_is_that_of_an_open_connection(warehouse_path, warehouse):
    sql = "SELECT * FROM star.fact_order ORDER BY order_id"
    assert sandbox.run(warehouse_path, sql).equals(warehouse.sql(sql).arrow())


def test_max_rows_are_the_first(warehouse_path):
    assert sandbox.run(warehouse_path, "FROM range(50000)", max_rows=3).column(0).to_pylist() == [0, 1, 2]
    assert sandbox.run(warehouse_path, "FROM range(5)", max_rows=0).num_rows == 0


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_parquet('https://example.com/a.parquet')",
        "SELECT * FROM duckdb_secrets()",
        "COPY star.fact_order TO '{folder}/out.csv'",
        "EXPORT DATABASE '{folder}/out'",
        "ATTACH '{folder}/out.duckdb' AS other",
        "INSTALL httpfs",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "DELETE FROM star.fact_order",
        "WITH gone AS (DELETE FROM star.fact_order RETURNING *) SELECT * FROM gone",
        "CREATE TABLE star.mine AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT * FROM enable_logging()",
        "",
        "nonsense",
    ],
)
def test_whatever_else_is_refused(warehouse_path, tmp_path, sql):
    before = warehouse_path.read_bytes()
    with pytest.raises(QueryError):
        sandbox.run(warehouse_path, sql.format(folder=tmp_path))
    assert warehouse_path.read_bytes() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT max(a.range * b.range) FROM range(100000000) AS a, range(100000000) AS b",
        "SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))",
    ],
)
def test_what_takes_too_long_is_stopped(warehouse_path, sql):
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"took longer than 0\.5 s"):
        sandbox.run(warehouse_path, sql, timeout=0.5)
    # Left alone, they take hours; a busy machine takes seconds to stop one.
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT array_agg(range) FROM range(100000000)",
        "SELECT length(repeat('x', 3000000000))",
    ],
)
def test_what_takes_too_much_memory_is_stopped(warehouse_path, sql):
    with pytest.raises(QueryError, match="needed more than 200MB of memory"):
        sandbox.run(warehouse_path, sql, memory="200MB")


def test_an_endless_answer_does_not_fill_our_memory(warehouse_path):
    with pytest.raises(QueryError, match="larger than 100MB"):
        sandbox.run(warehouse_path, "SELECT repeat('x', 1000) FROM range(1000000)", memory="100MB")


def test_an_error_keeps_the_words_of_duckdb(warehouse_path):
    with pytest.raises(QueryError, match=r"fact_ordr does not exist[\s\S]*fact_order"):
        sandbox.run(warehouse_path, "SELECT * FROM star.fact_ordr")


def test_only_warehouses_are_opened(tmp_path):
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        sandbox.run(tmp_path / "none.duckdb", "SELECT 1")
    (tmp_path / "text.duckdb").write_text("no database")
    with pytest.raises(WarehouseError, match="is no DuckDB file"):
        sandbox.run(tmp_path / "text.duckdb", "SELECT 1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": 0},
        {"timeout": float("nan")},
        {"memory": "much"},
        {"max_rows": -1},
        {"memory": "99999999999999TB"},
        {"memory": "9" * 400 + "GB"},
        {"timeout": "x"},
        {"max_rows": 0.5},
    ],
)
def test_impossible_limits_are_refused(warehouse_path, wrong):
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        sandbox.run(warehouse_path, "SELECT 1", **wrong)


# What DuckDB's settings refuse, or the operating system where these allow the warehouse's own files. FILE is a file that is there,
# OUT one that is not, OWN the warehouse.
ESCAPES = [
    "FROM read_blob('OWN')",
    "FROM read_text('OWN')",
    "FROM read_duckdb('OWN')",
    "FROM 'OWN'",
    "FROM sniff_csv('OWN')",
    "FROM read_csv('OWN', delim = '|', header = false)",
    "FROM read_text('FILE')",
    "FROM read_duckdb('FILE')",
    "FROM read_csv('FILE')",
    "FROM read_csv(['OWN', 'FILE'])",
    "FROM read_json('FILE')",
    "FROM read_ndjson_objects('FILE')",
    "FROM read_parquet('FILE')",
    "FROM parquet_metadata('FILE')",
    "FROM parquet_kv_metadata('FILE')",
    "FROM parquet_schema('FILE')",
    "FROM parquet_bloom_probe('FILE', 'a', 1)",
    "FROM sniff_csv('FILE')",
    "FROM 'FILE'",
    'FROM "FILE"',
    "FROM read_text('file://FILE')",
    "FROM read_text('/proc/self/root/FILE')",
    "FROM read_text('/proc/self/environ')",
    "FROM read_text('/proc/self/cmdline')",
    "FROM read_blob('/proc/self/fd/3')",
    "FROM read_blob('/proc/self/mem')",
    "FROM read_text('/dev/stdin')",
    "FROM read_text('/dev/fd/0')",
    "FROM read_text('OWN/../FILE')",
    "FROM read_text('OWN.tmp/x')",
    "FROM read_text('OWN.tmp/../x')",
    "FROM glob('/*')",
    "FROM glob('OWN.tmp/*')",
    "FROM glob('~/*')",
    "FROM read_text('~/.ssh/id_rsa')",
    "FROM read_csv('http://127.0.0.1:9/a.csv')",
    "FROM read_csv('https://127.0.0.1:9/a.csv')",
    "FROM read_csv('s3://bucket/a.csv')",
    "FROM read_csv('hf://datasets/a/b.csv')",
    "FROM read_text('\\\\127.0.0.1\\share\\a')",
    "FROM duckdb_secrets()",
    "FROM duckdb_extensions()",
    "FROM which_secret('s3://x', 's3')",
    "FROM arrow_scan(1, 2, 3)",
    "FROM pandas_scan(1)",
    "FROM python_arrow_scan(1)",
    "FROM job",
    "FROM sys",
    "SELECT getenv('HOME')",
    "SELECT current_setting('s3_secret_access_key') || error('x')",
    "FROM storage_info('FILE')",
    "FROM import_database('OUT')",
    "FROM copy_database('a', 'b')",
    "FROM add_parquet_key('k', '0123456789012345')",
    "FROM register_external_resource('a', 'b')",
    "FROM add_grammar_extension('x', 'y')",
    "SELECT nextval('s')",
    "SELECT set_config('threads', '1', false)",
    "SELECT load_extension('x')",
    "SELECT sleep_ms(60000)",
]


@pytest.fixture(scope="module")
def secret(tmp_path_factory):
    path = tmp_path_factory.mktemp("secret") / "secret.csv"
    path.write_text("a,b\nsecret,1\n")
    return path


def refused(sql, warehouse_path, secret):
    text = (
        sql.replace("FILE", str(secret))
        .replace("OUT", str(secret.parent / "out"))
        .replace("OWN", str(warehouse_path))
    )
    with pytest.raises(QueryError) as failure:
        sandbox.run(warehouse_path, text, timeout=3)
    assert "secret,1" not in str(failure.value)
    assert list(secret.parent.iterdir()) == [secret]


@pytest.mark.parametrize("sql", ESCAPES[:2] + ESCAPES[6:7])
def test_nothing_else_can_be_opened(warehouse_path, secret, sql):
    refused(sql, warehouse_path, secret)


@pytest.mark.slow
@pytest.mark.parametrize("sql", ESCAPES[2:])
def test_no_escape_is_known(warehouse_path, secret, sql):
    refused(sql, warehouse_path, secret)


def test_no_folder_is_open_and_no_home_is_told(warehouse_path, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "of_somebody"))
    told = sandbox.run(warehouse_path, "SELECT name, value FROM duckdb_settings()").to_pylist()
    settings = {row["name"]: row["value"] for row in told}
    assert settings["allowed_directories"] == "[]"
    assert settings["temp_directory"] == ""
    assert "of_somebody" not in str(settings)


PEAK = """
import re, sys
from pathlib import Path
import pyarrow
from martlet.engine import sandbox

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

before = peak()
answer = sandbox.run(sys.argv[1], "SELECT repeat('x', 1000) AS x FROM range(200000)", memory="512MB", timeout=60)
print((peak() - before) / answer.nbytes)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_the_caller_holds_the_answer_once(warehouse_path):
    command = [sys.executable, "-c", PEAK, str(warehouse_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert 0.9 < float(ended.stdout) < 1.3


def test_the_start_of_the_process_does_not_count(warehouse_path):
    assert sandbox.run(warehouse_path, "SELECT 1 AS a", timeout=0.05).num_rows == 1


def test_an_answer_of_few_long_rows_comes_in_pieces(warehouse_path):
    answer = sandbox.run(warehouse_path, "SELECT range AS n, repeat('x', 1000000) AS x FROM range(30)")
    assert answer.column("n").to_pylist() == list(range(30))
    assert answer.column("x").num_chunks > 1
