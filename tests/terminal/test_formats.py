"""Answers as bytes: the same rows in every format, and files that appear whole or not at all."""

import csv
import io
import json
import os
import stat
import threading
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from martlet.engine.errors import ParameterError
from martlet.terminal import formats, output

ANSWER = pa.table(
    {
        "name": pa.array(['a "b", c', "", None]),
        "count": pa.array([1, None, 3], pa.int64()),
        "money": pa.array([Decimal("1234.50"), Decimal("0.00"), None], pa.decimal128(18, 2)),
        "ratio": pa.array([0.5, float("nan"), None]),
        "day": pa.array([date(2025, 1, 31), None, None]),
        "moment": pa.array([datetime(2025, 1, 31, 18, 30), None, None], pa.timestamp("us")),
        "flag": pa.array([True, False, None]),
    }
)


def written(name, answer=ANSWER):
    file = io.BytesIO()
    formats.write(answer, name, file)
    return file.getvalue()


def test_csv_has_plain_numbers_iso_dates_and_empty_nulls():
    lines = written("csv").decode().splitlines()
    assert lines[0] == "name,count,money,ratio,day,moment,flag"
    assert lines[1] == '"a ""b"", c",1,1234.50,0.5,2025-01-31,2025-01-31 18:30:00,true'
    assert lines[3] == ",3,,,,,"
    assert len(list(csv.reader(lines))) == 4


def test_json_is_json_with_numbers_and_null_for_what_json_lacks():
    rows = json.loads(written("json"))
    assert rows[0] == {
        "name": 'a "b", c',
        "count": 1,
        "money": 1234.5,
        "ratio": 0.5,
        "day": "2025-01-31",
        "moment": "2025-01-31T18:30:00",
        "flag": True,
    }
    assert rows[1]["ratio"] is None
    assert [json.loads(line) for line in written("ndjson").splitlines()] == rows


def test_parquet_keeps_types():
    table = pq.read_table(io.BytesIO(written("parquet")))
    assert table.schema.types == ANSWER.schema.types
    assert table.slice(0, 1).to_pylist() == ANSWER.slice(0, 1).to_pylist()


@pytest.mark.parametrize("name", ["csv", "json", "ndjson", "parquet"])
def test_empty_answers_are_valid(name):
    data = written(name, ANSWER.slice(0, 0))
    if name == "json":
        assert json.loads(data) == []
    elif name == "csv":
        assert data.decode() == "name,count,money,ratio,day,moment,flag\n"
    elif name == "parquet":
        assert pq.read_table(io.BytesIO(data)).num_rows == 0
    else:
        assert data == b""


def test_every_type_of_duckdb_can_be_written():
    with duckdb.connect() as connection:
        answer = connection.sql(
            "SELECT * EXCLUDE (hugeint, empty_struct) FROM test_all_types()"
        ).to_arrow_table()
    for name in ("csv", "json", "ndjson", "parquet"):
        assert written(name, answer)


def test_what_a_format_can_not_hold_is_said():
    with pytest.raises(ParameterError, match="can't be written as parquet"):
        written("parquet", pa.table({"a": pa.array([{}], pa.struct([]))}))


@pytest.mark.parametrize(
    ("name", "output", "terminal", "expected"),
    [
        (None, None, True, "table"),
        (None, None, False, "csv"),
        (None, "a.JSON", True, "json"),
        (None, "a.jsonl", True, "ndjson"),
        (None, "a.md", False, "markdown"),
        ("csv", "a.txt", True, "csv"),
        ("parquet", None, False, "parquet"),
    ],
)
def test_the_format_follows_from_the_destination(name, output, terminal, expected):
    assert formats.chosen(name, output and Path(output), to_terminal=terminal) == expected


def test_a_format_that_does_not_fit_is_refused():
    with pytest.raises(ParameterError, match="parquet is binary"):
        formats.chosen("parquet", None, to_terminal=True)
    with pytest.raises(ParameterError, match=r"Did you mean '\.parquet'"):
        formats.chosen(None, Path("a.parqet"), to_terminal=True)


def test_a_file_is_replaced_whole_or_left_alone(tmp_path):
    target = tmp_path / "answer.csv"
    target.write_text("old")
    with suppress(RuntimeError), formats.destination(target) as file:
        file.write(b"half")
        raise RuntimeError
    assert target.read_text() == "old"
    with formats.destination(target) as file:
        file.write(b"new")
    assert target.read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["answer.csv"]


@pytest.mark.parametrize("place", [".", "none/answer.csv"])
def test_a_place_that_can_not_be_written_is_a_clear_error(tmp_path, place):
    with (
        pytest.raises(ParameterError, match="can't be written"),
        formats.destination(tmp_path / place) as file,
    ):
        file.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_followed(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with formats.destination(tmp_path / "link.csv") as file:
        file.write(b"new")
    assert (tmp_path / "real.csv").read_text() == "new"
    assert (tmp_path / "link.csv").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a matter of POSIX")
def test_a_named_pipe_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with formats.destination(pipe) as file:
        file.write(b"rows")
    reader.join(timeout=5)
    assert got == [b"rows"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("kind", formats.FORMATS)
def test_every_type_of_the_engine_is_written_or_told_in_one_line(kind, tmp_path):
    with duckdb.connect() as connection:
        table = connection.sql("FROM test_all_types()").to_arrow_table()
    # The least of all huge integers, and in Parquet a struct of nothing, are more than the writers can do.
    odd = ["hugeint", "empty_struct"]
    output.deliver(table.drop_columns(odd), name=kind, output=tmp_path / "most", limit=None)
    assert (tmp_path / "most").stat().st_size > 0
    for column in odd:
        try:
            output.deliver(table.select([column]), name=kind, output=tmp_path / column, limit=None)
        except ParameterError as error:
            told = str(error)
            assert "can't be written as" in told
            assert "INTERNAL" not in told
            assert "Stack" not in told
            assert not (tmp_path / column).exists()
        else:
            assert (tmp_path / column).exists()
