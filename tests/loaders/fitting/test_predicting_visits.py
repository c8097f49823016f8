"""Visits and leads: what is foretold of them, held against orders, scikit-learn and shuffled labels."""

from datetime import datetime, timedelta

import click.testing
import duckdb
import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import martlet
from martlet.cli import cli
from martlet.loaders.fitting.predicting import samples
from martlet.loaders.fitting.predicting.beside import best_alone
from martlet.loaders.fitting.predicting.drawing import draw as draw_rows
from martlet.loaders.fitting.predicting.learned import learn_kind
from martlet.loaders.fitting.predicting.tasks import task
from martlet.models.predicting.design import Design

from ...quick import quick_loads


@pytest.fixture(scope="module")
def fitted(warehouse_path, tmp_path_factory):
    """The path of a company with a fit of visits, and its report."""
    path = tmp_path_factory.mktemp("visits") / "warehouse.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    with quick_loads():
        return path, martlet.fit("visit", path)


def asked(path, sql, **params):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.sql(sql, params=params).pl()


def ask_outcome(connection):
    return connection.sql("SELECT * FROM features.visit_outcome(days := 3000)").pl()


def rows_of(chosen):
    """Return the numbers of rows as somebody would who knows nothing of our design: words one by one, what is not known as 0."""
    frame = pl.concat([one.frame for one in chosen]).drop("session_id", "as_of", "started_at")
    return frame.to_dummies([name for name, kind in frame.schema.items() if kind == pl.String])


def test_the_rows_are_the_visits_of_the_horizon_and_the_labels_their_orders(fitted):
    path, report = fitted
    start = report.moments.test + timedelta(days=1)
    counted = asked(
        path,
        """
        SELECT visit.session_id, max(CASE WHEN main.is_sale(orders.status) THEN 1 ELSE 0 END) AS label
        FROM star.fact_session AS visit
        LEFT JOIN star.fact_order AS orders ON orders.session_id = visit.session_id
        WHERE visit.started_at >= $start AND visit.started_at < $end
        GROUP BY visit.session_id, visit.started_at
        HAVING coalesce(min(orders.ordered_at) > visit.started_at + INTERVAL 60 SECOND, true)
        ORDER BY visit.session_id""",
        start=start,
        end=start + timedelta(days=60),
    )
    test = report.drawn.test
    assert test.frame["session_id"].to_list() == counted["session_id"].to_list()
    assert test.label.tolist() == counted["label"].to_list()
    # Training ends before the test begins.
    latest = max(one.frame["started_at"].max() for one in report.seen)
    assert latest < start


def test_it_foretells_as_well_as_scikit_learn_does_from_the_same_rows(fitted):
    _, report = fitted
    both = rows_of([*report.drawn.training, report.drawn.test]).fill_null(0).fill_nan(0).to_numpy()
    seen = sum(len(one.label) for one in report.drawn.training)
    label, _ = samples.joined(report.drawn.training)
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500))
    oracle = roc_auc_score(
        report.drawn.test.label, pipeline.fit(both[:seen], label).predict_proba(both[seen:])[:, 1]
    )
    figures = report.models[0].figures["test"]
    assert figures["auc"] > oracle - figures["auc_error"]
    assert figures["auc"] > 0.7


def test_what_it_foretells_is_far_from_what_the_leak_would_claim(fitted):
    # The customer of a visit is known by its order: who knew that would foretell it all but surely.
    path, report = fitted
    told = asked(
        path, "SELECT session_id, customer_key <> 0 AS is_told FROM star.fact_session ORDER BY session_id"
    )
    leaked = report.drawn.test.frame.join(told, on="session_id", maintain_order="left")["is_told"].to_numpy()
    assert leaked[report.drawn.test.label == 1].all()
    assert roc_auc_score(report.drawn.test.label, leaked) > report.models[0].figures["test"]["auc"]


@pytest.mark.parametrize("kind", ["linear", "boosted"])
def test_from_shuffled_labels_nothing_is_learnt(fitted, kind):
    _, report = fitted
    draw = np.random.default_rng(5)
    of = task("visit")
    training = samples.table(of, [one.frame for one in report.drawn.training])
    design = Design.of(training)
    matrix, label = design.matrix(training), samples.joined(report.drawn.training)[0]
    test = design.matrix(samples.table(of, [report.drawn.test.frame]))
    areas = []
    for _ in range(5):
        shuffled = draw.permutation(label)
        half = len(label) // 2
        one = learn_kind(
            kind,
            design,
            (matrix[:half], shuffled[:half]),
            (matrix[half:], shuffled[half:]),
            is_class=True,
            seed=1,
        )
        areas.append(roc_auc_score(report.drawn.test.label, one.score(test)))
    assert np.mean(areas) == pytest.approx(0.5, abs=3 * np.std(areas, ddof=1) / np.sqrt(5) + 0.02)


def test_sql_scores_visits_as_numpy_did_and_keeps_none(fitted):
    path, report = fitted
    best = report.models[0].learned
    end = report.moments.test + timedelta(days=61)
    scores = asked(path, "SELECT session_id, score, band FROM model.visit_scores(as_of := $end)", end=end)
    frame = report.drawn.test.frame
    expected = pl.DataFrame(
        {
            "session_id": frame["session_id"],
            "expected": best.score(best.design.matrix(samples.table(task("visit"), [frame]))),
        }
    )
    # The macro takes the thirty days before its moment.
    both = scores.join(expected, on="session_id")
    assert (
        both.height == scores.height == frame.filter(pl.col("started_at") >= end - timedelta(days=30)).height
    )
    assert (both["score"] - both["expected"]).abs().max() < 1e-12
    assert asked(path, "SELECT * FROM model.score").is_empty()
    assert asked(path, "SELECT * FROM duckdb_views() WHERE view_name = 'latest_visit'").is_empty()


@pytest.mark.usefixtures("quick")
def test_visits_of_another_day_are_scored_with_reasons_and_drift_is_told(fitted, tmp_path):
    path = tmp_path / "scored.duckdb"
    path.write_bytes(fitted[0].read_bytes())
    scores = martlet.score(path, "visit", as_of=datetime(2025, 11, 1).date())
    assert scores.columns == ["session_id", "score", "band", "reason_1", "reason_2", "reason_3"]
    assert scores["score"].is_between(0, 1).all()
    assert scores["reason_1"].str.contains("raised by|lowered by").all()
    drifted = martlet.measure_drift(path, "visit")
    assert "channel" in drifted["feature"]
    assert asked(path, "SELECT * FROM model.score").is_empty()


def test_the_card_speaks_of_visits(fitted):
    path, report = fitted
    result = click.testing.CliRunner().invoke(cli, ["model", "card", "visit", "--warehouse", str(path)])
    assert result.exit_code == 0, result.output
    text = " ".join(result.output.split())
    # The day of the gap is between.
    start = report.drawn.test.frame["started_at"].min()
    assert f"{report.drawn.test.frame.height:,} visits of the 60 days from {start:%Y-%m-%d} on" in text
    assert "made of the visits of 60 days at a time" in text
    assert "customers" not in text
    assert "model.visit_scores(as_of := ...) scores visits" in text


def test_leads_have_never_bought_and_their_first_order_is_what_is_foretold(warehouse_path):
    at = datetime(2025, 8, 1)
    with duckdb.connect(warehouse_path, read_only=True) as connection:
        found = samples.read(connection, task("lead"), at, gap=0, horizon=90)
        sql = """
            SELECT customer.customer_key, coalesce(bool_or(orders.ordered_at > $at), false) AS buys
            FROM star.dim_customer AS customer
            LEFT JOIN star.fact_order AS orders
                ON orders.customer_key = customer.customer_key
                AND main.is_sale(orders.status)
                AND orders.ordered_at <= $at + INTERVAL 90 DAY
            WHERE customer.customer_key <> 0 AND customer.signed_up_at < $at AND customer.ordered_before_data IS NOT TRUE
            GROUP BY customer.customer_key
            HAVING coalesce(min(orders.ordered_at) >= $at, true)
            ORDER BY customer.customer_key"""
        expected = connection.sql(sql, params={"at": at}).pl()
    assert expected.height > 20
    assert found.frame["customer_key"].to_list() == expected["customer_key"].to_list()
    assert found.label.tolist() == [float(buys) for buys in expected["buys"]]


def test_without_orders_visits_are_learnt_from_by_their_stage(given):
    draw = np.random.default_rng(3)
    first = datetime(2024, 1, 1)
    days = np.sort(draw.uniform(0, 500, 6000))
    mobile = draw.random(6000) < 0.5
    ordered = draw.random(6000) < np.where(mobile, 0.02, 0.1)
    warehouse = given(
        {
            "star.dim_device": pl.DataFrame({"device_key": [1, 2], "device_type": ["mobile", "desktop"]}),
            "star.fact_session": pl.DataFrame(
                {
                    "session_id": range(1, 6001),
                    "started_at": [first + timedelta(days=float(day)) for day in days],
                    "device_key": np.where(mobile, 1, 2),
                    "furthest_stage": np.where(ordered, "Purchase", "Homepage"),
                }
            ),
        }
    )
    with duckdb.connect(warehouse.path, read_only=True) as connection:
        drawn = draw_rows(connection, task("visit"), as_of=None, gap=1, horizon=60, seed=1)
        found = ask_outcome(connection)
    assert found["has_ordered"].sum() == ordered.sum()
    training = samples.table(task("visit"), [one.frame for one in drawn.training])
    alone, figures = best_alone(task("visit"), training, samples.joined(drawn.training)[0], drawn.test)
    assert alone == "device_type"
    expected = roc_auc_score(drawn.test.label, drawn.test.frame["device_type"] == "desktop")
    assert figures["auc"] == pytest.approx(expected)
