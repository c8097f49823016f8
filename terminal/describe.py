"""A query's page: what it answers, what it takes, what it gives, and how to ask it from each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from martlet.terminal import console

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from rich.console import Console

    from martlet.engine.parameters import Parameter
    from martlet.engine.query import Query
    from martlet.loaders.company.preset import Preset

__all__ = ["keys", "listed", "page"]


def listed(queries: Iterable[Query]) -> pa.Table:
    """Return the name and the question of each query, as a table to deliver."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    found = list(queries)
    return pa.table(
        {"query": [query.path for query in found], "question": [query.question for query in found]}
    )


def keys(preset: Preset) -> pa.Table:
    """Return the keys of a preset with their values and what is allowed, as a table to deliver."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and only needed here

    from martlet.loaders.company.settings import settings  # noqa: PLC0415 - heavy

    return pa.Table.from_pylist([vars(setting) for setting in settings(preset)])


def page(query: Query) -> None:
    """Print all that a query's header says."""
    terminal = console.out()
    terminal.print(Text(query.path, style="bold"))
    terminal.print(Text(query.question))
    terminal.print()
    terminal.print(Text(" ".join(query.doc.split())))
    if query.parameters:
        _section(terminal, "Parameters", ((_signature(p), _explained(p)) for p in query.parameters.values()))
    columns = ((Text(name), Text(doc)) for name, doc in query.columns.items())
    _section(terminal, f"Columns, one row for each {', '.join(query.grain)}", columns)
    terminal.print()
    terminal.print(Text("Ask it", style="bold"))
    for line in _calls(query):
        terminal.print(Padding(Text(line, style="cyan", overflow="fold"), (0, 0, 0, 2)))


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
    facts = []
    if parameter.of:
        facts.append(f"{'Some' if parameter.is_list else 'One'} of {', '.join(parameter.of)}.")
    if parameter.min is not None or parameter.max is not None:
        bounds = (("from", parameter.min), ("to", parameter.max))
        facts.append(
            " ".join(f"{word} {bound}" for word, bound in bounds if bound is not None).capitalize() + "."
        )
    if parameter.default is not None:
        facts.append(f"Default: {_as_option(parameter.default) or 'none'}.")
    return Text.assemble(parameter.doc, "\n", (" ".join(facts), "dim")) if facts else Text(parameter.doc)


def _calls(query: Query) -> list[str]:
    """Return the same call for the shell, for SQL and for Python, with a parameter that is not at its default."""
    name, value = _example(query)
    if name is None:
        shell, sql, python = "", "", ""
    else:
        shell, sql, python = (
            f" -p {name}={_as_option(value)}",
            f"({name} := {_as_sql(value)})",
            f", {name}={value!r}",
        )
    return [
        f"martlet query {query.path}{shell}",
        f"SELECT * FROM {query.pack}.{query.name}{sql}",
        f'martlet.open("warehouse.duckdb").query("{query.path}"{python}).pl()',
    ]


def _example(query: Query) -> tuple[str | None, Any]:
    for parameter in query.parameters.values():
        usual = parameter.default if parameter.is_list else [parameter.default]
        others = [word for word in parameter.of if word not in usual]
        if others and len(usual) == 1:
            return parameter.name, others[:1] if parameter.is_list else others[0]
    for parameter in query.parameters.values():
        if parameter.default is not None:
            return parameter.name, parameter.default
    return None, None


def _as_option(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_as_option(item) for item in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_sql(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_as_sql(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"
