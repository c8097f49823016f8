"""segmentation/rfm against the published example of the R package rfm: every customer, every threshold, every segment."""

import csv
import json
from itertools import product

import pytest

from .in_memory import moment

AS_OF = "2006-12-31"


@pytest.fixture(scope="module")
def folder(shared):
    return shared / "known_answers" / "rfm_r"


@pytest.fixture
def star(star, folder):
    """The star with the published orders."""
    with (folder / "rfm_data_orders.csv").open(encoding="utf-8") as file:
        orders = list(csv.DictReader(file))
    keys = {name: key for key, name in enumerate(sorted({order["customer_id"] for order in orders}), 1)}
    star.fill(
        dim_customer=[{"customer_key": key, "customer_id": name} for name, key in keys.items()],
        fact_order=[
            {
                "order_id": number,
                "customer_key": keys[order["customer_id"]],
                "ordered_at": moment(order["order_date"]),
                "net_revenue": order["revenue"],
            }
            for number, order in enumerate(orders, 1)
        ],
    )
    return star


def test_every_published_customer_has_the_published_scores_and_segment(star, folder):
    columns = {
        "customer_id": str,
        "recency_days": int,
        "frequency": int,
        "monetary": int,
        "recency_score": int,
        "frequency_score": int,
        "monetary_score": int,
        "rfm_score": int,
        "segment": str,
    }
    with (folder / "expected_rfm_and_segments.csv").open(encoding="utf-8") as file:
        published = [dict(zip(columns, row.values(), strict=True)) for row in csv.DictReader(file)]
    expected = {
        row["customer_id"]: {name: kind(row[name]) for name, kind in columns.items()} for row in published
    }
    answer = {row["customer_id"]: row for row in star.ask("segmentation/rfm", as_of=AS_OF, rule_map="r")}
    assert len(expected) == 995
    assert answer.keys() == expected.keys()
    for name, row in expected.items():
        assert {column: answer[name][column] for column in columns} == row


def test_the_thresholds_are_those_published_less_the_one_that_the_package_adds(star, folder):
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))["computed_thresholds"]
    rows = star.ask("segmentation/rfm_thresholds", as_of=AS_OF)
    for measure, thresholds in published.items():
        found = sorted(
            row["threshold"] for row in rows if row["measure"] == measure and row["threshold"] is not None
        )
        assert [threshold + 1 for threshold in found] == pytest.approx(thresholds, rel=1e-12)


def test_thresholds_count_the_customers_that_have_each_score(star):
    customers = star.ask("segmentation/rfm", as_of=AS_OF, rule_map="r")
    for row in star.ask("segmentation/rfm_thresholds", as_of=AS_OF):
        scores = [customer[f"{row['measure']}_score"] for customer in customers]
        assert row["customers"] == scores.count(row["score"])


def test_each_of_the_125_scores_falls_in_the_first_published_segment_that_fits(star, folder):
    segments = json.loads((folder / "published.json").read_text(encoding="utf-8"))["segments"]
    bounds = [
        segments[f"{measure}_{end}"]
        for measure in ("recency", "frequency", "monetary")
        for end in ("lower", "upper")
    ]

    def published(r, f, m):
        for name, r0, r1, f0, f1, m0, m1 in zip(segments["names"], *bounds, strict=True):
            if r0 <= r <= r1 and f0 <= f <= f1 and m0 <= m <= m1:
                return name
        return "Others"

    scores = dict(enumerate(product(range(1, 6), repeat=3), 1))
    star.fill(
        fact_order=[
            {
                "order_id": key * 10 + number,
                "customer_key": key,
                "ordered_at": moment(f"2024-01-{(10, 20, 27, 30, 31)[r - 1]}"),
                "net_revenue": 10 * m if number == 0 else 0,
            }
            for key, (r, f, m) in scores.items()
            for number in range(f)
        ]
    )
    answer = star.ask(
        "segmentation/rfm",
        as_of="2024-01-31",
        rule_map="r",
        method="cuts",
        recency_cuts=[0, 1, 5, 15],
        frequency_cuts=[1, 2, 3, 4],
        monetary_cuts=[10, 20, 30, 40],
    )
    for row in answer:
        r, f, m = scores[row["customer_key"]]
        assert row["rfm_score"] == 100 * r + 10 * f + m
        assert row["segment"] == published(r, f, m)
    assert len(answer) == 125
