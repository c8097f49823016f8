"""The retention pack on the synthetic company: figures add up to the facts and agree with each other, and with what was planted."""

import pytest

import martlet
from martlet.engine import packs

from .in_memory import moment

KINDS = ["nday", "rolling"]
BREAKDOWNS = ["country", "gender", "age_range", "acquisition_channel", "first_channel", "loyalty_tier"]
NEW = "NOT coalesce(ordered_before_data, false)"


def one(warehouse, sql):
    (row,) = warehouse.sql(sql).rows()
    return row


@pytest.fixture(scope="module")
def sales(warehouse):
    """Orders and money net of refunds of customers whose first sale is on record."""
    return one(
        warehouse,
        f"SELECT count(*), sum(net_revenue - refund_amount), count(DISTINCT customer_key) "
        f"FROM star.fact_order JOIN star.dim_customer USING (customer_key) WHERE main.is_sale(status) AND {NEW}",
    )


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_cells_of_all_cohorts_are_all_orders_of_new_customers(warehouse, sales, period):
    cells = warehouse.query("retention/cohorts", period=period).pl()
    firsts = cells.filter(cells["period_number"] == 0)
    assert (cells["orders"].sum(), cells["revenue"].sum(), firsts["cohort_customers"].sum()) == sales
    whole = warehouse.query("retention/cohorts", period=period, kind="rolling").pl()
    firsts = whole.filter(whole["period_number"] == 0)
    assert (firsts["orders"].sum(), firsts["revenue"].sum(), firsts["customers"].sum()) == sales
    assert (firsts["retention_rate"] == 1).all()


@pytest.mark.parametrize("clock", ["calendar", "elapsed"])
def test_retention_lies_between_the_period_and_all_that_follows(warehouse, clock):
    single, rolling = (
        {
            (row["cohort_start"], row["period_number"]): row
            for row in warehouse.query("retention/cohorts", kind=kind, clock=clock).pl().to_dicts()
        }
        for kind in KINDS
    )
    assert single.keys() == rolling.keys()
    for cell, row in single.items():
        assert 0 <= row["customers"] <= rolling[cell]["customers"] <= row["reached_customers"]
        assert row["reached_customers"] <= row["cohort_customers"]


@pytest.mark.parametrize("breakdown", BREAKDOWNS)
def test_churn_by_any_property_adds_up_to_the_whole_and_to_the_list(warehouse, breakdown):
    (whole,) = warehouse.query("retention/churn").pl().to_dicts()
    parts = warehouse.query("retention/churn", breakdown=breakdown).pl()
    for name in ("customers", "churned", "revenue", "churned_revenue"):
        assert parts[name].sum() == whole[name]
    listed = warehouse.query("retention/churned").pl()
    assert (listed.height, listed["revenue"].sum()) == (whole["churned"], whole["churned_revenue"])


@pytest.mark.parametrize("event", ["churn", "second_order"])
@pytest.mark.parametrize("breakdown", ["gender", "first_channel"])
def test_curve_life_table_and_test_tell_of_the_same_customers(warehouse, event, breakdown):
    asked = {"event": event, "breakdown": breakdown}
    curve, table, tested = (
        warehouse.query(f"retention/{name}", **asked).pl() for name in ("survival", "hazard", "survival_test")
    )
    events = tested["events"].sum()
    assert curve["events"].sum() == table["events"].sum() == events > 0
    customers = tested["customers"].sum()
    assert (
        (curve["events"] + curve["censored"]).sum()
        == (table["events"] + table["censored"]).sum()
        == customers
    )
    assert tested["expected_events"].sum() == pytest.approx(events)
    for (_,), own in curve.sort("days").group_by("breakdown_value"):
        assert own["survival_rate"].is_sorted(descending=True)
        assert own["survival_rate"].is_between(0, 1).all()


def test_the_second_orders_are_those_of_the_frequency_table(warehouse):
    frequency = warehouse.query("retention/frequency").pl().to_dicts()
    (tested,) = warehouse.query("retention/survival_test", event="second_order").pl().to_dicts()
    assert (tested["customers"], tested["events"]) == (
        frequency[0]["customers_at_least"],
        frequency[0]["customers_more"],
    )


def test_today_s_active_customers_are_those_who_have_not_churned(warehouse):
    (whole,) = warehouse.query("retention/churn").pl().to_dicts()
    ledger = warehouse.query("retention/churn_trend").pl()
    assert ledger["active_at_end"][-1] == whole["customers"] - whole["churned"]
    assert ledger["active_at_start"][1:].to_list() == ledger["active_at_end"][:-1].to_list()


def test_who_left_long_ago_is_called_churned(warehouse):
    # After leaving for good a customer orders no more of their own accord, and what marketing still brings about is rare: here nothing.
    gone, listed = one(
        warehouse,
        "SELECT count(*), count(churned.customer_key) FROM truth.customer AS truth "
        "CROSS JOIN (SELECT max(ordered_at) AS today FROM star.fact_order WHERE main.is_sale(status)) "
        "JOIN mart.customer_profile AS profile ON profile.customer_key = truth.customer_key AND profile.orders > 0 "
        "LEFT JOIN retention.churned AS churned ON churned.customer_key = truth.customer_key "
        "WHERE truth.churned_at < today - INTERVAL 90 DAY AND profile.last_ordered_at <= truth.churned_at",
    )
    assert gone == listed > 0


def test_a_longer_silence_calls_fewer_and_misses_more(warehouse):
    rules = warehouse.query("retention/churn_scorecard").pl()
    for name in ("called", "called_and_left", "recall_rate"):
        assert rules[name].is_sorted(descending=True)
    churned = warehouse.query("retention/churned", inactive_days=90).pl()
    (called,) = rules.filter(rules["inactive_days"] == 90)["called"]
    assert called == churned.height


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("retention/cohorts", {"kind": "rolling", "clock": "elapsed"}),
        ("retention/survival_test", {"event": "second_order", "breakdown": "first_channel"}),
        ("retention/winback", {}),
    ],
)
def test_answers_do_not_depend_on_the_number_of_threads(warehouse_path, path, params):
    answers = []
    for threads in (1, 4):
        with martlet.open(warehouse_path) as opened:
            opened._file.connection.execute(f"SET threads = {threads}")
            answers.append(opened.query(path, **params).rows())
    assert answers[0] == answers[1]


# Rows of the answer about one order: asked at its moment, and 400 years of 146,097 days later.
ROWS = {
    "cohorts": (1, 3651),
    "cohort_table": (1, 1),
    "churn": (1, 1),
    "churned": (0, 1),
    "churn_trend": (1, 4801),
    "churn_scorecard": (0, 0),
    "survival": (1, 1),
    "survival_test": (1, 1),
    "hazard": (1, 4),
    "purchase_cycle": (0, 0),
    "frequency": (1, 1),
    "weekly_orders": (1, 20872),
    "winback": (0, 3651),
    "reactivation": (1, 4801),
    "stickiness": (0, 0),
}


def test_each_query_is_asked_about_next_to_nothing():
    assert {f"retention/{name}" for name in ROWS} == {
        path for path in packs.queries() if path.startswith("retention/")
    }


@pytest.mark.parametrize("name", ROWS)
def test_nobody_is_no_row_and_a_day_far_ahead_is_no_trouble(star, name):
    star.empty()
    assert star.ask(f"retention/{name}") == []
    order = {"order_id": 1, "customer_key": 0, "ordered_at": moment("2024-01-01")}
    visit = {"session_id": 1, "customer_key": 0, "started_at": moment("2024-01-01")}
    star.fill(fact_order=[order], fact_session=[visit])
    # The weeks of the company hold the orders of unknown customers too.
    assert len(star.ask(f"retention/{name}")) == (1 if name == "weekly_orders" else 0)
    star.fill(fact_order=[{**order, "customer_key": 1}])
    today, far = (star.ask(f"retention/{name}", as_of=at) for at in ("2024-01-01", "2424-01-01"))
    assert (len(today), len(far)) == ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_a_sentence_is_said_of_the_company_and_none_of_nothing(warehouse, name):
    asked = {"event": "second_order"} if name in {"survival", "hazard"} else {}
    answer = warehouse.query(f"retention/{name}", **asked)
    # One value has no others to differ from, and of 58 weeks no 13 lie a year after others.
    assert (answer.finding is None) == (name in {"survival_test", "weekly_orders"})
    nothing = warehouse.query(f"retention/{name}", as_of="1999-01-01")
    assert nothing.pl().is_empty()
    assert nothing.finding is None


def test_the_sentence_about_churn_tells_the_share_of_all_customers(warehouse):
    (row,) = warehouse.query("retention/churn").pl().to_dicts()
    told = f"{row['churned']:,} of {row['customers']:,} customers have churned, which is {100 * row['churn_rate']:.1f} %."
    for breakdown in ("none", "country", "first_channel"):
        assert warehouse.query("retention/churn", breakdown=breakdown).finding == told
