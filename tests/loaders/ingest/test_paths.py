"""Counted paths in: loaded as they are, credited by every model, refused with the row that is wrong."""

from decimal import Decimal

import polars as pl
import pytest

import martlet
from martlet.engine.errors import IngestError, ParameterError

from ..queries import attribution_by_hand as by_hand

PATHS = [
    ("a > b > a", 3, "1.234567", 4),
    ("b", 2, "0.5", 0),
    ("b > c", 1, "7", 9),
    ("c>a", 0, "0", 2),
    ("a > b > a", 1, "0.000001", 1),
]
MODELS = [model for model in by_hand.MODELS if model != "time_decay"]


@pytest.fixture
def frame():
    return pl.DataFrame(
        PATHS, schema=["path", "total_conversions", "total_conversion_value", "total_null"], orient="row"
    )


@pytest.fixture
def counted():
    rows = {}
    for path, conversions, value, nulls in PATHS:
        row = rows.setdefault(tuple(step.strip() for step in path.split(">")), [0, 0, 0.0])
        for k, more in enumerate((conversions, nulls, float(value))):
            row[k] += more
    return rows


@pytest.mark.parametrize("as_file", [False, True])
def test_all_is_credited_by_every_model(tmp_path, frame, as_file):
    file = tmp_path / "paths.csv"
    frame.write_csv(file)
    report = martlet.ingest_paths(file if as_file else frame, warehouse=tmp_path / "w.duckdb")
    assert (report.rows_read, report.rows_loaded) == (5, 5)
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        answer = warehouse.query("attribution/given_paths", model=MODELS).pl()
    for (model,), rows in answer.group_by("model"):
        assert rows["conversions"].sum() == pytest.approx(7), model
        assert rows["revenue"].sum() == pytest.approx(8.734568), model


@pytest.mark.parametrize("order", [1, 2, 3])
def test_markov_is_solved_exactly_with_value(tmp_path, frame, counted, order):
    martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb")
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        rows = warehouse.query("attribution/given_paths", model="markov", markov_order=order).pl().to_dicts()
    expected = by_hand.removal_effects(counted, order)
    for row in rows:
        effects = (row["removal_effect"], row["revenue_removal_effect"])
        assert effects == pytest.approx(expected[row["channel"]], abs=1e-9)


def test_loading_again_takes_the_place_of_what_was_there(tmp_path, frame):
    for rows in (frame, frame.head(1)):
        martlet.ingest_paths(rows, warehouse=tmp_path / "w.duckdb")
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        assert warehouse.sql("SELECT count(*), sum(revenue) FROM star.fact_path").rows() == [
            (1, Decimal("1.234567"))
        ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"path": ["a", "a > > b"]}, "row 2: the path 'a > > b' has a step without a name"),
        ({"conversions": ["1", "many"]}, "row 2: conversions is 'many'"),
        ({"conversions": ["1", "1.5"]}, "whole number"),
        ({"revenue": ["1", "-3"]}, "row 2: revenue is '-3'"),
        ({"conversions": None}, "there is no column for conversions"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(tmp_path, change, message):
    columns = {"path": ["a", "b"], "conversions": ["1", "2"], "revenue": ["1", "2"], **change}
    frame = pl.DataFrame({name: values for name, values in columns.items() if values is not None})
    with pytest.raises(IngestError, match=message):
        martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb")
    assert not (tmp_path / "w.duckdb").exists()


def test_unknown_roles_are_refused(tmp_path, frame):
    with pytest.raises(ParameterError, match="its roles are path"):
        martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb", columns={"money": "path"})
