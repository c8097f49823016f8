"""Workbooks: the first sheet that holds anything, its header below titles, and no half-read surprises."""

import datetime as dt
import importlib.util
import json

import polars as pl
import pytest
import xlsxwriter

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import Reading, open_source

from .conftest import Found


@pytest.fixture
def workbook(tmp_path):
    """A function that writes sheets of rows and reads the file."""

    def make(sheets, **reading):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for i, row in enumerate(rows):
                    sheet.write_row(i, 0, row)
        return Found(open_source(path, Reading(**reading)))

    return make


ROWS = [
    ["customer", "date", "amount", ""],
    ["Ann", dt.date(2020, 1, 1), 5, ""],
    ["", "", "", ""],
    ["Bob", dt.date(2020, 1, 2), 6.25, ""],
]


def test_cells_become_text_below_the_header(workbook):
    found = workbook({"Empty": [], "Orders": [["Shop report"], *ROWS], "Notes": [["x", "y"]]})
    assert found.source.columns == ("customer", "date", "amount")
    assert found.rows() == [("Ann", "2020-01-01 00:00:00", "5"), ("Bob", "2020-01-02 00:00:00", "6.25")]
    assert found.notes == (
        "the sheet 'Orders' was read, others were not: Notes",
        "1 line above the header left out",
    )
    assert json.loads(found.originals[1]) == {
        "customer": "Bob",
        "date": "2020-01-02 00:00:00",
        "amount": "6.25",
    }


def test_a_profile_may_name_the_sheet(workbook):
    assert workbook({"A": [["x", "y"], ["p", "q"]], "B": ROWS}, sheet="B").cells["customer"][0] == "Ann"
    with pytest.raises(IngestError, match="no sheet 'Orders'.*Did you mean 'Order'"):
        workbook({"Order": ROWS}, sheet="Orders")


def test_a_workbook_without_rows_is_refused(workbook):
    with pytest.raises(IngestError, match="all empty"):
        workbook({"A": []})
    with pytest.raises(IngestError, match="a header and no rows"):
        workbook({"A": ROWS[:1]})


def test_a_missing_reader_says_what_to_install(tmp_path, monkeypatch):
    pl.DataFrame({"a": [1], "b": [2]}).write_excel(tmp_path / "a.xlsx")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(IngestError, match=r"pip install 'martlet\[excel\]'"):
        open_source(tmp_path / "a.xlsx")
