"""A valid export of each profile, as a table: those of real systems that the tests of ingest hold, and examples of Martlet's own."""

import csv
import json
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from martlet.loaders.ingest.profile_files import profile_names

__all__ = ["PROFILES", "Export", "export_of"]

ROOT = Path(__file__).parents[2]
_REAL = ROOT / "tests" / "loaders" / "ingest" / "exports"
_OWN = ROOT / "loaders" / "ingest" / "profiles"
_ROWS = 6

PROFILES = tuple(sorted(profile_names()))


@dataclass(frozen=True)
class Export:
    """An export: lines above its header, its header, its rows of text, or records where it is JSON."""

    profile: str
    above: tuple = ()
    header: tuple = ()
    rows: tuple = ()
    separator: str = ","
    records: tuple = ()

    def with_rows(self, rows):
        return replace(self, rows=tuple(map(tuple, rows)))

    def dicts(self):
        """Return records by name of column, whatever the form."""
        if self.records:
            return [dict(record) for record in self.records]
        return [dict(zip(self.header, row, strict=False)) for row in self.rows]

    def table(self):
        """Return header and rows of text, whatever the form; what is nested as JSON."""
        if not self.records:
            return list(self.header), [list(row) for row in self.rows]
        names = list(dict.fromkeys(name for record in self.records for name in record))
        return names, [[_text(record.get(name)) for name in names] for record in self.records]


@cache
def export_of(profile):
    """Return the export of a profile."""
    folder = _REAL / profile
    if not folder.is_dir():
        return _of_examples(profile)
    [file] = [path for path in folder.iterdir() if path.is_file()]
    text = _decoded(file.read_bytes())
    if file.suffix == ".json":
        return Export(profile, records=tuple(_records(text)))
    lines = text.splitlines()
    separator = max("\t;,", key=lines[-1].count)
    rows = [row for row in csv.reader(text.splitlines(keepends=True), delimiter=separator) if row]
    width = max(map(len, rows))
    at = next(number for number, row in enumerate(rows) if len(row) == width)
    return Export(
        profile,
        tuple(map(tuple, rows[:at])),
        tuple(rows[at]),
        tuple(map(tuple, rows[at + 1 :])),
        separator,
    )


def _decoded(content):
    for encoding in ("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("an export in no encoding that is known")


def _records(text):
    try:
        found = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]
    while isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, (list, dict))), [found])
    return found


def _of_examples(profile):
    """Make rows of the examples that a profile of Martlet's own gives of each column."""
    columns = tomllib.loads((_OWN / f"{profile}.toml").read_text(encoding="utf-8"))["columns"]
    header = dict.fromkeys(column["names"][0] for column in columns.values())
    examples = {column["names"][0]: column.get("example", "") for column in reversed(columns.values())}
    rows = [
        [f"{examples[name]}{number}" if name.endswith(" id") else examples[name] for name in header]
        for number in range(_ROWS)
    ]
    return Export(profile, header=tuple(header), rows=tuple(map(tuple, rows)))


def _text(value):
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
