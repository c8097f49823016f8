"""What spreadsheets open: text stays text, numbers stay numbers, and what a sheet can't hold is told."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import ParameterError
from martlet.engine.tables import spreadsheets
from martlet.terminal import formats, output

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example")',
]
TEXTS = [
    "",
    "a=1",
    "'=1",
    " =1",
    "1-2",
    "007",
    "12345678901234567890",
    "http://x.example",
    "{=1}",
    "TRUE",
    "_x0041_",
]


def sheet(answer):
    file = io.BytesIO()
    formats.write(answer, "xlsx", file)
    file.seek(0)
    return pl.read_excel(file, drop_empty_rows=False)


def test_a_workbook_has_texts_as_texts():
    answer = pa.table({"text": FORMULAS + TEXTS, "row": range(len(FORMULAS + TEXTS))})
    read = sheet(answer)
    assert read["text"].fill_null("").to_list() == FORMULAS + TEXTS
    assert read["row"].to_list() == answer["row"].to_pylist()


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1))
def test_any_text_comes_back_from_a_workbook(text):
    assert sheet(pa.table({"a": [f"x{text}"]}))["a"].to_list() == [f"x{text}"]


def test_a_workbook_has_numbers_days_and_moments():
    answer = pa.table(
        {
            "count": [-5, 2**53 + 1],
            "money": pa.array([Decimal("-1234.50"), None], pa.decimal128(18, 2)),
            "day": [date(2025, 1, 31), None],
            "moment": [datetime(2025, 1, 31, 18, 30), None],
            "old": [date(1815, 12, 10), None],
            "flag": [True, None],
            "words": [["=a", "b"], None],
        }
    )
    assert sheet(answer).rows()[0] == (
        "-5",
        -1234.5,
        date(2025, 1, 31),
        datetime(2025, 1, 31, 18, 30),
        "1815-12-10",
        True,
        "['=a', b]",
    )
    assert sheet(answer)["count"].to_list()[1] == str(2**53 + 1)


@pytest.mark.parametrize(
    ("amount", "cell"),
    [
        ("99999999999999.99", "99999999999999.99"),
        ("-1234567.123456789", "-1234567.123456789"),
        ("9999999999999.99", 9999999999999.99),
        ("120000000000000.00", 120000000000000.0),
        ("0.00", 0.0),
    ],
)
def test_an_amount_that_a_spreadsheet_would_round_is_text(amount, cell):
    column = pa.array([Decimal(amount)])
    assert sheet(pa.table({"amount": column})).rows() == [(cell,)]


def test_what_a_sheet_cannot_hold_is_told():
    with pytest.raises(
        ParameterError, match=r"long has a text of 32,768 characters in row 2 .* holds 32,767"
    ):
        sheet(pa.table({"long": ["x" * 32_767, "x" * 32_768]}))
    with pytest.raises(
        ParameterError, match=r"1,048,576 rows and 1 columns, but a sheet holds at most 1,048,575"
    ):
        sheet(pa.table({"a": pa.nulls(1_048_576, pa.int8())}))
    with pytest.raises(ParameterError, match="16,385 columns"):
        sheet(pa.table([[1]] * 16_385, names=[f"c{n}" for n in range(16_385)]))


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_safe_cells_begin_with_an_apostrophe_and_numbers_stay(tmp_path, kind):
    answer = pa.table({"=name": FORMULAS + TEXTS, "amount": pa.array([-1.5] * len(FORMULAS + TEXTS))})
    for is_safe in (False, True):
        path = tmp_path / f"answer.{kind}"
        output.deliver(answer, name=None, output=path, limit=None, safe_cells=is_safe)
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file, delimiter="\t" if kind == "tsv" else ",")
        mark = "'" if is_safe else ""
        assert header == [f"{mark}=name", "amount"]
        assert [text for text, _ in rows] == [mark + text for text in FORMULAS] + TEXTS
        assert {amount for _, amount in rows} == {"-1.5"}


def test_safe_cells_are_for_spreadsheets(tmp_path):
    for kind in ("json", "parquet", "markdown", "table"):
        with pytest.raises(ParameterError, match="--safe-cells is for csv, tsv, xlsx"):
            output.deliver(
                pa.table({"a": [1]}), name=kind, output=tmp_path / "a", limit=None, safe_cells=True
            )


@given(st.text())
def test_no_safe_text_begins_as_a_formula(text):
    safe = spreadsheets.safe_text(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe.removeprefix("'") == text.removeprefix("'")
