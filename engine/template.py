"""Rendering a query's template, and remembering which line of which file each line of the result came from.

Jinja sees only the parameters of type `choice` and `list[choice]`, as the words that the header lists, how many elements a list has,
and whether the text will be installed; no value of any other kind is in its context, so none can become SQL text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

import jinja2
from jinja2 import meta, nodes
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import SandboxedEnvironment

from martlet.engine import lexing
from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.units import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "IS_INSTALLED",
    "Rendered",
    "Use",
    "add",
    "choices_used",
    "is_part",
    "parts_of",
    "render",
    "values_used",
]

# What Jinja knows beside the parameters: whether the text is for a view or macro in the file.
IS_INSTALLED = "is_installed"
# Characters of the private use area, which no SQL file holds, frame the marks of origin.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


@dataclass(frozen=True)
class Rendered:
    """SQL text, and for each of its lines the file and line that it was written in.

    `path` is the template's file; `marked` the text with the origins in it.
    """

    path: str
    marked: str

    @cached_property
    def sql(self) -> str:
        """The text."""
        return _MARK.sub("", self.marked)

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """`file:line` of each line."""
        origins: list[str] = []
        for line in self.marked.split("\n"):
            marks = _MARK.findall(line)
            origins.append(marks[-1] if marks else (origins[-1] if origins else f"{self.path}:1"))
        return tuple(origins)

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
    """Return the text of each file that may be included; the header of a part is blank, so that lines keep their numbers."""
    return {path: _without_header(path, text) for path, text in read_folder("queries")}


def add(files: Mapping[str, str]) -> None:
    """Let the files of further packs be included by those that stand beside them; nothing of `queries/` is replaced."""
    known = _sources()
    added = {path: _without_header(path, text) for path, text in files.items()}
    if any(known.get(path) != text for path, text in added.items()):
        known.update({path: text for path, text in added.items() if not path.startswith("queries/")})
        # What was read of a template may name files that have changed.
        for remembered in (_environment, _template, _part, _parts):
            remembered.cache_clear()


def _resolved(name: str, parent: str) -> str:
    """Return the path of the file that `parent` includes as `name`: one of `queries/`, else one below a folder that `parent` is in."""
    folders = parent.split("/")[:-1]
    near = ("/".join([*folders[:depth], name]) for depth in range(len(folders), -1, -1))
    return next((path for path in (f"queries/{name}", *near) if path in _sources()), f"queries/{name}")


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
    return [part.path for part in _parts(path, body) if part.path != path]


class _Environment(SandboxedEnvironment):
    """A sandbox, since a warehouse file that a stranger made can hold packs."""

    def join_path(self, template: str, parent: str) -> str:
        """Let an include name the file as seen from the folder of the packs."""
        return _resolved(template, parent)


@cache
def _environment() -> jinja2.Environment:
    return _Environment(
        loader=jinja2.FunctionLoader(_sources().get),
        extensions=[_Origins],
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )


@lru_cache(maxsize=256)
def _template(path: str, body: str) -> jinja2.Template:
    environment = _environment()
    code = environment.compile(body, path, path)
    return jinja2.Template.from_code(environment, code, environment.make_globals(None))


def render(path: str, body: str, choices: Mapping[str, str | int | tuple[str, ...]]) -> Rendered:
    """Render the template `body` of file `path` with the words chosen.

    Raises
    ------
    UnitError
        If the template is malformed, or uses anything but `choices`.
    """
    try:
        marked = _template(path, body).render(dict(choices))
    except jinja2.TemplateSyntaxError as error:
        raise UnitError(f"{error.name or path}:{error.lineno}: {error.message}") from None
    except (jinja2.TemplateRuntimeError, jinja2.TemplateNotFound) as error:
        raise UnitError(f"{path}:1: {error}") from None
    except RecursionError:
        raise UnitError(f"{path}:1: the file includes itself, directly or through others") from None
    return Rendered(path, marked)


@dataclass(frozen=True)
class _Part:
    """A template, or what one includes: its text, the paths that it includes, and the names that Jinja loads and sets in it."""

    path: str
    text: str
    includes: tuple[str, ...]
    loads: tuple[Use, ...]
    sets: frozenset[str]


# Parts stand in many queries.
@lru_cache(maxsize=1024)
def _part(path: str, text: str) -> _Part:
    try:
        tree = _environment().parse(text, path)
    except jinja2.TemplateSyntaxError as error:
        raise UnitError(f"{path}:{error.lineno}: {error.message}") from None
    includes = tuple(
        _resolved(included, path) for included in meta.find_referenced_templates(tree) if included
    )
    for target in includes:
        if target not in _sources():
            raise UnitError(f"{path}:1: there is no {target} to include.{did_you_mean(target, _sources())}")
    names = list(tree.find_all(nodes.Name))
    undeclared = meta.find_undeclared_variables(tree) if names else set()
    loads = (node for node in names if node.ctx == "load" and node.name in undeclared)
    return _Part(
        path,
        text,
        includes,
        tuple(Use(node.name, path, node.lineno) for node in loads),
        frozenset(node.name for node in names if node.ctx == "store"),
    )


@lru_cache(maxsize=256)
def _parts(path: str, body: str) -> tuple[_Part, ...]:
    """Return a template and all that it includes, directly or through others, in the order met."""
    found = {path: _part(path, body)}
    waiting = [found[path]]
    while waiting:
        for target in waiting.pop(0).includes:
            if target not in found:
                found[target] = _part(target, _sources()[target])
                waiting.append(found[target])
    return tuple(found.values())


def choices_used(path: str, body: str) -> list[Use]:
    """Return the names that Jinja uses from its context, in the template and in what it includes.

    A word that one of them sets for those that it includes is no choice.
    """
    parts = _parts(path, body)
    set_here = frozenset([IS_INSTALLED]).union(*(part.sets for part in parts))
    return [use for part in parts for use in part.loads if use.name not in set_here]


def values_used(path: str, body: str) -> list[Use]:
    """Return each `$name` in the SQL of the template and of what it includes, whichever branch it stands in."""
    return [use for part in _parts(path, body) for use in _values_in(part.path, part.text)]


@lru_cache(maxsize=1024)
def _values_in(path: str, text: str) -> list[Use]:
    sql = ""
    for line, kind, value in _environment().lex(text, path):
        sql += "\n" * (line - 1 - sql.count("\n"))
        # A word that is set for a part may be SQL with values in it.
        sql += value if kind == "data" else value[1:-1] if kind == "string" and "$" in value else " "
    return [Use(name, path, line) for name, line in lexing.parameters(sql)]
