"""The warehouse at a prompt: statements of one's own, queries of the packs, one after another, all of them read-only."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from martlet.engine.errors import MartletError, ParameterError
from martlet.terminal import options, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from martlet.engine.warehouse import Warehouse

__all__ = ["COMMANDS", "GIVEN_UP", "is_whole", "run", "statements"]

# Stands for a line by which what was begun is given up, as the key Ctrl-C sends it.
GIVEN_UP: Final = "\x03"

COMMANDS: Final = {
    ".tables": "the tables and views of a schema, of main by default: .tables star",
    ".packs": "the queries of all packs, or of one: .packs email",
    ".describe": "what a query means: .describe email/roi",
    ".help": "this list",
    ".quit": "leave; so does Ctrl-D",
}
_TABLES = """
SELECT name, row_count AS rows, split_part(doc, '. ', 1) AS a_row_is FROM meta.relation WHERE schema_name = $schema ORDER BY name
"""
_HELP: Final = """\
SELECT ...;                 SQL of your own, up to the semicolon; it only reads
pack/query name=value ...   a query of a pack, such as attribution/channels model=last
"""
_PLAIN: Final[dict[str, Any]] = {"name": "table", "output": None, "limit": None}


@dataclass(frozen=True)
class _Leave(Exception):  # noqa: N818 - no error
    """Somebody has had enough."""


def run(warehouse: Warehouse, lines: Iterable[str]) -> bool:
    """Answer what is asked, line by line, until the lines end or somebody leaves; return whether all of it could be answered.

    What is wrong is said on stderr, and the next line read.
    """
    is_well = True
    for text in statements(lines):
        try:
            _answer(warehouse, text)
        except _Leave:
            break
        except MartletError as error:
            is_well = False
            click.echo(f"Error: {error}", err=True)
        except KeyboardInterrupt:
            is_well = False
            click.echo("Interrupted.", err=True)
    return is_well


def statements(lines: Iterable[str]) -> Iterator[str]:
    """Yield what is asked: a line that begins with a dot or names a query, or SQL up to the line that ends with a semicolon."""
    waiting: list[str] = []
    for line in lines:
        text = line.strip()
        if line == GIVEN_UP:
            waiting = []
            continue
        if not waiting and (not text or text.startswith("--")):
            continue
        if not waiting and is_whole(text):
            yield text
            continue
        waiting.append(line.rstrip("\n"))
        if text.endswith(";"):
            yield "\n".join(waiting)
            waiting = []
    if any(part.strip() for part in waiting):
        yield "\n".join(waiting)


def is_whole(text: str) -> bool:
    """Return whether a line can be answered as it stands: it ends with a semicolon, is a command, or names a query."""
    return text.endswith(";") or text.startswith(".") or _names_query(text)


def _names_query(text: str) -> bool:
    pack, slash, name = text.split(maxsplit=1)[0].partition("/")
    return bool(slash) and pack.isidentifier() and name.rstrip(";").isidentifier()


def _answer(warehouse: Warehouse, text: str) -> None:
    if text.startswith("."):
        name, *given = text.rstrip(";").split()
        _command(name)(warehouse, given)
    elif _names_query(text):
        path, *given = _words(text.rstrip(";"))
        pairs = [word.partition("=")[::2] for word in given]
        result = warehouse.query(path, **options.assigned(pairs))
        described = warehouse.describe(path)
        output.deliver_result(result, described.headline, chart=described.chart, **_PLAIN)
    else:
        output.deliver(warehouse.sql(text).arrow(), **_PLAIN)
    sys.stdout.flush()


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ParameterError(f"{text}: {error}") from None


def _command(name: str) -> Callable[[Warehouse, list[str]], None]:
    found = {".tables": _tables, ".packs": _packs, ".describe": _describe, ".help": _help, ".quit": _quit}
    if name not in found:
        raise ParameterError(f"there is no command {name}; there are {', '.join(found)}")
    return found[name]


def _tables(warehouse: Warehouse, given: list[str]) -> None:
    schema = given[0] if given else "main"
    output.deliver(warehouse.sql(_TABLES, {"schema": schema}).arrow(), **_PLAIN)


def _packs(warehouse: Warehouse, given: list[str]) -> None:
    names = warehouse.packs()
    wanted = given or list(names)
    for pack in wanted:
        for name in names.get(pack, ()):
            click.echo(f"{pack}/{name}: {warehouse.describe(f'{pack}/{name}').question}")
    if missing := [pack for pack in wanted if pack not in names]:
        raise ParameterError(f"there is no pack {missing[0]}; there are {', '.join(names)}")


def _describe(warehouse: Warehouse, given: list[str]) -> None:
    from martlet.terminal import describe  # noqa: PLC0415 - rich is only imported to draw

    if not given:
        raise ParameterError(".describe takes a query, such as .describe email/roi")
    describe.page(warehouse.describe(given[0]))


def _help(_warehouse: Warehouse, _given: list[str]) -> None:
    click.echo(_HELP + "\n".join(f"{name:<27} {meaning}" for name, meaning in COMMANDS.items()))


def _quit(_warehouse: Warehouse, _given: list[str]) -> None:
    raise _Leave
