"""What of an order's amounts is its net revenue: after discounts, before shipping and tax, whatever columns the source writes.

Which columns add up to the source's own total is decided by the rows of the whole file; where nothing decides, the
order of `_FORMULAS` does, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.cleaning.changes import EXAMPLES, Change
from martlet.loaders.ingest.merging.cents import positive, to_cents
from martlet.loaders.ingest.merging.rates import is_rate
from martlet.loaders.ingest.merging.tables import count

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["settle_orders"]

# A formula holds if so many of the rows that can tell agree with it, to the cent.
_NEARLY_ALL: Final = 0.9


@dataclass(frozen=True)
class _Formula:
    """If `total` is what the source's total adds up to, `net` is the net revenue; both as SQL and so in words."""

    total: str
    net: str
    needs: tuple[str, ...] = ()
    note: str = ""


# The likeliest first: of those that fit equally the first is taken.
_FORMULAS: Final = (
    _Formula("subtotal - discount + shipping + tax", "subtotal - discount", ("subtotal",)),
    _Formula("subtotal + shipping + tax", "subtotal", ("subtotal",), "the subtotal is after discounts"),
    _Formula(
        "subtotal - discount + shipping",
        "subtotal - discount - tax",
        ("subtotal", "tax"),
        "the subtotal holds tax",
    ),
    _Formula(
        "subtotal + shipping",
        "subtotal - tax",
        ("subtotal", "tax"),
        "the subtotal holds tax and is after discounts",
    ),
    _Formula(
        "subtotal + tax", "subtotal - shipping", ("subtotal", "shipping"), "the subtotal holds shipping"
    ),
    _Formula("subtotal - discount", "subtotal - discount", ("subtotal", "discount")),
    _Formula("subtotal", "subtotal", ("subtotal",), "the total is before shipping and tax"),
)
_COLUMNS: Final = {
    "total": "total_amount",
    "discount": "discount_amount",
    "shipping": "shipping_amount",
    "tax": "tax_amount",
}


def settle_orders(
    connection: duckdb.DuckDBPyConnection, staged: Staged
) -> tuple[list[Change], list[str], bool]:
    """Give staged orders their net revenue, to the cent; return what was changed, notes, and whether prices hold the tax."""
    changes = [
        *positive(connection, staged, "discount_amount"),
        *positive(connection, staged, "refund_amount"),
    ]
    changes += _rates_to_amounts(connection, staged)
    notes, holds_tax = [], False
    if {"subtotal_amount", "total_amount"} & set(staged.fed):
        net, note = _decide(connection, staged)
        holds_tax = net.endswith("- tax") and net.startswith("subtotal")
        notes.append(note)
        staged.add(connection, "net_revenue")
        # Amounts that make less than nothing of a sale are no parts of it.
        stated = "coalesce(subtotal, total)" if "total_amount" in staged.fed else "subtotal"
        connection.execute(
            f"UPDATE {staged.name} SET net_revenue = told.net FROM (SELECT row, part, "
            f"CASE WHEN stated = 0 OR sign(net) * sign(stated) > 0 OR net = 0 THEN net ELSE stated END AS net FROM "
            f"(SELECT row, part, {stated} AS stated, coalesce({net}, stated) AS net FROM {_named(staged)})) AS told "
            f"WHERE {staged.name}.row = told.row AND {staged.name}.part = told.part AND net_revenue IS NULL"
        )
    if holds_tax and {"discount_amount", "tax_amount"} <= set(staged.fed):
        # What was taken off prices that hold the tax held it too.
        connection.execute(
            f"UPDATE {staged.name} SET discount_amount = round(discount_amount * CAST(net_revenue AS DOUBLE) / "
            "CAST(net_revenue + tax_amount AS DOUBLE), 2) WHERE net_revenue > 0 AND tax_amount > 0 AND discount_amount > 0"
        )
    changes += _from_gross(connection, staged)
    changes += to_cents(connection, staged, "net_revenue")
    return changes, notes, holds_tax


def _from_gross(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Give orders that tell no net revenue what is left of their gross amount."""
    if "gross_amount" not in staged.fed:
        return []
    staged.add(connection, "net_revenue")
    lacking = f"{staged.all_fields()} WHERE net_revenue IS NULL AND gross_amount IS NOT NULL"
    number = count(connection, lacking)
    if not number:
        return []
    examples = connection.execute(
        f"SELECT '', CAST(gross_amount - coalesce(discount_amount, 0) AS VARCHAR) FROM {lacking} ORDER BY row, part LIMIT {EXAMPLES}"
    ).fetchall()
    connection.execute(
        f"UPDATE {staged.name} SET net_revenue = told.net FROM (SELECT row, part, "
        f"greatest(gross_amount - coalesce(discount_amount, 0), 0) AS net FROM {lacking}) AS told "
        f"WHERE {staged.name}.row = told.row AND {staged.name}.part = told.part"
    )
    return [
        Change(
            "net revenue = gross amount - discount, where it is not told",
            "net_revenue",
            number,
            tuple(examples),
        )
    ]


def _named(staged: Staged) -> str:
    """Return a subquery of the orders with the amounts by the words of the formulas; what a row does not say is 0."""
    subtotal = "subtotal_amount" if "subtotal_amount" in staged.fed else "gross_amount"
    parts = [f"coalesce({column}, 0) AS {word}" for word, column in _COLUMNS.items() if word != "total"]
    return (
        f"(SELECT row, part, {subtotal} AS subtotal, total_amount AS total, {', '.join(parts)} "
        f"FROM {staged.all_fields()})"
    )


def _decide(connection: duckdb.DuckDBPyConnection, staged: Staged) -> tuple[str, str]:
    """Return the SQL of the net revenue, and what to say of it."""
    fed = {word for word, column in _COLUMNS.items() if column in staged.fed}
    fed |= {"subtotal"} if {"subtotal_amount", "gross_amount"} & set(staged.fed) else set()
    if "total" not in fed:
        is_after = _is_after_discount(connection, staged)
        net = "subtotal" if is_after or "discount" not in fed else "subtotal - discount"
        doubt = "" if is_after is not None or "discount" not in fed else "; nothing in the file says whether"
        return net, f"net revenue = {net}{doubt and doubt + ' the subtotal is before discounts, as assumed'}"
    if "subtotal" in fed:
        found = _fitting(connection, staged, fed)
        if found is not None:
            formula, agree, told = found
            net = _with_only(formula.net, fed)
            note = f"; {formula.note}" if formula.note else ""
            odd = told - agree
            rest = f"; {odd:,} of {told:,} rows do not add up so" if odd else ""
            if agree < _NEARLY_ALL * told:
                rest += ": look at them, for nothing else fits better"
            return net, f"net revenue = {net}: total = {_with_only(formula.total, fed)}{note}{rest}"
        net = _with_only(_FORMULAS[0].net, fed)
        return net, (
            f"net revenue = {net}, as assumed: the total of no row is a sum of subtotal, discount, shipping and tax"
        )
    net = _with_only("total - shipping - tax", fed)
    how = ", taking the total as what the customer paid" if net != "total" else ""
    return net, f"net revenue = {net}{how}"


def _with_only(formula: str, fed: set[str]) -> str:
    """Return a formula without the terms for which there is no column."""
    first, *others = formula.replace(" + ", " |+ ").replace(" - ", " |- ").split(" |")
    return " ".join([first, *(term for term in others if term[2:] in fed)])


def _fitting(
    connection: duckdb.DuckDBPyConnection, staged: Staged, fed: set[str]
) -> tuple[_Formula, int, int] | None:
    """Return the formula with which most rows agree, in how many they do, and how many tell; None if nearly all do not."""
    possible = [formula for formula in _FORMULAS if set(formula.needs) <= fed]
    agree = ", ".join(f"count(*) FILTER (abs({formula.total} - total) < 0.0101)" for formula in possible)
    counts = connection.execute(
        f"SELECT count(*), {agree} FROM {_named(staged)} WHERE subtotal IS NOT NULL AND total IS NOT NULL"
    ).fetchall()[0]
    told, fits = counts[0], counts[1:]
    if not told or not max(fits):
        return None
    best = max(range(len(possible)), key=lambda place: (fits[place], -place))
    return possible[best], fits[best], told


def _is_after_discount(connection: duckdb.DuckDBPyConnection, staged: Staged) -> bool | None:
    """Tell by the gross amount whether the subtotal is after discounts; None if nothing tells."""
    if not {"subtotal_amount", "gross_amount", "discount_amount"} <= set(staged.fed):
        return None
    told, after, before = connection.execute(
        "SELECT count(*), count(*) FILTER (subtotal_amount = gross_amount - discount_amount), "
        f"count(*) FILTER (subtotal_amount = gross_amount) FROM {staged.name} WHERE discount_amount > 0"
    ).fetchall()[0]
    if not told or max(after, before) < _NEARLY_ALL * told:
        return None
    return bool(after >= before)


def _rates_to_amounts(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Turn discounts that are rates into amounts: of the gross amount or the subtotal, or of what is left of it."""
    if "discount_amount" not in staged.fed:
        return []
    stated = "coalesce(net_revenue, total_amount, subtotal_amount, gross_amount)"
    if not is_rate(connection, staged, stated):
        return []
    amount = "coalesce(gross_amount, subtotal_amount) * discount_amount"
    left = "coalesce(net_revenue, total_amount) * discount_amount / (1 - discount_amount)"
    where = f"{staged.all_fields()} WHERE discount_amount > 0"
    number = count(connection, where)
    connection.execute(
        f"UPDATE {staged.name} SET discount_amount = told.discount FROM (SELECT row, part, "
        f"round(coalesce({amount}, CASE WHEN discount_amount < 1 THEN {left} END), 2) AS discount FROM {where}) AS told "
        f"WHERE {staged.name}.row = told.row AND {staged.name}.part = told.part"
    )
    return [Change("a rate of discount, as an amount", "discount_amount", number)]
