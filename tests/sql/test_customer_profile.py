"""mart.customer_profile and the practice view customers against a recomputation from the facts."""

import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

import martlet
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

FIRST, LAST = datetime(2024, 1, 1), datetime(2026, 1, 1)
YEAR = timedelta(days=365.25)


def order(order_id, customer, ordered_at, net, **more):
    return {
        "order_id": order_id,
        "customer_key": customer,
        "ordered_at": ordered_at,
        "net_revenue": Decimal(net),
        "refund_amount": Decimal(0),
        "status": "completed",
    } | more


def signed_up(*moments):
    return pl.DataFrame(
        {
            "customer_key": range(1, len(moments) + 1),
            "customer_id": [f"c{number}" for number in range(1, len(moments) + 1)],
            "signed_up_at": moments,
        }
    )


def clv_of(warehouse):
    return dict(warehouse.sql("SELECT customer_id, estimated_clv FROM customers ORDER BY customer_id").rows())


def test_clv_divides_by_the_years_that_the_data_cover(given):
    warehouse = given(
        {
            "star.dim_customer": signed_up(datetime(2020, 1, 1), datetime(2024, 7, 1), LAST, LAST, None),
            "star.fact_order": pl.DataFrame(
                [
                    order(1, 1, FIRST, "100.00"),
                    order(2, 1, FIRST + timedelta(days=9), "60.00", refund_amount=Decimal(10)),
                    order(3, 2, datetime(2025, 1, 1), "100.00"),
                    order(4, 3, LAST, "100.00"),
                    order(5, 5, datetime(2024, 7, 1), "100.00"),
                ]
            ),
        }
    )
    covered, since_july = (LAST - FIRST) / YEAR, (LAST - datetime(2024, 7, 1)) / YEAR
    assert clv_of(warehouse) == {
        "c1": pytest.approx(Decimal(150 / covered * 3), abs=Decimal("0.005")),
        "c2": pytest.approx(Decimal(100 / since_july * 3), abs=Decimal("0.005")),
        # Seen for a moment only: the pace is that of a year at least.
        "c3": Decimal("300.00"),
        "c4": Decimal("0.00"),
        "c5": pytest.approx(Decimal(100 / since_july * 3), abs=Decimal("0.005")),
    }


@pytest.fixture
def unfitted(warehouse_path, tmp_path):
    """The generated company without a fit."""
    path = shutil.copy(warehouse_path, tmp_path)
    with rewriting(path, start_from_existing=True) as connection:
        connection.execute("DELETE FROM model.parameter; DELETE FROM model.registry")
        star.refresh(connection)
    with martlet.open(path) as opened:
        yield opened


def test_clv_is_the_recomputed_one_on_a_generated_company(unfitted):
    warehouse = unfitted

    def frame(sql):
        return warehouse.sql(sql).pl()

    orders = frame(
        "SELECT customer_key, ordered_at, net_revenue - refund_amount AS kept, status FROM star.fact_order"
    )
    visits = frame(
        "SELECT coalesce(nullif(s.customer_key, 0), v.customer_key) AS customer_key, started_at "
        "FROM star.fact_session AS s LEFT JOIN star.bridge_visitor AS v USING (visitor_id)"
    )
    moments = [*orders["ordered_at"], *visits["started_at"]]
    first, last = min(moments), max(moments)
    seen = pl.concat(
        [
            frame("SELECT customer_key, signed_up_at AS at FROM star.dim_customer WHERE customer_key <> 0"),
            orders.select("customer_key", at="ordered_at"),
            visits.select("customer_key", at="started_at"),
        ]
    )
    expected = (
        seen.group_by("customer_key")
        .agg(pl.col("at").min())
        .join(
            orders.filter(pl.col("status").cast(pl.String) != "cancelled")
            .group_by("customer_key")
            .agg(pl.col("kept").sum()),
            on="customer_key",
        )
        .with_columns(
            days=(pl.lit(last) - pl.max_horizontal("at", pl.lit(first))).dt.total_microseconds() / 86400e6
        )
        .with_columns(
            clv=pl.col("kept").cast(pl.Float64) / pl.max_horizontal(pl.col("days") / 365.25, pl.lit(1.0)) * 3
        )
        .sort("customer_key")
    )
    found = frame(
        "SELECT customer_key, estimated_clv FROM mart.customer_profile WHERE orders > 0 ORDER BY customer_key"
    )
    expected = expected.filter(pl.col("customer_key") != 0)
    assert found["customer_key"].to_list() == expected["customer_key"].to_list()
    assert found["estimated_clv"].cast(pl.Float64).to_list() == pytest.approx(
        expected["clv"].to_list(), abs=0.00501
    )
    # Some were customers before the data begin, else nothing of the sort is tested.
    assert expected.filter(pl.col("at") < first).height > 0


def test_nobody_is_said_never_to_have_ordered(given):
    warehouse = given(
        {
            "star.dim_customer": signed_up(datetime(2020, 1, 1), FIRST, FIRST),
            "star.fact_order": pl.DataFrame(
                [
                    order(1, 2, FIRST, "70.00", status="cancelled"),
                    order(2, 3, FIRST, "20.00"),
                    order(3, 3, LAST, "50.00", status="cancelled"),
                ]
            ),
        }
    )
    rows = warehouse.sql(
        "SELECT customer_id, customer_segment, total_orders, total_spent, last_order_date::VARCHAR FROM customers "
        "ORDER BY customer_id"
    ).rows()
    assert rows[0] == ("c1", "No orders in the data", 0, Decimal("0.00"), None)
    assert rows[1] == ("c2", "Only cancelled orders", 0, Decimal("0.00"), None)
    assert rows[2][2:] == (1, Decimal("20.00"), "2024-01-01")
    assert rows[2][1] not in {"No orders in the data", "Only cancelled orders"}
    assert warehouse.sql(
        "SELECT orders, cancelled_orders FROM mart.customer_profile ORDER BY 1, 2"
    ).rows() == [
        (0, 0),
        (0, 1),
        (1, 1),
    ]


def test_customers_count_the_orders_that_their_segment_counts(warehouse):
    different = warehouse.sql(
        "SELECT * FROM mart.customer_profile AS profile LEFT JOIN segmentation.rfm AS rfm USING (customer_key) "
        "WHERE coalesce(rfm.frequency, 0) <> profile.orders "
        "OR coalesce(rfm.monetary, 0) <> profile.revenue_net_of_refunds "
        "OR rfm.last_ordered_at IS DISTINCT FROM profile.last_ordered_at"
    ).rows()
    assert different == []


def test_the_first_order_is_the_first_ever_where_that_is_known(given):
    """Of a source's customers nobody knows what came before: NULL, and the first order within the data."""
    people = signed_up(datetime(2020, 1, 1), FIRST, FIRST, FIRST).with_columns(
        ordered_before_data=pl.Series([True, False, None, False]),
        first_ordered_on=pl.Series([date(2021, 5, 6), FIRST.date(), None, None]),
    )
    orders = [order(number, number, FIRST, "20.00") for number in (1, 2, 3)]
    warehouse = given({"star.dim_customer": people, "star.fact_order": pl.DataFrame(orders)})
    assert warehouse.sql(
        "SELECT customer_id, ordered_before_data, first_order_date FROM customers ORDER BY customer_id"
    ).rows() == [
        ("c1", True, date(2021, 5, 6)),
        ("c2", False, FIRST.date()),
        ("c3", None, FIRST.date()),
        ("c4", False, None),
    ]
