"""JSON text to records, one by one: NDJSON, a list of objects, or a document with such a list somewhere in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from martlet.loaders.ingest.reading.limits import Limits

__all__ = ["Number", "Record", "lines", "records"]

# Text of a record, the record, and what is wrong with it if it is none.
Record = tuple[str, dict[str, Any] | None, str | None]

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_OBJECTS: Final = re.compile(r"\[[ \t\r\n]*\{")
_LOOKAHEAD: Final = 1 << 12
# A document without a list of records is held as a whole, up to so many of the longest rows.
_MOST_SEEN: Final = 4
# What is kept of a record that is too long.
_KEPT: Final = 1 << 16


class Number(str):
    """A number as it was written, all digits kept."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=str, strict=False)


def lines(text: Iterable[str], limits: Limits) -> Iterator[Record]:
    """Yield a record for each line that isn't blank."""
    rest: list[str] = []
    held = 0
    for block in text:
        first, *others = block.split("\n")
        # Of a line that is too long no more is held than tells so.
        rest.append(first[: max(0, limits.row + 1 - held)])
        held += len(rest[-1])
        if others:
            *whole, last = others
            for line in ("".join(rest), *whole):
                if line.strip():
                    yield _record(line, limits)
            rest, held = [last], len(last)
    if (line := "".join(rest)).strip():
        yield _record(line, limits)


def _record(line: str, limits: Limits) -> Record:
    line = line.strip().lstrip("\ufeff")
    if len(line) > limits.row:
        return line[:_KEPT], None, f"too long a row: {limits.beyond('row')}"
    try:
        value = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        return line, None, f"not valid JSON: {error.msg} at character {error.pos + 1}"
    except RecursionError:
        return line, None, f"not usable JSON, nested too deeply: {limits.beyond('depth')}"
    return _checked(line, value)


def _checked(text: str, value: Any) -> Record:
    if isinstance(value, dict):
        return text, value, None
    return text, None, "not a JSON object"


def records(name: str, text: Iterable[str], path: str | None, limits: Limits) -> Iterator[Record]:
    """Yield the records of a document, read piece by piece.

    Parameters
    ----------
    name
        The file, for messages.
    text
        The document in pieces.
    path
        Dotted path to the list; if None, the first list of objects. If there is none, the document is one record.
    limits
        The most of a record and of its depth.

    Raises
    ------
    IngestError
        If the text is not valid JSON, a record is too large or too deep, or there is no list at the path.
    """
    document = _Document(name, text, limits)
    if path is not None:
        for key in path.split("."):
            if not document.enter(key):
                raise IngestError(f"{name} has no list of records at {path!r}: there is no key {key!r}")
        if document.peek() != "[":
            raise IngestError(f"{name} has no list of records at {path!r}: that is no list")
        yield from document.elements()
    elif document.peek() == "[" or document.enter_list():
        yield from document.elements()
    else:
        for whole in document.seen:
            yield document.text(whole), whole, None


class _Document:
    """A position in a text that is read as it is needed."""

    def __init__(self, name: str, text: Iterable[str], limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._blocks = iter(text)
        self._text = ""
        self._at = 0
        self._read = 0
        self.seen: list[dict[str, Any]] = []

    def _more(self, length: int = 1) -> bool:
        """Read on until so many characters lie ahead; return whether any came."""
        parts = [self._text[self._at :]]
        ahead = before = len(parts[0])
        while ahead < before + length and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            ahead += len(block)
            self._read += len(block)
        self._text, self._at = "".join(parts), 0
        return ahead > before

    def peek(self) -> str:
        """Return the next character that is no space, or '' at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _take(self, *expected: str) -> str:
        found = self.peek()
        if found not in expected or not found:
            wanted = " or ".join(repr(char) for char in expected)
            what = repr(self._text[self._at : self._at + 20]) if found else "the end of the file"
            raise IngestError(f"{self._name} is not valid JSON: {what}, where {wanted} should be")
        self._at += 1
        return found

    def _value(self) -> tuple[str, Any]:
        """Return the text of the next value, and the value."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                ahead = len(self._text) - self._at
                if ahead > self._limits.row:
                    raise IngestError(
                        f"{self._name} has too long a record, or is not valid JSON ({error.msg}): {self._limits.beyond('row')}"
                    ) from None
                if not self._more(ahead + 1):
                    raise IngestError(
                        f"{self._name} is not valid JSON: {error.msg}, near {self._text[error.pos : error.pos + 30]!r}"
                    ) from None
            except RecursionError:
                raise self._too_deep() from None
            else:
                # A number may go on in the next block.
                if end < len(self._text) or not self._more():
                    text = self._text[self._at : end]
                    self._at = end
                    return text, value

    def text(self, whole: dict[str, Any]) -> str:
        """Return an object as text again."""
        try:
            return json.dumps(whole, ensure_ascii=False)
        except RecursionError:
            raise self._too_deep() from None

    def _too_deep(self) -> IngestError:
        return IngestError(f"{self._name} is JSON that is nested too deeply: {self._limits.beyond('depth')}")

    def _key(self) -> str:
        _, key = self._value()
        if not isinstance(key, str):
            raise IngestError(f"{self._name} is not valid JSON: {key!r}, where a key should be")
        self._take(":")
        return key

    def enter(self, wanted: str) -> bool:
        """Go to the value of a key of the object ahead."""
        if self.peek() != "{":
            return False
        self._take("{")
        while self.peek() != "}":
            if self._key() == wanted:
                return True
            self._value()
            if self._take(",", "}") == "}":
                return False
        return False

    def enter_list(self) -> bool:
        """Go to the first list of objects below the object ahead; else keep all objects in `seen`."""
        while self.peek():
            found, whole = self._search(depth=0)
            if found:
                return True
            self.seen.append(whole)
            if self._read > _MOST_SEEN * self._limits.row:
                raise IngestError(
                    f"{self._name} is JSON without a list of records, and its objects are held together: {self._limits.beyond('row')}; "
                    "write an object a line"
                )
        return False

    def _search(self, *, depth: int) -> tuple[bool, dict[str, Any]]:
        whole: dict[str, Any] = {}
        if depth > self._limits.depth:
            raise self._too_deep()
        self._take("{")
        while self.peek() != "}":
            key = self._key()
            ahead = self.peek()
            if len(self._text) - self._at < _LOOKAHEAD:
                self._more(_LOOKAHEAD)
            if _OBJECTS.match(self._text, self._at):
                return True, whole
            if ahead == "{":
                found, whole[key] = self._search(depth=depth + 1)
                if found:
                    return True, whole
            else:
                whole[key] = self._value()[1]
            if self.peek() != "}":
                self._take(",")
        self._take("}")
        return False, whole

    def elements(self) -> Iterator[Record]:
        """Yield the elements of the list ahead."""
        self._take("[")
        if self.peek() == "]":
            return
        while True:
            yield _checked(*self._value())
            if self._take(",", "]") == "]":
                return
