"""The report of `benchmarks/realism` keeps running: every measure is found, every range says where it comes from."""

import tomllib
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import duckdb
import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks" / "realism"
RANGES = tomllib.loads((FOLDER / "ranges.toml").read_text(encoding="utf-8"))
# What 300 customers of thirteen months may be too few for: orders after automatic mail, cohorts a year old.
BEYOND_A_YEAR_OF_FEW = {"revenue per mail, flows", "order rate, flows", "twelfth month against first"}


@pytest.fixture(scope="module")
def report():
    spec = spec_from_file_location("realism_report", FOLDER / "report.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_range_has_a_measure(report, warehouse_path):
    with duckdb.connect(str(warehouse_path), read_only=True) as connection:
        found = report.measures(connection)
        rows = list(report.beside_ranges(found))
    assert len(rows) == len(RANGES["metric"])
    assert {row.name for row in rows if row.value is None} <= BEYOND_A_YEAR_OF_FEW


def test_every_range_has_a_source_or_a_reason():
    for metric in RANGES["metric"]:
        assert metric["low"] < metric["high"], metric
        assert ("source" in metric and metric["note"]) or metric["reason"], metric
        assert set(metric) <= {"measure", "of", "low", "high", "source", "note", "reason"}, metric
    cited = {metric["source"] for metric in RANGES["metric"] if "source" in metric}
    assert cited == set(RANGES["source"])
    for source in RANGES["source"].values():
        assert set(source) == {"author", "title", "year", "url"}


def test_a_verdict_says_where_the_value_lies(report):
    verdicts = [report.Row("", value, 1.0, 2.0, "", "").verdict for value in (0.5, 1.0, 2.0, 2.5, None)]
    assert verdicts == ["below", "in", "in", "above", "not measured"]
