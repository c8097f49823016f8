"""A report's template: Markdown that begins with a little TOML, and has questions in fenced blocks.

````
+++
title = "Week of {since}"
+++

# What was sold

```query
ask = "overview/kpis"
show = ["figures"]
```
````

Every mistake is an error that names the file, the line and the key, and what would be right.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NoReturn

from martlet.engine import parameters
from martlet.engine.declared import Between, Place, read
from martlet.engine.errors import UnitError
from martlet.engine.units import Unit
from martlet.reports.blocks import BLOCKS, QueryBlock
from martlet.reports.period import DAYS, NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from martlet.engine.parameters import Parameter
    from martlet.reports.blocks import Block

__all__ = ["Heading", "Placed", "Prose", "Template", "markdown", "parse"]

_FENCE: Final = "+++"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
# What a report knows by itself, or is asked by, and no parameter can be called.
_RESERVED: Final = (*NAMES, "title", "path", "template", "pack", "packs")


@dataclass(frozen=True)
class Heading:
    """A heading: its level, its text, and the tokens of it."""

    level: int
    text: str
    line: int
    tokens: Sequence[Token] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Prose:
    """Markdown between blocks: as it is written, and its tokens."""

    text: str
    line: int
    tokens: Sequence[Token] = field(compare=False, repr=False)


@dataclass(frozen=True)
class Placed:
    """A block, and the lines where it stands."""

    block: Block
    line: int
    lines: Sequence[str] = ()

    def line_of(self, key: str) -> int:
        """Return the line of a key, that of the block where it is not given."""
        for number, line in enumerate(self.lines, self.line + 1):
            if re.match(rf"\s*{re.escape(key)}\s*=", line):
                return number
        return self.line


@dataclass(frozen=True)
class Template:
    """A template that was read: where it lies, its title, its parameters, and its parts in order."""

    path: str
    title: str
    parameters: Mapping[str, Parameter]
    parts: Sequence[Heading | Prose | Placed]
    days: int = DAYS
    ends_with: str = "day"

    def fail(self, line: int, message: str) -> NoReturn:
        """Raise the error of a line."""
        raise UnitError(f"{self.path}:{line}: {message}")


@dataclass(frozen=True)
class _Front:
    """What a template says before its text: its title, its parameters, and the time that it is about where nobody says another."""

    title: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    days: Annotated[int, Between(1, 3660)] = DAYS
    ends_with: Literal["day", "week", "month"] = "day"


@cache
def markdown() -> MarkdownIt:
    """Return the reader of Markdown: CommonMark with tables, without markup of HTML."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only when a report is made

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def parse(path: str, text: str) -> Template:
    """Read a template.

    Parameters
    ----------
    path
        How errors name the file.
    text
        The file.

    Raises
    ------
    UnitError
        If something is wrong; the message names the file, the line and the key.
    """
    front, body = _front(path, text)
    title = front.header.get("title", "")
    parts = _parts(path, body)
    names: dict[str, int] = {}
    for part in parts:
        if isinstance(part, Placed) and isinstance(part.block, QueryBlock) and part.block.name:
            name, line = part.block.name, part.line_of("name")
            if not _NAME.fullmatch(name):
                raise UnitError(f"{path}:{line}: name is {name!r}, but must be written as lower_case")
            if name in names:
                raise UnitError(
                    f"{path}:{line}: name {name!r} is that of the block in line {names[name]}, too"
                )
            names[name] = part.line
    days, ends_with = front.header.get("days", DAYS), front.header.get("ends_with", "day")
    return Template(path, title, parameters.declared(front), parts, days, ends_with)


def _front(path: str, text: str) -> tuple[Unit, list[str]]:
    """Return the TOML at the beginning, and all lines, those of the TOML empty."""
    lines = text.removeprefix("\N{BYTE ORDER MARK}").splitlines()
    toml: list[str] = []
    if lines and lines[0].strip() == _FENCE:
        end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
        if end is None:
            raise UnitError(f"{path}:1: the TOML that {_FENCE} begins has no {_FENCE} at its end")
        toml = ["", *lines[1:end]]
        lines = [""] * (end + 1) + lines[end + 1 :]
    header = _toml(path, "\n".join(toml), 0)
    unit = Unit(path=path, header=header, header_text="\n".join(toml), body="")

    def fail(message: str) -> UnitError:
        key = re.match(r"\w+", message)
        return unit.error(message, line=unit.line_of(key[0]) if key else 1)

    read(_Front, header, Place("a template", fail))
    for name in header.get("params", {}):
        if name in _RESERVED:
            raise unit.error(
                f"parameter {name}: a report has a {name} already; choose another name",
                line=unit.line_of(name),
            )
    return unit, lines


def _toml(path: str, text: str, before: int) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        line = before + (int(where.group(1)) if where else len(text.rstrip().splitlines()))
        reason = re.sub(r" \(at .*\)", "", str(error))
        raise UnitError(f"{path}:{line}: this is no TOML: {reason}") from None


def _parts(path: str, lines: list[str]) -> list[Heading | Prose | Placed]:
    """Return what stands one below the other."""
    tokens = markdown().parse("\n".join(lines))
    parts: list[Heading | Prose | Placed] = []
    place = 0
    while place < len(tokens):
        token = tokens[place]
        end = place + 1
        while token.nesting == 1 and not (
            tokens[end - 1].nesting == -1 and tokens[end - 1].level == token.level
        ):
            end += 1
        group = tokens[place:end]
        first, last = token.map or (0, 0)
        for inner in group:
            _refuse_strange(path, inner, is_inside=inner is not token)
        word = token.info.strip() if token.type == "fence" else ""
        if word in BLOCKS:
            parts.append(_block(path, word, token))
        elif token.type == "heading_open":
            parts.append(Heading(int(token.tag[1]), group[1].content, first + 1, group))
        else:
            parts.append(Prose("\n".join(lines[first:last]), first + 1, group))
        place = end
    return parts


def _refuse_strange(path: str, token: Token, *, is_inside: bool) -> None:
    line = (token.map or (0, 0))[0] + 1
    if token.type == "fence" and is_inside and token.info.strip() in BLOCKS:
        raise UnitError(
            f"{path}:{line}: a {token.info.strip()} block can't stand inside of a list or quotation"
        )
    for child in token.children or ():
        if child.type == "image":
            message = (
                "a report is one file, so it takes no pictures from elsewhere; pictures come of query blocks"
            )
            raise UnitError(f"{path}:{line}: {message}")


def _block(path: str, word: str, token: Token) -> Placed:
    line = (token.map or (0, 0))[0] + 1
    text = token.content.splitlines()
    placed = Placed(QueryBlock(), line, text)

    def fail(message: str) -> UnitError:
        key = re.match(r"\w+", message)
        return UnitError(f"{path}:{placed.line_of(key[0]) if key else line}: {message}")

    block = read(BLOCKS[word], _toml(path, token.content, line), Place(f"a {word} block", fail))
    if isinstance(block, QueryBlock):
        if bool(block.ask) == bool(block.sql):
            raise UnitError(f"{path}:{line}: a query block has either ask, a pack/query, or sql, one SELECT")
        if block.chart and not block.sql:
            raise fail("chart is for sql; a query of a pack has its own picture")
        if block.section and not block.when:
            raise fail("section means nothing without when")
    return Placed(block, line, text)
