"""Files that were made to hang or break a load: it ends soon, in little memory, with all rows counted or a clear refusal."""

import gzip
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

import martlet
from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import open_source
from martlet.loaders.ingest.reading.failures import explained

HEADER = b"order_id,customer_id,ordered_at,net_revenue,item_count\n"
GOOD = b"".join(b"o%d,c%d,2025-01-%02d,10.50,2\n" % (i, i % 7, 1 + i % 28) for i in range(50))
MEGA = 1 << 20
# What a load may hold: 2 GB. Addresses that are only kept in reserve come on top.
MOST_KB = 2_000_000
ADDRESSES = 6 << 30

LOAD = """
import resource, sys
import martlet
from martlet.engine.errors import IngestError
try:
    report = martlet.ingest("orders", sys.argv[1], warehouse=sys.argv[2])
    print(report.rows_read, report.rows_loaded, report.rows_merged, report.rows_quarantined)
except IngestError as error:
    print("refused:", error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def loaded(file, folder):
    """Load a file in a process of its own that may hold little; return what it said, its memory in kB and its seconds of work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-c", LOAD, file, folder / "w.duckdb"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES)),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert run.returncode == 0, run.stderr[-2_000:]
    said, memory = run.stdout.strip().rsplit("\n", 1)
    return said, int(memory), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def repeated(piece, times):
    return [HEADER, GOOD, *[piece] * times, b"\n", GOOD.replace(b"o", b"p")]


LONG = b"y" * 15_000_000
FILES = {
    "commas": (repeated(b"," * MEGA, 256), "101 100 0 1"),
    "quotes": (repeated(b'"' * MEGA, 256), "101 100 0 1"),
    "a quoted cell of quotes": ([HEADER, GOOD, b'x,y,2025-01-01,1,"', b'"' * (15 * MEGA), b'"\n'], "51"),
    "digits": ([*repeated(b"7" * MEGA, 300)], "101 100 0 1"),
    "a quote that is never closed": ([HEADER, GOOD, b'x,"y\n', *[b"1,\n" * MEGA] * 3], "50 0 3145729"),
    "short rows": ([HEADER, GOOD, *[b"1,\n" * MEGA] * 6], "50 0 6291456"),
    "rows that are large, and none too large": (
        [
            HEADER.replace(b"item_count", b"note"),
            GOOD,
            *(part for i in range(40) for part in (b"p%d,c,2025-01-02,1," % i, LONG, b"\n")),
        ],
        "90 90 0 0",
    ),
    "many columns, nearly all empty": (
        [
            HEADER[:-1] + b"".join(b",x%d" % i for i in range(1_900)) + b"\n",
            *[b"".join(b"o%d,c,2025-01-02,1,2%s\n" % (i, b"," * 1_900) for i in range(1_000))] * 55,
        ],
        "55000 1000 54000 0",
    ),
    "a header of commas": ([b"," * MEGA] * 64, "refused: .*too wide.*--max columns="),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FILES)
def test_a_load_stays_below_two_gigabytes(tmp_path, kind):
    parts, expected = FILES[kind]
    file = tmp_path / "a.csv.gz"
    with gzip.open(file, "wb", compresslevel=1) as packed:
        packed.writelines(parts)
    said, memory, _ = loaded(file, tmp_path)
    assert memory < MOST_KB
    if expected.startswith("refused"):
        assert expected.split(".*")[1] in said
    else:
        assert expected in said


def lines(number, more):
    row = '{{"order_id": "o{}", "customer_id": "c", "ordered_at": "2025-01-02", "net_revenue": 5{}}}\n'
    return [row.format(i, more(i)) for i in range(number)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("more", "expected", "number"),
    [
        (lambda _: "".join(f', "k{k}": {"[" * 480}{"]" * 480}' for k in range(20)), "51 50 1 0", 50),
        (lambda _: ', "k": [' + "1," * 2_000_000 + "1]", "6 5 1 0", 5),
        (lambda _: f', "k": "{"z" * 20_000_000}"', "6 1 0 5", 5),
        (lambda i: "".join(f', "k{i}_{k}": 1' for k in range(50)), "refused", 50),
    ],
    ids=["deep", "long lists", "long texts", "keys that are data"],
)
def test_json_stays_below_two_gigabytes(tmp_path, more, expected, number):
    file = tmp_path / "a.ndjson"
    with file.open("w") as written:
        written.writelines(lines(1, lambda _: ""))
        written.writelines(lines(number, more))
    said, memory, _ = loaded(file, tmp_path)
    assert memory < MOST_KB
    assert expected in said


def work(path):
    """Return the seconds of processor time that reading a file takes."""
    began = time.process_time()
    rows = sum(batch.cells.height for batch in open_source(path).batches())
    assert rows
    return time.process_time() - began


GROWING = {
    "rows": lambda n: "a,b,c\n" + "1,2,3\n" * (n * 40_000),
    "quotes": lambda n: "a,b,c\n" + '1,"x\ny",3\n' * (n * 1_500),
    "unclosed quotes": lambda n: "a,b,c\n" + ('1,"x,3\n' + "1,2,3\n" * 9) * (n * 300),
    "short rows": lambda n: "a,b,c\n" + "1,2,3\n" * 5 + "1\n" * (n * 30_000),
    "deep lists": lambda n: (
        json.dumps([{"id": i, "x": 1} for i in range(9)])[:-1]
        + ","
        + ",".join(f'{{"id": 1, "k": {"[" * 400}{"]" * 400}}}' for _ in range(n * 250))
        + "]"
    ),
    "one object of many keys": lambda n: (
        "{" + ",".join(f'"k{i}": {{"a": 1}}' for i in range(n * 400)) + ', "rows": [{"id": 1}]}'
    ),
    "records": lambda n: "".join(f'{{"id": {i}, "x": "y"}}\n' for i in range(n * 4_000)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", GROWING)
def test_work_grows_no_faster_than_the_file(tmp_path, kind):
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_text(GROWING[kind](4))
    large.write_text(GROWING[kind](32))
    work(small)
    assert work(large) < 3 * 8 * max(0.02, min(work(small) for _ in range(3)))


def test_deep_lists_never_reach_the_frame(tmp_path):
    deep = "[" * 480 + "]" * 480
    file = tmp_path / "a.ndjson"
    file.write_text("".join(lines(50, lambda _: "".join(f', "k{k}": {deep}' for k in range(20)))))
    began = time.process_time()
    report = martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb", dry_run=True)
    assert report.rows_loaded == 50
    # It took minutes; the bound is generous, for a slow machine.
    assert time.process_time() - began < 20


CASES = (
    Path(os.environ.get("MARTLET_SHARED", Path(__file__).parents[4] / "shared")) / "field_cases" / "hostile"
)
PROFILES = {
    "fault_1_107.parquet": ("klaviyo_recipients", (2, 2)),
    "fault_2_120.parquet": ("shopify_customers", (2, 1)),
    "nest_1_19.json": ("shopify_customers", (2, 2)),
    "fault_1_472.parquet": ("stripe_payments", None),
}


@pytest.mark.skipif(
    not CASES.is_dir(),
    reason=f"no hostile files in {CASES}: set MARTLET_SHARED to the folder that holds them",
)
@pytest.mark.parametrize("name", PROFILES)
def test_files_of_an_attack_are_conserved_or_refused(tmp_path, capfd, name):
    profile, rows = PROFILES[name]

    def load():
        return martlet.ingest(profile, CASES / name, warehouse=tmp_path / "w.duckdb")

    if rows:
        report = load()
        assert (report.rows_read, report.rows_loaded) == rows
        assert report.rows_read == report.rows_loaded + report.rows_merged + report.rows_quarantined
    else:
        with pytest.raises(IngestError, match=f"^{name}: none of its"):
            load()
    assert "panicked" not in capfd.readouterr().err


class PanicException(BaseException):
    """As libraries in Rust raise it."""


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (MemoryError(), "more memory than there is"),
        (RecursionError("too deep"), "can't be read: too deep"),
        (PanicException("out-of-range date\nstack backtrace"), "can't be read: out-of-range date;"),
        (OverflowError("int too big"), "can't be read: int too big"),
        (ValueError(""), "can't be read: ValueError"),
    ],
)
def test_what_nobody_foresaw_names_the_file_and_the_rows(raised, words):
    with (
        pytest.raises(IngestError, match=rf"^a\.csv, rows 1 to 9.*{words}"),
        explained("a.csv", ", rows 1 to 9"),
    ):
        raise raised


@pytest.mark.parametrize("raised", [IngestError("ours"), KeyboardInterrupt(), KeyError("a mistake of ours")])
def test_other_errors_stay_as_they_are(raised):
    with pytest.raises(type(raised)) as caught, explained("a.csv"):
        raise raised
    assert caught.value is raised
