"""JSON records to batches: nested objects become columns with dotted names, and numbers keep all their digits."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading._encoding import recognise, utf8_blocks
from martlet.loaders.ingest.reading._json_text import Number, lines, records
from martlet.loaders.ingest.reading.options import Batch, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from martlet.loaders.ingest.reading._encoding import Encoding
    from martlet.loaders.ingest.reading._json_text import Record
    from martlet.loaders.ingest.reading.options import Reading

__all__ = ["Json", "open_json"]

ROWS: Final = 20_000
# Columns are those of the records in so much text; later ones are told.
_SURVEYED: Final = 1 << 26
_DEEPEST: Final = 100
_FIRST_LINES, _ENOUGH_LINES = 10, 2


@dataclass(frozen=True)
class Json:
    """A JSON file that was recognised."""

    path: Path
    encoding: Encoding
    reading: Reading
    is_lines: bool
    columns: tuple[str, ...]
    numeric: frozenset[str]
    ignored: tuple[str, ...]
    late: dict[str, None] = field(default_factory=dict)

    @property
    def format(self) -> str:
        """What was recognised, in words."""
        return f"{self.encoding.words}, {'NDJSON, a record a line' if self.is_lines else 'JSON, a list of records'}"

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns; no row repeats them."""
        return self.columns

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know."""
        notes = []
        if self.ignored:
            notes.append(f"lists can't be used and were ignored: {listed(self.ignored)}")
        if self.late:
            notes.append(
                f"keys that come first after {_SURVEYED:,} characters were ignored: {listed(list(self.late))}"
            )
        return tuple(notes)

    def batches(self) -> Iterator[Batch]:
        """Yield the rows; they aren't numbered yet."""
        found = _records(self.path, self.encoding, self.reading, is_lines=self.is_lines)
        known = set(self.columns)
        while some := list(islice(found, ROWS)):
            texts: list[str] = []
            problems: list[str | None] = []
            rows: list[dict[str, Any]] = []
            for text, record, problem in some:
                for row in _rows(record or {}, self.reading):
                    if not row.keys() <= known:
                        self.late.update(
                            (key, None) for key in row if key not in known and not _is_list(row[key])
                        )
                    texts.append(text)
                    problems.append(problem or ("bytes that are not text" if "\ufffd" in text else None))
                    rows.append(row)
            cells = pl.DataFrame([_series(name, [row.get(name) for row in rows]) for name in self.columns])
            yield Batch(1, cells, pl.Series("problem", problems, dtype=pl.String), _originals(texts))


def open_json(path: Path, reading: Reading) -> Json:
    """Recognise how a JSON file holds its records, and which columns they have.

    Raises
    ------
    IngestError
        If the text is not valid JSON, or holds no records.
    """
    encoding = recognise(path, declared=reading.encoding)
    is_lines = reading.records is None and _is_lines(path, encoding)
    kinds: dict[str, bool | None] = {}
    lists: dict[str, None] = {}
    seen = 0
    for text, record, _ in _records(path, encoding, reading, is_lines=is_lines):
        for row in _rows(record or {}, reading):
            for key, value in row.items():
                if _is_list(value):
                    lists[key] = None
                elif value is None:
                    kinds.setdefault(key)
                elif kinds.get(key) is not False:
                    kinds[key] = isinstance(value, Number)
        seen += len(text)
        if seen > _SURVEYED:
            break
    if not kinds:
        raise IngestError(
            f"{path.name} is JSON, but holds no records; a list of objects is needed, or an object a line"
        )
    used = {param.list for param in reading.params.values()}
    ignored = tuple(key for key in lists if key not in kinds and key not in used)
    numeric = frozenset(key for key, is_number in kinds.items() if is_number)
    return Json(path, encoding, reading, is_lines, tuple(kinds), numeric, ignored)


def _text(path: Path, encoding: Encoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for block in utf8_blocks(path, encoding):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _records(path: Path, encoding: Encoding, reading: Reading, *, is_lines: bool) -> Iterator[Record]:
    text = _text(path, encoding)
    return lines(text) if is_lines else records(path.name, text, reading.records)


def _is_lines(path: Path, encoding: Encoding) -> bool:
    """Tell NDJSON from a document: its first line is an object, or several are, and more lines follow."""
    head = next(_text(path, encoding), "").lstrip("\ufeff \t\r\n")
    if not head.startswith("{"):
        return False
    first = [line for line in head.split("\n") if line.strip()][:_FIRST_LINES]
    whole = [_is_object(line) for line in first if line.startswith("{")]
    return len(first) > 1 and bool(whole) and (whole[0] or sum(whole) >= _ENOUGH_LINES)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _rows(record: dict[str, Any], reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield the rows that a record makes, flat but for lists."""
    whole: dict[str, Any] = {}
    _flatten(record, "", whole)
    firsts = {
        column: _first(whole.get(param.list or ""), param.first)
        for column, param in reading.params.items()
        if param.first is not None and param.list in whole
    }
    for row in _exploded(whole, reading.explode):
        added = dict(firsts)
        for column, param in reading.params.items():
            if param.path is not None:
                if param.path in row:
                    added[column] = row[param.path]
            elif param.key is not None and param.list in row:
                added[column] = _value(row[param.list], param.key)
        row.update(added)
        yield row


def _first(elements: Any, field: str) -> Any:
    """Return a field of the first element of a list."""
    first = elements[0] if isinstance(elements, list) and elements else None
    return first.get(field) if isinstance(first, dict) else None


def _flatten(record: dict[str, Any], prefix: str, into: dict[str, Any], depth: int = 0) -> None:
    for key, value in record.items():
        name = prefix + (key or "unnamed")
        if not isinstance(value, dict):
            into[name] = value
        elif depth < _DEEPEST:
            _flatten(value, f"{name}.", into, depth + 1)
        else:
            # Told like a list: nothing in it makes a column.
            into[name] = [value]


def _exploded(row: dict[str, Any], column: str | None) -> Iterator[dict[str, Any]]:
    elements = row.get(column) if column is not None else None
    if column is None or not isinstance(elements, list):
        yield row
        return
    del row[column]
    for element in elements or [None]:
        one = dict(row)
        _flatten({column: element}, "", one)
        yield one


def _value(pairs: Any, key: str | None) -> Any:
    """Return the value of a key in a list of {key, value}, where a value may be an object with one field filled."""
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, dict) and pair.get("key") == key:
            value = pair.get("value")
            if isinstance(value, dict):
                return next((field for field in value.values() if field is not None), None)
            return value
    return None


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _series(name: str, values: list[Any]) -> pl.Series:
    try:
        return pl.Series(name, values, dtype=pl.String)
    except (TypeError, UnicodeEncodeError):
        # Other types than text are among them, or an escape that stands for half a character.
        text = (_cell(value) for value in values)
        whole = [cell and cell.encode(errors="replace").decode() for cell in text]
        return pl.Series(name, whole, dtype=pl.String)


def _cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _originals(texts: list[str]) -> Any:
    return lambda rows: pl.Series("row_text", [texts[i] for i in rows], dtype=pl.String)
