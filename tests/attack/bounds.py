"""Small files that ask for much: bombs, endless rows, deep and wide ones. Memory stays below 2 GB, time below a bound, and a message is clear."""

import bz2
import gzip
import json
import lzma
import resource
import zipfile

import polars as pl

from .case import Case, Fault
from .invariants import MOST_MEMORY, command, ends_well

# ruff: noqa: SIM115  (a writer opens, and closes, what it is given)

__all__ = ["cases", "run"]

TIMEOUT = 700
# Address space is reserved long before it is used: what is held is measured, this saves the machine.
_ADDRESSES = 8 * 2**30
_SECONDS = 120
_HEADER = b"order_id,customer_id,date,amount\n"
_ROW = b"A%d,C1,2024-01-05,5\n"
_M = 2**20


def cases(seed, scale):
    """Return each file at a size drawn from the seed; of a part, every so many."""
    every = max(1, round(1 / scale))
    return [
        Case("bounds", kind, seed, seed) for number, kind in enumerate(FILES) if (number + seed) % every == 0
    ]


def run(case, room):
    chance = case.random()
    ending, profile, write = FILES[case.kind]
    path = room.folder / f"big.{ending}"
    write(path, chance.choice((0.5, 1, 1)) if case.seed > 1 else 1)
    end = command(
        "ingest", profile, path, "-w", room.folder / "w.duckdb", "-q",
        limits=[(resource.RLIMIT_AS, _ADDRESSES)], timeout=600,
    )  # fmt: skip
    worked = ends_well(end)
    if end.peak > MOST_MEMORY:
        raise Fault(f"{end.peak / 2**30:.1f} GiB of memory for {path.stat().st_size:,} bytes")
    if end.seconds > _SECONDS:
        raise Fault(f"{end.seconds:.0f} s of processor time for {path.stat().st_size:,} bytes")
    if not worked and path.name not in end.err:
        raise Fault(f"the error does not name the file: {end.err[-300:]}")
    return "" if worked else end.err.strip()


def _packed(opener, *parts):
    """Return a writer of parts, each so often, packed; an often that is a float goes by the size asked for."""

    def write(path, size):
        with opener(path) as file:
            for block, often in parts:
                times = round(often * size) if isinstance(often, float) else often
                whole, rest = divmod(times, 1000)
                for _ in range(whole):
                    file.write(block * 1000)
                file.write(block * rest)

    return write


def _plain(path):
    return path.open("wb")


def _gz(path):
    return gzip.open(path, "wb", 1)


def _rows(count):
    return b"".join(_ROW % number for number in range(count))


def _json(make):
    def write(path, size):
        path.write_text(make(size), encoding="utf-8")

    return write


def _order(**more):
    return {"order_id": "A1", "customer_id": "C1", "date": "2024-01-05", "amount": 5, **more}


def _deep(opening, closing, depth, columns=1):
    def write(size):
        value = opening * round(depth * size) + "1" + closing * round(depth * size)
        rows = ",".join(f'"k{number}":{value}' for number in range(columns))
        return f'[{{"order_id":"A1","customer_id":"C1","date":"2024-01-05","amount":5,{rows}}}]'

    return _json(write)


def _keys_of_data(rows, each):
    def write(size):
        return "\n".join(
            json.dumps(_order(order_id=f"A{row}", **{f"k{row}_{n}": 1 for n in range(each)}))
            for row in range(round(rows * size))
        )

    return _json(write)


def _wide(path, size, columns=30_000):
    names = [b"c%d" % number for number in range(round(columns * size))]
    path.write_bytes(
        _HEADER.strip()
        + b","
        + b",".join(names)
        + b"\n"
        + b"A1,C1,2024-01-05,5,"
        + b",".join([b"1"] * len(names))
        + b"\n"
    )


def _sheet(dimension, cells):
    """Return a writer of a workbook as small as can be, whose one sheet holds these cells."""

    def write(path, size):
        sheet = f'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="{dimension}"/><sheetData>{cells(size)}</sheetData></worksheet>'
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            for name, text in {**_BOOK, "xl/worksheets/sheet1.xml": sheet}.items():
                book.writestr(name, text)

    return write


_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{_TYPES}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_TYPES}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{_TYPES}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _text(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def _header_row():
    names = ("order_id", "customer_id", "date", "amount")
    return f'<row r="1">{"".join(_text(f"{letter}1", name) for letter, name in zip("ABCD", names, strict=True))}</row>'


def _long_texts(size):
    rows = (
        f'<row r="{n}">{_text(f"A{n}", "x" * 30_000)}{_text(f"B{n}", "C1")}</row>'
        for n in range(2, round(20_000 * size))
    )
    return _header_row() + "".join(rows)


def _parquet(path, size):
    """Write a column of one long text, repeated: a dictionary makes it small."""
    rows = round(40_000 * size)
    frame = pl.DataFrame(
        {"order_id": [f"A{n}" for n in range(rows)], "customer_id": "C1", "date": "2024-01-05", "amount": "5"}
    )
    frame.with_columns(pl.lit("x" * 60_000).alias("note")).write_parquet(path)


# Kind: the end of the file's name, the profile, and what writes it.
FILES = {
    "gz of zeros": ("csv.gz", "orders", _packed(_gz, (b"\0" * _M, 1000.0))),
    "gz of line ends": ("csv.gz", "orders", _packed(_gz, (_HEADER, 1), (b"A1,C1,2024-01-05,5\n", 1), (b"\n" * _M, 400.0))),
    "gz of commas": ("csv.gz", "orders", _packed(_gz, (_HEADER, 1), (b"," * _M, 256.0))),
    "gz of quotes": ("csv.gz", "orders", _packed(_gz, (_HEADER, 1), (b'"' * _M, 256.0))),
    "gz of one number": ("csv.gz", "orders", _packed(_gz, (_HEADER, 1), (b"A1,C1,2024-01-05,", 1), (b"9" * _M, 1000.0))),
    "gz of a header": ("csv.gz", "orders", _packed(_gz, (b"a," * _M, 64.0), (b"b\n", 1))),
    "gz of many rows": ("csv.gz", "orders", _packed(_gz, (_HEADER, 1), (b"A1,C1,2024-01-05,5\n", 3_000_000.0))),
    "bz2 of zeros": ("csv.bz2", "orders", _packed(lambda path: bz2.open(path, "wb"), (b"\0" * _M, 300.0))),
    "xz of zeros": ("csv.xz", "orders", _packed(lambda path: lzma.open(path, "wb", preset=0), (b"\0" * _M, 300.0))),
    "one cell": ("csv", "orders", _packed(_plain, (_HEADER + b'A1,C1,2024-01-05,"', 1), (b"x" * _M, 200.0), (b'"\n' + _rows(5), 1))),
    "an open quote": ("csv", "orders", _packed(_plain, (_HEADER + b'"A1,C1,2024-01-05,5\n', 1), (b"a,\n" * 10_000, 1700.0))),
    "ragged rows": ("csv", "orders", _packed(_plain, (_HEADER + _rows(5), 1), (b"a,\n" * 10_000, 1700.0))),
    "one line": ("csv", "orders", _packed(_plain, (b"x" * _M, 100.0))),
    "zeros after PAR1": ("parquet", "orders", _packed(_plain, (b"PAR1", 1), (b"\0" * _M, 500.0))),
    "deep lists": ("json", "orders", _deep("[", "]", 480, 20)),
    "very deep lists": ("json", "orders", _deep("[", "]", 100_000)),
    "deep objects": ("json", "orders", _deep('{"a":', "}", 480, 20)),
    "very deep objects": ("json", "orders", _deep('{"a":', "}", 100_000)),
    "unclosed lists": ("json", "orders", _packed(_plain, (b"[" * _M, 20.0))),
    "one JSON text": ("json", "orders", _json(lambda size: json.dumps([_order(note="x" * round(100 * _M * size))]))),
    "keys that are data": ("json", "orders", _keys_of_data(2_000, 50)),
    "some keys that are data": ("json", "orders", _keys_of_data(100, 50)),
    "wide rows": ("csv", "orders", _wide),
    "the last cell of a sheet": ("xlsx", "orders", _sheet("A1:XFD1048576", lambda _: _header_row() + f'<row r="2">{_text("A2", "A1")}</row><row r="1048576">{_text("XFD1048576", "x")}</row>')),
    "a last cell not told": ("xlsx", "orders", _sheet("A1:B2", lambda _: _header_row() + f'<row r="1048576">{_text("XFD1048576", "x")}</row>')),
    "long texts of a sheet": ("xlsx", "orders", _sheet("A1:B20000", _long_texts)),
    "a sheet of blanks": ("xlsx", "orders", _sheet("A1:D9", lambda size: _header_row() + " " * round(500 * _M * size))),
    "long texts of Parquet": ("parquet", "orders", _parquet),
}  # fmt: skip
