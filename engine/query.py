"""A query of a pack: its header, its template, and the four ways of asking it.

One parsed statement serves all four, by rewriting its parameter nodes, never by text: bound values (`bind`), literals
(`literal`: the installed view, `r.sql`, another dialect) and identifiers (`macro`: the installed table macro).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from martlet.engine import parameters, rewriting, template
from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from martlet.engine.parameters import Parameter
    from martlet.engine.template import Rendered
    from martlet.engine.units import Unit

__all__ = ["Query", "load"]

_KEYS = {"question": str, "doc": str, "misleads": str, "grain": list, "params": dict, "columns": dict}
_PART_KEYS = {"params": dict}
_MOST_BRANCHES = 64


@dataclass(frozen=True)
class Query:
    """One `queries/<pack>/<name>.sql`."""

    unit: Unit
    parameters: Mapping[str, Parameter]

    @property
    def pack(self) -> str:
        """The pack, which is also the schema that the query is installed in."""
        return self.unit.folder

    @property
    def name(self) -> str:
        """The query's name in its pack."""
        return self.unit.name

    @property
    def path(self) -> str:
        """`pack/name`, as users write it."""
        return f"{self.pack}/{self.name}"

    @property
    def question(self) -> str:
        """The question that the query answers."""
        return str(self.unit.header["question"])

    @property
    def doc(self) -> str:
        """What the answer means."""
        return str(self.unit.header["doc"])

    @property
    def misleads(self) -> str:
        """When the answer misleads; empty where `doc` says it."""
        return str(self.unit.header.get("misleads", ""))

    @property
    def grain(self) -> tuple[str, ...]:
        """The columns that tell one row of the answer from another."""
        return tuple(self.unit.header["grain"])

    @property
    def columns(self) -> dict[str, str]:
        """Doc of each column of the answer, in order."""
        return self.unit.columns

    @cached_property
    def _used_by_jinja(self) -> tuple[Parameter, ...]:
        used = {use.name for use in template.choices_used(self.unit.path, self.unit.body)}
        return tuple(parameter for name, parameter in self.parameters.items() if name in used)

    @cached_property
    def structural(self) -> tuple[Parameter, ...]:
        """The choices that change the statement itself, because Jinja uses them."""
        return tuple(parameter for parameter in self._used_by_jinja if not parameter.is_list)

    @cached_property
    def selective(self) -> tuple[Parameter, ...]:
        """The lists of choices that decide which parts the statement carries, because Jinja uses them."""
        return tuple(parameter for parameter in self._used_by_jinja if parameter.is_list)

    def branches(self) -> Iterator[dict[str, str]]:
        """Yield every combination of the structural choices."""
        names = [parameter.name for parameter in self.structural]
        for words in itertools.product(*(parameter.of for parameter in self.structural)):
            yield dict(zip(names, words, strict=True))

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the value of every parameter, given or default; see `parameters.values_of` for the errors."""
        return parameters.values_of(self.parameters, given, owner=self.path)

    def render(self, values: Mapping[str, Any]) -> Rendered:
        """Render the template with the words that `values` holds for the choices that Jinja uses."""
        choices = {
            parameter.name: tuple(values[parameter.name]) if parameter.is_list else values[parameter.name]
            for parameter in self._used_by_jinja
        }
        return template.render(self.unit.path, self.unit.body, choices)

    def statement(self, values: Mapping[str, Any]) -> exp.Query:
        """Return the parsed statement, its parameters still placeholders."""
        return _parsed(self.render(values)).copy()

    def bind(self, values: Mapping[str, Any]) -> tuple[Rendered, dict[str, Any]]:
        """Return the text to execute and those values that it binds."""
        rendered = self.render(values)
        used = {node.name for node in _parsed(rendered).find_all(exp.Placeholder)}
        return rendered, {name: value for name, value in values.items() if name in used}

    def literal(self, values: Mapping[str, Any]) -> exp.Query:
        """Return the statement with each parameter written as a literal."""
        return self._rewrite(
            values, lambda parameter, _: rewriting.literal(parameter, values[parameter.name])
        )

    def macro(self) -> exp.Query:
        """Return the body of the table macro: each parameter an identifier, cast and held to its bounds.

        A structural choice becomes a UNION ALL of its branches, each under `WHERE <choice> = '<word>'`, which DuckDB
        prunes when it binds the call, so that only the branch asked for is ever planned. Of a list of choices the body
        carries the parts for all words, since a call may ask for any of them.
        """
        every_part = {parameter.name: list(parameter.of) for parameter in self.selective}
        guards = {name: rewriting.guarded(parameter) for name, parameter in self.parameters.items()}
        branches = []
        for choices in self.branches():
            body = self._rewrite(
                {**self.values({}), **every_part, **choices},
                lambda parameter, node: rewriting.argument(guards[parameter.name], node),
            )
            self._refuse_capture(body)
            branches.append((choices, body))
        if not self.structural:
            return branches[0][1]
        return rewriting.union(branches, guards)

    def _rewrite(
        self, values: Mapping[str, Any], write: Callable[[Parameter, exp.Expr], exp.Expr]
    ) -> exp.Query:
        written = self.statement(values)
        # It is a copy already; to transform it would make another, and that takes as long as parsing.
        for node in list(written.find_all(exp.Placeholder)):
            node.replace(write(self.parameters[node.name], node))
        return written

    def _refuse_capture(self, body: exp.Expr) -> None:
        """Refuse a parameter named like a column that the query reads: the macro would put the parameter there."""
        for column in body.find_all(exp.Column):
            if not column.table and column.name in self.parameters and not column.meta.get("parameter"):
                message = (
                    f"parameter {column.name!r} has the name of a column; qualify the column, or rename one"
                )
                raise self.unit.error(message, line=self.unit.line_of(column.name))

    def check(self) -> None:
        """Hold the header against the template.

        Raises
        ------
        UnitError
            If a parameter is used but not declared or declared but not used, if Jinja uses anything but a choice, or if
            the structural choices have too many combinations to install.
        """
        values = template.values_used(self.unit.path, self.unit.body)
        words = template.choices_used(self.unit.path, self.unit.body)
        for use in [*values, *words]:
            if use.name not in self.parameters:
                near = did_you_mean(use.name, self.parameters)
                raise UnitError(f"{use.path}:{use.line}: parameter {use.name!r} is not declared.{near}")
        for use in words:
            if self.parameters[use.name].element != "choice":
                message = f"Jinja may only use choices; {use.name!r} is a value: write ${use.name} in the SQL"
                raise UnitError(f"{use.path}:{use.line}: {message}")
        for name in self.parameters.keys() - {use.name for use in [*values, *words]}:
            raise self.unit.error(
                f"parameter {name!r} is declared but not used", line=self.unit.line_of(name)
            )
        count = len(list(self.branches()))
        if count > _MOST_BRANCHES:
            message = f"the choices that Jinja uses have {count} combinations, more than {_MOST_BRANCHES}"
            raise self.unit.error(f"{message}; use some of them as $values")
        for column in self.grain:
            if column not in self.columns:
                message = f"the grain's {column!r} is no column.{did_you_mean(column, self.columns)}"
                raise self.unit.error(message, line=self.unit.line_of("grain"))


@lru_cache(maxsize=256)
def _parsed(rendered: Rendered) -> exp.Query:
    """Return the parsed statement; whoever changes it takes a copy."""
    try:
        parsed = [
            statement for statement in sqlglot.parse(rendered.sql, read="duckdb") if statement is not None
        ]
    except sqlglot.ParseError as error:
        first = error.errors[0]
        raise UnitError(f"{rendered.origin(first['line'])}: {first['description']}") from None
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query):
        raise UnitError(f"{rendered.origin(1)}: the file must hold exactly one SELECT")
    return parsed[0]


def load(path: str, text: str, *, parts: Mapping[str, str] = MappingProxyType({})) -> Query:
    """Read one query file; its header is checked now, its statement by `Query.check`.

    A part that begins with a header gives its parameters to each query that includes it, after the query's own; the query may
    declare one of them again, with only what differs, such as its default. `parts` holds the text of each part by its path.

    Raises
    ------
    UnitError
        If the header is malformed.
    """
    unit = parse_unit(path, text, keys=_KEYS, required=frozenset(_KEYS) - {"misleads", "params"})
    own = dict(unit.header.get("params", {}))
    for name in template.parts_of(path, unit.body):
        if parts.get(name, "").startswith("/*"):
            part = parse_unit(name, parts[name], keys=_PART_KEYS, required=frozenset(_PART_KEYS))
            parameters.declared(part)
            for parameter, table in part.header["params"].items():
                own[parameter] = {**table, **own.get(parameter, {})}
    unit = replace(unit, header={**unit.header, "params": own})
    return Query(unit=unit, parameters=parameters.declared(unit))
