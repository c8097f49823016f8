"""Values in the words of a template: `{since}`, a parameter of the report, or `{name.column:money}` of the first row of a named block."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.errors import did_you_mean
from martlet.engine.slots import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from martlet.reports.template import Template

__all__ = ["Words", "shown_value"]

_SLOT: Final = re.compile(r"\{([A-Za-z_]\w*)(?:\.(\w+))?(?::(\w+))?\}")
_WHOLE: Final = re.compile(r"\{(\w+)\}")
_UNKNOWN: Final = "unknown"


@dataclass
class Words:
    """What the words of a template may take: the report's own values, and the first rows of its named blocks."""

    template: Template
    values: dict[str, Any]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fill(self, text: str, line: int, *, mask: Callable[[str], str] = str) -> str:
        """Return a text with the values in its slots, each masked for the language that it stands in.

        Raises
        ------
        UnitError
            If a slot names what there is not; the message gives the line.
        """
        return _SLOT.sub(lambda slot: mask(self._value(slot[1], slot[2], slot[3] or "", line)), text)

    def parameter(self, value: Any, line: int) -> Any:
        """Return the value of a parameter, in which `"{since}"` alone stands for the value itself."""
        if isinstance(value, list):
            return [self.parameter(one, line) for one in value]
        if not isinstance(value, str):
            return value
        whole = _WHOLE.fullmatch(value)
        if whole and whole[1] in self.values:
            return self.values[whole[1]]
        return self.fill(value, line)

    def _value(self, name: str, column: str | None, form: str, line: int) -> str:
        if form not in FORMS:
            near = did_you_mean(form, [one for one in FORMS if one])
            self.template.fail(line, f"{{{name}:{form}}}: there is no form {form!r}.{near}")
        if column is None:
            if name not in self.values:
                known = [*self.values, *self.rows]
                self.template.fail(
                    line, f"{{{name}}}: the report knows no {name!r}.{did_you_mean(name, known)}"
                )
            value = self.values[name]
        else:
            if name not in self.rows:
                near = did_you_mean(name, self.rows) or " A block gets a name by name = ..."
                self.template.fail(line, f"{{{name}.{column}}}: no block has the name {name!r}.{near}")
            if column not in self.rows[name]:
                near = did_you_mean(column, self.rows[name])
                self.template.fail(line, f"{{{name}.{column}}}: the answer has no column {column!r}.{near}")
            value = self.rows[name][column]
        try:
            return shown_value(value, form)
        except (TypeError, ValueError):
            self.template.fail(line, f"{{{name}:{form}}}: {value!r} can't be written as {form}")


def shown_value(value: Any, form: str = "") -> str:
    """Return a value as people write it: in its form, or where none is given by its type."""
    if value is None:
        return _UNKNOWN
    if isinstance(value, datetime):
        return str(value.date() if value.time() == datetime.min.time() else value)
    if form or isinstance(value, (str, date, bool)):
        return FORMS[form](value) if not isinstance(value, date) else str(value)
    if isinstance(value, list):
        return ", ".join(map(shown_value, value))
    forms = {int: "count", float: "number", Decimal: "money"}
    return FORMS[forms.get(type(value), "")](value)
