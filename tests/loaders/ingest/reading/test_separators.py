"""A table comes back as it was written, whatever separates its cells and whatever the cells hold."""

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import open_source

from .conftest import Found

NAMES = [
    "Campaign name",
    "Cost, net",
    "Impr.",
    "Clicks (all)",
    "Last name, first",
    "Amount 2024",
    "Notes; remarks",
    "City",
]
TEXTS = st.one_of(
    st.sampled_from(
        [
            "Summer 2024",
            "Winter 2024",
            "Brand | Search",
            "Doe, Jane",
            "a; b",
            "5 USD",
            "Spring 10 20",
            "x",
            "1,50",
            "10:00",
            "Total Wellness",
            "A > B",
            "",
        ]
    ),
    st.text("ab 1,;|\t.", max_size=8).map(str.strip),
)
NUMBERS = st.one_of(
    st.integers(0, 99_999).map(str),
    st.floats(0, 9_999).map("{:.2f}".format),
    st.floats(1000, 99_999).map("{:,.2f}".format),
    st.floats(0, 999).map(lambda x: f"{x:.2f}".replace(".", ",")),
)
DATES = st.dates().map(str)
TABLES = st.tuples(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True),
    st.lists(st.tuples(DATES, st.lists(TEXTS, min_size=4, max_size=4), NUMBERS), min_size=1, max_size=8),
)


def written(table, separator, quoting=csv.QUOTE_MINIMAL):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="\n", quoting=quoting).writerows(table)
    return buffer.getvalue()


@settings(max_examples=300)
@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
@example((["City"], [("2024-01-01", ["Summer 2024"] * 4, "20")]), "\t", csv.QUOTE_MINIMAL)
@example((["Last name, first"], [("2024-01-01", ["Doe, Jane"] * 4, "1,50")] * 3), "\t", csv.QUOTE_MINIMAL)
@example((["City"], [("2024-01-01", ["Doe, Jane"] * 4, "1,50")] * 2), ";", csv.QUOTE_MINIMAL)
def test_cells_may_hold_other_separators_digits_and_spaces(tmp_path, table, separator, quoting):
    names, rows = table
    names = ["Day", *names, "Cost"]
    cells = [(day, *texts[: len(names) - 2], number) for day, texts, number in rows]
    path = tmp_path / "a.csv"
    path.write_text(written([names, *cells], separator, quoting), encoding="utf-8", newline="")
    found = Found(open_source(path))
    assert found.source.columns == tuple(names)
    assert set(found.problems) == {None}
    assert found.rows() == cells


@pytest.mark.parametrize("rows", [1, 2, 3, 40])
@pytest.mark.parametrize(
    "names", [("Day", "Campaign", "Campaign type", "Cost"), ("Day", "Campaign name", "Cost")]
)
def test_tabs_win_over_spaces_when_names_end_in_a_number(read, names, rows):
    """Split at spaces, the rows of the second table are as wide as its header."""
    table = [("2024-01-01", ("Summer 2024", "Winter 2024")[i % 2], "Search", f"{i}.50") for i in range(rows)]
    table = [row[: len(names) - 1] + row[-1:] for row in table]
    found = read(written([names, *table], "\t"))
    assert found.source.columns == names
    assert found.rows() == table


def test_a_header_as_wide_as_the_rows_only_by_spaces_is_refused_if_no_mark_is(opened):
    with pytest.raises(IngestError, match="4 names and its rows 3 cells"):
        opened("order id total price\n1 2024-01-01 5.00\n2 2024-01-02 6.00\n3 2024-01-03 6.00\n")


def test_spaces_separate_where_no_mark_does(read):
    assert read("00004 19970101 1 29,33\n00004 19970118 2 29,73\n00021 19970101 1 14,96\n").rows() == [
        ("00004", "19970101", "1", "29,33"),
        ("00004", "19970118", "2", "29,73"),
        ("00021", "19970101", "1", "14,96"),
    ]
    found = read("id  date  amount\n1  2024-01-01  10,50\n2  2024-01-02  11,50\n")
    assert found.source.columns == ("id", "date", "amount")
    assert found.rows() == [("1", "2024-01-01", "10,50"), ("2", "2024-01-02", "11,50")]


def test_rows_that_are_all_shorter_than_the_header_are_told(read):
    found = read("id,date,amount,note,more\n1,2024-01-01,5.00\n2,2024-01-02,6.00\n3,2024-01-03,7.00\n")
    assert "the header has 5 names and the rows 3 cells: nothing is read for 'note', 'more'" in found.notes[0]
