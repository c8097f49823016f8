"""Parquet: types become text, nested values columns, and rows come group by group."""

import json

import polars as pl
import pytest

from martlet.loaders.ingest.reading import Param, Reading, _parquet, open_source

from .conftest import Found
from .test_json import EVENT


@pytest.fixture
def stored(tmp_path):
    def make(frame, **reading):
        frame.write_parquet(tmp_path / "a.parquet", row_group_size=100)
        return Found(open_source(tmp_path / "a.parquet", Reading(**reading)))

    return make


def test_types_become_text(stored):
    found = stored(
        pl.DataFrame(
            {
                "id": [17850.0, None],
                "ts": pl.Series(["2020-06-01T10:00:00", None])
                .str.to_datetime()
                .dt.replace_time_zone("Europe/Berlin"),
                "day": pl.Series(["2020-06-01", None]).str.to_date(),
                "money": pl.Series(["1.10", None]).cast(pl.Decimal(18, 2)),
                "total": [1.125, float("nan")],
                "ok": [True, None],
                "old": [b"text", None],
                "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
                "tags": [[1], [2, 3]],
                "who": [{"name": " Ann "}, {"name": None}],
            }
        )
    )
    assert found.cells.columns == ["id", "ts", "day", "money", "total", "ok", "old", "kind", "who.name"]
    assert found.cells.rows() == [
        (
            "17850.0",
            "2020-06-01 08:00:00.000000Z",
            "2020-06-01",
            "1.10",
            "1.125",
            "true",
            "text",
            "a",
            " Ann ",
        ),
        (None, None, None, None, "NaN", None, None, "b", None),
    ]
    assert found.source.numeric == {"id", "money", "total"}
    assert found.notes == ("nested columns can't be used and were ignored: tags",)
    assert json.loads(found.originals[1])["tags"] == [2, 3]


def test_parquet_and_json_give_the_same_rows(stored, read):
    other = {**EVENT, "event_params": [], "items": [], "event_name": "a\u2028b"}
    reading = {
        "params": {
            "page": Param(list="event_params", key="page"),
            "session": Param(list="event_params", key="ga_session_id"),
            "source": Param(path="traffic_source.source"),
        },
        "explode": "items",
    }
    columns = ["event_name", "event_timestamp", "page", "session", "source", "items.item_id", "items.price"]
    from_json = read(json.dumps([EVENT, other]), **reading)
    from_parquet = stored(pl.DataFrame([EVENT, other], infer_schema_length=None), **reading)
    assert from_parquet.cells.select(columns).rows() == from_json.cells.select(columns).rows()
    assert json.loads(from_parquet.originals[2])["event_name"] == "a\u2028b"


def test_the_wrapping_that_bigquery_writes_is_undone(stored):
    wrapped = pl.DataFrame(
        {"id": [1], "event_params": [{"list": [{"element": pair} for pair in EVENT["event_params"]]}]}
    )
    found = stored(wrapped, params={"page": Param(list="event_params", key="page")})
    assert found.cells["page"].to_list() == ["/home"]


def test_params_that_the_file_lacks_make_no_column(stored):
    found = stored(
        pl.DataFrame({"id": [1]}),
        params={"page": Param(list="event_params", key="page"), "s": Param(path="a.b")},
    )
    assert found.source.columns == ("id",)


def test_row_groups_are_read_one_after_another(stored, monkeypatch):
    monkeypatch.setattr(_parquet, "ROWS", 70)
    found = stored(pl.DataFrame({"id": range(500), "v": range(500)}))
    assert max(found.sizes) <= 70
    assert found.cells["id"].to_list() == [str(i) for i in range(500)]
