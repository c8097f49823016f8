"""Numbers of orders and visits in a warehouse: short, rising with time, and the same wherever they are named."""

import polars as pl
import pytest

from martlet.loaders.company import _ids


def table(warehouse, name, *columns):
    return warehouse.sql(f"SELECT {', '.join(columns)} FROM star.{name}").pl()


@pytest.mark.parametrize(
    ("name", "number", "moment"),
    [("fact_order", "order_id", "ordered_at"), ("fact_session", "session_id", "started_at")],
)
def test_numbers_count_up_with_time(name, number, moment, warehouse):
    rows = table(warehouse, name, number, moment).sort(number)
    assert rows[number].to_list() == list(range(1, rows.height + 1))
    assert rows[moment].is_sorted()


def test_lines_and_events_go_with_their_order_and_visit(warehouse):
    """Their own ids still tell what they belong to."""
    for name, own, holder, size in (
        ("fact_order_line", "order_line_id", "order_id", _ids.LINES),
        ("fact_event", "event_id", "session_id", _ids.EVENTS),
    ):
        rows = table(warehouse, name, own, holder, "customer_key").with_columns(address=pl.col(own) // size)
        pairs = rows.select("address", holder).unique()
        assert pairs["address"].is_unique().all()
        assert pairs[holder].is_unique().all()
    touches = table(warehouse, "fact_touchpoint", "touchpoint_id", "session_id").drop_nulls()
    events = table(warehouse, "fact_event", "event_id", "session_id")
    events = events.select("session_id", visit=pl.col("event_id") // _ids.EVENTS).unique()
    joined = touches.join(events, on="session_id")
    assert joined.height == touches.height
    assert (joined["touchpoint_id"] == joined["visit"]).all()


def test_orders_returns_visits_and_causes_name_each_other(warehouse):
    broken = warehouse.sql(
        "SELECT count(*) FROM star.fact_order AS placed "
        "LEFT JOIN star.fact_session AS visit ON visit.session_id = placed.session_id "
        "LEFT JOIN truth.order_cause AS cause ON cause.order_id = placed.order_id "
        "WHERE (placed.order_channel = 'web' AND visit.customer_key IS DISTINCT FROM placed.customer_key) OR cause.order_id IS NULL "
        "OR (placed.order_channel = 'web' AND main.is_sale(placed.status) AND visit.order_id IS DISTINCT FROM placed.order_id)"
    ).rows()
    assert broken == [(0,)]
    returned = warehouse.sql(
        "SELECT count(*), count(*) FILTER (WHERE back.order_id = line.order_id) "
        "FROM star.fact_return AS back INNER JOIN star.fact_order_line AS line USING (order_line_id)"
    ).rows()[0]
    assert returned[0] == returned[1] > 0
