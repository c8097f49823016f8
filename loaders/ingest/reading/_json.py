"""JSON records to batches: nested objects become columns with dotted names, and numbers keep all their digits."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading._encoding import recognise, utf8_blocks
from martlet.loaders.ingest.reading._json_text import Number, lines, records
from martlet.loaders.ingest.reading._oversize import too_long
from martlet.loaders.ingest.reading.options import BROKEN, Batch, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from martlet.loaders.ingest.reading._encoding import Encoding
    from martlet.loaders.ingest.reading._json_text import Record
    from martlet.loaders.ingest.reading.limits import Limits
    from martlet.loaders.ingest.reading.options import Reading

__all__ = ["Json", "open_json"]

ROWS: Final = 20_000
# Characters and cells of a batch: records may be long, and have many keys.
_MOST_TEXT, _MOST_CELLS = 1 << 23, 1 << 21
# Columns are those of the records in so much text; later ones are told.
_SURVEYED: Final = 1 << 26
_FIRST_LINES, _ENOUGH_LINES = 10, 2


@dataclass(frozen=True)
class Json:
    """A JSON file that was recognised."""

    path: Path
    encoding: Encoding
    reading: Reading
    limits: Limits
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
        found = _records(self.path, self.encoding, self.reading, self.limits, is_lines=self.is_lines)
        yield from map(self._batch, _together(found, min(ROWS, max(1, _MOST_CELLS // len(self.columns)))))

    def _batch(self, some: list[Record]) -> Batch:
        known = set(self.columns)
        texts: list[str] = []
        problems: list[str | None] = []
        rows: list[dict[str, Any]] = []
        for text, record, problem in some:
            for row in _rows(record or {}, self.reading, self.limits):
                if not row.keys() <= known and len(self.late) <= self.limits.keys:
                    self.late.update(
                        (key, None) for key in row if key not in known and not _is_list(row[key])
                    )
                texts.append(text)
                problems.append(problem or (BROKEN if "\ufffd" in text else None))
                rows.append(row)
        cells = pl.DataFrame([_series(name, [row.get(name) for row in rows]) for name in self.columns])
        said = pl.Series("problem", problems, dtype=pl.String)
        both = pl.select(pl.coalesce(said, too_long(cells, self.limits))).to_series()
        return Batch(1, cells, both, _originals(texts))


def _together(found: Iterator[Record], most: int) -> Iterator[list[Record]]:
    """Yield records in lists of so many, fewer where they are long."""
    some: list[Record] = []
    length = 0
    for record in found:
        some.append(record)
        length += len(record[0])
        if len(some) >= most or length >= _MOST_TEXT:
            yield some
            # What was parsed takes much more memory than its text: it goes before more comes.
            some.clear()
            length = 0
        del record
    if some:
        yield some


def open_json(path: Path, reading: Reading, limits: Limits) -> Json:
    """Recognise how a JSON file holds its records, and which columns they have.

    Raises
    ------
    IngestError
        If the text is not valid JSON, holds no records, or has too many different keys in them.
    """
    encoding = recognise(path, declared=reading.encoding)
    is_lines = reading.records is None and _is_lines(path, encoding, limits)
    kinds: dict[str, bool | None] = {}
    lists: dict[str, None] = {}
    seen = 0
    for text, record, _ in _records(path, encoding, reading, limits, is_lines=is_lines):
        for row in _rows(record or {}, reading, limits):
            for key, value in row.items():
                if _is_list(value):
                    lists[key] = None
                elif value is None:
                    kinds.setdefault(key)
                elif kinds.get(key) is not False:
                    kinds[key] = isinstance(value, Number)
                del value
            row.clear()
        del record
        if len(kinds) + len(lists) > limits.keys and len(kinds.keys() | lists.keys()) > limits.keys:
            raise IngestError(
                f"{path.name} is JSON with too many different keys, as if they were data, such as {listed(list(kinds)[-2:])}: "
                f"{limits.beyond('keys')}"
            )
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
    return Json(path, encoding, reading, limits, is_lines, tuple(kinds), numeric, ignored)


def _text(path: Path, encoding: Encoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for block in utf8_blocks(path, encoding):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _records(
    path: Path, encoding: Encoding, reading: Reading, limits: Limits, *, is_lines: bool
) -> Iterator[Record]:
    text = _text(path, encoding)
    return lines(text, limits) if is_lines else records(path.name, text, reading.records, limits)


def _is_lines(path: Path, encoding: Encoding, limits: Limits) -> bool:
    """Tell NDJSON from a document: its first line is an object, or several are, and more lines follow."""
    parts: list[str] = []
    for block in _text(path, encoding):
        parts.append(block)
        # The first line may be longer than a block; a list is no line.
        if (
            "\n" in block.strip()
            or block.lstrip("\ufeff \t\r\n").startswith("[")
            or sum(map(len, parts)) > 2 * limits.row
        ):
            break
    head = "".join(parts).lstrip("\ufeff \t\r\n")
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


def _rows(record: dict[str, Any], reading: Reading, limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield the rows that a record makes, flat but for lists."""
    whole: dict[str, Any] = {}
    _flatten(record, "", whole, limits.depth)
    firsts = {
        column: _first(whole.get(param.list or ""), param.first)
        for column, param in reading.params.items()
        if param.first is not None and param.list in whole
    }
    for row in _exploded(whole, reading.explode, limits.depth):
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


def _flatten(record: dict[str, Any], prefix: str, into: dict[str, Any], depth: int) -> None:
    for key, value in record.items():
        name = prefix + (key or "unnamed")
        if not isinstance(value, dict):
            into[name] = value
        elif depth > 1:
            _flatten(value, f"{name}.", into, depth - 1)
        else:
            # Told like a list: nothing in it makes a column.
            into[name] = [value]


def _exploded(row: dict[str, Any], column: str | None, depth: int) -> Iterator[dict[str, Any]]:
    elements = row.get(column) if column is not None else None
    if column is None or not isinstance(elements, list):
        yield row
        return
    del row[column]
    for element in elements or [None]:
        one = dict(row)
        _flatten({column: element}, "", one, depth)
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
    # Polars would look into lists to find what they hold, and takes ever longer the deeper they are.
    if any(value is not None and not isinstance(value, str) for value in values):
        values = [_cell(value) for value in values]
    try:
        return pl.Series(name, values, dtype=pl.String)
    except UnicodeEncodeError:
        # An escape that stands for half a character.
        whole = [cell and cell.encode(errors="replace").decode() for cell in values]
        return pl.Series(name, whole, dtype=pl.String)


def _cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def _originals(texts: list[str]) -> Any:
    return lambda rows: pl.Series("row_text", [texts[i] for i in rows], dtype=pl.String)
