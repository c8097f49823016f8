"""Rows of delimited text: each keeps its place and its text, and damage stays where it is."""

import csv
import io

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from martlet.loaders.ingest.reading import _bytes, _delimited, open_source
from martlet.loaders.ingest.reading._records import UNCLOSED
from martlet.loaders.ingest.reading.options import BROKEN

from .conftest import Found

ORDERS = "customer,date,amount\nAnn,2020-01-01,5.00\nBob,2020-01-02,6.50\n"


def test_a_file_without_header_has_columns_by_position(read):
    found = read(ORDERS.split("\n", 1)[1])
    assert not found.source.has_header
    assert found.source.columns == ("1", "2", "3")
    assert found.rows() == [("Ann", "2020-01-01", "5.00"), ("Bob", "2020-01-02", "6.50")]


def test_windows_1252_is_read_and_announced(read):
    found = read(ORDERS.replace("Ann", "Ren\u00e9e \u20ac").encode("cp1252"))
    assert found.cells["customer"][0] == "Ren\u00e9e \u20ac"
    assert "Windows-1252" in found.notes[0]


def test_the_first_accent_may_come_at_the_very_end(read):
    found = read(ORDERS.encode() + b"Cid,2020-01-03,1\n" * 200_000 + b"Ren\xe9e,2020-01-04,2\n")
    assert found.cells["customer"][-1] == "Ren\u00e9e"
    assert set(found.problems) == {None}


def test_a_profile_may_declare_encoding_and_separator(read):
    text = "customer:date:amount\n\u5c71\u7530:2020-01-01:5,5\n"
    found = read(text.encode("shift_jis"), encoding="shift_jis", separator=":")
    assert found.rows() == [("\u5c71\u7530", "2020-01-01", "5,5")]


def test_one_bad_line_in_utf_8_spoils_only_itself(read):
    good = "Zo\u00eb,2020-01-03,1\nAn\u00e4,2020-01-04,2\n".encode()
    found = read(ORDERS.encode() + good + b"R\xe9n,2020-01-05,3\n" + good)
    assert found.cells["customer"].to_list()[:4] == ["Ann", "Bob", "Zo\u00eb", "An\u00e4"]
    assert found.problems == [None] * 4 + [BROKEN] + [None] * 2
    assert found.originals[4] == "R\\xe9n,2020-01-05,3"


@pytest.mark.parametrize("noise", ["\x00", "\x01\x02", "\x7f"])
def test_characters_that_are_no_text_spoil_only_their_row(read, noise):
    found = read(ORDERS + f"C{noise}d,2020-01-03,7\nEve,2020-01-04,8\n" + "Zo\u00eb,2020-01-03,1\n" * 5)
    assert found.problems == [None, None, BROKEN] + [None] * 6


def test_an_unclosed_quote_spoils_only_its_row(read):
    found = read(ORDERS + 'Cid,2020-01-03,"7.00\nDora,2020-01-04,8.00\nEve,2020-01-05,9.00\n')
    assert found.problems == [None, None, UNCLOSED, None, None]
    assert found.cells["customer"].to_list() == ["Ann", "Bob", "Cid", "Dora", "Eve"]


def test_two_unclosed_quotes_far_apart_swallow_nothing(read):
    filler = "Eve,2020-01-05,9.00\n" * 3000
    found = read(ORDERS + 'Cid,2020-01-03,"7.00\n' + filler + 'Fay,2020-01-06,8"\n' + filler)
    assert found.cells.height == 6004
    assert [row for row, problem in enumerate(found.problems) if problem] == [2]
    assert found.problems[2] == UNCLOSED


def test_quoted_fields_may_span_lines_in_header_and_rows(read):
    found = read(
        'customer,"order\ndate",amount,note\nAnn,2020-01-01,5.00,"a\n\nb, c"\nBob,2020-01-02,6.50,d\n'
    )
    assert found.source.columns == ("customer", "order\ndate", "amount", "note")
    assert found.cells["note"].to_list() == ["a\n\nb, c", "d"]
    assert found.problems == [None, None]
    assert found.originals[0] == 'Ann,2020-01-01,5.00,"a\n\nb, c"'


def test_a_bad_line_within_a_quoted_field_spoils_the_whole_row(read):
    good = "Zo\u00eb,2020-01-03,1\nAn\u00e4,2020-01-04,2\n".encode()
    assert read(ORDERS.encode() + good + b'"R\n\xe9n",2020-01-05,3\n').problems == [None] * 4 + [BROKEN]


def test_a_quote_within_a_field_is_a_character(read):
    found = read(ORDERS + 'Jo "Jo" Doe,2020-01-03,7.00\n5" pipes,2020-01-03,7.00\n')
    assert found.cells["customer"].to_list()[2:] == ['Jo "Jo" Doe', '5" pipes']
    assert set(found.problems) == {None}


def test_ragged_rows_say_how_many_fields_they_have(read):
    found = read(ORDERS + "Cid,2020-01-03\nDora,2020-01-04,8.00,x\nEve,2020-01-05,9.00,, \n")
    assert found.problems[2:] == [
        "wrong number of fields: 2, where the header has 3",
        "wrong number of fields: 4, where the header has 3",
        None,
    ]
    assert found.originals[2] == "Cid,2020-01-03"
    assert found.rows()[4] == ("Eve", "2020-01-05", "9.00")


def test_a_row_that_is_ragged_and_spans_lines_is_one_row(read):
    found = read(ORDERS + '"Ci\nd",2020-01-03\nDora,2020-01-04,8.00\n')
    assert found.problems == [None, None, "wrong number of fields: 2, where the header has 3", None]


def test_a_source_that_leaves_out_empty_cells_at_the_end_is_understood(read):
    rows = [f"c{i},2020-01-01,5.00" + ",gift" * (i % 3 == 0) for i in range(100)]
    found = read("\n".join(["customer,date,amount,note", *rows]))
    assert set(found.problems) == {None}
    assert found.cells["note"].fill_null("").to_list() == ["gift" if i % 3 == 0 else "" for i in range(100)]
    assert any("end early" in note for note in found.notes)


def test_trailing_separators_make_no_column_unless_something_is_beyond_them(read):
    found = read(ORDERS.replace("\n", ",\n") + "Cid,2020-01-03,7.00,x\n")
    assert found.source.columns == ("customer", "date", "amount")
    assert found.problems == [None, None, "wrong number of fields: 4, where the header has 3"]


def test_columns_without_and_with_equal_names_are_told_apart(read):
    found = read(",date,amount,amount\n1,2020-01-01,5.00,6.00\n2,2020-01-02,6.00,7.00\n")
    assert found.source.columns == ("column 1", "date", "amount", "amount_2")
    assert found.rows()[1] == ("2", "2020-01-02", "6.00", "7.00")


def test_titles_that_went_through_a_spreadsheet_are_no_header(read):
    found = read("Shop report,,\n,,\n" + ORDERS)
    assert found.source.columns == ("customer", "date", "amount")
    assert found.notes == ("2 lines above the header left out",)


def test_exports_put_together_repeat_their_header(read):
    found = read(ORDERS + "\ufeff" + ORDERS + ORDERS)
    assert found.cells["customer"].to_list() == ["Ann", "Bob"] * 3
    assert found.problems == [None] * 6
    assert "rows left out because they repeat the header: 2" in found.notes


def test_a_cell_may_be_larger_than_a_chunk(read):
    prose = 'He said "well", \n' * 600_000
    quoted = prose.replace('"', '""')
    found = read(ORDERS + f'Cid,"{quoted}",7.00\nDora,2020-01-04,8.00\n')
    assert found.cells["date"].to_list()[2:] == [prose, "2020-01-04"]
    assert set(found.problems) == {None}


def test_a_batch_holds_no_more_than_a_chunk(opened):
    source = opened("customer,date,amount\n" + "Ann,2020-01-01,5.00\n" * 1_000_000)
    sizes = [sum(batch.cells.select(pl.all().str.len_bytes().sum()).row(0)) for batch in source.batches()]
    assert sum(sizes) == 1_000_000 * len("Ann2020-01-015.00")
    assert max(sizes) <= _delimited.CHUNK + _bytes.BLOCK


CELLS = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], include_characters=" \"',;|\n\r\t"), max_size=12
)
# A mark of the byte order at the very beginning of a cell is one of the file.
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12)
)


@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]),
    st.sampled_from([1, 7, 64, 1 << 23]),
)
@example([["a,b\nc,d\n"]], ",", csv.QUOTE_MINIMAL, "\n", "utf-8", 1)
@example([["\n,,\n,,\n"]], ",", csv.QUOTE_MINIMAL, "\n", "utf-8", 7)
def test_what_csv_writers_write_comes_back_cell_for_cell(  # noqa: PLR0917
    tmp_path, monkeypatch, table, separator, quoting, line_end, encoding, chunk
):
    """Python's writer leaves a carriage return unquoted in files whose lines don't end in one; that is no CSV."""
    if line_end == "\n" and quoting != csv.QUOTE_ALL:
        table = [[cell.replace("\r", "") for cell in row] for row in table]
    if line_end == "\r" and quoting != csv.QUOTE_ALL:
        table = [[cell.replace("\n", "") for cell in row] for row in table]
    monkeypatch.setattr(_bytes, "BLOCK", chunk)
    monkeypatch.setattr(_delimited, "CHUNK", chunk)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=line_end, quoting=quoting)
    names = ["date", "amount", *(f"text {i}" for i in range(len(table[0])))]
    writer.writerow(names)
    for row in table:
        writer.writerow(["2020-01-01", "5.25", *row])
    path = tmp_path / "a.csv"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + buffer.getvalue().encode(encoding))
    found = Found(open_source(path))
    assert found.source.columns == tuple(names)
    assert set(found.problems) == {None}
    assert [list(row[2:]) for row in found.rows()] == table


LINES = st.sampled_from(
    [
        "Ann,2024-01-05,5.00",
        'Ann,2024-01-05,"5',
        '"A\nnn",2024-01-05,5',
        "a,b",
        "a,b,c,d",
        "",
        'x "y",2024-01-05,1',
        '9"',
        "\x00,,",
    ]
)


@given(st.lists(LINES, max_size=30), st.sampled_from([5, 20, 100]))
def test_the_size_of_batches_changes_nothing(tmp_path, monkeypatch, lines, chunk):
    path = tmp_path / "a.csv"
    path.write_text(ORDERS + "\n".join(lines) + "\nEve,2024-01-05,7\n" * 40, encoding="utf-8")
    source = open_source(path)
    whole = Found(source)
    monkeypatch.setattr(_bytes, "BLOCK", chunk)
    monkeypatch.setattr(_delimited, "CHUNK", chunk)
    parts = Found(source)
    assert len(parts.sizes) > 1
    for what in ("rows", "problems", "originals"):
        first, second = getattr(whole, what), getattr(parts, what)
        assert (first() == second()) if callable(first) else (first == second)
