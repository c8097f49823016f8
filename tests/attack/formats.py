"""An export written in any of the formats that Martlet reads, plainly or with what only that format can hold."""

import csv
import io
import json
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from .hostile import CELLS

# ruff: noqa: RUF001  (digits that look like letters are what is wanted)

__all__ = ["FORMATS", "ODD"]


def delimited(above, header, rows, chance, separator=None):
    separator = separator or chance.choice((",", ";", "\t", "|", "~", "  ", "^", "\x1f", ", "))
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    made = io.StringIO()
    writer = csv.writer(made, delimiter=separator[0], quoting=quoting, lineterminator="\n", escapechar="\\")
    writer.writerows([*above, header, *rows])
    text = made.getvalue()
    text = text.replace(separator[0], separator) if len(separator) > 1 else text
    return text.encode("utf-8", "surrogatepass")


def comma(above, header, rows, chance):
    return delimited(above, header, rows, chance, ",")


def _records(header, rows):
    return [dict(zip(header, row, strict=False)) for row in rows]


def array(_above, header, rows, chance):
    found = _records(header, rows)
    document = chance.choice(
        (found, {"data": found}, {"meta": {"page": 1}, "result": {"items": found}}, {"a": found, "b": found})
    )
    return json.dumps(document, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def lines(_above, header, rows, chance):
    return b"\n".join(json.dumps(record).encode() for record in _records(header, rows)) + chance.choice(
        (b"", b"\n", b"\n\n")
    )


def _distinct(header):
    return [f"{name}_{at}" if name in header[:at] else name for at, name in enumerate(header)]


def _square(header, rows):
    return [(row + [None] * len(header))[: len(header)] for row in rows]


def parquet(_above, header, rows, chance):
    names = [name.encode("utf-8", "replace").decode() for name in _distinct(header)]
    cells = [[_clean(cell) for cell in row] for row in _square(header, rows)]
    table = pa.table(
        {name: pa.array([row[at] for row in cells], pa.string()) for at, name in enumerate(names)}
    )
    made = io.BytesIO()
    pq.write_table(
        table,
        made,
        row_group_size=chance.choice((1, 3, 1000)),
        compression=chance.choice(("snappy", "zstd", "gzip", "none")),
    )
    return made.getvalue()


def workbook(above, header, rows, chance):
    made = io.BytesIO()
    with xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet = book.add_worksheet(chance.choice(("Sheet1", "Orders 2024", "a" * 31, "données")))
        for at, row in enumerate([*above, header, *rows]):
            for column, cell in enumerate(row[:16_000]):
                sheet.write_string(at, column, str(_clean(cell) or "")[:32_000])
    return made.getvalue()


def _clean(cell):
    return None if cell is None else cell.encode("utf-8", "replace").decode()


FORMATS = {
    "csv": comma,
    "text": delimited,
    "json": array,
    "ndjson": lines,
    "parquet": parquet,
    "xlsx": workbook,
}


# What only one format can hold: each takes records and chance, and returns bytes and the end of the file's name.


def _nested(chance, depth):
    value = chance.choice(CELLS)
    for _ in range(depth):
        value = [value] if chance.random() < 0.5 else {chance.choice(("a", "b", "")): value}
    return value


def odd_json(records, chance):
    kind = chance.choice(
        ("deep lists", "deep objects", "numbers", "keys", "types", "surrogates", "scalars", "mixed")
    )
    names = list(records[0])
    for record in records:
        for name in chance.sample(names, min(len(names), chance.choice((1, 2, 4)))):
            record[name] = {
                "deep lists": lambda: _wrapped("[", "]", chance.choice((10, 150, 480))),
                "deep objects": lambda: _wrapped('{"a":', "}", chance.choice((10, 90, 400))),
                "numbers": lambda: _Raw(
                    chance.choice(
                        ("1e999", "-0", "1" * 400, "NaN", "Infinity", "0.1e-500", "01", "1.", "١", "-")
                    )
                ),
                "keys": lambda: {f"k{chance.randint(0, 10**6)}": 1 for _ in range(40)},
                "types": lambda: chance.choice(
                    (None, True, 0, 1.5, [], {}, [1, "a", None], 2**63, -(2**70), "")
                ),
                "surrogates": lambda: _Raw(
                    chance.choice((r'"\ud800"', r'"\u0000"', r'"\udfff\ud800"', r'"\u202e"'))
                ),
                "scalars": lambda: chance.choice(CELLS),
                "mixed": lambda: _nested(chance, chance.choice((1, 5, 60))),
            }[kind]()
        if kind == "keys":
            record.update({f"x{chance.randint(0, 10**6)}": "1" for _ in range(30)})
    texts = [_dumped(record) for record in records]
    text = chance.choice((f"[{','.join(texts)}]", "\n".join(texts), f'{{"rows":[{",".join(texts)}]}}'))
    return text.encode("utf-8", "surrogatepass"), "json"


class _Raw(str):
    """Text that stands in JSON as it is."""

    __slots__ = ()


def _wrapped(opening, closing, depth):
    return _Raw(opening * depth + "1" + closing * depth)


def _dumped(record):
    cells = (
        f"{json.dumps(name)}:{value if isinstance(value, _Raw) else json.dumps(value)}"
        for name, value in record.items()
    )
    return "{" + ",".join(cells) + "}"


def _odd_column(chance, rows):
    """Return a column of a type, and with values, that no shop would write."""
    big = 2**62
    any_of = [
        (pa.date32(), [-(10**9), 0, 2**31 - 1, -(2**31)]),
        (pa.date64(), [86_400_000 * n for n in (-(10**9), 0, 10**9)]),
        (pa.timestamp("us"), [big, -big, 0]),
        (pa.timestamp("ns"), [big, -big, 0]),
        (pa.timestamp("s"), [10**14, -(10**14), 0]),
        (pa.timestamp("ms", "Europe/Berlin"), [0, 10**15, -(10**15)]),
        (pa.time64("ns"), [0, 86_399_999_999_999]),
        (pa.duration("us"), [big, -big, 0]),
        (pa.binary(), [b"\xff\xfe\x00", b"plain", b""]),
        (pa.binary(4), [b"\x00\xff\x80\xc0", b"abcd"]),
        (pa.decimal128(38, 0), [Decimal("9" * 38), Decimal(-1)]),
        (pa.decimal128(38, 38), [Decimal("0.1"), Decimal("-0." + "9" * 38)]),
        (pa.decimal256(76, 2), [Decimal("9" * 70), Decimal(0)]),
        (pa.uint64(), [2**64 - 1, 0]),
        (pa.int64(), [-(2**63), 2**63 - 1]),
        (pa.float64(), [float("nan"), float("inf"), -float("inf"), 1e308, -0.0, 5e-324]),
        (pa.float32(), [float("nan"), 3.4e38]),
        (pa.float16(), [65504.0, float("nan")]),
        (pa.bool_(), [True, False]),
        (pa.null(), [None]),
        (pa.list_(pa.int64()), [[1, 2], [], None]),
        (pa.list_(pa.list_(pa.string())), [[["a"], []], []]),
        (pa.struct([("a", pa.int64()), ("b", pa.date32())]), [{"a": 1, "b": -(10**9)}, {"a": None, "b": 0}]),
        (pa.map_(pa.string(), pa.int64()), [[("a", 1)], []]),
        (pa.dictionary(pa.int32(), pa.string()), ["a", "b", None]),
        (pa.large_string(), ["x" * 100_000, ""]),
    ]
    kind, values = chance.choice(any_of)
    return pa.array([chance.choice([*values, None]) for _ in range(rows)], kind)


def odd_parquet(records, chance):
    names = list(dict.fromkeys(name for record in records for name in record))
    columns = {
        name: pa.array(
            [_clean(str(record[name])) if record.get(name) is not None else None for record in records],
            pa.string(),
        )
        for name in names
    }
    for name in chance.sample(names, min(len(names), chance.choice((1, 2, 5, len(names))))):
        columns[name] = _odd_column(chance, len(records))
    made = io.BytesIO()
    pq.write_table(pa.table(columns), made, row_group_size=chance.choice((1, 1000)))
    return made.getvalue(), "parquet"


def odd_workbook(records, chance):
    names = list(dict.fromkeys(name for record in records for name in record))
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "nan_inf_to_errors": True}) as book:
        if chance.random() < 0.3:
            book.add_worksheet("Notes").write_string(0, 0, "see the next sheet")
        sheet = book.add_worksheet("Data")
        day = book.add_format({"num_format": chance.choice(("yyyy-mm-dd", "[h]:mm", "0.00%", "General"))})
        top = chance.choice((0, 0, 1, 30))
        for column, name in enumerate(names):
            sheet.write_string(top, column, _clean(str(name)))
        for row, record in enumerate(records, top + 1):
            for column, name in enumerate(names):
                value = record.get(name)
                if chance.random() < 0.7 and value is not None:
                    sheet.write_string(row, column, (_clean(str(value)) or "")[:32_000])
                else:
                    _odd_cell(sheet, row, column, day, chance)
        if chance.random() < 0.2:
            sheet.write_string(chance.choice((500, 5_000)), chance.choice((0, 200)), "far away")
        if chance.random() < 0.2:
            sheet.merge_range(top + 1, 0, top + 2, max(1, len(names) - 1), "merged")
    return made.getvalue(), "xlsx"


def _odd_cell(sheet, row, column, day, chance):
    kind = chance.randrange(8)
    if kind == 0:
        sheet.write_number(
            row,
            column,
            chance.choice((1e308, -1e308, 1e-300, 2**53 + 1.0, -0.0, 45000, 1e16)),
            chance.choice((None, day)),
        )
    elif kind == 1:
        sheet.write_number(row, column, chance.choice((-1, 0, 2_958_466, 1e10, 60, 0.5)), day)
    elif kind == 2:
        sheet.write_boolean(row, column, True)
    elif kind == 3:
        sheet.write_formula(row, column, "=1/0", None, "#DIV/0!")
    elif kind == 4:
        sheet.write_formula(row, column, "=A1&A2", None, chance.choice(("text", "", 5)))
    elif kind == 5:
        sheet.write_blank(row, column, None, day)
    elif kind == 6:
        sheet.write_datetime(
            row,
            column,
            chance.choice(
                (
                    datetime(1900, 1, 1),
                    datetime(9999, 12, 31, 23, 59),
                    date(2024, 2, 29),
                    time(23, 59),
                    timedelta(days=400),
                )
            ),
            day,
        )
    else:
        sheet.write_string(row, column, _clean(chance.choice(CELLS))[:32_000])


def frames(records, chance):
    """Write what Polars itself writes: categories, nested lists, days, as Parquet or as lines of JSON."""
    frame = pl.DataFrame([{name: _clean(str(value)) for name, value in record.items()} for record in records])
    frame = frame.with_columns(
        pl.lit(date(2024, 1, 1)).alias("a day"),
        pl.lit([1, 2]).alias("a list"),
        pl.struct(pl.lit(1).alias("x"), pl.lit(None).alias("y")).alias("a struct"),
    )
    made = io.BytesIO()
    if chance.random() < 0.5:
        frame.write_parquet(made)
        return made.getvalue(), "parquet"
    frame.write_ndjson(made)
    return made.getvalue(), "ndjson"


ODD = {"odd json": odd_json, "odd parquet": odd_parquet, "odd workbook": odd_workbook, "frames": frames}
