"""Tables that look like an experiment on people and are none are refused, and those of people are taken."""

import pytest

import martlet
from martlet.engine.errors import IngestError
from martlet.loaders.ingest import ingest

from ...quick import quick_loads


def rows(header, *lines):
    return "\n".join([header, *lines]) + "\n"


PEOPLE = [f"u{n},{'AB'[n % 2]},{n % 3 == 0:d},2025-03-0{1 + n % 9}" for n in range(60)]


@pytest.fixture
def load(tmp_path):
    def run(text, name="Red button.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with quick_loads():
            ingest("experiment", path, warehouse=tmp_path / "w.duckdb")
        return martlet.open(tmp_path / "w.duckdb")

    run.warehouse = tmp_path / "w.duckdb"
    return run


def test_units_that_switch_between_arms_are_refused_with_words(load):
    switching = [f"r{n},{arm},1,2025-03-0{day}" for n in range(5) for day, arm in ((1, "A"), (2, "B"))]
    with pytest.raises(IngestError, match=r"5 of 5 units stand in several variants.*switchback"):
        load(rows("unit,variant,outcome,date", *switching))
    assert not load.warehouse.exists()


def test_places_in_a_row_for_each_day_are_refused_with_words(load):
    daily = [f"r{n},{'AB'[n % 2]},{100 + day},2025-03-0{day}" for n in range(6) for day in range(1, 5)]
    with pytest.raises(IngestError, match=r"6 of 6 units have several outcomes, up to 4.*geo experiment"):
        load(rows("unit,variant,revenue,date", *daily))


def test_a_few_people_in_both_arms_are_taken_for_the_queries_tell_them(load):
    with load(
        rows("unit,variant,outcome,date", *PEOPLE, "u1,A,0,2025-03-09", "u1,B,0,2025-03-02")
    ) as warehouse:
        assert warehouse.sql(
            "SELECT count(DISTINCT row(customer_key, variant_key)), count(DISTINCT customer_key) FROM star.fact_exposure"
        ).rows() == [(61, 60)]
        outcomes = warehouse.sql(
            "SELECT count(*) FILTER (WHERE has_converted) FROM star.fact_experiment_outcome"
        ).rows()
        assert outcomes == [(20,)]


def test_the_file_names_the_experiment_unless_a_column_does(load):
    with load(rows("unit,variant,outcome", "u1,A,1", "u2,B,0")) as warehouse:
        assert warehouse.sql(
            "SELECT experiment_id FROM star.dim_experiment WHERE experiment_key <> 0"
        ).rows() == [("Red button",)]
    with load(rows("unit,variant,outcome,experiment", "u1,A,1,X9", "u2,B,0,X9"), "other.csv") as warehouse:
        names = warehouse.sql(
            "SELECT experiment_id FROM star.dim_experiment WHERE experiment_key <> 0 ORDER BY ALL"
        ).rows()
        assert names == [("Red button",), ("X9",)]
