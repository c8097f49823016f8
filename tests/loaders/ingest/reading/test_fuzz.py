"""Whatever the bytes, reading gives rows, problems or its own error, and rows keep their number."""

import gzip
import io
import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import FillDown, Param, Reading, open_source

from .conftest import Found

CSV = (
    "customer,date,amount,note\n" + 'Ann,2020-01-01,5.00,"a, ""b"""\r\nB\u00f6b,2020-01-02,6.50,"x\ny"\n' * 3
)
RECORD = {
    "id": 1,
    "at": {"day": "2020-01-01"},
    "pairs": [{"key": "k", "value": {"n": None, "s": "v"}}],
    "items": [{"a": 1}, {"a": 2}],
}


def parquet():
    buffer = io.BytesIO()
    pl.DataFrame([RECORD] * 3).write_parquet(buffer)
    return buffer.getvalue()


def workbook():
    buffer = io.BytesIO()
    pl.DataFrame({"id": [1, 2], "amount": [5.5, 6.5]}).write_excel(buffer)
    return buffer.getvalue()


VALID = {
    "csv": CSV.encode(),
    "utf-16": CSV.encode("utf-16"),
    "spaces": CSV.replace(",", "  ").encode(),
    "gzip": gzip.compress(CSV.encode()),
    "json": json.dumps([RECORD] * 3, indent=1).encode(),
    "document": json.dumps({"meta": {"page": 1}, "data": {"rows": [RECORD] * 3}}).encode(),
    "ndjson": (json.dumps(RECORD) + "\n").encode() * 3,
    "parquet": parquet(),
    "excel": workbook(),
}
READING = Reading(
    drop_totals="total",
    params={"k": Param(list="pairs", key="k"), "day": Param(path="at.day")},
    explode="items",
)
BITS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [b'"', b"\n", b",", b"\r", b"\xff\xfe", b";;", b"\x00", b"[", b"{", b"}", b'":', b"\xed\xa0\x80"]
    ),
)


def outcome(read, path):
    try:
        return read()
    except IngestError as error:
        return str(error) if path.name in str(error) else repr(error)


def survives(path, content, reading=Reading()):  # noqa: B008
    path.write_bytes(content)
    source = outcome(lambda: open_source(path, reading), path)
    if isinstance(source, str):
        assert "a.bin" in source
        assert len(source) < 4000
        return
    first, second = (outcome(lambda: Found(source), path) for _ in range(2))
    if isinstance(first, str):
        assert "a.bin" in first
        assert first == second
    else:
        assert first.rows() == second.rows()
        assert first.problems == second.problems


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_our_error(tmp_path, content):
    survives(tmp_path / "a.bin", content)


@pytest.mark.parametrize("kind", VALID)
@given(
    edits=st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 3), BITS), min_size=1, max_size=6),
    has_rules=st.booleans(),
)
def test_damaged_files_raise_nothing_but_our_error(tmp_path, kind, edits, has_rules):
    content = bytearray(VALID[kind])
    for where, removed, put in edits:
        place = where % (len(content) + 1)
        content[place : place + removed] = put
    survives(tmp_path / "a.bin", bytes(content), READING if has_rules else Reading())


@pytest.mark.parametrize("kind", VALID)
def test_files_cut_short_raise_nothing_but_our_error(tmp_path, kind):
    content = VALID[kind]
    for end in range(0, len(content), max(1, len(content) // 40)):
        survives(tmp_path / "a.bin", content[:end], READING)


@pytest.mark.parametrize(
    "content",
    [
        b'"' * 50_000,
        b'a,b\n"' + b'x,"' * 50_000,
        (b'a,"b\n' * 50_000),
        (b'5" x,"open\n' * 20_000) + b'"\n',
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b'{"a":1}\n' + b"[" * 100_000 + b"\n",
        b'[{"b":1},' + b'{"a":' * 800 + b"1" + b"}" * 801 + b"]",
        b'{"b":1}\n' + b'{"a":' * 800 + b"1" + b"}" * 800 + b"\n",
        b" " * 500_000 + b"a",
        b"a,b\n" + b"\r" * 200_000,
        b"a,b\n1,2\n" + b",".join([b"x"] * 200_000),
    ],
)
def test_nothing_takes_forever(tmp_path, content):
    survives(tmp_path / "a.bin", content)


def test_options_that_do_not_fit_are_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CSV.encode())
    for reading, words in (
        (Reading(drop_totals="("), "regular expression"),
        (Reading(fill_down=FillDown("Name", ("date",))), "no column 'Name'.*customer"),
        (Reading(separator=",,"), "one ASCII character"),
        (Reading(encoding="klingon"), "no known encoding"),
        (Reading(encoding="rot13"), "no known encoding"),
    ):
        with pytest.raises(IngestError, match=words):
            open_source(path, reading)
