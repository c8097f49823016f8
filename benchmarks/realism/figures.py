"""The figures that an analyst draws first. Nothing is smoothed, so that what is wrong can be seen."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

Connection = duckdb.DuckDBPyConnection
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def draw(connection: Connection, output: Path) -> list[tuple[str, str]]:
    """Write all figures as PNG into `output`; return their titles and file names."""
    drawn = []
    for title, function in FIGURES.items():
        figure, axes = plt.subplots(figsize=(10, 4.5), layout="constrained")
        function(connection, axes)
        axes.set_title(title, loc="left")
        file = f"{function.__name__}.png"
        figure.savefig(output / file, dpi=110)
        plt.close(figure)
        drawn.append((title, file))
    return drawn


def _columns(connection: Connection, query: str) -> list[np.ndarray]:
    table = connection.execute(query).fetchnumpy()
    return [np.asarray(column) for column in table.values()]


def orders_a_week(connection: Connection, axes: Axes) -> None:
    """Draw whole weeks of orders, and those that are customers' first."""
    week, orders, first = _columns(
        connection,
        "SELECT date_trunc('week', ordered_at) AS week, count(*) AS n, count(*) FILTER (WHERE is_first_order) AS first "
        "FROM star.fact_order GROUP BY 1 HAVING count(DISTINCT date_key) = 7 ORDER BY 1",
    )
    axes.plot(week, orders, label="orders")
    axes.plot(week, first, label="first orders")
    axes.set_ylim(bottom=0)
    axes.legend()


def cohort_retention(connection: Connection, axes: Axes) -> None:
    """Draw the share of each month's new buyers who order again, by months since."""
    born, age, share = _columns(
        connection,
        """
        WITH firsts AS (
            SELECT customer_key, date_trunc('month', ordered_at) AS born
            FROM star.fact_order WHERE customer_key <> 0 AND is_first_order
        ), sizes AS (SELECT born, count(*) AS n FROM firsts GROUP BY 1)
        SELECT
            firsts.born,
            date_diff('month', firsts.born, date_trunc('month', orders.ordered_at)) AS age,
            count(DISTINCT orders.customer_key) / any_value(sizes.n) AS share
        FROM star.fact_order AS orders
        INNER JOIN firsts ON firsts.customer_key = orders.customer_key
        INNER JOIN sizes ON sizes.born = firsts.born
        GROUP BY 1, 2 HAVING age > 0 ORDER BY 1, 2
        """,
    )
    months = np.unique(born)
    grid = np.full((months.size, int(age.max())), np.nan)
    grid[np.searchsorted(months, born), age.astype(int) - 1] = share * 100
    image = axes.imshow(grid, aspect="auto", cmap="viridis")
    axes.set_yticks(range(0, months.size, 3), [str(month)[:7] for month in months[::3]])
    axes.set_xticks(range(0, grid.shape[1], 3), [str(number + 1) for number in range(0, grid.shape[1], 3)])
    axes.set_xlabel("months since the first order")
    axes.figure.colorbar(image, ax=axes, label="% who ordered in that month")


def hours_and_weekdays(connection: Connection, axes: Axes) -> None:
    """Draw orders by hour and weekday."""
    day, hour, orders = _columns(
        connection,
        "SELECT isodow(ordered_at) AS d, hour(ordered_at) AS h, count(*) AS n FROM star.fact_order GROUP BY 1, 2",
    )
    grid = np.zeros((7, 24))
    grid[day.astype(int) - 1, hour.astype(int)] = orders
    image = axes.imshow(grid, aspect="auto", cmap="viridis")
    axes.set_yticks(range(7), DAYS)
    axes.set_xticks(range(0, 24, 2))
    axes.figure.colorbar(image, ax=axes, label="orders")


def spend_and_sales(connection: Connection, axes: Axes) -> None:
    """Draw each whole week's advertising against its revenue, coloured by time."""
    spend, revenue = _columns(
        connection,
        """
        WITH sales AS (
            SELECT date_trunc('week', ordered_at) AS week, CAST(sum(net_revenue) AS DOUBLE) AS revenue
            FROM star.fact_order GROUP BY 1 HAVING count(DISTINCT date_key) = 7
        ), ads AS (
            SELECT date_trunc('week', days.date) AS week, CAST(sum(ads.spend) AS DOUBLE) AS spend
            FROM star.fact_ad_spend AS ads INNER JOIN star.dim_date AS days ON days.date_key = ads.date_key
            GROUP BY 1
        )
        SELECT ads.spend, sales.revenue FROM sales INNER JOIN ads ON ads.week = sales.week ORDER BY sales.week
        """,
    )
    points = axes.scatter(spend, revenue, c=np.arange(spend.size), cmap="viridis", s=18)
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("advertising a week")
    axes.set_ylabel("revenue a week")
    axes.figure.colorbar(points, ax=axes, label="week of the data")


def funnel_by_device(connection: Connection, axes: Axes) -> None:
    """Draw the share of visits that reach each stage, by device."""
    device, stage, visits = _columns(
        connection,
        """
        SELECT CAST(devices.device_type AS VARCHAR), enum_code(visits.furthest_stage) AS stage, count(*) AS n
        FROM star.fact_session AS visits INNER JOIN star.dim_device AS devices ON devices.device_key = visits.device_key
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
    )
    names = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
    for number, name in enumerate(np.unique(device)):
        counts = np.zeros(len(names))
        mine = device == name
        counts[stage[mine].astype(int)] = visits[mine]
        reached = counts[::-1].cumsum()[::-1] / counts.sum() * 100
        bars = axes.bar(np.arange(len(names)) + 0.27 * (number - 1), reached, width=0.25, label=str(name))
        axes.bar_label(bars, fmt="%.1f", fontsize=7)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylabel("% of visits")
    axes.legend()


def rfm_segments(connection: Connection, axes: Axes) -> None:
    """Draw customers by segment, as the pack `segmentation` sorts them."""
    segment, customers = _columns(
        connection, "SELECT segment, count(*) AS n FROM segmentation.rfm GROUP BY 1 ORDER BY 2"
    )
    bars = axes.barh([str(name) for name in segment], customers)
    axes.bar_label(bars)


def order_values(connection: Connection, axes: Axes) -> None:
    """Draw net revenue of orders, up to 300."""
    (value,) = _columns(
        connection,
        "SELECT CAST(net_revenue AS DOUBLE) AS v FROM star.fact_order WHERE main.is_sale(status) AND net_revenue <= 300",
    )
    axes.hist(value, bins=150)
    axes.set_xlabel("net revenue of an order")


FIGURES: dict[str, Callable[[Connection, Axes], None]] = {
    "Orders a week": orders_a_week,
    "Buyers who come back, by month of their first order": cohort_retention,
    "Orders by hour and weekday": hours_and_weekdays,
    "Advertising and revenue, week by week": spend_and_sales,
    "How far visits get, by device": funnel_by_device,
    "Customers by RFM segment": rfm_segments,
    "What orders are worth": order_values,
}
