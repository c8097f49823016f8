"""Orders and their lines: an order whose header nobody loads is made from its lines, and its totals follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.loaders.ingest.cleaning.changes import EXAMPLES, Change
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.merging.facts import merge_facts
from martlet.loaders.ingest.merging.hook import Hook
from martlet.loaders.ingest.merging.line_amounts import GROSS
from martlet.loaders.ingest.merging.line_statuses import set_statuses
from martlet.loaders.ingest.merging.sharing import make_up, share_out
from martlet.loaders.ingest.merging.staging import Staged
from martlet.loaders.ingest.merging.tables import count, has_rows

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.hook import FileLoad
    from martlet.loaders.ingest.merging.outcome import Outcome
    from martlet.loaders.ingest.merging.rows import KeyedRows

__all__ = ["OrderHeaders", "OrderTotals"]

_NET = "net_revenue"
# What the source says of the whole order beside its lines.
_OF_THE_ORDER = (
    "channel",
    "source",
    "medium",
    "campaign",
    "device_type",
    "os",
    "browser",
    "country",
    "region",
    "city",
)

_MADE = f"""
CREATE OR REPLACE TEMP TABLE staged_made_orders AS
SELECT
    min(row) AS row,
    0 AS part,
    CAST(0 AS UBIGINT) AS content,
    order_id,
    arg_min(customer_id, row) AS customer_id,
    min(ordered_at) AS ordered_at,
    CAST(sum({_NET}) AS DECIMAL(18, 2)) AS net_revenue,
    CAST(sum({GROSS}) AS DECIMAL(18, 2)) AS gross_amount,
    sum(quantity) AS item_count
    {{told}}
FROM {{lines}}
WHERE order_id NOT IN (SELECT source_id FROM star.fact_order WHERE source_id IS NOT NULL)
GROUP BY order_id
HAVING min(ordered_at) IS NOT NULL
"""
_FED = ("order_id", "customer_id", "ordered_at", "net_revenue", "gross_amount", "item_count")

_TOO_LARGE = f"""
INSERT INTO {{dropped}}
SELECT
    line.row,
    line.part,
    'refused',
    'unit_price',
    'impossible amount',
    concat('the lines of order ', order_id, ' come to ', large.amount, ' for ', large.items, ' items, more than an order can hold')
FROM {{staged}} AS line
JOIN (
    SELECT order_id, sum(quantity) AS items, greatest(sum({GROSS}), sum(abs({_NET})), sum(quantity * unit_cost)) AS amount
    FROM (
        SELECT order_id, quantity, unit_price, discount_amount, net_revenue, unit_cost FROM {{lines}}
        UNION ALL
        SELECT orders.source_id, line.quantity, line.unit_price, line.discount_amount, line.net_revenue, line.unit_cost
        FROM star.fact_order_line AS line
        JOIN star.fact_order AS orders ON orders.order_id = line.order_id
        WHERE orders.source_id IN (SELECT order_id FROM {{staged}})
    )
    GROUP BY order_id
    HAVING amount >= 1e15 OR items > 2147483647
) AS large USING (order_id)
"""

# Orders that agree with their lines before these come follow them afterwards, and so do those whose amount no file has told yet;
# others have a header that knows better.
_FOLLOWING = """
CREATE OR REPLACE TEMP TABLE following AS
SELECT orders.order_id
FROM star.fact_order AS orders
JOIN (
    SELECT order_id, sum(net_revenue) AS net_revenue FROM star.fact_order_line
    WHERE order_id IN (SELECT orders.order_id FROM star.fact_order AS orders JOIN {lines} AS new ON new.order_id = orders.source_id)
    GROUP BY order_id
) AS lines ON lines.order_id = orders.order_id AND lines.net_revenue = orders.net_revenue
UNION ALL
SELECT orders.order_id
FROM star.fact_order AS orders
WHERE
    orders.net_revenue = 0 AND orders.gross_amount = 0 AND orders.discount_amount = 0
    AND orders.source_id IN (SELECT order_id FROM {lines})
    AND orders.order_id NOT IN (SELECT order_id FROM star.fact_order_line)
"""

_TOTALS = """
CREATE OR REPLACE TEMP TABLE total AS
SELECT
    line.order_id,
    CAST(sum(line.net_revenue) AS DECIMAL(18, 2)) AS net_revenue,
    CAST(sum(round(line.quantity * line.unit_price, 2)) AS DECIMAL(18, 2)) AS gross_amount,
    CAST(sum(line.quantity) AS INTEGER) AS item_count,
    CAST(CASE WHEN bool_and(line.unit_cost IS NOT NULL) THEN sum(line.quantity * line.unit_cost) END AS DECIMAL(18, 2)) AS cost
FROM star.fact_order_line AS line
WHERE line.order_id IN (SELECT order_id FROM star.fact_order WHERE source_id IN (SELECT order_id FROM {lines}))
GROUP BY line.order_id
"""

# Where the header's revenue is that of the lines, they also say how it came about if the header tells of no discount; the number of units is theirs in any
# case where the header says nothing.
_UPDATE = """
UPDATE star.fact_order AS orders
SET net_revenue = CASE WHEN follows THEN total.net_revenue ELSE orders.net_revenue END,
    gross_amount = CASE WHEN follows OR explains THEN total.gross_amount ELSE orders.gross_amount END,
    discount_amount = CASE WHEN follows OR explains THEN total.gross_amount - total.net_revenue ELSE orders.discount_amount END,
    refund_amount = CASE WHEN NOT follows THEN orders.refund_amount
        WHEN orders.status IN ('refunded', 'cancelled') THEN total.net_revenue
        ELSE least(orders.refund_amount, total.net_revenue) END,
    item_count = CASE WHEN follows OR agrees OR orders.item_count = 1 THEN total.item_count ELSE orders.item_count END,
    margin = coalesce(CASE WHEN follows THEN NULL ELSE orders.margin END,
        CASE WHEN follows THEN total.net_revenue ELSE orders.net_revenue END - total.cost)
FROM (
    SELECT
        total.*,
        total.order_id IN (SELECT order_id FROM following) AS follows,
        total.net_revenue = known.net_revenue AND known.discount_amount = 0 AND known.gross_amount = known.net_revenue AS explains,
        total.net_revenue = known.net_revenue AS agrees
    FROM total JOIN star.fact_order AS known ON known.order_id = total.order_id
) AS total
WHERE orders.order_id = total.order_id
"""

_NUMBERED = """
CREATE OR REPLACE TEMP TABLE numbered AS
SELECT order_line_id, row_number() OVER (PARTITION BY order_id ORDER BY order_line_id) AS line_number
FROM star.fact_order_line
WHERE order_id IN (SELECT order_id FROM total) AND starts_with(source_id, '~')
"""


# An order that comes to its lines' total a hundred or a thousand times lost a decimal point. What was filled in from its revenue goes along.
_TIMES = """
CREATE OR REPLACE TEMP TABLE times AS
SELECT orders.order_id, orders.source_id, orders.net_revenue AS old, lines.net_revenue AS new, lines.gross_amount
FROM star.fact_order AS orders
JOIN (
    SELECT order_id, CAST(sum(net_revenue) AS DECIMAL(18, 2)) AS net_revenue, CAST(sum(round(quantity * unit_price, 2)) AS DECIMAL(18, 2)) AS gross_amount
    FROM star.fact_order_line
    WHERE order_id IN (SELECT order_id FROM star.fact_order WHERE source_id IN (SELECT order_id FROM {staged}))
    GROUP BY order_id
    HAVING sum(net_revenue) > 0
) AS lines ON lines.order_id = orders.order_id
WHERE CAST(orders.net_revenue AS DECIMAL(38, 2)) IN (100 * CAST(lines.net_revenue AS DECIMAL(38, 2)), 1000 * CAST(lines.net_revenue AS DECIMAL(38, 2)))
"""
_DIVIDE = """
UPDATE star.fact_order AS orders
SET net_revenue = times.new,
    gross_amount = CASE WHEN orders.gross_amount >= times.old THEN times.new + orders.discount_amount ELSE orders.gross_amount END,
    refund_amount = CASE WHEN orders.refund_amount = times.old THEN times.new ELSE least(orders.refund_amount, times.new) END,
    margin = orders.margin - times.old + times.new
FROM times
WHERE times.order_id = orders.order_id
"""


# Of a line that says too little of itself, its order says whether one factor of it lost its decimal point.
_LINE_TIMES = """
CREATE OR REPLACE TEMP TABLE line_times AS
SELECT line.order_line_id, line.quantity, line.unit_price, line.net_revenue AS old,
    CAST(orders.net_revenue AS DECIMAL(38, 2)) - lines.net_revenue + line.net_revenue AS new, line.quantity % 100 = 0 AS is_quantity
FROM star.fact_order_line AS line
JOIN star.fact_order AS orders ON orders.order_id = line.order_id AND orders.source_id IN (SELECT order_id FROM {staged})
JOIN (SELECT order_id, sum(net_revenue) AS net_revenue FROM star.fact_order_line GROUP BY order_id) AS lines
    ON lines.order_id = line.order_id AND lines.net_revenue > orders.net_revenue
WHERE new > 0 AND abs(CAST(line.quantity AS DOUBLE) * CAST(line.unit_price AS DOUBLE) / 100 - CAST(line.discount_amount AS DOUBLE) - CAST(new AS DOUBLE)) < 0.005
QUALIFY count(*) OVER (PARTITION BY line.order_id) = 1
"""
_DIVIDE_LINE = """
UPDATE star.fact_order_line AS line
SET net_revenue = times.new,
    quantity = CASE WHEN is_quantity THEN line.quantity // 100 ELSE line.quantity END,
    unit_price = CASE WHEN is_quantity THEN line.unit_price ELSE line.unit_price / 100 END
FROM line_times AS times
WHERE times.order_line_id = line.order_line_id
"""


def agree_with_order(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Put the decimal point back into lines that their order contradicts; `staged` are the lines that came."""
    connection.execute(_LINE_TIMES.format(staged=staged.name))
    changes = []
    for column, condition in (("quantity", "is_quantity"), ("unit_price", "NOT is_quantity")):
        number = count(connection, f"line_times WHERE {condition}")
        if number:
            examples = connection.execute(
                f"SELECT CAST({column} AS VARCHAR), CAST(CASE WHEN is_quantity THEN quantity // 100 ELSE unit_price / 100 END AS VARCHAR) "
                f"FROM line_times WHERE {condition} ORDER BY order_line_id LIMIT {EXAMPLES}"
            ).fetchall()
            rule = "made consistent: a decimal point was left out of a line, by the revenue of its order"
            changes.append(Change(rule, column, number, tuple(examples)))
    connection.execute(_DIVIDE_LINE)
    connection.execute("DROP TABLE line_times")
    return changes


def agree_with_lines(connection: duckdb.DuckDBPyConnection, staged: Staged) -> list[Change]:
    """Put the decimal point back into orders that their lines contradict; `staged` names the orders to look at."""
    if "order_id" not in staged.fed or not has_rows(connection, "star.fact_order_line"):
        return []
    connection.execute(_TIMES.format(staged=staged.name))
    number = count(connection, "times")
    changes = []
    if number:
        examples = connection.execute(
            f"SELECT CAST(old AS VARCHAR), CAST(new AS VARCHAR) FROM times ORDER BY order_id LIMIT {EXAMPLES}"
        ).fetchall()
        connection.execute(_DIVIDE)
        rule = "made consistent: a decimal point was left out of an order, by the sum of its lines"
        changes.append(Change(rule, "net_revenue", number, tuple(examples)))
    connection.execute("DROP TABLE times")
    return changes


class OrderHeaders(Hook):
    """After orders come, they are held against the lines that came before them."""

    def after(self, outcome: Outcome, keyed: KeyedRows) -> None:  # noqa: ARG002  (a hook's signature)
        """Put the decimal point back where the lines say so."""
        outcome.changes += agree_with_lines(self.load.connection, self.staged)


class OrderTotals(Hook):
    """Before lines come, the orders that only they tell of are made; afterwards orders follow their lines."""

    def before(self) -> None:
        """Make the orders, and refuse lines of orders that are too large or stay unknown."""
        connection, staged = self.load.connection, self.staged
        lines = staged.all_fields()
        connection.execute(_TOO_LARGE.format(lines=lines, staged=staged.name, dropped=staged.dropped))
        _delete_refused(connection, staged)
        further = tuple(name for name in _OF_THE_ORDER if name in staged.fed)
        told = "".join(f", arg_min({name}, row) AS {name}" for name in further)
        connection.execute(_MADE.format(lines=lines, told=told))
        connection.execute(_FOLLOWING.format(lines=staged.name))
        if self.load.has_headers:
            # An order of no amount, which the header leaves to its lines, follows them.
            connection.execute(
                "DELETE FROM following WHERE order_id IN (SELECT order_id FROM star.fact_order "
                "WHERE net_revenue <> 0 OR gross_amount <> 0 OR discount_amount <> 0)"
            )
        orders = Staged(entity("orders"), "staged_made_orders", (*_FED, *further), is_main=False)
        if count(connection, orders.name):
            outcome, keyed = merge_facts(connection, orders, self.load.as_of)
            keyed.drop(connection)
            self.load.result.note_other("orders", orders.entity.table, outcome)
            connection.execute(
                "INSERT INTO following SELECT order_id FROM star.fact_order "
                "WHERE source_id IN (SELECT order_id FROM staged_made_orders)"
            )
        orders.drop(connection)
        _refuse_homeless(connection, staged)

    def after(self, outcome: Outcome, keyed: KeyedRows) -> None:
        """Let go of lines that an order has no more, share out its discounts, and set the totals of orders that follow their lines."""
        connection = self.load.connection
        if not self.load.is_part:
            outcome.changes += _replaced(self.load, self.staged, keyed)
        outcome.changes += agree_with_lines(connection, self.staged)
        outcome.changes += agree_with_order(connection, self.staged)
        outcome.changes += share_out(connection, self.staged.name)
        if self.load.has_headers:
            make_up(connection, self.staged.name)
        connection.execute(_TOTALS.format(lines=self.staged.name))
        connection.execute(_UPDATE)
        set_statuses(connection, self.staged)
        connection.execute(_NUMBERED)
        connection.execute(
            "UPDATE star.fact_order_line AS line SET line_number = numbered.line_number FROM numbered "
            "WHERE numbered.order_line_id = line.order_line_id AND numbered.line_number <> line.line_number"
        )
        for name in ("following", "total", "numbered"):
            connection.execute(f"DROP TABLE {name}")


def _replaced(load: FileLoad, staged: Staged, keyed: KeyedRows) -> list[Change]:
    """Delete lines that the file's orders have no more.

    Files of one command may share an order. Lines that the source numbers are all that an order has if its first is among
    them; else they come to those that are there.
    """
    connection = load.connection
    if "line_number" in staged.fed:
        whole = (
            f"SELECT told.order_id FROM {staged.name} AS told JOIN star.fact_order AS orders ON orders.source_id = told.order_id "
            "JOIN star.fact_order_line AS line ON line.order_id = orders.order_id "
            "GROUP BY told.order_id HAVING min(coalesce(told.line_number, 0)) <= min(line.line_number)"
        )
    else:
        whole = f"SELECT order_id FROM {staged.name}"
    told_before = ""
    if not load.is_alone:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS orders_of_command (order_id VARCHAR)")
        told_before = "AND orders.source_id NOT IN (SELECT order_id FROM orders_of_command)"
    gone = (
        "star.fact_order_line WHERE order_id IN (SELECT orders.order_id FROM star.fact_order AS orders "
        f"WHERE orders.source_id IN ({whole}) {told_before}) AND source_id NOT IN (SELECT source_id FROM {keyed.table})"
    )
    number = count(connection, gone)
    if number:
        connection.execute(
            f"DELETE FROM star.fact_return WHERE order_line_id IN (SELECT order_line_id FROM {gone})"
        )
        connection.execute(f"DELETE FROM {gone}")
    if not load.is_alone:
        connection.execute(f"INSERT INTO orders_of_command SELECT DISTINCT order_id FROM {staged.name}")
    rule = "lines that an earlier file told of and the corrected order has no more"
    return [Change(rule, "order_id", number)] if number else []


def _refuse_homeless(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Refuse lines of orders that nobody knows, and that the lines can't make since they don't say when."""
    connection.execute(
        f"INSERT INTO {staged.dropped} SELECT row, part, 'refused', 'order_id', 'unknown order', "
        "concat('the warehouse has no order ', order_id, '; load the orders first, or lines with the moment of their order') "
        f"FROM {staged.name} WHERE order_id NOT IN (SELECT source_id FROM star.fact_order WHERE source_id IS NOT NULL)"
    )
    _delete_refused(connection, staged)


def _delete_refused(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    connection.execute(
        f"DELETE FROM {staged.name} WHERE (row, part) IN (SELECT (row, part) FROM {staged.dropped} WHERE fate = 'refused')"
    )
