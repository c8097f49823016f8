"""Each case in tests/cases gives the rows that it expects, asked as a query and as the installed table macro."""

import math
from decimal import Decimal

import duckdb
import pytest

from martlet.engine import packs, rewriting

from .cases import cases

CASES = list(cases())


def test_there_are_cases():
    assert CASES


@pytest.fixture
def asked(given, request):
    """The warehouse of one case: CSV cells are text, and take the types of the table's columns."""
    case = request.param
    return case, given({table: read_text(path) for table, path in case.given.items()})


def read_text(path):
    """Read a CSV file with every cell as text, empty ones as NULL."""
    with duckdb.connect() as reader:
        options = "all_varchar = true, header = true, delim = ',', nullstr = ''"
        return reader.sql(f"SELECT * FROM read_csv('{path}', {options})").pl()


@pytest.mark.parametrize("asked", CASES, ids=str, indirect=True)
def test_case(asked):
    case, warehouse = asked
    query = packs.get(case.query)
    for answer in (warehouse.query(case.query, **case.params), warehouse.sql(as_macro(query, case.params))):
        compare(answer.pl(), expected_rows(case, answer))


def as_macro(query, params):
    values = query.values(params)
    given = ", ".join(
        f"{name} := {rewriting.literal(query.parameters[name], values[name]).sql('duckdb')}"
        for name in params
    )
    return f"FROM {query.pack}.{query.name}({given})"


def expected_rows(case, answer):
    """Read expect.csv with the types of the answer's columns."""
    types = dict(zip(answer.columns, answer.pl().dtypes, strict=True))
    text = read_text(case.expect)
    assert set(text.columns) <= set(types), f"{case}: expect.csv names columns that the answer lacks"
    with duckdb.connect() as reader:
        reader.register("answer", answer.arrow())
        reader.register("expected", text.to_arrow())
        described = {row[0]: row[1] for row in reader.sql("DESCRIBE answer").fetchall()}
        # An ENUM of the warehouse is text here: its words are what the case states.
        casts = ", ".join(
            f'"{name}"' if described[name].startswith("ENUM") else f'"{name}"::{described[name]} AS "{name}"'
            for name in text.columns
        )
        return reader.sql(f"SELECT {casts} FROM expected").pl()


def compare(answer, expected):
    columns = expected.columns
    got = sorted((tuple(map(plain, row)) for row in answer.select(columns).rows()), key=repr)
    wanted = sorted((tuple(map(plain, row)) for row in expected.rows()), key=repr)
    assert len(got) == len(wanted), f"{len(got)} rows, not {len(wanted)}:\n{answer.select(columns)}"
    for mine, theirs in zip(got, wanted, strict=True):
        assert all(map(same, mine, theirs)), f"got {mine}\nnot {theirs}\nof {columns}"


def plain(value):
    # Rounded for the sort only as far as the comparison is exact.
    return float(f"{value:.9g}") if isinstance(value, float) else value


def same(mine, theirs):
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-8, abs_tol=1e-9)
    if isinstance(mine, Decimal) or isinstance(theirs, Decimal):
        return mine == theirs
    return mine == theirs
