"""Whatever a cell holds, its reader gives a value or a problem, and nothing else happens."""

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from martlet.loaders.ingest.cleaning.cells import tidied
from martlet.loaders.ingest.cleaning.field_parsers import STAGED, bounds, reader
from martlet.loaders.ingest.entity import Field
from martlet.loaders.ingest.profile import Column
from martlet.loaders.ingest.types import TYPES

# Text like dates and numbers goes further into the readers than any text does.
ALIKE = st.text("0123456789 .,:-/+$()%eETZxX'\u2212\u00a0", max_size=22)
LONG = st.integers(min_value=0, max_value=10**40).map(str)
CELLS = st.lists(st.one_of(ALIKE, st.text(max_size=12), LONG, st.none()), min_size=1, max_size=8)
UNITS = st.sampled_from(["units", "cents", "micros", "percent"])


@pytest.mark.parametrize("kind", TYPES)
@given(
    cells=CELLS,
    zone=st.sampled_from(["", "Europe/Lisbon"]),
    decimal=st.sampled_from([None, ",", "."]),
    unit=UNITS,
)
@example(cells=["10000000000000000"], zone="", decimal=",", unit="units")
@example(
    cells=["9999999999999999.999", "-1e17", "(10,000,000,000,000,000.00)"], zone="", decimal=".", unit="units"
)
@example(cells=["1000000000000000000", "99999999999999999999"], zone="", decimal=None, unit="cents")
@example(cells=["5", "1.5", "150%"], zone="", decimal=None, unit="micros")
@example(cells=["9e999", "-9e999%"], zone="", decimal=None, unit="percent")
def test_every_cell_becomes_a_value_or_has_a_problem(kind, cells, zone, decimal, unit):
    field = Field(name="f", type=kind, doc="", words={"a": "A"} if kind == "word" else {})
    column = Column(key="c", zone=zone, decimal=decimal, unit=unit)
    text = tidied(pl.Series("c", cells, dtype=pl.String), column, "C").text
    made = reader(field, column)
    made.survey(text)
    made.decide()
    read = made.read(text)
    problems = read.problems if read.problems is not None else pl.Series([None] * len(text), dtype=pl.String)
    assert read.values.cast(STAGED[kind]).len() == len(cells)
    given_up = text.is_not_null() & read.values.is_null()
    assert (problems.is_not_null() == given_up).all()
    assert bounds(field, column, None).problems(read.values) is None


@pytest.mark.parametrize("kind", TYPES)
def test_a_batch_without_rows_gives_none(kind):
    made = reader(Field(name="f", type=kind, doc=""), Column(key="c"))
    empty = pl.Series("c", [], dtype=pl.String)
    made.survey(empty)
    made.decide()
    assert made.read(empty).values.is_empty()
