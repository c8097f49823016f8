"""Rows that give money back: taken out of a file's orders and lines, kept by what they say, and made into what they mean.

A refund is of the order that it names, or of the last earlier line of the same customer and product; else it becomes a
credit note, an order of its own with nothing but a refund. All of it is made anew at the end of each load from
`meta.refund`, so that refund and order may come in any order, and the same refund in two files is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.merging import told
from martlet.loaders.ingest.merging.dimensions import resolve
from martlet.loaders.ingest.merging.staging import Staged
from martlet.loaders.ingest.merging.tables import count, has_rows

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb

__all__ = ["book", "make_room", "settle", "take_out"]

_ENTITIES: Final = ("orders", "order_lines")
# An order number again, with a status that says that money went back, is a refund if the order itself is there: earlier
# in the file, or in the warehouse with another moment.
_AGAIN: Final = """
status IN ('refunded', 'partially_refunded') AND order_id IS NOT NULL AND net_revenue > 0 AND (
    order_id IN (SELECT order_id FROM {staged} WHERE order_id IS NOT NULL AND net_revenue > 0
        AND coalesce(CAST(status AS VARCHAR), '') NOT IN ('refunded', 'partially_refunded'))
    OR EXISTS (FROM star.fact_order AS known WHERE known.source_id = {staged}.order_id AND known.status <> 'credit_note'
        AND known.ordered_at <> {staged}.ordered_at AND known.net_revenue > {staged}.net_revenue))
"""


def take_out(connection: duckdb.DuckDBPyConnection, staged: Staged) -> Staged | None:
    """Move rows that give money back out of staged orders or lines; return them, or None if there are none."""
    if staged.entity.name not in _ENTITIES or "net_revenue" not in staged.fed:
        return None
    is_refund = "net_revenue < 0"
    if staged.entity.name == "order_lines":
        is_refund = "quantity < 0 OR net_revenue < 0"
    elif {"status", "order_id", "ordered_at"} <= set(staged.fed):
        is_refund = f"net_revenue < 0 OR ({_AGAIN.format(staged=staged.name)})"
    table = f"refunds_{staged.name}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {staged.name} WHERE {is_refund}")
    refunds = Staged(staged.entity, table, staged.fed, is_main=staged.is_main)
    if not has_rows(connection, table):
        refunds.drop(connection)
        return None
    connection.execute(f"DELETE FROM {staged.name} WHERE (row, part) IN (SELECT (row, part) FROM {table})")
    if staged.entity.name == "orders" and {"status", "order_id"} <= set(staged.fed):
        # What went back is told by rows of its own: the word alone does not mean all of it.
        unsaid = "AND refund_amount IS NULL" if "refund_amount" in staged.fed else ""
        connection.execute(
            f"UPDATE {staged.name} SET status = 'completed' WHERE status IN ('refunded', 'partially_refunded') {unsaid} "
            f"AND order_id IN (SELECT order_id FROM {table})"
        )
    return refunds


def make_room(connection: duckdb.DuckDBPyConnection, staged: Staged) -> None:
    """Delete credit notes whose number turns out to be an order's; what they stand for is in `meta.refund`."""
    if staged.entity.name in _ENTITIES and "order_id" in staged.fed and has_rows(connection, "meta.refund"):
        connection.execute(
            "DELETE FROM star.fact_order WHERE status = 'credit_note' "
            f"AND source_id IN (SELECT order_id FROM {staged.name})"
        )


def book(connection: duckdb.DuckDBPyConnection, refunds: Staged, as_of: datetime) -> tuple[int, int]:
    """Add refunds to `meta.refund`; return how many are new, and how many were there. Without a day they are of the load's."""
    is_lines = refunds.entity.name == "order_lines"
    resolved = resolve(connection, refunds)
    keys = {join.column: join.expression for join in resolved.joins}
    number = "refund.order_id" if "order_id" in refunds.fed else "NULL"
    moment = "refund.ordered_at"
    if "ordered_at" not in refunds.fed:
        moment = f"(SELECT max(ordered_at) FROM star.fact_order AS known WHERE known.source_id = {number})"
    same = "order_number, customer_key, refunded_at, amount, product_key, quantity"
    units = "CASE WHEN refund.quantity < 0 THEN -refund.quantity ELSE 0 END" if is_lines else "0"
    joins = " ".join(join.sql.replace("staged.", "refund.") for join in resolved.joins)
    # An order's refund that agrees in every cell is one, exported twice; lines may well repeat.
    once = (
        ""
        if is_lines or number == "NULL"
        else "QUALIFY row_number() OVER (PARTITION BY content, order_number ORDER BY row) = 1 OR content = 0"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE booked AS WITH told AS ("
        f"SELECT refund.row, refund.part, refund.content, CAST({number} AS VARCHAR) AS order_number, "
        f"coalesce({keys.get('customer_key', '0')}, 0) AS customer_key, coalesce({keys.get('product_key', '0')}, 0) AS product_key, "
        f"coalesce({moment}, TIMESTAMP '{as_of}') AS refunded_at, CAST({units} AS INTEGER) AS quantity, "
        f"CAST(abs(refund.net_revenue) AS DECIMAL(18, 2)) AS amount FROM {refunds.name} AS refund {joins}), "
        f"kept AS (FROM told {once}) "
        "SELECT *, concat_ws('|', '~', coalesce(order_number, ''), customer_key, refunded_at, amount, product_key, quantity, "
        f"row_number() OVER (PARTITION BY {same} ORDER BY row, part)) AS source_id FROM kept"
    )
    resolved.drop(connection)
    total = count(connection, refunds.name)
    before = count(connection, "meta.refund")
    connection.execute(
        "INSERT INTO meta.refund BY NAME SELECT (SELECT coalesce(max(refund_id), 0) FROM meta.refund) "
        "+ row_number() OVER (ORDER BY row, part) AS refund_id, * EXCLUDE (row, part, content) "
        "FROM booked WHERE source_id NOT IN (SELECT source_id FROM meta.refund)"
    )
    told.remember_booked(connection, "booked")
    connection.execute("DROP TABLE booked")
    refunds.drop(connection)
    new = count(connection, "meta.refund") - before
    return new, total - new


# A refund that names no order is of the last earlier line of the same customer and product that has units enough.
_FOUND: Final = """
UPDATE meta.refund AS refund
SET order_id = found.order_id
FROM (
    SELECT refund.refund_id, arg_max(line.order_id, (line.ordered_at, line.order_line_id)) AS order_id
    FROM meta.refund AS refund
    JOIN star.fact_order_line AS line
        ON line.customer_key = refund.customer_key AND line.product_key = refund.product_key
        AND line.ordered_at <= refund.refunded_at AND line.quantity >= refund.quantity
    WHERE refund.order_id IS NULL AND refund.customer_key <> 0 AND refund.product_key <> 0 AND refund.quantity > 0
        AND refund.refund_id > $since
        AND NOT EXISTS (FROM star.fact_order AS orders WHERE orders.source_id = refund.order_number AND orders.status <> 'credit_note')
    GROUP BY refund.refund_id
) AS found
WHERE refund.refund_id = found.refund_id
"""
_NAMED: Final = """
UPDATE meta.refund AS refund
SET order_id = orders.order_id
FROM star.fact_order AS orders
WHERE orders.source_id = refund.order_number AND orders.status <> 'credit_note' AND refund.order_id IS NULL
"""
# No more of an order goes back than it came to: the rest is a credit note.
_ALLOWED: Final = """
CREATE OR REPLACE TEMP TABLE allowed AS
SELECT
    refund.*,
    orders.source_id AS order_source_id,
    greatest(least(refund.amount, orders.net_revenue + refund.amount - sum(refund.amount) OVER earlier), 0) AS allowed
FROM meta.refund AS refund
JOIN star.fact_order AS orders ON orders.order_id = refund.order_id
WINDOW earlier AS (PARTITION BY refund.order_id ORDER BY refund.refund_id ROWS UNBOUNDED PRECEDING)
"""
_OF_ORDERS: Final = """
UPDATE star.fact_order AS orders
SET refund_amount = greatest(orders.refund_amount, refunded.amount),
    status = CASE
        WHEN NOT main.is_sale(orders.status) OR greatest(orders.refund_amount, refunded.amount) = 0 THEN orders.status
        WHEN greatest(orders.refund_amount, refunded.amount) >= orders.net_revenue THEN 'refunded'
        ELSE 'partially_refunded' END
FROM (SELECT order_id, CAST(sum(allowed) AS DECIMAL(18, 2)) AS amount FROM allowed GROUP BY order_id) AS refunded
WHERE orders.order_id = refunded.order_id
"""
_RETURNS: Final = """
INSERT INTO star.fact_return BY NAME
WITH lines AS (
    SELECT
        allowed.*, line.order_line_id, line.ordered_at, line.quantity AS units,
        row_number() OVER (PARTITION BY allowed.refund_id ORDER BY line.quantity < allowed.quantity, line.order_line_id) AS choice
    FROM allowed
    JOIN star.fact_order_line AS line ON line.order_id = allowed.order_id AND line.product_key = allowed.product_key
    WHERE allowed.product_key <> 0 AND allowed.quantity > 0
),
fitting AS (
    SELECT * FROM lines WHERE choice = 1
    QUALIFY sum(quantity) OVER (PARTITION BY order_line_id ORDER BY refund_id ROWS UNBOUNDED PRECEDING) <= units
)
SELECT
    fitting.refund_id AS return_id, fitting.order_line_id, fitting.order_id, orders.customer_key, fitting.product_key,
    greatest(fitting.refunded_at, fitting.ordered_at) AS returned_at,
    CAST(strftime(greatest(fitting.refunded_at, fitting.ordered_at), '%Y%m%d') AS INTEGER) AS date_key,
    fitting.quantity, fitting.allowed AS refund_amount, fitting.source_id
FROM fitting
JOIN star.fact_order AS orders ON orders.order_id = fitting.order_id
ORDER BY orders.customer_key, returned_at, return_id
"""
_NOTES: Final = """
CREATE OR REPLACE TEMP TABLE notes AS
SELECT source_id, max(customer_key) AS customer_key, min(refunded_at) AS ordered_at, CAST(sum(amount) AS DECIMAL(18, 2)) AS amount
FROM (
    SELECT coalesce(order_number, source_id) AS source_id, customer_key, refunded_at, amount FROM meta.refund WHERE order_id IS NULL
    UNION ALL
    SELECT concat(coalesce(order_source_id, ''), '/credit'), customer_key, refunded_at, amount - allowed FROM allowed WHERE amount > allowed
)
GROUP BY source_id
HAVING sum(amount) > 0
"""
_GONE: Final = """
DELETE FROM star.fact_order WHERE status = 'credit_note' AND source_id NOT IN (SELECT source_id FROM notes)
"""
_CHANGED: Final = """
UPDATE star.fact_order AS orders SET refund_amount = notes.amount
FROM notes WHERE orders.source_id = notes.source_id AND orders.status = 'credit_note' AND orders.refund_amount <> notes.amount
"""
_NEW: Final = """
INSERT INTO star.fact_order BY NAME
SELECT
    (SELECT coalesce(max(order_id), 0) FROM star.fact_order) + row_number() OVER (ORDER BY ordered_at, source_id) AS order_id,
    customer_key, ordered_at, CAST(strftime(ordered_at, '%Y%m%d') AS INTEGER) AS date_key,
    'credit_note' AS status, 0 AS item_count, amount AS refund_amount, source_id
FROM notes
WHERE source_id NOT IN (SELECT source_id FROM star.fact_order WHERE source_id IS NOT NULL)
"""


def settle(connection: duckdb.DuckDBPyConnection, since: int) -> list[str]:
    """Make refunds of orders, returns and credit notes of what was booked; return the tables that may have changed.

    `since` is the last refund of earlier loads: what they left open is not looked for among lines again.
    """
    if not has_rows(connection, "meta.refund"):
        return []
    connection.execute("DELETE FROM star.fact_return")
    connection.execute(_NAMED)
    connection.execute(_FOUND, {"since": since})
    for sql in (_ALLOWED, _OF_ORDERS, _RETURNS, _NOTES, _GONE, _CHANGED, _NEW):
        connection.execute(sql)
    for table in ("allowed", "notes"):
        connection.execute(f"DROP TABLE {table}")
    return ["star.fact_order"]
