"""Files are recognised by their content, and what is no table is refused by name."""

import bz2
import gzip
import hashlib
import io
import lzma
import os
import zipfile

import polars as pl
import pyarrow as pa
import pytest

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import open_source

ORDERS = "customer,date,amount\nAnn,2020-01-01,5.00\nBob,2020-01-02,6.50\n"
ROWS = [("Ann", "2020-01-01", "5.00"), ("Bob", "2020-01-02", "6.50")]


def zstd(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        out.write(data)
    return sink.getvalue().to_pybytes()


def archive(name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        ORDERS,
        ORDERS.rstrip(),
        ORDERS.replace("\n", "\r\n"),
        ORDERS.replace("\n", "\r"),
        ORDERS.replace("01,5.00\n", "01,5.00\r"),
        ORDERS.replace("amount\n", "amount\r\n").replace("5.00\n", "5.00\r"),
        ORDERS.replace("\n", "\n\n  \n"),
        "\ufeff" + ORDERS,
        ORDERS.replace(",", ";"),
        ORDERS.replace(",", "\t"),
        ORDERS.replace(",", "|"),
        ORDERS.replace(",", "#"),
        ORDERS.replace(",", "\x1f"),
        ORDERS.replace(",", "  "),
        ORDERS.replace(",", " , "),
        ORDERS.replace("Ann", '"Ann"').replace("01,5.00", '01, "5.00"'),
        "sep=;\n" + ORDERS.replace(",", ";"),
        "Shop report\nMade on 2020-02-01\n\n" + ORDERS,
        "# made by hand\n" + ORDERS,
        ORDERS.replace("Ann", '"Ann"').replace("5.00", '"5.00"'),
        ORDERS.replace("\n", ",\n"),
        ORDERS.replace("0\n", "0,\n"),
        ORDERS.encode("utf-16"),
        ORDERS.encode("utf-16-le"),
        ORDERS.encode("utf-16-be"),
        ORDERS.encode("utf-32"),
        gzip.compress(ORDERS.encode(), mtime=0),
        gzip.compress(ORDERS[:30].encode(), mtime=0) + gzip.compress(ORDERS[30:].encode(), mtime=0),
        zstd(ORDERS.encode()),
        bz2.compress(ORDERS.encode()),
        lzma.compress(ORDERS.encode()),
        gzip.compress(ORDERS.encode("utf-16"), mtime=0),
        ORDERS.encode() + b"\x1a",
        '[{"customer":"Ann","date":"2020-01-01","amount":5.00},{"customer":"Bob","date":"2020-01-02","amount":6.50}]',
        '{"customer":"Ann","date":"2020-01-01","amount":5.00}\n{"customer":"Bob","date":"2020-01-02","amount":6.50}',
        '{"orders": [{"customer":"Ann","date":"2020-01-01","amount":5.00},{"customer":"Bob","date":"2020-01-02","amount":6.50}]}',
    ],
)
def test_one_table_whatever_the_format(read, content):
    found = read(content)
    assert [tuple(cell.strip() for cell in row) for row in found.rows()] == ROWS
    assert found.source.columns == ("customer", "date", "amount")
    assert found.source.has_header
    assert found.problems == [None, None]


def test_packed_parquet_is_parquet(read):
    buffer = io.BytesIO()
    pl.DataFrame(ROWS, schema=["customer", "date", "amount"], orient="row").write_parquet(buffer)
    found = read(gzip.compress(buffer.getvalue()))
    assert found.rows() == ROWS
    assert found.source.format == "gzip, Parquet"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"customer,date,amount\n", "a header and no rows"),
        (b"kunde,wann,wieviel", "a header and no rows"),
        (b"customer,date,amount\ncustomer,date,amount\n", "a header and no rows"),
        (b"a\nb\nc\n", "one column only"),
        (bytes(range(256)) * 16, "binary"),
        (bytes(range(128, 256)) * 30, "binary"),
        (b"PK\x03\x04....", "zip archive"),
        (archive("orders.csv"), "zip archive"),
        (archive("xl/workbook.xml"), "Excel workbook, but can't be read"),
        (b"\xd0\xcf\x11\xe0....", "Excel workbook, but can't be read"),
        (b"PAR1 but not really", "can't be read"),
        (gzip.compress(ORDERS.encode(), mtime=0)[:-6], "can't be unpacked"),
        (zstd(ORDERS.encode() * 100)[:-6], "can't be unpacked"),
        (b"\x28\xb5\x2f\xfdnonsense", "can't be unpacked"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"\x00" * 8 + b"DUCK" + bytes(100), "DuckDB database"),
        (b'{"a": [1, 2', "not valid JSON"),
        (b"[]", "no records"),
        (b"[1, 2, 3]", "no records"),
        (b'["a", "b"]', "no records"),
    ],
)
def test_what_is_no_table_is_refused_by_name(opened, content, words):
    with pytest.raises(IngestError, match=words) as error:
        opened(content)
    assert "mine.csv" in str(error.value)
    assert len(str(error.value)) < 4000


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path, "directory"),
        (tmp_path / "x.csv", "no file"),
        (tmp_path / "pipe", "pipe"),
    ):
        with pytest.raises(IngestError, match=words):
            open_source(path)


def test_the_hash_is_that_of_the_bytes_on_disk(opened):
    packed = gzip.compress(ORDERS.encode())
    assert opened(packed).content_hash() == hashlib.sha256(packed).hexdigest()


def test_the_sample_is_the_first_thousand_rows(opened):
    source = opened("id,amount\n" + "".join(f"c{i},{i}.5\n" for i in range(3000)))
    assert source.sample()["id"].to_list() == [f"c{i}" for i in range(1000)]
    assert sum(batch.cells.height for batch in source.batches()) == 3000
