"""Files are recognised by their content, every row keeps its place and its text, and what is no table is refused."""

import csv
import gzip
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.ingest._columns import choose
from martlet.loaders.ingest._reading import read
from martlet.sql.errors import IngestError, MartletError

ORDERS = "customer,date,amount\nAnn,2020-01-01,5.00\nBob,2020-01-02,6.50\n"
ROWS = [("Ann", "2020-01-01", "5.00"), ("Bob", "2020-01-02", "6.50")]


@pytest.fixture
def table(tmp_path):
    """A function that reads text or bytes as a file."""

    def make(content, name="orders.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path)

    return make


@pytest.mark.parametrize(
    "content",
    [
        ORDERS,
        ORDERS.rstrip(),
        ORDERS.replace("\n", "\r\n"),
        ORDERS.replace("\n", "\r"),
        ORDERS.replace("\n", "\n\n  \n"),
        "\ufeff" + ORDERS,
        ORDERS.replace(",", ";"),
        ORDERS.replace(",", "\t"),
        ORDERS.replace(",", "|"),
        ORDERS.replace(",", "  "),
        ORDERS.replace(",", " , "),
        "sep=;\n" + ORDERS.replace(",", ";"),
        "Shop report\nMade on 2020-02-01\n\n" + ORDERS,
        ORDERS.replace("Ann", '"Ann"').replace("5.00", '"5.00"'),
        ORDERS.replace("\n", ",\n"),
        ORDERS.encode("utf-16"),
        ORDERS.encode("utf-16-le"),
        ORDERS.encode("utf-32"),
        gzip.compress(ORDERS.encode()),
        ORDERS.encode() + b"\x1a",
    ],
)
def test_one_table_whatever_the_format(table, content):
    found = table(content)
    assert found.cells.select(pl.nth(0, 1, 2)).rows() == ROWS
    assert found.cells.columns[:3] == ["customer", "date", "amount"]
    assert found.problems.null_count() == 2


def test_a_file_without_header_has_columns_by_position(table):
    found = table(ORDERS.split("\n", 1)[1])
    assert not found.has_header
    assert found.cells.columns == ["1", "2", "3"]
    assert found.cells.rows() == ROWS


def test_windows_1252_is_read_and_announced(table):
    found = table(ORDERS.replace("Ann", "Ren\u00e9e \u20ac").encode("cp1252"))
    assert found.cells["customer"][0] == "Ren\u00e9e \u20ac"
    assert "Windows-1252" in found.notes[0]


def test_one_bad_line_in_utf_8_spoils_only_itself(table):
    found = table(
        ORDERS.encode() + "Zo\u00eb,2020-01-03,1\nAn\u00e4,2020-01-04,2\n".encode() + b"R\xe9n,2020-01-05,3\n"
    )
    assert found.cells["customer"].to_list()[:4] == ["Ann", "Bob", "Zo\u00eb", "An\u00e4"]
    assert found.problems.to_list() == [None] * 4 + ["bytes that are not text"]
    assert found.originals_at(pl.Series([4], dtype=pl.UInt32)).to_list() == ["R\\xe9n,2020-01-05,3"]


def test_an_unclosed_quote_spoils_only_its_row(table):
    found = table(ORDERS + 'Cid,2020-01-03,"7.00\nDora,2020-01-04,8.00\nEve,2020-01-05,9.00\n')
    assert found.problems.to_list() == [None, None, "a quote is opened and never closed", None, None]
    assert found.cells["customer"].to_list() == ["Ann", "Bob", "Cid", "Dora", "Eve"]


def test_quoted_fields_may_span_lines_in_header_and_rows(table):
    found = table(
        'customer,"order\ndate",amount,note\nAnn,2020-01-01,5.00,"a\n\nb, c"\nBob,2020-01-02,6.50,d\n'
    )
    assert found.cells.columns == ["customer", "order\ndate", "amount", "note"]
    assert found.cells["note"].to_list() == ["a\n\nb, c", "d"]
    assert found.problems.null_count() == 2


def test_a_bad_line_within_a_quoted_field_spoils_the_whole_row(table):
    found = table(
        ORDERS.encode()
        + "Zo\u00eb,2020-01-03,1\nAn\u00e4,2020-01-04,2\n".encode()
        + b'"R\n\xe9n",2020-01-05,3\n'
    )
    assert found.problems.to_list() == [None] * 4 + ["bytes that are not text"]


def test_a_quote_within_a_field_is_a_character(table):
    found = table(ORDERS + 'Jo "Jo" Doe,2020-01-03,7.00\n5" pipes,2020-01-03,7.00\n')
    assert found.cells["customer"].to_list()[2:] == ['Jo "Jo" Doe', '5" pipes']
    assert found.problems.null_count() == 4


def test_ragged_rows_say_how_many_fields_they_have(table):
    found = table(ORDERS + "Cid,2020-01-03\nDora,2020-01-04,8.00,x\n")
    assert found.problems.to_list()[2:] == [
        "wrong number of fields: 2, where the header has 3",
        "wrong number of fields: 4, where the header has 3",
    ]
    assert found.originals_at(pl.Series([2], dtype=pl.UInt32)).to_list() == ["Cid,2020-01-03"]


CELLS = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=' ",;|\n'), max_size=12)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12), st.sampled_from(",;\t|"), st.booleans())
def test_what_csv_writers_write_is_read_back(tmp_path_factory, cells, separator, quote_all):
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=separator,
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL,
    )
    writer.writerow(["date", "amount", "customer", "note"])
    for first, second in cells:
        writer.writerow(["2020-01-01", "5.25", first, second])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(buffer.getvalue().encode())
    found = read(path)
    assert found.problems.null_count() == len(cells)
    assert found.cells.select("customer", "note").rows() == [(a.strip(), b.strip()) for a, b in cells]


def test_parquet_keeps_types_and_rows(tmp_path):
    frame = pl.DataFrame(
        {
            "customer_id": [17850.0, None],
            "ts": pl.Series(["2020-06-01T10:00:00", None])
            .str.to_datetime()
            .dt.replace_time_zone("Europe/Berlin"),
            "total": [1.125, float("nan")],
            "items": [[1], [2, 3]],
        }
    )
    frame.write_parquet(tmp_path / "orders.parquet")
    found = read(tmp_path / "orders.parquet")
    assert found.cells.rows() == [("17850.0", "2020-06-01 08:00:00.000000", "1.125"), (None, None, "NaN")]
    assert found.numeric == {"customer_id", "total"}
    assert "items" in found.notes[0]
    assert found.originals_at(pl.Series([1], dtype=pl.UInt32))[0].startswith('{"customer_id":null')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"customer,date,amount\n", "a header and no rows"),
        (b"kunde,wann,wieviel", "a header and no rows"),
        (b"a\nb\nc\n", "one column only"),
        (bytes(range(256)) * 16, "binary"),
        (bytes(range(128, 256)) * 30, "binary"),
        (b"PK\x03\x04....", "Excel"),
        (b"PAR1 but not really", "can't be read"),
        (gzip.compress(ORDERS.encode())[:-6], "can't be unpacked"),
        (b'[{"customer": "Ann"}]', "JSON"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\x00" * 8 + b"DUCK" + bytes(100), "DuckDB database"),
    ],
)
def test_what_is_no_table_is_refused_by_name(table, content, words):
    with pytest.raises(IngestError, match=words) as error:
        table(content, name="mine.csv")
    assert "mine.csv" in str(error.value)
    assert len(str(error.value)) < 4000


def test_a_directory_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(IngestError, match="directory"):
        read(tmp_path)
    with pytest.raises(IngestError, match="no file"):
        read(tmp_path / "missing.csv")


@given(st.data())
def test_no_bytes_raise_anything_but_our_errors(tmp_path_factory, data):
    content = bytearray(ORDERS.encode() * 3)
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, len(content)))
        content[place:place] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"\n", b",", b"\r", b"\xff\xfe", b";;"]))
        )
    path = tmp_path_factory.mktemp("fuzz") / "a.csv"
    path.write_bytes(content)
    try:
        found = read(path)
        choose(found, {})
    except MartletError:
        return
    assert len(found.problems) == len(found.originals) == found.cells.height
