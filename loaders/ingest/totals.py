"""What an owner knows by heart, of the rows of a file as they stand in the warehouse, beside what the file itself says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.entity import entities, entity
from martlet.loaders.ingest.merging import told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

    from martlet.loaders.ingest.cleaning.own_sums import Number, OwnSum
    from martlet.loaders.ingest.entity import Entity

__all__ = ["Totals", "as_json", "totals_of"]

# Sums closer than this are the same; platforms count fractions of conversions.
_SAME: Final = Decimal("0.005")
# Rates become amounts, discounts of orders are shared out, what they are taken from follows: these are told, not held against each other.
_REARRANGED: Final = ("discount_amount", "gross_amount")


@dataclass(frozen=True)
class Totals:
    """Totals of one kind of row that a file tells of.

    Attributes
    ----------
    entity
        Name of the kind of row.
    sums
        By total, as the entity declares them, over the rows that count.
    apart
        The same over rows that don't count, by why not: orders by a status that is no sale.
    own
        By total, what the file's own column comes to.
    """

    entity: str
    sums: Mapping[str, Number]
    apart: Mapping[str, Mapping[str, Number]] = field(default_factory=dict)
    own: Mapping[str, OwnSum] = field(default_factory=dict)

    def in_all(self, name: str) -> Number:
        """Return a total over all rows, those apart included."""
        return sum((_exact(sums.get(name, 0)) for sums in (self.sums, *self.apart.values())), Decimal(0))

    def differences(self) -> Iterator[str]:
        """Yield, in words, where the warehouse has less or more than the file says, and what explains it."""
        for name, own in self.own.items():
            if name in _REARRANGED:
                continue
            if own.said and not any(abs(_exact(said) - _exact(own.total)) < _SAME for said in own.said):
                yield f"the row of totals says that {own.column!r} is {_shown(own.said[0])}, but its rows come to {_shown(own.total)}"
            back = _exact(self.in_all("refund_amount")) if own.back and "refund_amount" in self.sums else None
            if back is not None and back < _exact(own.back) - _SAME:
                yield f"{_shown(own.back)} went back by {own.column!r} in the file, but refunds come to {_shown(back)} here"
            if self._agrees(name, own):
                continue
            stored = _exact(self.in_all(name))
            missing = _exact(own.total) - stored
            parts = [
                f"{own.column!r} comes to {_shown(own.total)} in the file, but {_words(name)} to {_shown(stored)} here"
            ]
            if own.set_aside:
                parts.append(
                    f"{_shown(own.set_aside)} of the difference of {_shown(missing)} is in rows set aside"
                )
            parts.append(
                "the rest is in rows that were merged, or in values that were changed, as told above"
            )
            yield "; ".join(parts)

    def _stored(self, name: str) -> list[Decimal]:
        """Return what the warehouse may have of a file's column: the total, that of rows that count, and of what was paid also before discounts."""
        found = [_exact(self.in_all(name)), _exact(self.sums[name])]
        if name in ("net_revenue", "total_amount") and "refund_amount" in self.sums:
            # A refund may stand in the same column as a positive amount.
            found.append(_exact(self.in_all(name)) + _exact(self.in_all("refund_amount")))
        if name == "net_revenue" and "discount_amount" in self.sums:
            found.append(_exact(self.in_all(name)) + _exact(self.in_all("discount_amount")))
        return found

    def _agrees(self, name: str, own: OwnSum) -> bool:
        """Tell whether the warehouse has the sum of the file.

        Rows that don't count are in the file too, but of what went back only that of sales; negative amounts may have become
        refunds.
        """
        left = _exact(own.total) - _exact(own.set_aside)
        return any(
            abs(left + back - stored) < _SAME
            for back in (Decimal(0), _exact(own.back))
            for stored in self._stored(name)
        )

    def lines(self, currency: str | None = None) -> Iterator[str]:
        """Yield the totals as lines of plain text; a total of nothing that the file does not have either is left out."""
        shown = {name: value for name, value in self.sums.items() if value or name in self.own}
        if not shown and not self.apart:
            return
        money = any(isinstance(value, Decimal) for value in shown.values())
        yield f"totals of {_words(self.entity)} in the warehouse" + (
            f", in {currency}" if currency and money else ""
        )
        wide = max((len(_words(name)) for name in shown), default=0)
        long = max((len(_shown(value)) for value in shown.values()), default=0)
        for name, value in shown.items():
            own = self.own.get(name)
            beside = f"   {own.column!r} in the file: {_shown(own.total)}" if own else ""
            beside += f" ({_shown(own.back)} went back)" if own and own.back else ""
            yield f"  {_words(name):<{wide}}  {_shown(value):>{long}}{beside}"
        for why, sums in self.apart.items():
            fields = entity(self.entity).fields
            first, *further = sums
            told_of = [first, *(name for name in further if name in fields and fields[name].required)]
            yield f"  not counted, {_words(why)}: {', '.join(f'{_words(name)} {_shown(sums[name])}' for name in told_of)}"

    def as_json(self) -> dict[str, object]:
        """Return the totals as values of JSON, money as text."""
        return {
            "entity": self.entity,
            "sums": {name: _plain(value) for name, value in self.sums.items()},
            "apart": {
                why: {name: _plain(value) for name, value in sums.items()} for why, sums in self.apart.items()
            },
            "file": {name: _plain(own.total) for name, own in self.own.items()},
        }


def totals_of(connection: duckdb.DuckDBPyConnection, own: Sequence[OwnSum]) -> tuple[Totals, ...]:
    """Return the totals of what the last file told of, by kind of row; what was remembered is forgotten."""
    told.remember_referred(connection)
    found = [made for of in entities().values() if of.totals and (made := _totals(connection, of, own))]
    elsewhere = told.refunded_elsewhere(connection)
    if elsewhere:
        found = _with_refunds(found, elsewhere, own)
    told.forget(connection)
    return tuple(found)


def _with_refunds(found: list[Totals], amount: Decimal, own: Sequence[OwnSum]) -> list[Totals]:
    """Add what a file gives back of orders that it does not tell itself."""
    orders = entity("orders")
    known = next((made for made in found if made.entity == orders.name), None)
    sums = dict(known.sums if known else dict.fromkeys(orders.totals, 0))
    sums["refund_amount"] = _exact(sums["refund_amount"]) + amount
    made = Totals(orders.name, sums, known.apart if known else {}, _of_file(orders, own))
    return [made, *(other for other in found if other is not known)]


def as_json(totals: Sequence[Totals]) -> str | None:
    """Return totals as the JSON text that `meta.load` keeps."""
    return json.dumps([made.as_json() for made in totals]) if totals else None


def _totals(connection: duckdb.DuckDBPyConnection, of: Entity, own: Sequence[OwnSum]) -> Totals | None:
    rows = told.rows_of(connection, of)
    if rows is None:
        return None
    apart = of.apart or "CAST(NULL AS VARCHAR)"
    aggregates = ", ".join(f"coalesce({sql}, 0) AS {name}" for name, sql in of.totals.items())
    cursor = connection.execute(
        f"SELECT {apart} AS apart, {aggregates} FROM {rows} GROUP BY apart ORDER BY apart NULLS FIRST"
    )
    by_kind = {why: dict(zip(of.totals, sums, strict=True)) for why, *sums in cursor.fetchall()}
    if not by_kind:
        return None
    sums = by_kind.pop(None, dict.fromkeys(of.totals, 0))
    return Totals(of.name, sums, by_kind, _of_file(of, own))


def _of_file(of: Entity, own: Sequence[OwnSum]) -> dict[str, OwnSum]:
    """Return the sums of a file's own columns that are totals of an entity, by total."""
    return {one.field: one for one in own if one.entity == of.name and one.field in of.totals}


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _plain(value: Number) -> int | float | str:
    return re.sub(r"(\.\d\d)0+$", r"\1", str(value)) if isinstance(value, Decimal) else value


def _shown(value: Number) -> str:
    """Return a number as people read it; a sum of counts is a Decimal without decimals."""
    is_whole = isinstance(value, int) or (
        isinstance(value, Decimal) and value == value.to_integral_value() and value.as_tuple().exponent == 0
    )
    return f"{int(value):,}" if is_whole else f"{value:,.2f}"


def _words(name: str) -> str:
    return name.replace("_", " ")
