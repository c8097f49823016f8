"""Ways to spoil an export: as a table, before it is written, and as bytes, after it."""

import bz2
import codecs
import gzip
import io
import lzma
import zipfile

from .hostile import CELLS, any_text

# ruff: noqa: ARG001  (all have one form)

__all__ = ["BYTES", "TABLES"]


# Of a table: each takes header, rows and chance, and changes both in place.


def _cells(header, rows, chance):
    for _ in range(chance.choice((1, 2, 5, 30))):
        row = chance.choice(rows)
        if row:
            row[chance.randrange(len(row))] = (
                any_text(chance) if chance.random() < 0.2 else chance.choice(CELLS)
            )


def _column(header, rows, chance):
    """Make a whole column hostile: nothing in it tells what it should be."""
    at = chance.randrange(len(header))
    value = chance.choice(CELLS)
    for row in rows:
        if at < len(row):
            row[at] = value if chance.random() < 0.7 else chance.choice(CELLS)


def _ragged(header, rows, chance):
    for row in rows:
        if chance.random() < 0.4:
            del row[chance.randrange(len(row) + 1) :]
        if chance.random() < 0.2:
            row.extend([chance.choice(CELLS)] * chance.choice((1, 3, 50)))


def _repeated(header, rows, chance):
    rows *= chance.choice((2, 3, 40))
    chance.shuffle(rows)
    if chance.random() < 0.5:
        _cells(header, rows, chance)


def _shuffled(header, rows, chance):
    order = list(range(len(header)))
    chance.shuffle(order)
    for line in (header, *rows):
        line[:] = [line[at] for at in order if at < len(line)]


def _renamed(header, rows, chance):
    for _ in range(chance.choice((1, 2, len(header)))):
        at = chance.randrange(len(header))
        header[at] = chance.choice(
            (chance.choice(CELLS), header[at].upper(), f" {header[at]} ", header[at][::-1], any_text(chance))
        )


def _same_names(header, rows, chance):
    for _ in range(chance.choice((1, 3))):
        header[chance.randrange(len(header))] = chance.choice(header)


def _no_header(header, rows, chance):
    header[:] = rows.pop(0) if len(rows) > 1 else [""] * len(header)


def _columns(header, rows, chance):
    if chance.random() < 0.5 and len(header) > 1:
        at = chance.randrange(len(header))
        for line in (header, *rows):
            del line[at : at + 1]
    else:
        more = chance.choice((1, 20, 300))
        header += [f"extra {number}" for number in range(more)]
        for row in rows:
            row.extend([chance.choice(CELLS[:40])] * more)


def _swapped(header, rows, chance):
    """Swap the cells of two columns, so that what stands where a date or an amount is wanted is neither."""
    one, other = chance.randrange(len(header)), chance.randrange(len(header))
    for row in rows:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _empty(header, rows, chance):
    rows[:] = [[""] * len(header) for _ in rows] if chance.random() < 0.5 else rows[:1]
    rows.insert(chance.randrange(len(rows) + 1), [])


def _extreme(header, rows, chance):
    """Put one number, or one day, of any size into each row."""
    at = chance.randrange(len(header))
    for row in rows:
        if at < len(row):
            row[at] = chance.choice(
                (
                    str(chance.randint(-(10**40), 10**40)),
                    repr(chance.uniform(-1, 1) * 10 ** chance.randint(-300, 300)),
                    f"{chance.randint(-9999, 99999)}-{chance.randint(0, 13)}-{chance.randint(0, 32)}",
                )
            )


TABLES = {
    "hostile cells": _cells,
    "hostile column": _column,
    "ragged rows": _ragged,
    "repeated rows": _repeated,
    "shuffled columns": _shuffled,
    "renamed headers": _renamed,
    "same headers": _same_names,
    "no header": _no_header,
    "other columns": _columns,
    "swapped cells": _swapped,
    "empty rows": _empty,
    "extreme values": _extreme,
}


# Of bytes: each takes bytes and chance, and returns bytes.


def _flipped(content, chance):
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 3, 20))):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _truncated(content, chance):
    return content[: chance.randrange(len(content) + 1)]


def _inserted(content, chance):
    at = chance.randrange(len(content) + 1)
    bits = (
        b"\0",
        b'"',
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\r",
        b"\n\n\n",
        b",,,,",
        b"\x1a",
        b"\xef\xbb\xbf",
        b"[[[[",
        b'{"a":',
        b"\x00" * 2000,
    )
    return content[:at] + chance.choice(bits) + content[at:]


def _cut_out(content, chance):
    at, to = sorted((chance.randrange(len(content) + 1), chance.randrange(len(content) + 1)))
    return content[:at] + content[to:]


def _twice(content, chance):
    return content + content[chance.choice((0, len(content) // 2)) :]


def _line_ends(content, chance):
    return content.replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\r", b"\r\r\n", b"\x0b", b"\n\n")))


def _encoded(content, chance):
    text = content.decode("utf-8", errors="replace")
    name = chance.choice(
        (
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "utf-32",
            "utf-8-sig",
            "latin-1",
            "cp1252",
            "cp1250",
            "mac-roman",
            "shift_jis",
            "cp037",
            "koi8-r",
        )
    )
    marked = codecs.BOM_UTF8 if chance.random() < 0.1 else b""
    return marked + text.encode(name, errors="replace")


def _packed(content, chance):
    kind = chance.choice(("gz", "gz", "bz2", "xz", "zip", "zips", "gz gz"))
    if kind == "bz2":
        return bz2.compress(content)
    if kind == "xz":
        return lzma.compress(content)
    if kind.startswith("zip"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in ("a.csv", "../b.csv")[: len(kind) - 2]:
                archive.writestr(name, content)
        return made.getvalue()
    return gzip.compress(gzip.compress(content) if kind == "gz gz" else content)


def _packed_badly(content, chance):
    return chance.choice((_flipped, _truncated, _inserted, _twice))(_packed(content, chance), chance)


BYTES = {
    "bytes flipped": _flipped,
    "bytes truncated": _truncated,
    "bytes inserted": _inserted,
    "bytes cut out": _cut_out,
    "bytes twice": _twice,
    "line ends": _line_ends,
    "encodings": _encoded,
    "packed": _packed,
    "packed and spoilt": _packed_badly,
}
