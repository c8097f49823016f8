"""What several commands take: the warehouse, a query's name, its parameters, formats; each completes in a shell."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from martlet.engine.errors import MartletError, ParameterError, shown
from martlet.terminal.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from martlet.engine.packs import Packs
    from martlet.engine.query import Query

__all__ = [
    "DEFAULT_PACKS",
    "DEFAULT_WAREHOUSE",
    "PACKS_VARIABLE",
    "VARIABLE",
    "Assignment",
    "Change",
    "ColumnName",
    "Completed",
    "Day",
    "Dialect",
    "Folder",
    "Imputation",
    "Limit",
    "PackName",
    "QueryName",
    "assigned",
    "given_parameters",
    "known_packs",
    "limits",
    "output_options",
    "packs_folder",
    "query_name",
    "quiet",
    "warehouse",
]

if TYPE_CHECKING:
    ParamType = click.ParamType[Any, Any]
else:
    ParamType = click.ParamType

DEFAULT_WAREHOUSE = "warehouse.duckdb"
VARIABLE = "MARTLET_WAREHOUSE"
DEFAULT_PACKS = "packs"
PACKS_VARIABLE = "MARTLET_PACKS"


def known_packs(folder: Path | None) -> Packs:
    """Return Martlet's packs and those of a folder, if one is given."""
    from martlet.engine import packs, user_packs  # noqa: PLC0415 - heavy

    return user_packs.read(folder) if folder else packs.shipped()


def _known(ctx: click.Context) -> Packs:
    """Return the packs that a shell is to complete: Martlet's alone where the folder is wrong."""
    folder = ctx.params.get("packs") or os.environ.get(PACKS_VARIABLE)
    try:
        return known_packs(Path(folder) if folder else None)
    except MartletError:
        return known_packs(None)


def packs_folder(default: str | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command `--packs`."""
    return click.option(
        "--packs",
        type=Folder(),
        default=default,
        show_default=True,
        envvar=PACKS_VARIABLE,
        show_envvar=True,
        help="A folder with packs of your own.",
    )


def limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--max`."""
    return click.option(
        "--max",
        "limits",
        type=Limit(),
        multiple=True,
        help="How much of a file is read: row, cell, columns, keys, depth, sheet or unpacked; see docs/ingest.md.",
    )(command)


class Folder(click.Path):
    """The path of a folder, whether it is there or not."""

    name = "folder"

    def __init__(self) -> None:
        super().__init__(file_okay=False, path_type=Path)


class Completed(ParamType):
    """A value that begins with one of some words, which the shell completes."""

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:
        """Return the words, each with what it means."""
        raise NotImplementedError

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Complete the words."""
        return [
            CompletionItem(word, help=meaning)
            for word, meaning in self.words(ctx)
            if word.startswith(incomplete)
        ]


class QueryName(Completed):
    """The `pack/name` of a query."""

    name = "pack/query"

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:
        """Return the names of all queries."""
        return [(path, query.question) for path, query in _known(ctx).queries.items()]


class PackName(Completed):
    """The name of a pack."""

    name = "pack"

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:
        """Return the names of all packs."""
        return [(name, pack.summary) for name, pack in _known(ctx).by_name.items()]


class _Equation(ParamType):
    """A name and what it is to be, split at the first equals sign; `form` says in errors how it is written."""

    form = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign."""
        name, equals, text = str(value).partition("=")
        if not equals or not name.strip():
            self.fail(f"{shown(value)} must be written as {self.form}", param, ctx)
        return name.strip(), text


class Assignment(_Equation):
    """A parameter and its value, `name=value`, of the query named before."""

    name = "name=value"

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Complete the names of parameters and, after the equals sign, the words of choices."""
        queries = _known(ctx).queries
        # While the option still lacks its value, click leaves the words before it among the arguments.
        named = (str(word).replace(".", "/") for word in (ctx.params.get("query"), *ctx.args))
        query = next((queries[word] for word in named if word in queries), None)
        return (
            [item for item in _assignments(query, incomplete) if item.value.startswith(incomplete)]
            if query
            else []
        )


class Change(_Equation, Completed):
    """A number of the preset and its new value, `key=value`."""

    name = "key=value"
    form = "key=value, such as visits.prospects=3"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the first equals sign; spaces around the value mean nothing."""
        key, text = super().convert(value, param, ctx)
        return key, text.strip()

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:
        """Return the keys of the preset."""
        from martlet.loaders.company.preset import load_preset  # noqa: PLC0415 - heavy
        from martlet.loaders.company.settings import settings  # noqa: PLC0415 - heavy

        try:
            found = settings(load_preset(ctx.params.get("preset") or "ecommerce"))
        except MartletError:
            return []
        return [(f"{setting.key}=", f"{setting.value}; {setting.allowed}") for setting in found]


class ColumnName(_Equation):
    """A column of a profile and the column of the file that it is, `field=column`."""

    name = "field=column"

    def __init__(self, such_as: str = "ordered_at=Date, or ordered_at=3 for the third") -> None:
        self.form = f"field=column, such as {such_as}"


class Limit(_Equation, Completed):
    """How much is read of a part of a file, `row=64MB`."""

    name = "part=most"
    form = "part=most, such as row=64MB"

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:  # noqa: ARG002
        """Return the names of the limits."""
        from martlet.loaders.ingest.reading.limits import Limits  # noqa: PLC0415 - heavy

        return [(f"{name}=", f"{Limits().shown(name)} {Limits.meaning(name)}") for name in Limits.names()]


class Imputation(_Equation):
    """A field and what its empty cells become, `field=median`."""

    name = "field=how"
    form = "field=how, such as income=median"


class StatusWord(_Equation):
    """A word for the status of an order and what it means, `Storniert=cancelled`."""

    name = "word=status"
    form = "word=status, such as Storniert=cancelled"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Split at the last equals sign; no word at all stands for an empty cell."""
        word, equals, status = str(value).rpartition("=")
        if not equals:
            self.fail(f"{shown(value)} must be written as {self.form}", param, ctx)
        return word.strip(), status.strip()


class Day(ParamType):
    """A day, such as 2026-01-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a date in ISO 8601."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{shown(value)} must be a date, such as 2026-01-31", param, ctx)


class Dialect(Completed):
    """The name of a SQL dialect."""

    name = "dialect"

    def words(self, ctx: click.Context) -> Iterable[tuple[str, str | None]]:  # noqa: ARG002
        """Return the names of the dialects."""
        from martlet.engine import compiling  # noqa: PLC0415 - heavy

        return [(name, None) for name in compiling.dialects()]


def _assignments(query: Query, incomplete: str) -> Iterable[CompletionItem]:
    name, equals, text = incomplete.partition("=")
    if not equals:
        yield from (CompletionItem(f"{name}=", help=found.doc) for name, found in query.parameters.items())
        return
    parameter = query.parameters.get(name)
    if parameter is None:
        return
    words = ("true", "false") if parameter.element == "bool" else parameter.of
    before = text.rpartition(",")[0] + "," if parameter.is_list and "," in text else ""
    yield from (CompletionItem(f"{name}={before}{word}") for word in words)


def assigned(
    pairs: Sequence[tuple[str, str]], *, what: str = "parameter", a_list: str = "a,b"
) -> dict[str, str]:
    """Return the parameters given, or what else is written `name=value`; `a_list` is how a list is written there.

    Raises
    ------
    ParameterError
        If one is given twice.
    """
    given: dict[str, str] = {}
    for name, text in pairs:
        if name in given:
            message = f"{what} {name!r} is given twice: {shown(given[name])} and {shown(text)}; a list is written {name}={a_list}"
            raise ParameterError(message)
        given[name] = text
    return given


def warehouse(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--warehouse`."""
    return click.option(
        "-w",
        "--warehouse",
        type=click.Path(path_type=Path),
        default=DEFAULT_WAREHOUSE,
        show_default=True,
        envvar=VARIABLE,
        show_envvar=True,
        help="The warehouse file.",
    )(command)


quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing unless it fails.")
query_name = click.argument("query", type=QueryName(), metavar="PACK/QUERY")
given_parameters = click.option(
    "-p",
    "parameters",
    type=Assignment(),
    multiple=True,
    help="A parameter; once for each. A list is name=a,b,c.",
)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--format`, `--output`, `--limit`, `--columns`, `--round`, `--bars`, `--wide`, `--safe-cells` and `--overwrite`."""
    options = (
        click.option(
            "-f",
            "--format",
            "name",
            type=click.Choice(FORMATS),
            help="Default: by the ending of --output, else a table on a terminal and csv elsewhere.",
        ),
        click.option(
            "-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout."
        ),
        click.option(
            "-n",
            "--limit",
            type=click.IntRange(min=0),
            help="At most so many rows. Default: all; 50 of a table, 12 of one on its side.",
        ),
        click.option("--columns", "chosen", metavar="A,B", help="Only these columns, in this order."),
        click.option(
            "--round",
            "decimals",
            type=click.IntRange(0, 15),
            help="At most so many decimals, in every format. Default: exact; rounded for the eye in a table.",
        ),
        click.option(
            "--bars", metavar="COLUMN", help="In a table: a bar for each row, as long as this number."
        ),
        click.option(
            "--wide",
            "is_wide",
            is_flag=True,
            help="In a table: all columns, wider than the terminal if need be.",
        ),
        click.option(
            "--safe-cells",
            is_flag=True,
            help="In csv, tsv and xlsx: an apostrophe before text that a spreadsheet would take for a formula.",
        ),
        click.option("--overwrite", is_flag=True, help="Write even over a DuckDB file."),
    )
    for option in reversed(options):
        command = option(command)
    return command
