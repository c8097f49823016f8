"""Values that no calendar, clock or letter can say cost their cell or their row, never the load."""

import decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import martlet
from martlet.loaders.ingest.reading import open_source

from .conftest import Found

DAYS = pa.array([-(10**9), 0, 19_000], pa.int32()).view(pa.date32())
BYTES = pa.array([b"\xff\xfe", b"ok", "é".encode()], pa.binary())


def moments(unit, zone=None):
    return pa.array([-(2**62), 2**62, 0], pa.int64()).view(pa.timestamp(unit, zone))


def lengths(unit):
    return pa.array([-(2**62), -(2**63), 1], pa.int64()).view(pa.duration(unit))


def unchecked(values):
    """Return bytes as text that nobody has looked at, as Parquet has it."""
    return pa.Array.from_buffers(pa.string(), len(values), values.buffers())


ODD = {
    "days": (DAYS, ["-1000000000 (out of range)", "1970-01-01", "2022-01-08"]),
    "days of a dictionary": (
        DAYS.dictionary_encode(),
        ["-1000000000 (out of range)", "1970-01-01", "2022-01-08"],
    ),
    "times": (
        pa.array([-5, 86_400_000_001, 1_000_000], pa.int64()).view(pa.time64("us")),
        ["-5 (out of range)", "86400000001 (out of range)", "00:00:01.000000"],
    ),
    **{
        f"moments {unit} {zone}": (
            moments(unit, zone),
            [
                f"{-(2**62)} (out of range)",
                f"{2**62} (out of range)",
                f"1970-01-01 00:00:00.000000{'Z' if zone else ''}",
            ],
        )
        for unit in ("ms", "us")
        for zone in (None, "Europe/Berlin", "America/St_Johns")
    },
    "lengths": (lengths("ms"), [f"{-(2**62)} (out of range)", f"{-(2**63)} (out of range)", "PT0.001S"]),
    "large decimals": (
        pa.array([decimal.Decimal(10) ** 70, decimal.Decimal("1.5"), None], pa.decimal256(76, 2)),
        [f"1{'0' * 70}.00", "1.50", None],
    ),
    "bytes": (BYTES, [r"\xff\xfe", "ok", "é"]),
    "bytes of a dictionary": (BYTES.dictionary_encode(), [r"\xff\xfe", "ok", "é"]),
    "text that is none": (unchecked(BYTES), [r"\xff\xfe", "ok", "é"]),
    "numbers": (pa.array([float("nan"), float("inf"), -1e308]), ["NaN", "inf", "-1e+308"]),
    "views": (pa.array(["a", None, "b"], pa.string_view()), ["a", None, "b"]),
    "nothing": (pa.nulls(3), [None] * 3),
    "json": (pa.ExtensionArray.from_storage(pa.json_(), pa.array(["{}", "[]", None])), ["{}", "[]", None]),
}
NESTED = {
    "struct": pa.StructArray.from_arrays([DAYS, unchecked(BYTES)], ["day", "text"]),
    "list": pa.ListArray.from_arrays([0, 1, 2, 3], DAYS),
    "list of structs": pa.ListArray.from_arrays(
        [0, 1, 2, 3], pa.StructArray.from_arrays([moments("us")], ["at"])
    ),
    "list of texts": pa.ListArray.from_arrays([0, 1, 2, 3], unchecked(BYTES)),
    "map": pa.MapArray.from_arrays([0, 1, 2, 3], ["a", "b", "c"], DAYS),
    "fixed list": pa.FixedSizeListArray.from_arrays(DAYS, 1),
}


@pytest.fixture
def stored(tmp_path, capfd):
    """A function that writes a column beside an identifier, and reads both; nothing may be said aside."""

    def make(column):
        pq.write_table(pa.table({"id": ["a", "b", "c"], "x": column}), tmp_path / "a.parquet")
        found = Found(open_source(tmp_path / "a.parquet"))
        assert capfd.readouterr() == ("", "")
        return found

    return make


@pytest.mark.parametrize("kind", ODD)
def test_values_of_odd_types_are_told(stored, kind):
    column, texts = ODD[kind]
    found = stored(column)
    assert found.cells["x"].to_list() == texts
    spoilt = "bytes" in kind or kind == "text that is none"
    assert found.problems == ["bytes that are not text" if spoilt else None, None, None]


@pytest.mark.parametrize("kind", NESTED)
def test_values_within_others_are_told(stored, kind):
    found = stored(NESTED[kind])
    assert found.cells["id"].to_list() == ["a", "b", "c"]
    assert all(text.startswith('{"id": "') for text in found.originals)
    if kind == "struct":
        assert found.cells["x.day"].to_list() == ["-1000000000 (out of range)", "1970-01-01", "2022-01-08"]


def test_columns_of_one_name_are_told_apart(tmp_path):
    pq.write_table(
        pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], names=["x", "x"]), tmp_path / "a.parquet"
    )
    assert Found(open_source(tmp_path / "a.parquet")).cells.rows(named=True) == [{"x": "a", "x_2": "b"}]


def test_a_value_out_of_range_costs_its_row(tmp_path):
    pq.write_table(
        pa.table(
            {
                "order_id": ["a", "b", "c"],
                "customer_id": ["x", "y", "z"],
                "ordered_at": moments("us").take(pa.array([0, 2, 1])).cast(pa.timestamp("us")),
                "net_revenue": [1.0, 2.0, 3.0],
            }
        ),
        tmp_path / "a.parquet",
    )
    frame = pl.read_parquet(tmp_path / "a.parquet").with_columns(
        ordered_at=pl.when(pl.col("order_id") == "b").then(pl.datetime(2025, 1, 2)).otherwise("ordered_at")
    )
    frame.write_parquet(tmp_path / "b.parquet")
    report = martlet.ingest("orders", tmp_path / "b.parquet", warehouse=tmp_path / "w.duckdb")
    assert (report.rows_loaded, report.rows_quarantined) == (1, 2)
    assert report.files[0].reasons == {"unreadable date": 2}
