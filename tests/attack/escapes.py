"""Statements that try to get out of the sandbox, to write, or to eat the machine; and plain ones that must go on working.

`{folder}` is a folder that must stay as it is, `{file}` the warehouse that is asked.
"""

__all__ = ["BOMBS", "DOORS", "EITHER", "READING", "WRITING"]

_FILES = (
    "/etc/passwd", "file:///etc/passwd", "/proc/self/environ", "/proc/self/cmdline", "/dev/stdin", "/proc/self/fd/0", "../../../../etc/passwd", "~/.ssh/id_rsa",
    "http://127.0.0.1:1/x.csv", "https://example.com/a.parquet", "s3://bucket/a.parquet", "{folder}/kept/../../x.csv", "{file}", "{file}.wal", "{file}.tmp/x",
    "/proc/self/cwd/x.csv", "hf://datasets/x/y.csv", "gcs://b/a", "data:text/csv,a", "/dev/zero", "\\\\host\\share\\x.csv",
)  # fmt: skip
_READERS = (
    "read_csv('{f}')", "read_csv_auto('{f}')", "read_text('{f}')", "read_json('{f}')", "read_json_objects('{f}')", "read_ndjson('{f}')", "read_parquet('{f}')",
    "parquet_metadata('{f}')", "parquet_schema('{f}')", "parquet_kv_metadata('{f}')", "parquet_file_metadata('{f}')", "sniff_csv('{f}')", "'{f}'", "read_duckdb('{f}')",
)  # fmt: skip
_TARGETS = (
    "{folder}/out.csv",
    "{file}",
    "{file}.wal",
    "{file}.tmp/x",
    "{file}.wal.recovery",
    "{file}.wal.checkpoint",
    "file://{folder}/out.csv",
    "/proc/self/cwd/out.csv",
    "/dev/stdout",
    "/dev/full",
)
_SOURCES = (
    "(SELECT 1 AS a)",
    "star.fact_order",
    "(PIVOT star.fact_order ON status USING count(*))",
    "(FROM star.fact_order LIMIT 1)",
)
_FORMATS = ("", " (FORMAT csv)", " (FORMAT parquet)", " (FORMAT json)")

_WRITES = (
    "CREATE TABLE x AS SELECT 1", "CREATE TABLE star.mine (a INT)", "CREATE OR REPLACE VIEW main.customers AS SELECT 1", "CREATE TEMP TABLE x AS SELECT 1",
    "CREATE TEMP TABLE zz AS PIVOT star.fact_order ON status USING count(*)", "CREATE TEMP VIEW v AS SELECT 1", "CREATE TEMP MACRO m(a) AS a", "CREATE MACRO main.ratio(a, b) AS 1",
    "CREATE SCHEMA x", "CREATE TYPE x AS ENUM ('a')", "CREATE SEQUENCE s", "CREATE INDEX i ON star.fact_order (order_id)", "CREATE SECRET s (TYPE s3)", "CREATE PERSISTENT SECRET s (TYPE s3)",
    "DROP TABLE star.fact_order", "DROP VIEW main.customers", "DROP SCHEMA star CASCADE", "ALTER TABLE star.fact_order ADD COLUMN x INT", "TRUNCATE star.fact_order",
    "INSERT INTO star.fact_order SELECT * FROM star.fact_order", "INSERT INTO meta.setting VALUES ('a', 'b') RETURNING *", "UPDATE star.fact_order SET net_revenue = 0",
    "UPDATE star.fact_order SET net_revenue = 0 RETURNING *", "DELETE FROM star.fact_order", "DELETE FROM star.fact_order RETURNING *",
    "MERGE INTO star.fact_order AS a USING star.fact_order AS b ON a.order_id = b.order_id WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM star.fact_order RETURNING *) SELECT * FROM gone", "WITH x AS (INSERT INTO meta.setting VALUES ('a', 'b') RETURNING *) FROM x",
    "WITH x AS (UPDATE star.fact_order SET net_revenue = 0 RETURNING *) SELECT count(*) FROM x", "COMMENT ON TABLE star.fact_order IS 'x'", "VACUUM", "VACUUM ANALYZE", "ANALYZE", "CHECKPOINT", "FORCE CHECKPOINT",
    "BEGIN", "COMMIT", "ROLLBACK", "BEGIN; DROP TABLE star.fact_order; COMMIT", "SELECT 1; DROP TABLE star.fact_order", "SELECT 1; SELECT 2", ";;SELECT 1;;DELETE FROM star.fact_order",
    "SELECT 1 /* ; */ ; DELETE FROM star.fact_order", "SELECT 1 -- x\n; DELETE FROM star.fact_order", "SELECT ';' ; DELETE FROM star.fact_order", "SELECT $$;$$; DELETE FROM star.fact_order",
    "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE p", "EXPLAIN ANALYZE DELETE FROM star.fact_order",
    "USE memory", "USE system", "DETACH w", "ATTACH '{folder}/x.duckdb' AS x", "ATTACH ':memory:' AS x", "ATTACH '{file}' AS x", "ATTACH '{file}' AS x (READ_WRITE)", "ATTACH 'sqlite:x.db' AS y (TYPE sqlite)",
    "ATTACH 'postgres://x' AS y (TYPE postgres)", "ATTACH OR REPLACE '{file}' AS w", "EXPORT DATABASE '{folder}/out'", "IMPORT DATABASE '{folder}/out'", "COPY FROM DATABASE w TO x",
    "INSTALL httpfs", "FORCE INSTALL httpfs", "INSTALL httpfs FROM community", "LOAD httpfs", "LOAD '{folder}/x.duckdb_extension'", "UPDATE EXTENSIONS",
    "SET memory_limit = '100GB'", "SET GLOBAL threads = 64", "RESET memory_limit", "RESET ALL", "SET enable_external_access = true", "SET lock_configuration = false", "SET allowed_directories = ['/']",
    "SET allowed_paths = ['/etc/passwd']", "SET temp_directory = '{folder}'", "SET max_execution_time = 0", "SET VARIABLE x = 1", "SET SESSION search_path = 'star'", "SET schema = 'star'",
    "SET log_query_path = '{folder}/log'", "SET profile_output = '{folder}/p'", "PRAGMA enable_profiling", "PRAGMA profiling_output = '{folder}/p'", "SET enable_logging = true", "PRAGMA disable_checkpoint_on_shutdown",
    "PRAGMA memory_limit = '9GB'", "PRAGMA database_list", "PRAGMA threads = 9", "PRAGMA enable_progress_bar", "SET home_directory = '{folder}'", "SET secret_directory = '{folder}'", "SET extension_directory = '{folder}'",
    "SET custom_user_agent = 'x'", "SET python_enable_replacements = true", "SET autoinstall_known_extensions = true", "SET allow_unsigned_extensions = true",
    "CALL enable_logging()", "CALL pragma_version()", "CALL force_checkpoint('w')", "CALL dbgen(sf = 1)", "CALL truncate_duckdb_logs()", "SELECT * FROM enable_logging()", "SELECT * FROM enable_profiling()", "SELECT * FROM force_checkpoint()",
    "SELECT * FROM glob('/*')", "SELECT * FROM glob('{folder}/**')", "SELECT content FROM read_blob('/etc/passwd')", "SELECT getenv('HOME')", "SELECT * FROM duckdb_secrets()", "FROM which_secret('s3://x', 's3')",
    "SELECT * FROM query('COPY star.fact_order TO ''{folder}/out.csv''')", "SELECT * FROM query('DELETE FROM star.fact_order')", "SELECT * FROM query('SELECT 1; SELECT 2')", "FROM query($$FROM read_csv('/etc/passwd')$$)",
    "SELECT * FROM query_table('/etc/passwd')", "SELECT * FROM query_table(['/etc/passwd'])", "FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''/etc/passwd'')'))",
    "SELECT write_log('x', log_level := 'x', scope := 'y')", "SELECT * FROM sql", "SELECT * FROM job", "SELECT * FROM arrow_scan(1, 2, 3)", "SELECT * FROM pandas_scan(1)", "SELECT * FROM seq_scan('x')", "SELECT nextval('s')", "SELECT * FROM storage_info('x')",
    "LOAD sqlite; SELECT 1", "", ";", "--", "/*", "nonsense", "\\0", "SELECT", "SELECT '", 'SELECT "', "SELECT $$", "(((((", "WITH", "FROM", "SHUTDOWN", "KILL 1", "GRANT ALL ON x TO y", "LISTEN x", "DO $$x$$", "SELECT * FROM 'x.csv'", 'SELECT * FROM "x.parquet"', "FROM 'x.db'", "SELECT * FROM postgres_scan('', '', '')", "SELECT * FROM sqlite_scan('x', 'y')", "SELECT * FROM st_read('x')", "SELECT * FROM read_xlsx('x.xlsx')", "SELECT * FROM iceberg_scan('x')", "SELECT * FROM delta_scan('x')",
)  # fmt: skip

WRITING = (
    *_WRITES,
    *(
        f"SELECT * FROM {reader.replace('{f}', file)}"
        for reader in _READERS
        for file in _FILES[:: 1 + (reader != _READERS[0]) * 4]
    ),
    *(
        f"COPY {source} TO '{to}'{how}"
        for source in _SOURCES
        for to in _TARGETS
        for how in _FORMATS[:: 1 + (to != _TARGETS[0])]
    ),
    *(f"COPY star.fact_order FROM '{file}'" for file in _FILES[:6]),
)

# Through an open warehouse only the statement itself is the bound: its owner may read files, but not write.
DOORS = (
    *(f"COPY {source} TO '{to}'" for source in _SOURCES for to in ("{folder}/out.csv", "{folder}/kept/out.parquet")),
    *(text for text in _WRITES if text.split("(")[0].split(" ")[0] in {"CREATE", "DROP", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "EXPORT", "ATTACH", "INSTALL", "LOAD", "SET", "RESET", "PRAGMA", "CALL", "USE", "DETACH", "VACUUM", "CHECKPOINT", "BEGIN", "PREPARE", "ALTER", "TRUNCATE", "COMMENT"}),
    *(text for text in _WRITES if ";" in text and "SELECT" in text and "query(" not in text),
    "EXPLAIN ANALYZE COPY star.fact_order TO '{folder}/out.csv'", "WITH x AS (DELETE FROM star.fact_order RETURNING *) SELECT * FROM x",
)  # fmt: skip

READING = (
    "SELECT 1", "VALUES (1)", "FROM star.fact_order LIMIT 3", "DESCRIBE star.fact_order", "SUMMARIZE star.fact_order", "SHOW TABLES", "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 9) FROM t",
    "PIVOT star.fact_order ON status USING count(*)", "PIVOT (FROM star.fact_order) ON status USING sum(net_revenue) GROUP BY customer_key", "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b", "FROM (PIVOT star.fact_order ON status USING count(*))",
    "WITH p AS (PIVOT star.fact_order ON status USING count(*)) FROM p", "FROM segmentation.rfm LIMIT 1", "FROM attribution.channels(model := 'last')", "SELECT 1 -- ; DROP TABLE x", "/* COPY x TO 'y' */ SELECT 1", "SELECT 'COPY x TO y; DELETE'",
    "(SELECT 1) UNION ALL (SELECT 2)", "SELECT 1;", "\n\n  SELECT 1\n;\n", "TABLE star.fact_order", "SELECT '\\ud800'", "SELECT x'FF'::BLOB", "SELECT {'a': [1, NULL]}", "SELECT map {'a': 1}",
)  # fmt: skip

# These do nothing, and may be refused or answered.
EITHER = (
    "SELECT * FROM query('SELECT 1')",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM truncate_duckdb_logs()",
)

BOMBS = (
    "SELECT max(a.range * b.range) FROM range(100000000) AS a, range(100000000) AS b", "SELECT count(*) FROM range(10000000000000)", "FROM range(100000000000)", "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t", "WITH RECURSIVE t(n) AS (SELECT 'x' UNION ALL SELECT n || n FROM t) SELECT max(length(n)) FROM t",
    "SELECT levenshtein(repeat('ab', 400000), repeat('ba', 400000))", "SELECT length(repeat('x', 3000000000))", "SELECT repeat('x', 100000000)", "SELECT repeat('x', 1000) FROM range(4000000)", "SELECT array_agg(range) FROM range(1000000000)", "SELECT string_agg(range::VARCHAR, ',') FROM range(1000000000)", "SELECT generate_series(1, 1000000000)", "SELECT range(10000000000)", "SELECT list_sort(range(300000000))",
    "SELECT list_distinct(range(200000000))", "SELECT list_transform(range(100000000), x -> x || 'a')", "SELECT regexp_matches(repeat('a', 1000000), '(a*)*b')", "SELECT regexp_replace(repeat('a', 10000000), '(a?){999}', 'b', 'g')", "SELECT regexp_matches('a', '((a{1,999}){1,999})')", "SELECT jaccard(repeat('a', 100000000), 'b')", "SELECT damerau_levenshtein(repeat('ab', 100000), repeat('ba', 100000))",
    "SELECT md5(repeat('x', 1000000000))", "SELECT sha256(string_agg(range::VARCHAR)) FROM range(100000000)", "SELECT factorial(100000)", "SELECT list_reduce(range(10000000)::HUGEINT[], (x, y) -> x + y)", "SELECT * FROM (SELECT range AS a FROM range(1000000)) ORDER BY md5(a::VARCHAR) LIMIT 1", "SELECT DISTINCT md5(range::VARCHAR) FROM range(100000000)", "SELECT count(DISTINCT range) FROM range(1000000000)", "SELECT mode(range) FROM range(500000000)",
    "SELECT histogram(range) FROM range(100000000)", "SELECT quantile_cont(range, 0.5) FROM range(500000000)", "SELECT sum(a) OVER (ORDER BY b) FROM (SELECT range AS a, hash(range) AS b FROM range(100000000))", "SELECT " + "(" * 3000 + "1" + ")" * 3000, "SELECT " + "+".join(["1"] * 20000), "SELECT " + ", ".join(f"{n} AS c{n}" for n in range(20000)), "SELECT * FROM " + ", ".join(f"range(1000) AS t{n}" for n in range(30)), "SELECT " + "NOT " * 50000 + "true",
    "SELECT json_extract(repeat('[', 1000000), '$')", "SELECT (repeat('[', 100000) || repeat(']', 100000))::JSON", "SELECT printf('%999999999d', 1)", "SELECT format('{:>999999999}', 'x')", "SELECT lpad('x', 2000000000, 'y')", "SELECT bitstring('1', 2000000000)", "SELECT unnest(range(1000000000))", "PIVOT (SELECT range AS a FROM range(100000)) ON a USING count(*)", "SELECT * FROM range(1000000) AS a JOIN range(1000000) AS b ON a.range % 2 = b.range % 2",
    "SELECT * FROM range(100000) AS a ASOF JOIN range(100000) AS b ON a.range >= b.range", "SELECT list_cosine_similarity(range(50000000)::DOUBLE[], range(50000000)::DOUBLE[])", "SELECT array_to_string(range(100000000), ',')", "SELECT split(repeat('a,', 50000000), ',')", "SELECT strptime(repeat('1', 10000000), '%Y')", "SELECT repeat('(', 100000)::STRUCT(a INT)", "SELECT reduce(range(1000000), (a, b) -> a || b)", "SUMMARIZE SELECT * FROM range(1000000000)", "SELECT translate(repeat('a', 500000000), 'a', 'b')", "SELECT reverse(repeat('é', 500000000))", "SELECT hex(repeat('a', 500000000))", "SELECT to_base64(repeat('a', 500000000)::BLOB)", "SELECT approx_top_k(md5(range::VARCHAR), 1000000) FROM range(10000000)", "SELECT 1 FROM range(100000000) GROUP BY CUBE(range, range % 2, range % 3)", "SELECT * FROM query('SELECT count(*) FROM range(100000000000)')", "SELECT length(list_aggregate(range(100000000), 'string_agg', ','))", "SELECT nfc_normalize(repeat('e', 500000000))", "SELECT list_zip(range(100000000), range(100000000))", "SELECT parse_path(repeat('/a', 100000000))", "SELECT getvariable('x')", "SELECT sum(sin(range)) FROM range(10000000000)",
)  # fmt: skip
