"""Rendering a query's template, and remembering which line of which file each line of the result came from.

Jinja sees only the parameters of type `choice` and `list[choice]`, as the words that the header lists; no value of any other
kind is in its context, so none can become SQL text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import jinja2
from jinja2 import meta, nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from sqlglot.errors import TokenError
from sqlglot.tokens import Tokenizer

from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.units import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Rendered", "Use", "choices_used", "is_part", "parts_of", "render", "values_used"]

# Characters of the private use area, which no SQL file holds, frame the marks of origin.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True)
class Rendered:
    """SQL text, and for each of its lines the file and line that it was written in."""

    sql: str
    origins: tuple[str, ...]

    def origin(self, line: int) -> str:
        """Return `file:line` of a line of the rendered text, counted from 1."""
        return self.origins[min(max(line, 1), len(self.origins)) - 1]


@dataclass(frozen=True)
class Use:
    """A name used at a line of a file."""

    name: str
    path: str
    line: int


class _Origins(Extension):
    """Marks each piece of text with the file and line it stands in."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = (
                f"{_OPEN}{stream.name}:{token.lineno + n}{_CLOSE}{line}" for n, line in enumerate(lines)
            )
            yield Token(token.lineno, "data", "\n".join(marked))


@cache
def _sources() -> dict[str, str]:
    """Return the text of each file below `queries/`; the header of a part is blank, so that lines keep their numbers."""
    return {path: _without_header(path, text) for path, text in read_folder("queries")}


def _without_header(path: str, text: str) -> str:
    if not is_part(path) or not text.startswith("/*"):
        return text
    header, closing, body = text.partition("*/")
    return "\n" * (header + closing).count("\n") + body


def is_part(path: str) -> bool:
    """Whether the file is a part that others use: its name, or that of a folder it stands in, begins with `_`."""
    return any(name.startswith("_") for name in path.split("/"))


def parts_of(path: str, body: str) -> list[str]:
    """Return the paths of the parts that a template includes, directly or through others, in the order met."""
    return [name for name, _, _ in _parts(path, body) if name != path]


class _Environment(jinja2.Environment):
    def join_path(self, template: str, parent: str) -> str:  # noqa: ARG002
        """Let an include name the file as seen from `queries/`."""
        return f"queries/{template}"


def _environment(path: str, body: str) -> jinja2.Environment:
    return _Environment(
        loader=jinja2.DictLoader({**_sources(), path: body}),
        extensions=[_Origins],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


def render(path: str, body: str, choices: Mapping[str, str | tuple[str, ...]]) -> Rendered:
    """Render the template `body` of file `path` with the words chosen.

    Raises
    ------
    UnitError
        If the template is malformed, or uses anything but `choices`.
    """
    try:
        marked = _environment(path, body).get_template(path).render(dict(choices))
    except jinja2.TemplateSyntaxError as error:
        raise UnitError(f"{error.name or path}:{error.lineno}: {error.message}") from None
    except (jinja2.UndefinedError, jinja2.TemplateNotFound) as error:
        raise UnitError(f"{path}:1: {error}") from None
    origins: list[str] = []
    for line in marked.split("\n"):
        marks = _MARK.findall(line)
        origins.append(marks[-1] if marks else (origins[-1] if origins else f"{path}:1"))
    return Rendered(_MARK.sub("", marked), tuple(origins))


@lru_cache(maxsize=256)
def _parts(path: str, body: str) -> list[tuple[str, str, nodes.Template]]:
    """Return path, text and syntax tree of a template and of all that it includes."""
    environment = _environment(path, body)
    waiting, seen = [(path, body)], {path}
    found = []
    while waiting:
        name, text = waiting.pop(0)
        try:
            tree = environment.parse(text, name)
        except jinja2.TemplateSyntaxError as error:
            raise UnitError(f"{name}:{error.lineno}: {error.message}") from None
        found.append((name, text, tree))
        for included in meta.find_referenced_templates(tree):
            target = f"queries/{included}"
            if target not in _sources():
                raise UnitError(
                    f"{name}:1: there is no {target} to include.{did_you_mean(target, _sources())}"
                )
            if target not in seen:
                seen.add(target)
                waiting.append((target, _sources()[target]))
    return found


def choices_used(path: str, body: str) -> list[Use]:
    """Return the names that Jinja uses from its context, in the template and in what it includes.

    A word that one of them sets for those that it includes is no choice.
    """
    parts = _parts(path, body)
    set_here = {
        node.name for _, _, tree in parts for node in tree.find_all(nodes.Name) if node.ctx == "store"
    }
    return [
        Use(node.name, name, node.lineno)
        for name, _, tree in parts
        for asked in [meta.find_undeclared_variables(tree) - set_here]
        for node in tree.find_all(nodes.Name)
        if node.ctx == "load" and node.name in asked
    ]


def values_used(path: str, body: str) -> list[Use]:
    """Return each `$name` in the SQL of the template and of what it includes, whichever branch it stands in."""
    return [use for name, text, _ in _parts(path, body) for use in _values_in(name, text)]


# Parts stand in many queries, and to cut them into tokens takes as long as all the rest.
@lru_cache(maxsize=256)
def _values_in(path: str, text: str) -> list[Use]:
    sql = ""
    for line, kind, value in _environment(path, text).lex(text, path):
        sql += "\n" * (line - 1 - sql.count("\n"))
        # A word that is set for a part may be SQL with values in it.
        sql += value if kind == "data" else value[1:-1] if kind == "string" and "$" in value else " "
    try:
        tokens = Tokenizer(dialect="duckdb").tokenize(sql)
    except TokenError as error:
        raise UnitError(f"{path}:1: {error}") from None
    return [
        Use(token.text[1:], path, token.line)
        for token in tokens
        if token.text.startswith("$") and token.token_type.name == "VAR"
    ]
