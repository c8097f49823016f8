"""What a line is worth: price, discount and net revenue made of those of them that the source writes, to the cent.

A line's units times their price, rounded to the cent, less its discount is its net revenue, whatever was given: a price finer
than a cent keeps its decimals, an amount without a price gives one, and a discount may be a rate. What goes back (a
negative quantity, price or amount) has a negative net revenue here, and becomes a return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.cleaning.changes import Change
from martlet.loaders.ingest.merging.cents import to_cents
from martlet.loaders.ingest.merging.rates import is_rate

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["GROSS", "settle_lines", "take_tax_out"]

# What the units of a line come to, as SQL; a price may be finer than a cent.
GROSS: Final = "round(quantity * unit_price, 2)"
_NEARLY_ALL: Final = 0.9
# By how much a rounded amount may miss what it was made of.
_CENT: Final = 0.0101


def settle_lines(connection: duckdb.DuckDBPyConnection, staged: Staged) -> tuple[list[Change], list[str]]:
    """Give staged lines a quantity, a price, a discount and a net revenue; return what was changed, and notes."""
    changes, notes = [], []
    has = {name: name in staged.fed for name in ("quantity", "unit_price", "discount_amount", "net_revenue")}
    if not has["quantity"]:
        notes.append("no column says how many units a line has: each counts as one")
    staged.add(connection, *has)
    connection.execute(f"UPDATE {staged.name} SET quantity = 1 WHERE quantity IS NULL")
    share = "0"
    if has["discount_amount"]:
        share = _share(connection, staged)
    if share != "0":
        changes.append(_told(connection, staged, share))
    # Of an amount beside a price the rows tell whether it is before or after the discount; one without a price is after it.
    is_before = has["net_revenue"] and has["discount_amount"] and _is_before(connection, staged, share)
    if has["net_revenue"] and has["discount_amount"]:
        notes.append(f"the amount of a line is {'before' if is_before else 'after'} its discount")
    connection.execute(_settled(staged, share, is_before=is_before))
    assigned = ", ".join(f"{column} = worth.{column}" for column in has)
    differs = " OR ".join(f"staged.{column} IS DISTINCT FROM worth.{column}" for column in has)
    connection.execute(
        f"UPDATE {staged.name} AS staged SET {assigned} FROM worth "
        f"WHERE staged.row = worth.row AND staged.part = worth.part AND ({differs})"
    )
    connection.execute("DROP TABLE worth")
    changes += to_cents(connection, staged, "net_revenue")
    # A cent more by rounding is a price that much higher.
    connection.execute(
        f"UPDATE {staged.name} SET unit_price = ceil(abs(net_revenue) / abs(quantity) * 10000) / 10000 "
        f"WHERE quantity <> 0 AND abs(net_revenue) - abs({GROSS}) BETWEEN 0.0001 AND {_CENT}"
    )
    # A discount takes up what rounding leaves; one that contradicts the rest by more stays as it is.
    connection.execute(
        f"UPDATE {staged.name} SET discount_amount = abs({GROSS}) - abs(net_revenue) "
        f"WHERE abs(abs({GROSS}) - abs(net_revenue) - discount_amount) < {_CENT} AND abs({GROSS}) >= abs(net_revenue)"
    )
    return changes, notes


def take_tax_out(connection: duckdb.DuckDBPyConnection, staged: Staged, orders: Staged) -> list[Change]:
    """Take the tax that the prices of a file's lines hold out of them, in the proportion of their orders; return what was changed."""
    if not {"order_id", "net_revenue", "tax_amount"} <= set(orders.fed) or "order_id" not in staged.fed:
        return []
    amounts = [name for name in ("unit_price", "discount_amount", "net_revenue") if name in staged.fed]
    assigned = ", ".join(
        f"{name} = CAST(round({name} * part.share, 4) AS DECIMAL(18, 4))" for name in amounts
    )
    number = connection.execute(
        f"UPDATE {staged.name} SET {assigned} FROM (SELECT order_id, CAST(any_value(net_revenue) AS DOUBLE) / "
        f"CAST(any_value(net_revenue + tax_amount) AS DOUBLE) AS share FROM {orders.name} "
        "WHERE net_revenue > 0 AND tax_amount > 0 GROUP BY order_id) AS part "
        f"WHERE part.order_id = {staged.name}.order_id"
    ).fetchall()[0][0]
    return [Change("tax taken out of prices that hold it", amounts[0], int(number))] if number else []


def _settled(staged: Staged, share: str, *, is_before: bool) -> str:
    """Return the SQL that makes the table `worth` of staged lines."""
    units = "greatest(abs(quantity), 1)"
    amount = "abs(net_revenue)"
    discount = "coalesce(abs(discount_amount), 0)"
    if share != "0":
        left = f"(1 - {share})"
        net = f"{amount} * {left}" if is_before else amount
        full = amount if is_before else f"CASE WHEN {left} > 0 THEN {amount} / {left} ELSE {amount} END"
        made = f"abs(quantity * unit_price) * {left}"
    else:
        net = f"{amount} - {discount}" if is_before else amount
        full = amount if is_before else f"{amount} + {discount}"
        made = f"abs(quantity * unit_price) - {discount}"
    is_made = f"unit_price IS NULL OR discount_amount IS NULL OR {str(share != '0').lower()}"
    return f"""
CREATE OR REPLACE TEMP TABLE worth AS
WITH told AS (
    SELECT
        row, part, quantity, unit_price, discount_amount,
        CASE WHEN least(quantity, unit_price, net_revenue) < 0 THEN -1 ELSE 1 END AS direction,
        TRY_CAST(round(coalesce({net}, {made}), 4) AS DECIMAL(18, 4)) AS net,
        TRY_CAST(round({full}, 4) AS DECIMAL(18, 4)) AS gross
    FROM {staged.name}
),
priced AS (
    SELECT
        *,
        -- A price made of an amount comes to at least that amount, so that no discount is below nothing.
        coalesce(
            abs(unit_price),
            CASE WHEN round({units} * round(gross / {units}, 4), 2) >= round(gross, 2) THEN round(gross / {units}, 4)
                ELSE ceil(gross / {units} * 10000) / 10000 END
        ) AS price
    FROM told
)
SELECT
    row, part, CAST(quantity AS BIGINT) AS quantity,
    TRY_CAST(price AS DECIMAL(18, 4)) AS unit_price,
    TRY_CAST(CASE WHEN {is_made} THEN greatest(round({units} * price, 2) - round(net, 2), 0)
        ELSE abs(discount_amount) END AS DECIMAL(18, 4)) AS discount_amount,
    CAST(direction * net AS DECIMAL(18, 4)) AS net_revenue
FROM priced
"""


def _share(connection: duckdb.DuckDBPyConnection, staged: Staged) -> str:
    """Return the SQL of the share of a line that its discount takes, `0` where discounts are amounts."""
    if is_rate(connection, staged, "coalesce(net_revenue, quantity * unit_price)"):
        return "coalesce(abs(discount_amount), 0)"
    if _holds(
        connection,
        staged,
        "quantity * unit_price * (1 - discount_amount / 100)",
        "quantity * unit_price - discount_amount",
    ):
        return "coalesce(abs(discount_amount) / 100, 0)"
    return "0"


def _is_before(connection: duckdb.DuckDBPyConnection, staged: Staged, share: str) -> bool:
    after = (
        "quantity * unit_price - abs(discount_amount)"
        if share == "0"
        else f"quantity * unit_price * (1 - {share})"
    )
    return _holds(connection, staged, "quantity * unit_price", after)


def _holds(connection: duckdb.DuckDBPyConnection, staged: Staged, amount: str, other: str) -> bool:
    """Tell whether the amounts of nearly all lines with a discount are the first of two, and rarely the other."""
    told, fits, fits_other = connection.execute(
        f"SELECT count(*), count(*) FILTER (abs(net_revenue - {amount}) < {_CENT}), "
        f"count(*) FILTER (abs(net_revenue - ({other})) < {_CENT}) "
        f"FROM {staged.name} WHERE discount_amount <> 0 AND unit_price IS NOT NULL AND net_revenue IS NOT NULL"
    ).fetchall()[0]
    return bool(told > 0 and fits >= _NEARLY_ALL * told and fits > fits_other)


def _told(connection: duckdb.DuckDBPyConnection, staged: Staged, share: str) -> Change:
    number, examples = connection.execute(
        f"SELECT count(*), list(DISTINCT (CAST(discount_amount AS VARCHAR), concat(CAST(100 * {share} AS DECIMAL(9, 2)), ' %')))[:3] "
        f"FROM {staged.name} WHERE discount_amount <> 0"
    ).fetchall()[0]
    return Change("a rate of discount, not an amount", "discount_amount", number, tuple(map(tuple, examples)))
