"""Pages on the packs, in Markdown: one for each pack, and an index."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any

from martlet.engine import calls
from martlet.engine.tables import drawing
from martlet.engine.tables.cells import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from martlet.engine.pack import Pack
    from martlet.engine.parameters import Parameter
    from martlet.engine.query import Query
    from martlet.engine.warehouse import Warehouse

__all__ = ["INDEX", "contents", "pages"]

INDEX = "README.md"
_WIDTH = 100
_ROWS = 4
# A parameter that so many queries of a pack declare alike is explained once.
_SHARED_FROM = 3


def pages(packs: Sequence[Pack], warehouse: Warehouse) -> dict[str, str]:
    """Return the text of each page by its file's name.

    Parameters
    ----------
    packs
        The packs to write of.
    warehouse
        Where the examples are asked.
    """
    company = _company(warehouse)
    index = [
        "# The packs",
        "",
        contents(packs, ""),
        "",
        f"The examples on these pages are asked of {company}.",
        "",
    ]
    written = {f"{pack.name}.md": "\n".join([*_page(pack, warehouse), ""]) for pack in packs}
    return {INDEX: "\n".join([*index, _NOTE, ""]), **written}


_NOTE = (
    "These pages are written by `martlet docs`, from the headers of the queries and what `_pack.toml` says."
)


def contents(packs: Iterable[Pack], folder: str) -> str:
    """Return a table with a row for each pack, whose links lead into `folder`."""
    rows = [
        (f"[{pack.name}]({folder}{pack.name}.md)", pack.summary, str(len(pack.queries))) for pack in packs
    ]
    return "\n".join(_table(("pack", "what it answers", "queries"), rows))


def _company(warehouse: Warehouse) -> str:
    settings = dict(warehouse.sql("SELECT name, value FROM meta.setting").rows())
    if "seed" not in settings:
        return "the loaded data"
    words = (f"--{name} {settings[name]}" for name in ("customers", "days", "seed"))
    return f"a small synthetic company: `martlet build {' '.join(words)}`"


def _page(pack: Pack, warehouse: Warehouse) -> Iterator[str]:
    shared = _shared(pack)
    yield from (f"# {pack.title}", "", _prose(pack.summary))
    if pack.story:
        yield from ("", _prose(pack.story))
    if pack.which:
        rows = [(want, f"[{path}]({_link(path, pack)})") for want, path in pack.which.items()]
        yield from ("", "## Which to take", "", *_table(("you want", "take"), rows))
    yield from ("", "## Queries", "")
    yield from _table(("query", "question"), [(f"[{q.name}](#{q.name})", q.question) for q in pack.queries])
    for query in pack.queries:
        yield from ("", *_query(query, pack, shared, warehouse))
    if shared:
        yield from (
            "",
            "## Shared parameters",
            "",
            "Several queries of this pack take these, with the same meaning.",
            "",
        )
        yield from _parameters(shared.values())


def _query(query: Query, pack: Pack, shared: Mapping[str, Parameter], warehouse: Warehouse) -> Iterator[str]:
    yield from (f"## {query.name}", "", f"**{_prose(query.question)}**", "", _prose(query.doc))
    if query.misleads:
        yield from ("", f"**When it misleads.** {_prose(query.misleads)}")
    if query.stored_note:
        yield from ("", _prose(query.stored_note))
    if query.needs:
        yield from ("", f"It needs {', '.join(f'`{need}`' for need in query.needs)}.")
    own = [parameter for name, parameter in query.parameters.items() if shared.get(name) != parameter]
    others = [f"`{name}`" for name, parameter in query.parameters.items() if shared.get(name) == parameter]
    if own:
        yield from ("", *_parameters(own))
    if others:
        yield from (
            "",
            f"{'It also takes' if own else 'It takes'} the [shared parameters](#shared-parameters) {', '.join(others)}.",
        )
    rows = [(f"`{name}`", doc) for name, doc in query.columns.items()]
    yield from ("", *_table((f"column, one row for each {', '.join(query.grain)}", "meaning"), rows))
    yield from ("", "```text", *_example(query, pack.examples.get(query.name, {}), warehouse), "```")


def _example(query: Query, given: Mapping[str, Any], warehouse: Warehouse) -> list[str]:
    """Return a command and what it prints on a terminal, without the columns that have no room there."""
    result = warehouse.query(query.path, **given)
    answer, finding = result.arrow(), result.finding
    return [
        f"$ {calls.command(query.path, given, '--limit', str(_ROWS))}",
        *(textwrap.wrap(finding, _WIDTH) if finding else []),
        *(
            drawing.lines(answer, _WIDTH, query.headline, limit=_ROWS)
            if answer.num_rows
            else ["(this company has no rows for it)"]
        ),
    ]


def _shared(pack: Pack) -> dict[str, Parameter]:
    """Return the parameters that several queries of the pack declare alike, in the order met."""
    declared = [(name, p) for query in pack.queries for name, p in query.parameters.items()]
    counts = Counter((name, repr(p)) for name, p in declared)
    return {name: p for name, p in declared if counts[name, repr(p)] >= _SHARED_FROM}


def _parameters(parameters: Iterable[Parameter]) -> list[str]:
    rows = [
        (
            f"`{p.name}`",
            p.type,
            f"`{usual}`" if (usual := calls.default(p)) else "",
            f"{p.doc} {calls.allowed(p)}".strip(),
        )
        for p in parameters
    ]
    return _table(("parameter", "type", "default", "meaning"), rows)


def _link(path: str, pack: Pack) -> str:
    owner, name = path.split("/")
    return f"#{name}" if owner == pack.name else f"{owner}.md#{name}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [heads, ["---"] * len(heads), *([_cell(text) for text in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _cell(text: str) -> str:
    return _prose(text).replace("|", "\\|")


def _prose(text: str) -> str:
    return visible(" ".join(text.split())).replace("<", "&lt;")
