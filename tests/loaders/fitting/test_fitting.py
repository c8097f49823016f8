"""Fits on a warehouse file: kept in one step, read by the queries, told when stale, refused in words."""

import importlib
import json
from datetime import date, datetime, timedelta

import click.testing
import numpy as np
import polars as pl
import pytest

import martlet
from martlet.cli import cli
from martlet.engine.errors import FitError, ParameterError, WarehouseError
from martlet.loaders import fitting
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

from ...quick import quick_loads

START = datetime(2024, 1, 1)
DAYS = 730
PLANTED = {"r": 0.6, "alpha": 50.0, "a": 0.8, "b": 2.5}


def simulated(count, *, repeats=True, seed=4):
    """Return orders of customers who buy and leave by BG/NBD, and spend by Gamma-Gamma."""
    draw = np.random.default_rng(seed)
    first = draw.uniform(0, DAYS - 30, count)
    rate = draw.gamma(PLANTED["r"], 1 / PLANTED["alpha"], count)
    leaves = draw.beta(PLANTED["a"], PLANTED["b"], count)
    nu = draw.gamma(4, 1 / 90, count)
    rows, gone = [], {}
    for key in range(count):
        at = first[key]
        while at < DAYS:
            rows.append((key + 1, START + timedelta(days=at), round(draw.gamma(5, 1) / nu[key], 2)))
            if not repeats or (at > first[key] and draw.random() < leaves[key]):
                gone[key] = rows[-1][1]
                break
            at += draw.exponential(1 / rate[key])
    frame = pl.DataFrame(rows, schema=["customer_key", "ordered_at", "net_revenue"], orient="row")
    return {
        "star.dim_customer": pl.DataFrame(
            {"customer_key": range(1, count + 1), "customer_id": [f"c{key}" for key in range(1, count + 1)]}
        ),
        "star.fact_order": frame.with_row_index("order_id", offset=1).with_columns(
            pl.col("net_revenue").cast(pl.Decimal(18, 2))
        ),
        "truth.customer": pl.DataFrame(
            {
                "customer_key": range(1, count + 1),
                "purchase_rate": rate,
                "dropout_probability": leaves,
                "churned_at": [gone.get(key) for key in range(count)],
                "mean_spend": pl.Series(5 / nu).round(2).cast(pl.Decimal(18, 2)),
                "style": ["plain"] * count,
                "open_factor": np.ones(count),
                "satisfaction": np.zeros(count),
            },
            schema_overrides={"churned_at": pl.Datetime("us")},
        ),
    }


@pytest.fixture(scope="module")
def orders():
    return simulated(1500)


def made(path, tables):
    """Make a warehouse of these tables, without marts and packs: queries bring their own SQL."""
    with quick_loads(), rewriting(path) as connection:
        star.create(connection)
        for table, frame in tables.items():
            star.insert(connection, table, frame)
    return path


@pytest.fixture
def path(tmp_path, orders):
    with quick_loads():
        yield made(tmp_path / "w.duckdb", orders)


def test_a_fit_is_kept_and_read_by_the_queries(given, orders):
    with given(orders) as opened:
        path = opened.path
    report = martlet.fit("clv", path, fitted_at=datetime(2026, 1, 2))
    assert [one.name for one in report.fits] == ["clv", "clv_holdout"]
    assert report.refused == {}
    with martlet.open(path) as opened:
        registry = opened.sql("FROM model.registry ORDER BY model").pl()
        kept = opened.sql("FROM model.parameter").pl()
        answer = opened.sql("FROM value.clv").pl()
        profile = opened.sql("SELECT customer_key, estimated_clv, clv_method FROM mart.customer_profile").pl()
        three_years = opened.query(
            "value/clv", horizon_days=1095.75, discount_rate=0, include_older=True
        ).pl()
    assert registry["model"].to_list() == [
        f"{name}.{model}"
        for name in ("clv", "clv_holdout")
        for model in ("bg_nbd", "gamma_gamma", "pareto_nbd")
    ]
    assert set(registry["fitted_at"]) == {datetime(2026, 1, 2)}
    assert registry["converged"].all()
    for row in report.frame.to_dicts():
        (value,) = kept.filter(model=row["model"], name=row["name"])["value"]
        assert value == pytest.approx(row["value"], rel=1e-7)
    # Purchases of a day are one, which moves the planted ones a little: five standard errors.
    bg = {row["name"]: row for row in kept.filter(model="clv.bg_nbd").to_dicts()}
    for name, planted in PLANTED.items():
        assert abs(bg[name]["value"] - planted) < 5 * bg[name]["standard_error"]
    assert answer.height == registry.filter(model="clv.bg_nbd")["rows"].item() == 1500
    assert set(answer["fit_status"]) == {"fitted"}
    assert answer["clv"].null_count() == 0
    # The stored value of the practice view is that of the same fit.
    both = profile.join(three_years, on="customer_key")
    assert both.height == 1500
    assert set(both["clv_method"]) == {"model"}
    assert both["estimated_clv"].to_list() == both["expected_revenue"].to_list()


def test_the_holdout_fit_sees_nothing_of_what_it_foretells(path):
    martlet.fit("clv", path, holdout_from=date(2025, 7, 1))
    with martlet.open(path) as opened:
        held = opened.sql("SELECT as_of, rows FROM model.registry WHERE model = 'clv_holdout.bg_nbd'").rows()
        known = opened.sql(
            "SELECT count(DISTINCT customer_key) FROM star.fact_order WHERE ordered_at < '2025-07-01'"
        ).rows()
        rows = opened.query("value/clv_holdout").pl()
        weeks = opened.query("value/clv_holdout", by="week").pl()
        tenths = opened.query("value/clv_holdout", by="decile").pl()
        later = opened.sql(
            "SELECT count(DISTINCT (customer_key, ordered_at::DATE)) FROM star.fact_order AS o WHERE ordered_at >= '2025-07-01' "
            "AND EXISTS (FROM star.fact_order AS e WHERE e.customer_key = o.customer_key AND e.ordered_at < '2025-07-01')"
        ).rows()
    assert held == [(datetime(2025, 6, 30, 23, 59, 59, 999999), known[0][0])]
    for answer in (rows, weeks, tenths):
        assert answer["observed_purchases"].sum() == later[0][0]
        assert answer["expected_purchases"].sum() == pytest.approx(rows["expected_purchases"].sum(), rel=1e-9)
        assert answer["expected_cumulative"][-1] == pytest.approx(answer["expected_purchases"].sum())
    observed, expected = rows["observed_purchases"].sum(), rows["expected_purchases"].sum()
    # Its story is the true one: counts of a thousand customers scatter more than Poisson's; a fifth is four of its errors.
    assert expected == pytest.approx(observed, rel=0.2)
    assert tenths["lift"][0] > 2
    assert tenths["lift"][-1] < 1
    assert tenths["expected_per_customer"].to_list() == sorted(tenths["expected_per_customer"], reverse=True)


def test_chances_of_being_there_are_as_often_right_where_the_story_is_true(path):
    martlet.fit("clv", path)
    with martlet.open(path) as opened:
        rows = opened.query("value/scorecard").pl()
        truth = dict(opened.sql("SELECT customer_key, churned_at IS NULL FROM truth.customer").rows())
        chances = opened.query("value/clv").pl().filter(pl.col("x") > 0)
    assert rows["customers"].sum() == 1500
    for row in rows.to_dicts():
        if row["bucket"] == "never_again":
            # Some bought again on the day of their first purchase, and left.
            assert row["mean_p_alive"] == 1.0
            assert row["alive_share"] > 0.99
        else:
            # Four of the errors of so many draws, and a little for the parameters, which are estimated.
            spread = (row["mean_p_alive"] * (1 - row["mean_p_alive"]) / row["customers"]) ** 0.5
            assert abs(row["calibration_error"]) < 4 * spread + 0.03
    there = [chance for key, chance in chances.select("customer_key", "p_alive").rows() if truth[key]]
    left = [chance for key, chance in chances.select("customer_key", "p_alive").rows() if not truth[key]]
    wins = sum((a > b) + 0.5 * (a == b) for a in there for b in left)
    assert rows["auc"][0] == pytest.approx(wins / (len(there) * len(left)), rel=1e-9)
    assert rows["auc"][0] > 0.7
    # Better than chance by far; what a few purchases can tell of a rate is bounded.
    assert rows["rate_correlation"][0] > 0.4
    assert rows["spend_correlation"][0] > 0.4


def test_a_fit_of_another_name_stands_beside(path):
    martlet.fit("clv", path)
    martlet.fit("clv", path, name="until_june", until=date(2025, 7, 1))
    martlet.fit("clv", path)
    with martlet.open(path) as opened:
        assert opened.sql("SELECT count(*), count(DISTINCT model) FROM model.registry").rows() == [(12, 12)]
        answers = [
            opened.query("value/clv", fit=name).pl()["expected_purchases"].sum()
            for name in ("clv", "until_june")
        ]
    assert answers[0] != answers[1]


def test_fits_are_the_same_to_the_last_digit_kept(path):
    kept = []
    for _ in range(2):
        martlet.fit("clv", path)
        with martlet.open(path) as opened:
            kept.append(opened.sql("FROM model.parameter ORDER BY ALL").rows())
    assert kept[0] == kept[1]


@pytest.mark.usefixtures("quick")
def test_orders_that_come_later_make_a_fit_stale(tmp_path, orders):
    path = tmp_path / "w.duckdb"
    exported = orders["star.fact_order"].select(
        "order_id",
        pl.col("customer_key").alias("customer_id"),
        "ordered_at",
        pl.col("net_revenue").alias("total"),
    )
    exported.write_csv(tmp_path / "orders.csv")
    martlet.ingest("orders", tmp_path / "orders.csv", warehouse=path)
    martlet.fit("clv", path)
    statuses = []
    with martlet.open(path) as opened:
        statuses += opened.query("value/clv").pl()["fit_status"].unique().to_list()
    (tmp_path / "more.csv").write_text(
        "order_id,customer_id,ordered_at,total\n900001,1,2025-12-31 10:00:00,20.00\n", encoding="utf-8"
    )
    martlet.ingest("orders", tmp_path / "more.csv", warehouse=path)
    with martlet.open(path) as opened:
        later = opened.query("value/clv").pl()
    assert later["clv"].null_count() == 0
    statuses += later["fit_status"].unique().to_list()
    martlet.fit("clv", path)
    with martlet.open(path) as opened:
        statuses += opened.query("value/clv").pl()["fit_status"].unique().to_list()
    assert statuses == ["fitted", "stale: fitted before the last load", "fitted"]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (dict, "no sales of known customers"),
        (lambda: simulated(3), "there are 3 customers"),
        (lambda: simulated(200, repeats=False), "bought once only"),
    ],
)
def test_what_can_not_be_fitted_leaves_the_file_as_it_was(tmp_path, tables, words):
    path = made(tmp_path / "w.duckdb", tables())
    before = path.read_bytes()
    with pytest.raises(FitError, match=words):
        martlet.fit("clv", path)
    assert path.read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_spending_is_refused_alone(tmp_path, orders):
    alike = orders | {
        "star.fact_order": orders["star.fact_order"].with_columns(
            net_revenue=pl.lit("0.00").cast(pl.Decimal(18, 2))
        )
    }
    path = made(tmp_path / "w.duckdb", alike)
    report = martlet.fit("clv", path)
    assert set(report.refused) == {"clv.gamma_gamma", "clv_holdout.gamma_gamma"}
    with martlet.open(path) as opened:
        answer = opened.query("value/clv").pl()
    assert set(answer["fit_status"]) == {"fitted, but not what a purchase comes to"}
    assert (answer["p_alive"].null_count(), answer["clv"].null_count()) == (0, answer.height)


@pytest.mark.parametrize(
    ("task", "name", "words"),
    [
        ("clvv", None, "no task 'clvv'.*'clv'"),
        ("clv", "a.b", "name is 'a.b'"),
        ("clv", "x_holdout", "not end with"),
        ("clv", "", "name is ''"),
    ],
)
def test_impossible_tasks_and_names_are_refused(path, task, name, words):
    with pytest.raises(ParameterError, match=words):
        martlet.fit(task, path, name=name)


def test_a_file_of_another_program_is_refused(tmp_path):
    with pytest.raises(WarehouseError, match="there is no warehouse"):
        martlet.fit("clv", tmp_path / "none.duckdb")


def test_without_scipy_a_fit_names_the_extra_and_the_queries_answer(path, monkeypatch):
    real = importlib.import_module

    def without(name, *rest):
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(FitError, match=r"martlet\[models\]"):
        martlet.fit("clv", path)
    with martlet.open(path) as opened:
        answer = opened.query("value/clv").pl()
        assert (answer.height, answer["p_alive"].null_count()) == (1500, 1500)
        assert opened.query("value/churn_risk").pl().height == 1500


def test_the_command_prints_the_parameters(path):
    run = click.testing.CliRunner()
    result = run.invoke(cli, ["model", "fit", "clv", "-w", str(path), "--format", "json"])
    assert result.exit_code == 0, result.stderr
    rows = json.loads(result.stdout)
    assert {row["model"] for row in rows} >= {"clv.bg_nbd", "clv_holdout.gamma_gamma"}
    assert {row["name"] for row in rows if row["model"] == "clv.bg_nbd"} == set(PLANTED)
    wrong = run.invoke(cli, ["model", "fit", "value", "-w", str(path)])
    assert wrong.exit_code != 0


def test_a_warehouse_that_is_made_is_fitted_where_that_is_possible(tmp_path, path):
    with rewriting(path, start_from_existing=True) as connection:
        fitting.fit_if_possible(connection)
        assert connection.execute("SELECT count(*) FROM model.registry").fetchall() == [(6,)]
    empty = made(tmp_path / "empty.duckdb", {})
    with rewriting(empty, start_from_existing=True) as connection:
        fitting.fit_if_possible(connection)
        assert connection.execute("SELECT count(*) FROM model.registry").fetchall() == [(0,)]


def test_fits_of_other_names_go_on_into_a_new_file(tmp_path, path):
    martlet.fit("clv", path, name="mine")
    martlet.fit("clv", path)
    new = made(tmp_path / "new.duckdb", {})
    with rewriting(new, start_from_existing=True) as connection:
        connection.execute(
            "INSERT INTO model.registry BY NAME SELECT 'clv.bg_nbd' AS model, 'clv' AS task, now() AS fitted_at, now() AS as_of, "
            "9 AS load_id, 1 AS rows, true AS converged"
        )
        connection.execute(f"ATTACH '{path}' AS before (READ_ONLY)")
        fitting.carry_over(connection, "before")
        names = connection.execute(
            "SELECT model FROM model.registry WHERE load_id <> 9 ORDER BY 1"
        ).fetchall()
        kept = connection.execute(
            "SELECT count(*) FROM model.parameter WHERE model = 'mine.bg_nbd'"
        ).fetchall()
        mixed = connection.execute(
            "SELECT count(*) FROM model.parameter WHERE model = 'clv.bg_nbd'"
        ).fetchall()
        connection.execute("DETACH before")
    assert ("mine.bg_nbd",) in names
    assert ("clv.bg_nbd",) not in names
    assert (kept, mixed) == ([(4,)], [(0,)])
