"""The model of caused orders on a warehouse file: fitted without its truth, kept, asked by queries, refused in words."""

import json
import shutil

import click.testing
import duckdb
import polars as pl
import pytest

import martlet
from martlet.cli import cli
from martlet.engine.errors import FitError, ParameterError

COMPANY = {"customers": 1_200, "days": 500, "seed": 11, "threads": 1}


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """Return a company that was fitted without its truth, the report, and the truth."""
    path = tmp_path_factory.mktemp("incremental") / "blind.duckdb"
    martlet.build(path, **COMPANY)
    with duckdb.connect(path) as connection:
        true = connection.execute("SELECT count(*) FROM truth.order_cause WHERE cause = 'touch'").fetchone()[
            0
        ]
        connection.execute("DROP SCHEMA truth CASCADE")
    report = martlet.fit("incremental", path, replicates=3, seed=5)
    return path, report, true


def test_the_model_runs_where_truth_was_dropped_and_finds_about_as_much(fitted):
    path, report, true = fitted
    assert report.found.caused.orders.sum() == pytest.approx(true, rel=0.35)
    with duckdb.connect(path, read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM truth.order_cause").fetchone() == (0,)


def test_what_is_kept_is_what_the_report_says(fitted):
    path, report, _ = fitted
    with martlet.open(path) as warehouse:
        answer = warehouse.query("attribution/incremental").pl()
    assert answer["step"].to_list() == report.frame["channel"].to_list()
    assert answer["caused_orders"].to_list() == pytest.approx(
        report.frame["caused_orders"].to_list(), rel=1e-6
    )
    margin = report.frame["orders_margin"]
    assert (margin >= 1.6448536269514722 * report.frame["orders_error"]).all()
    assert (answer["caused_orders"] - answer["low"]).to_list() == pytest.approx(margin.to_list(), rel=1e-6)
    assert (answer["share_high"] - answer["share"]).to_list() == pytest.approx(
        report.frame["share_margin"].to_list(), rel=1e-6
    )
    habit, every = answer["habit_orders"][0], answer["all_orders"][0]
    assert answer["caused_orders"].sum() + habit == pytest.approx(every)
    assert answer.filter(step="Direct")["is_control"].item()
    assert answer["fit_status"][0].startswith("fitted")


def test_campaigns_add_up_to_their_channels(fitted):
    with martlet.open(fitted[0]) as warehouse:
        channels = warehouse.query("attribution/incremental").pl()
        campaigns = warehouse.query("attribution/incremental", breakdown="campaign").pl()
    assert campaigns["caused_orders"].sum() == pytest.approx(channels["caused_orders"].sum())
    of_mail = campaigns.filter(campaigns["step"].str.starts_with("Email"))
    assert of_mail["caused_orders"].sum() == pytest.approx(
        channels.filter(step="Email")["caused_orders"].item()
    )


def test_weights_of_each_order_sum_to_one_and_touches_tell_them(fitted):
    path, report, _ = fitted
    with martlet.open(path) as warehouse:
        kept = warehouse.sql(
            "SELECT order_id, sum(weight) AS total, min(weight) AS least FROM model.touch_weight GROUP BY 1"
        ).pl()
        touches = warehouse.query("attribution/touches", model=["incremental"]).pl()
    assert kept.height == report.found.pairs.outcomes.size
    assert kept["total"].to_list() == pytest.approx([1.0] * kept.height)
    assert kept["least"].min() >= 0
    by_order = touches.group_by("order_id").agg(pl.col("weight").sum())
    assert by_order["weight"].to_list() == pytest.approx([1.0] * kept.height)
    assert touches.filter(touches["days_before"] < 0).is_empty()


def test_compare_has_the_fitted_shares_and_leaves_others_as_they_are(fitted):
    path, report, _ = fitted
    with martlet.open(path) as warehouse:
        alone = warehouse.query("attribution/compare", model=["last", "linear"]).pl()
        beside = warehouse.query("attribution/compare", model=["last", "linear", "incremental"]).pl()
    assert beside.filter(beside["model"] != "incremental").equals(alone)
    shares = dict(beside.filter(model="incremental").select("step", "conversion_share").iter_rows())
    for channel, share in report.frame.select("channel", "share").iter_rows():
        assert shares[channel] == pytest.approx(share, abs=0.002)


def test_without_a_fit_the_model_has_no_rows_and_others_do(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        both = warehouse.query("attribution/compare", model=["last", "incremental"]).pl()
        alone = warehouse.query("attribution/compare", model=["last"]).pl()
        score = warehouse.query("attribution/scorecard", model=["incremental"]).pl()
        answer = warehouse.query("attribution/incremental").pl()
    assert both.equals(alone)
    assert score.is_empty()
    assert answer.select("step", "caused_orders", "fit_status").rows() == [
        ("(nothing)", None, "not fitted: run martlet model fit incremental")
    ]


def test_a_fit_is_the_same_again_and_replaces_the_one_before(fitted, tmp_path):
    path = tmp_path / "again.duckdb"
    shutil.copy(fitted[0], path)
    report = martlet.fit("incremental", path, replicates=3, seed=5)
    assert report.frame.equals(fitted[1].frame)
    with martlet.open(path) as warehouse:
        assert (
            warehouse.sql("SELECT count(*) AS n FROM model.registry WHERE task = 'incremental'")
            .pl()["n"]
            .item()
            == 1
        )


def test_checks_are_kept_with_their_thresholds_and_told(fitted):
    path, report, _ = fitted
    with martlet.open(path) as warehouse:
        kept = warehouse.sql("SELECT * FROM model.diagnostic ORDER BY diagnostic").pl()
    assert kept["diagnostic"].to_list() == [
        "anonymous",
        "effective_orders",
        "halves",
        "negative_control",
        "placebo",
    ]
    assert set(kept.filter(~kept["is_passed"])["diagnostic"]) == set(report.refused)
    for name in kept["diagnostic"]:
        assert name in report.summary()


def test_nothing_of_who_is_forgotten_is_in_what_the_fit_kept(fitted, tmp_path):
    path = tmp_path / "forget.duckdb"
    shutil.copy(fitted[0], path)
    with duckdb.connect(path, read_only=True) as connection:
        name = connection.execute(
            "SELECT customer_id FROM star.dim_customer WHERE customer_key = (SELECT min(customer_key) FROM star.fact_order WHERE customer_key <> 0)"
        ).fetchone()[0]
        before = connection.execute("SELECT count(*), sum(weight) FROM model.touch_weight").fetchone()
    martlet.forget(name, warehouse=path)
    with duckdb.connect(path, read_only=True) as connection:
        # Weights are of orders and touches by number, which stay, of a customer without a name.
        assert (
            connection.execute("SELECT count(*), sum(weight) FROM model.touch_weight").fetchone()[0]
            == before[0]
        )
        tables = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'model' AND data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in tables:
            found = connection.execute(
                f"SELECT count(*) FROM model.{table} WHERE contains({column}, $name)", {"name": name}
            ).fetchone()
            assert found == (0,), (table, column)


def test_too_little_is_refused_with_the_number(tmp_path):
    path = tmp_path / "tiny.duckdb"
    martlet.build(path, customers=30, days=200, seed=1, threads=1)
    with pytest.raises(
        FitError, match=r"there are \d+ sales to known customers after their sign-up; at least 200"
    ):
        martlet.fit("incremental", path)


def test_options_of_another_task_and_impossible_ones_are_refused(warehouse_path):
    with pytest.raises(ParameterError, match="k is given, but means nothing for the task incremental"):
        martlet.fit("incremental", warehouse_path, k=3)
    with pytest.raises(ParameterError, match="controls is given, but means nothing for the task clv"):
        martlet.fit("clv", warehouse_path, controls="none")
    with pytest.raises(ParameterError, match="allowed are direct_and_brand, direct, none"):
        martlet.fit("incremental", warehouse_path, controls="all")
    with pytest.raises(ParameterError, match="replicates is 1; allowed are 0, and 2 to"):
        martlet.fit("incremental", warehouse_path, replicates=1)


def test_the_command_fits_and_answers_in_json(fitted, tmp_path):
    path = tmp_path / "command.duckdb"
    shutil.copy(fitted[0], path)
    run = click.testing.CliRunner().invoke(
        cli,
        ["model", "fit", "incremental", "-w", str(path), "--name", "free", "--controls", "none", "--replicates", "0", "-f", "json"],
    )  # fmt: skip
    assert run.exit_code == 0, run.output
    assert {row["channel"] for row in json.loads(run.stdout)} == set(fitted[1].frame["channel"])
    assert "controls: none" in run.stderr
    with martlet.open(path) as warehouse:
        free = warehouse.query("attribution/incremental", fit="free").pl()
    assert not free["is_control"].any()
    assert free["low"].is_null().all()


@pytest.mark.slow
def test_a_company_of_thousands_is_scored_close_to_the_truth(tmp_path):
    path = tmp_path / "large.duckdb"
    martlet.build(path, customers=8_000, seed=3, threads=1)
    martlet.fit("incremental", path, replicates=2)
    with martlet.open(path) as warehouse:
        card = warehouse.query(
            "attribution/scorecard", model=["incremental", "first_non_direct", "last"]
        ).pl()
    errors = dict(card.select("model", "mean_absolute_error").unique().iter_rows())
    ranks = dict(card.select("model", "rank_correlation").unique().iter_rows())
    assert errors["incremental"] < 0.025
    assert errors["incremental"] < errors["first_non_direct"] / 3
    assert ranks["incremental"] > 0.85
