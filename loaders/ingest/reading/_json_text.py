"""JSON text to records, one by one: NDJSON, a list of objects, or a document with such a list somewhere in it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Number", "Record", "lines", "records"]

# Text of a record, the record, and what is wrong with it if it is none.
Record = tuple[str, dict[str, Any] | None, str | None]

_LARGEST: Final = 1 << 28
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_OBJECTS: Final = re.compile(r"\[[ \t\r\n]*\{")
_LOOKAHEAD: Final = 1 << 12
_DEEPEST: Final = 100


class Number(str):
    """A number as it was written, all digits kept."""

    __slots__ = ()


_DECODER: Final = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=str, strict=False)


def lines(text: Iterable[str]) -> Iterator[Record]:
    """Yield a record for each line that isn't blank."""
    rest = ""
    for block in text:
        *whole, rest = (rest + block).split("\n")
        for line in whole:
            if line.strip():
                yield _record(line)
    if rest.strip():
        yield _record(rest)


def _record(line: str) -> Record:
    line = line.strip().lstrip("\ufeff")
    try:
        value = _DECODER.decode(line)
    except json.JSONDecodeError as error:
        return line, None, f"not valid JSON: {error.msg} at character {error.pos + 1}"
    except RecursionError:
        return line, None, "not usable JSON: nested too deeply"
    return _checked(line, value)


def _checked(text: str, value: Any) -> Record:
    if isinstance(value, dict):
        return text, value, None
    return text, None, "not a JSON object"


def records(name: str, text: Iterable[str], path: str | None) -> Iterator[Record]:
    """Yield the records of a document, read piece by piece.

    Parameters
    ----------
    name
        The file, for messages.
    text
        The document in pieces.
    path
        Dotted path to the list; if None, the first list of objects. If there is none, the document is one record.

    Raises
    ------
    IngestError
        If the text is not valid JSON, or there is no list at the path.
    """
    document = _Document(name, text)
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
            yield json.dumps(whole, ensure_ascii=False), whole, None


class _Document:
    """A position in a text that is read as it is needed."""

    def __init__(self, name: str, text: Iterable[str]) -> None:
        self._name = name
        self._blocks = iter(text)
        self._text = ""
        self._at = 0
        self.seen: list[dict[str, Any]] = []

    def _more(self, length: int = 1) -> bool:
        """Read on until so many characters lie ahead; return whether any came."""
        parts = [self._text[self._at :]]
        ahead = before = len(parts[0])
        while ahead < before + length and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            ahead += len(block)
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
                if ahead > _LARGEST or not self._more(ahead + 1):
                    raise IngestError(
                        f"{self._name} is not valid JSON: {error.msg}, near {self._text[error.pos : error.pos + 30]!r}"
                    ) from None
            except RecursionError:
                raise IngestError(f"{self._name} is JSON that is nested too deeply") from None
            else:
                # A number may go on in the next block.
                if end < len(self._text) or not self._more():
                    text = self._text[self._at : end]
                    self._at = end
                    return text, value

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
        return False

    def _search(self, *, depth: int) -> tuple[bool, dict[str, Any]]:
        whole: dict[str, Any] = {}
        if depth > _DEEPEST:
            raise IngestError(f"{self._name} is JSON that is nested too deeply")
        self._take("{")
        while self.peek() != "}":
            key = self._key()
            ahead = self.peek()
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
