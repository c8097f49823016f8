"""What an answer advises: what to do, what that is worth, within which interval, and what has to be assumed.

It stands in the header of a query, and is given only where the whole interval of its worth lies above 0:

```toml
[advice]
text = "Take {campaign_type} mails from {source}: people there buy more."
assumption = "Those not mailed so far answer as those mailed did."
unit = "net revenue"
period = "in the time asked about"
sql = "SELECT campaign_type, source, gain AS worth, gain_low AS worth_low, gain_high AS worth_high FROM answer ORDER BY gain DESC LIMIT 1"
```

Its SQL reads the answer and the table `company`, one row of what an order is worth there (`COMPANY`), for answers that count orders.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from martlet.engine.answer_sql import ANSWER, first_row, selected
from martlet.engine.declared import Place, read
from martlet.engine.slots import FORMS, filled, slots_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pyarrow as pa

    from martlet.engine.units import Unit

__all__ = ["COMPANY", "Advice", "Advised", "advice_of", "refuse_wrong"]

# Columns of the table `company`, of the sales in the time asked about, with what each says.
COMPANY: Final = {
    "orders": "Sales.",
    "revenue": "Their net revenue.",
    "order_value": "Net revenue of a sale on average. NULL without sales.",
    "order_spread": "Standard deviation of it, from sale to sale. NULL with fewer than two.",
    "margin_share": "Share of net revenue that is left after the cost of goods. NULL where the margin of a sale is not known.",
    "days": "Days from the first of these sales to the last, both counted.",
}
_COMPANY: Final = "company"
_WORTH: Final = ("worth", "worth_low", "worth_high")


@dataclass(frozen=True)
class Advised:
    """An advice with its numbers: what to do, the money that it is worth, and what has to be assumed for it."""

    text: str
    worth: float
    low: float
    high: float
    unit: str
    period: str
    assumption: str


@dataclass(frozen=True)
class Advice:
    """What to do, in a sentence with slots, and the SQL over `answer` and `company` whose first row fills them and says what it is worth.

    Attributes
    ----------
    text
        What to do.
    assumption
        What has to be assumed for it to be worth that.
    sql
        The SQL; it selects `worth`, `worth_low` and `worth_high`, in money, and no row where there is nothing to advise.
    unit
        What the money is: net revenue more, margin more, or spend less.
    period
        The time in which it is worth that; may have slots, too.
    only
        Values of parameters with which alone the advice makes sense.
    """

    text: str
    assumption: str
    sql: str
    unit: Literal["net revenue", "margin", "spend"]
    period: str
    only: dict[str, Any] = field(default_factory=dict)

    def of(
        self, answer: pa.Table, company: pa.Table, values: Mapping[str, Any] | None = None
    ) -> Advised | None:
        """Return what an answer advises, None where a value is not known or the interval does not lie above 0.

        Parameters
        ----------
        answer
            The answer.
        company
            One row with the columns `COMPANY`, of the sales in the time asked about.
        values
            The values of the query's parameters, all its defaults where left out.
        """
        if values is not None and any(values.get(name) != value for name, value in self.only.items()):
            return None
        row = first_row(self.sql, {ANSWER: answer, _COMPANY: company})
        told = [name for name, _ in slots_of(self.text + self.period + self.assumption)]
        if not row or any(row[name] is None for name in (*told, *_WORTH)):
            return None
        worth, low, high = (float(row[name]) for name in _WORTH)
        if not 0 < low <= worth <= high:
            return None
        texts = (filled(text, row) for text in (self.text, self.period, self.assumption))
        text, period, assumption = texts
        return Advised(text, worth, low, high, self.unit, period, assumption)


def advice_of(unit: Unit) -> Advice | None:
    """Return the advice of a query's header, None if it has none.

    Raises
    ------
    UnitError
        If a key is unknown, missing or of the wrong type.
    """
    place = Place(
        "an advice",
        lambda message: unit.error(message, line=unit.line_of("advice")),
        key="advice",
        name="advice",
    )
    return read(Advice, unit.header["advice"], place) if "advice" in unit.header else None


def refuse_wrong(unit: Unit, parameters: Collection[str]) -> None:
    """Refuse an advice whose SQL reads what there is not, says not what it is worth, or fills not its slots.

    Raises
    ------
    UnitError
        If it is so; the message gives the line.
    """
    advice = advice_of(unit)
    if advice is None:
        return
    unit.refuse_strange("advice", advice.only, parameters, what="parameter")
    names = selected(unit, "advice", advice.sql, {ANSWER: unit.columns, _COMPANY: COMPANY})
    slots = slots_of(advice.text + advice.period + advice.assumption)
    unit.refuse_strange("advice", [*_WORTH, *(name for name, _ in slots)], names, what="column of its SQL")
    unit.refuse_strange("advice", [form for _, form in slots], FORMS, what="form of a value")
