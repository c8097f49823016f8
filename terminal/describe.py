"""A query's page: what it answers, what it takes, what it gives, and how to ask it from each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from martlet.engine.calls import allowed, as_sql, command, default
from martlet.terminal import console

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from rich.console import Console

    from martlet.engine.parameters import Parameter
    from martlet.engine.query import Query
    from martlet.loaders.company.preset import Preset

__all__ = ["keys", "page"]

# Parameters that show best what a query can do.
_TELLING = ("model", "by", "breakdown", "period")


def keys(preset: Preset) -> pa.Table:
    """Return the keys of a preset with their values and what is allowed, as a table to deliver."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    from martlet.loaders.company.settings import settings  # noqa: PLC0415 - heavy

    return pa.Table.from_pylist([vars(setting) for setting in settings(preset)])


def page(query: Query) -> None:
    """Print all that a query's header says: first how to ask it and what comes, then what that means, last what it takes."""
    terminal = console.out()
    terminal.print(Text(query.path, style="bold"))
    terminal.print(Text(query.question))
    terminal.print()
    terminal.print(Text("Ask it", style="bold"))
    for line in _calls(query):
        # A terminal wraps it by itself, so that it can be copied as one line.
        terminal.print(Text(f"  {line}", style="cyan"), soft_wrap=True)
    columns = ((Text(name), Text(doc)) for name, doc in query.columns.items())
    _section(terminal, f"Columns, one row for each {', '.join(query.grain)}", columns)
    _prose(terminal, "What it means", query.doc)
    _prose(terminal, "When it misleads", query.misleads)
    _prose(terminal, "What is stored", query.stored_note)
    _prose(terminal, "What it needs", f"{', '.join(query.needs)}." if query.needs else "")
    if query.parameters:
        _section(terminal, "Parameters", ((_signature(p), _explained(p)) for p in query.parameters.values()))


def _prose(terminal: Console, title: str, text: str) -> None:
    if text:
        terminal.print()
        terminal.print(Text(title, style="bold"))
        terminal.print(Padding(Text(" ".join(text.split())), (0, 0, 0, 2)))


def _section(terminal: Console, title: str, rows: Iterable[tuple[Text, Text]]) -> None:
    terminal.print()
    terminal.print(Text(title, style="bold"))
    table = _plain_table()
    for row in rows:
        table.add_row(*row)
    terminal.print(Padding(table, (0, 0, 0, 2)))


def _plain_table() -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    return table


def _signature(parameter: Parameter) -> Text:
    return Text.assemble(parameter.name, "\n", (parameter.type, "dim"))


def _explained(parameter: Parameter) -> Text:
    usual = default(parameter)
    facts = " ".join(filter(None, (allowed(parameter), usual and f"Default: {usual}.")))
    return Text.assemble(parameter.doc, "\n", (facts, "dim")) if facts else Text(parameter.doc)


def _calls(query: Query) -> list[str]:
    """Return the same call for the shell, for SQL and for Python, with a parameter that is not at its default."""
    given = _example(query)
    sql = ", ".join(f"{name} := {as_sql(value)}" for name, value in given.items())
    python = "".join(f", {name}={value!r}" for name, value in given.items())
    return [
        command(query.path, given),
        f"SELECT * FROM {query.pack}.{query.name}{f'({sql})' if sql else ''}",
        f'martlet.open("warehouse.duckdb").query("{query.path}"{python}).pl()',
    ]


def _example(query: Query) -> dict[str, Any]:
    """Return a parameter with another value than its default: one by which most people change the answer, if it has any of them."""
    for parameter in sorted(query.parameters.values(), key=lambda p: p.name not in _TELLING):
        usual = parameter.default if parameter.is_list else [parameter.default]
        others = [word for word in parameter.of if word not in usual]
        if others and len(usual) == 1:
            return {parameter.name: others[:1] if parameter.is_list else others[0]}
    for parameter in query.parameters.values():
        if parameter.default is not None:
            return {parameter.name: parameter.default}
    return {}
