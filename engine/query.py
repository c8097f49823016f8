"""A query of a pack: its header, and its template, rendered to be asked with bound values.

`writing` writes the same template with the values in it: as a view, as a macro, for other dialects.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from martlet.engine import advice, needs, parameters, telling, template
from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from martlet.engine.advice import Advice
    from martlet.engine.parameters import Parameter
    from martlet.engine.telling import Chart, Finding, Telling
    from martlet.engine.template import Rendered
    from martlet.engine.units import Unit

__all__ = ["Query", "load"]

_KEYS = {
    "question": str,
    "doc": str,
    "misleads": str,
    "grain": list,
    # Whether the default answer is kept in the file as a table, made anew by each load, rather than a view.
    "stored": bool,
    # The relations, or columns of them, without which there is nothing to answer from; see `needs`.
    "needs": list,
    # The columns that are the answer, the picture that fits, and a sentence that it supports; see `telling`.
    "headline": list,
    "chart": dict,
    "finding": dict,
    # What the answer advises, and what that is worth; see `advice`.
    "advice": dict,
    "params": dict,
    "columns": dict,
}
_OPTIONAL = frozenset({"misleads", "stored", "needs", "headline", "chart", "finding", "advice", "params"})
_PART_KEYS = {"params": dict}
_MOST_BRANCHES = 64
_STORED_NOTE = (
    "The table {0} holds the answer with all defaults as of the last load; the macro {0}() works it out anew."
)


@dataclass(frozen=True)
class Query:
    """One `queries/<pack>/<name>.sql`."""

    unit: Unit
    parameters: Mapping[str, Parameter]

    @classmethod
    def of(cls, unit: Unit) -> Query:
        """Return the query of a file whose header declares the parameters of its parts, too."""
        return cls(unit=unit, parameters=parameters.declared(unit))

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
    def stored(self) -> bool:
        """Whether the file keeps the default answer as a table, as it was at the last load."""
        return bool(self.unit.header.get("stored", False))

    @property
    def stored_note(self) -> str:
        """Which of the ways to ask the query reads what is stored; empty where nothing is."""
        return _STORED_NOTE.format(f"{self.pack}.{self.name}") if self.stored else ""

    @property
    def comment(self) -> str:
        """What the comments in the file say: what the answer means, when it misleads, and whether it is stored."""
        return "\n".join(filter(None, (self.unit.comment, self.stored_note)))

    @property
    def grain(self) -> tuple[str, ...]:
        """The columns that tell one row of the answer from another."""
        return tuple(self.unit.header["grain"])

    @property
    def columns(self) -> dict[str, str]:
        """Doc of each column of the answer, in order."""
        return self.unit.columns

    @property
    def needs(self) -> tuple[str, ...]:
        """The relations, or columns of them, without which there is nothing to answer from."""
        return tuple(self.unit.header.get("needs", ()))

    @property
    def headline(self) -> tuple[str, ...]:
        """The columns that are the answer; all of them where the header names none."""
        return tuple(self.unit.header.get("headline", self.columns))

    @property
    def chart(self) -> Chart | None:
        """The picture that fits the answer, if one does."""
        return telling.chart_of(self.unit)

    @property
    def finding(self) -> Finding | None:
        """The sentence that the answer may support."""
        return telling.finding_of(self.unit)

    @property
    def advice(self) -> Advice | None:
        """What the answer may advise, and what that is worth."""
        return advice.advice_of(self.unit)

    @property
    def telling(self) -> Telling:
        """What an answer needs to be told without the query."""
        return telling.Telling(
            self.path, self.question, self.doc, self.chart, self.finding, self.advice, self.headline
        )

    @cached_property
    def counted(self) -> tuple[Parameter, ...]:
        """The lists whose length decides which parts the statement carries, because Jinja uses it."""
        used = {use.name for use in template.choices_used(self.unit.path, self.unit.body)}
        return tuple(p for p in self.parameters.values() if p.most is not None and _length_of(p) in used)

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

    def render(self, values: Mapping[str, Any], *, is_installed: bool = False) -> Rendered:
        """Render the template with the words that `values` holds for the choices that Jinja uses, and the lengths of lists.

        What is installed is read by old versions of DuckDB too, which compute each reference to a step anew: a template may
        have another way to the same answer there.
        """
        choices = {
            parameter.name: tuple(values[parameter.name]) if parameter.is_list else values[parameter.name]
            for parameter in self._used_by_jinja
        }
        lengths = {_length_of(parameter): len(values[parameter.name] or ()) for parameter in self.counted}
        return template.render(
            self.unit.path, self.unit.body, {**choices, **lengths, template.IS_INSTALLED: is_installed}
        )

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
        lengths = {_length_of(parameter) for parameter in self.counted}
        words = [use for use in words if use.name not in lengths]
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
        needs.refuse_wrong(self.unit)
        telling.refuse_wrong(self.unit)
        advice.refuse_wrong(self.unit, self.parameters)


def _length_of(parameter: Parameter) -> str:
    """Return the name by which Jinja knows the length of a list."""
    return f"{parameter.name}_length"


def load(path: str, text: str, *, parts: Mapping[str, str] = MappingProxyType({})) -> Query:
    """Read one query file; its header is checked now, its statement by `Query.check`.

    A part that begins with a header gives its parameters to each query that includes it, after the query's own; the query may
    declare one of them again, with only what differs, such as its default. `parts` holds the text of each part by its path.

    Raises
    ------
    UnitError
        If the header is malformed.
    """
    unit = parse_unit(path, text, keys=_KEYS, required=frozenset(_KEYS) - _OPTIONAL)
    own = dict(unit.header.get("params", {}))
    for name in template.parts_of(path, unit.body):
        for parameter, table in _params_of_part(name, parts.get(name, "")).items():
            own[parameter] = {**table, **own.get(parameter, {})}
    return Query.of(replace(unit, header={**unit.header, "params": own}))


@lru_cache(maxsize=1024)
def _params_of_part(path: str, text: str) -> dict[str, Any]:
    """Return the table of parameters in the header of a part, if it has one."""
    if not text.startswith("/*"):
        return {}
    part = parse_unit(path, text, keys=_PART_KEYS, required=frozenset(_PART_KEYS))
    parameters.declared(part)
    return dict(part.header["params"])
