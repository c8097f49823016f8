"""A new query: a file with its header, and a case, both to be filled in; they run as they stand."""

from __future__ import annotations

from pathlib import Path

from martlet.engine.errors import ParameterError
from martlet.engine.pack import FILE
from martlet.engine.user_packs import CASES, refuse_name

__all__ = ["new_query"]

_QUERY = '''/*
question = "How many orders come in each month, and what are they worth?"
doc = """
Orders and their net revenue by month. Cancelled orders do not count."""
misleads = "The first and the last month of the data, or of the range, may not be whole."
grain = ["month"]

[params]
start = { type = "timestamp", doc = "First moment of the orders, inclusive. Default: all." }
until = { type = "timestamp", doc = "End of the orders, exclusive. Default: all." }

[columns]
month = "First day of the month."
orders = "Orders."
revenue = "Their net revenue."
*/
WITH counted AS (
    SELECT
        CAST(date_trunc('month', orders.ordered_at) AS DATE) AS month,
        orders.net_revenue
    FROM star.fact_order AS orders
    WHERE
        main.is_sale(orders.status)
        AND ($start IS NULL OR orders.ordered_at >= $start)
        AND ($until IS NULL OR orders.ordered_at < $until)
)

SELECT
    counted.month,
    count(*) AS orders,
    sum(counted.net_revenue) AS revenue
FROM counted
GROUP BY counted.month
ORDER BY counted.month
'''
_PACK = '''title = "{title}"
summary = "What the pack answers, in one sentence."
story = """
What an analyst does with its queries, in which order."""
'''
_RULE = "cancelled_orders_and_those_outside_of_the_range_do_not_count"
_CASE = {
    "given/star.fact_order.csv": """order_id,ordered_at,status,net_revenue
1,2026-01-31 23:59:59,completed,10.00
2,2026-02-01 00:00:00,completed,20.00
3,2026-02-15 12:00:00,completed,30.50
4,2026-02-16 12:00:00,cancelled,99.00
5,2026-03-01 00:00:00,completed,40.00
""",
    "params.toml": 'until = "2026-03-01"\n',
    "expect.csv": """month,orders,revenue
2026-01-01,1,10.00
2026-02-01,2,50.50
""",
}


def new_query(name: str, folder: str | Path) -> list[Path]:
    """Write the file of a new query, a case for it and, where the pack is new, what the pack says of itself.

    Parameters
    ----------
    name
        `pack/name`.
    folder
        The folder of the packs; it is made where there is none.

    Returns
    -------
    list
        The files written.

    Raises
    ------
    ParameterError
        If the name is not of that form, or can't be had, or if there is such a query already, or the folder can't be written to.
    """
    pack, slash, query = name.partition("/")
    if not slash or "/" in query:
        raise ParameterError(f"a query is named pack/name, such as mine/by_week, not {name!r}")
    refuse_name(pack, what="pack")
    refuse_name(query, what="query")
    root = Path(folder)
    case = root / CASES / pack / query / _RULE
    texts = {root / pack / f"{query}.sql": _QUERY, **{case / path: text for path, text in _CASE.items()}}
    for path in texts:
        if path.exists():
            raise ParameterError(f"{path} is there already; give another name, or edit it")
    about = root / pack / FILE
    if not about.exists():
        texts[about] = _PACK.format(title=pack.replace("_", " ").capitalize())
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ParameterError(f"{root} can't be written to: {error.strerror or error}") from error
    return sorted(texts)
