"""Counted paths in: loaded as they are, credited by every model, set aside where a row is wrong."""

import csv
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

import martlet
from martlet.engine.errors import IngestError, ParameterError

from ...queries import attribution_by_hand as by_hand

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


def paths_of(warehouse):
    with martlet.open(warehouse) as opened:
        return opened.sql("SELECT path, conversions FROM star.fact_path ORDER BY path_id").rows()


def test_the_same_again_takes_its_place_even_after_others(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("path,conversions\na > b,1\n")
    two.write_text("path,conversions\nc,2\n")
    for file in (one, two, one):
        martlet.ingest("paths", file, warehouse=tmp_path / "w.duckdb")
        expected = [("a > b", 1)] if file == one else [("c", 2)]
        assert paths_of(tmp_path / "w.duckdb") == expected
    martlet.ingest("paths", one, two, warehouse=tmp_path / "w.duckdb")
    assert paths_of(tmp_path / "w.duckdb") == [("a > b", 1), ("c", 2)]


def test_an_arrow_is_one_mark_and_a_path_may_lose(tmp_path):
    frame = pl.DataFrame({"path": ["a -> b", "c"], "conversions": [2, 1], "revenue": [10, -30]})
    for options in ({}, {"separator": "->"}):
        martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb", **options)
        assert paths_of(tmp_path / "w.duckdb") == [("a > b", 2), ("c", 1)]
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        assert warehouse.sql("SELECT sum(revenue) FROM star.fact_path").rows() == [(Decimal("-20.000000"),)]


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"path": ["a", "a > > b"]}, "path", "unreadable path: a step has no name"),
        ({"path": ["a", None]}, "path", "no path"),
        ({"conversions": ["1", "many"]}, "conversions", "unreadable whole number"),
        ({"conversions": ["1", "1.5"]}, "conversions", "unreadable whole number: it has decimals"),
        ({"conversions": ["1", "-1"]}, "conversions", "impossible value: -1 is less than 0"),
    ],
)
def test_a_row_that_cannot_be_taken_is_set_aside_with_its_reason(tmp_path, change, column, reason):
    columns = {"path": ["a", "b"], "conversions": ["1", "2"], **change}
    report = martlet.ingest_paths(pl.DataFrame(columns), warehouse=tmp_path / "w.duckdb")
    assert (report.rows_loaded, report.rows_quarantined) == (1, 1)
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        found = warehouse.sql("SELECT row_number, column_name, reason FROM quarantine.rejected_row").rows()
    assert found == [(2, column, reason)]


def test_a_column_that_is_missing_is_said_and_nothing_is_made(tmp_path):
    with pytest.raises(
        IngestError, match=r"no column was recognised for conversions .*--column conversions="
    ):
        martlet.ingest_paths(pl.DataFrame({"path": ["a"], "x": ["b"]}), warehouse=tmp_path / "w.duckdb")
    assert not (tmp_path / "w.duckdb").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [({"columns": {"money": "path"}}, "money"), ({"separator": " "}, "path_separator is empty")],
)
def test_impossible_options_are_refused(tmp_path, frame, options, message):
    with pytest.raises(ParameterError, match=message):
        martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb", **options)


def test_a_separator_of_paths_is_refused_where_a_profile_feeds_none(tmp_path):
    with pytest.raises(ParameterError, match="orders feeds no paths"):
        martlet.ingest("orders", tmp_path, warehouse=tmp_path / "w.duckdb", path_separator=">")


def generated(rows, mark):
    """Return rows as a published data set has them, and what they sum to."""
    draw = np.random.default_rng(rows)
    names = ["alpha", "beta beta", "Paid, other", "iota", "theta/eta"]
    table = [
        (
            mark.join(draw.choice(names, draw.integers(1, 10))),
            int(draw.integers(0, 6)),
            Decimal(int(draw.integers(0, 10**9))).scaleb(-6),
            int(draw.integers(0, 31)),
        )
        for _ in range(rows)
    ]
    return table, tuple(sum(column) for column in list(zip(*table, strict=True))[1:])


@pytest.mark.parametrize(
    ("rows", "mark", "separator"),
    [(10_000, " > ", ";"), (300, ">", ","), (300, " | ", "\t"), (300, "|", ";"), (300, " > ", "\t")],
)
def test_what_is_loaded_sums_to_what_the_file_says(tmp_path, rows, mark, separator):
    table, sums = generated(rows, mark)
    header = ("path", "total_conversions", "total_conversion_value", "total_null")
    file = tmp_path / "paths.csv"
    with file.open("w", newline="") as text:
        csv.writer(text, delimiter=separator).writerows([header, *table])
    report = martlet.ingest("paths", file, warehouse=tmp_path / "w.duckdb")
    assert (report.rows_read, report.rows_loaded) == (rows, rows)
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        total = "SELECT sum(conversions), sum(revenue), sum(non_conversions) FROM star.fact_path"
        assert warehouse.sql(total).rows() == [sums]
        loaded = warehouse.sql("SELECT path FROM star.fact_path ORDER BY path_id").rows()
    assert loaded == [(" > ".join(path.split(mark)),) for path, *_ in table]


@pytest.mark.parametrize("mark", [">", "|", ",", ";", "\u2192"])
def test_the_mark_between_steps_is_found(tmp_path, mark):
    frame = pl.DataFrame({"path": [f"a{mark}b", f"a {mark} b{mark}c", "a"], "conversions": [1, 2, 3]})
    martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb")
    assert paths_of(tmp_path / "w.duckdb") == [("a > b", 1), ("a > b > c", 2), ("a", 3)]


def test_the_mark_between_steps_can_be_said(tmp_path):
    frame = pl.DataFrame({"path": ["a, b / c, d", "a, b"], "conversions": [1, 2]})
    martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb", separator="/")
    assert paths_of(tmp_path / "w.duckdb") == [("a, b > c, d", 1), ("a, b", 2)]


def test_a_name_with_our_own_mark_in_it_is_set_aside(tmp_path):
    frame = pl.DataFrame({"path": ["a>b | c", "d | e"], "conversions": [1, 2]})
    report = martlet.ingest_paths(frame, warehouse=tmp_path / "w.duckdb", separator="|")
    assert report.files[0].reasons == {"ambiguous path": 1}
    assert paths_of(tmp_path / "w.duckdb") == [("d > e", 2)]
