"""Models that foretell on a warehouse file: learnt in the order of time, kept as rows, scored in SQL as in numpy, carried over, told in words."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise

import click.testing
import duckdb
import numpy as np
import polars as pl
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import martlet
from martlet.cli import cli
from martlet.engine.errors import FitError, ParameterError
from martlet.loaders import fitting
from martlet.loaders.fitting.predicting import rows
from martlet.loaders.fitting.predicting.compiling import score_query
from martlet.loaders.fitting.predicting.drifting import drift, reference
from martlet.loaders.fitting.predicting.learned import Learned
from martlet.loaders.fitting.predicting.moments import moments
from martlet.loaders.fitting.predicting.tasks import TASKS, task
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting
from martlet.models.predicting import measuring
from martlet.models.predicting.calibrating import Exponential, Isotonic, Line, Platt
from martlet.models.predicting.design import Column, Design
from martlet.models.predicting.linear import Linear, Term
from martlet.models.predicting.trees import boosted

from ...quick import quick_loads

TODAY = datetime(2025, 6, 1)
DAYS = 420


def shop(customers=400, seed=1):
    """Return customers who buy every three weeks until they stop, each day with the same chance, and who stop visiting then."""
    draw = np.random.default_rng(seed)
    orders, visits, people = [], [], []
    first = TODAY - timedelta(days=DAYS)
    for key in range(1, customers + 1):
        start = first + timedelta(days=float(draw.uniform(0, 200)))
        end = start + timedelta(days=float(draw.exponential(250)))
        people.append((key, f"c{key:04}", start, "female" if key % 2 else "male"))
        at = start
        while at < min(end, TODAY):
            orders.append((key, at, round(float(draw.gamma(4, 20)), 2)))
            at += timedelta(days=float(draw.exponential(21)))
        seen = start
        while seen < min(end, TODAY):
            visits.append((key, seen))
            seen += timedelta(days=float(draw.exponential(12)))
    return {
        "star.dim_customer": pl.DataFrame(
            people, schema=["customer_key", "customer_id", "signed_up_at", "gender"], orient="row"
        ),
        "star.fact_order": pl.DataFrame(
            orders, schema=["customer_key", "ordered_at", "net_revenue"], orient="row"
        )
        .with_row_index("order_id", offset=1)
        .with_columns(pl.col("net_revenue").cast(pl.Decimal(18, 2))),
        "star.fact_session": pl.DataFrame(
            visits, schema=["customer_key", "started_at"], orient="row"
        ).with_row_index("session_id", offset=1),
    }


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, _empty_warehouse):
    """The path of a shop with a fit of churn, and its report; its packs are those of the empty file, and marts are left out."""
    path = tmp_path_factory.mktemp("predicting") / "shop.duckdb"
    path.write_bytes(_empty_warehouse.read_bytes())
    with quick_loads(), rewriting(path, start_from_existing=True) as connection:
        for table, frame in shop().items():
            star.insert(connection, table, frame)
    with quick_loads():
        return path, martlet.fit("churn", path, horizon=45, gap=5, fitted_at=TODAY)


def asked(path, sql, **params):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql, params).fetchall()


def test_each_outcome_is_over_before_the_next_moment_and_the_test_is_the_last(fitted):
    _, report = fitted
    found = report.moments
    times = [*found.training, found.validation, found.test, found.now]
    assert times == sorted(times)
    assert all(later - earlier == timedelta(days=50) for earlier, later in pairwise(times))
    assert found.now == datetime(2025, 6, 1)


def test_who_stops_is_told_from_who_stays(fitted):
    _, report = fitted
    best = report.models[0]
    # Who stopped visiting three weeks ago has stopped, which one feature says nearly as well, and the recency of buying less so.
    assert report.alone == "days_since_visit"
    assert best.figures["test"]["auc"] > best.figures["baseline"]["auc"] - 0.01 > 0.9
    test = report.drawn.test
    assert best.figures["test"]["auc"] > roc_auc_score(test.label, test.frame["recency_days"]) > 0.6
    assert best.figures["test"]["log_loss"] < 0.693
    assert {one.feature for one in best.drivers[:5]} & {
        "recency_days",
        "days_since_visit",
        "visits_30d",
        "orders_30d",
    }


def test_the_figures_on_the_test_are_those_of_scores_and_orders_that_anybody_can_work_out(fitted):
    path, report = fitted
    at, (start, end) = report.moments.test, (5, 50)
    found = asked(
        path,
        """
        SELECT scores.score, count(orders.order_id) = 0
        FROM model.churn_scores(as_of := $at) AS scores
        LEFT JOIN star.fact_order AS orders
            ON orders.customer_key = scores.customer_key AND orders.ordered_at > $start AND orders.ordered_at <= $end
        GROUP BY scores.customer_key, scores.score""",
        at=at,
        start=at + timedelta(days=start),
        end=at + timedelta(days=end),
    )
    score, label = np.array([row[0] for row in found]), np.array([float(row[1]) for row in found])
    told = report.models[0].figures["test"]
    assert told["rows"] == len(found)
    assert told["auc"] == pytest.approx(measuring.auc(label, score), abs=1e-12)
    assert told["brier"] == pytest.approx(((score - label) ** 2).mean(), abs=1e-12)


def test_sql_scores_as_numpy_did_and_bands_agree(fitted):
    path, _ = fitted
    ((count, apart, other_band),) = asked(
        path,
        "SELECT count(*), max(abs(macro.score - kept.score)), count(*) FILTER (WHERE macro.band <> kept.band) "
        "FROM model.churn_scores() AS macro INNER JOIN model.latest_churn AS kept ON kept.customer_key = macro.customer_key",
    )
    ((kept,),) = asked(path, "SELECT count(*) FROM model.score")
    assert count == kept > 100
    assert apart < 1e-12
    assert other_band == 0


def made(kind):
    """Return a model of some kind over numbers with gaps, and words, of random rows, and these rows."""
    draw = np.random.default_rng(3)
    matrix = np.column_stack(
        [draw.normal(size=900), draw.poisson(2, 900).astype(float), draw.integers(0, 2, 900).astype(float)]
    )
    matrix[draw.random(900) < 0.3, 0] = np.nan
    label = (draw.random(900) < 0.3 + 0.4 * (np.nan_to_num(matrix[:, 0], nan=1) > 0) * matrix[:, 2]).astype(
        float
    )
    design = Design((Column("recency_days"), Column("visits"), Column("gender", "it's")))
    if kind == "linear":
        terms = (
            Term(0, False, 0.3, -0.1, 1.7, 0.9),
            Term(0, True, 0.3, 0.2, 0.4, -1e-7),
            Term(2, False, 0.0, 0.5, 0.5, 12.5),
        )
        return Learned(kind, design, Linear(-0.3, terms), Platt(1.3, -0.2), 0.0), matrix
    if kind == "amount":
        trees = boosted(matrix, label * 40, is_class=False, seed=1)
        return Learned("boosted", design, trees, Exponential(1.3), 0.0), matrix
    if kind == "line":
        terms = (Term(1, False, 0.0, 1.5, 2.0, 30.0), Term(2, False, 0.0, 0.5, 0.5, 12.5))
        return Learned("linear", design, Linear(20.0, terms), Line(0.7, -3.0), 0.0), matrix
    curve = Isotonic((-1.0, 0.1, 0.8), (0.01, 0.3, 0.99)) if kind == "steps" else Platt(1.1, 0.05)
    return Learned("boosted", design, boosted(matrix, label, is_class=True, seed=1), curve, 0.0), matrix


@pytest.mark.parametrize("kind", ["linear", "boosted", "steps", "amount", "line"])
def test_each_kind_of_model_is_the_same_in_sql_to_the_last_digits(kind):
    learned, matrix = made(kind)
    frame = pl.DataFrame(
        {
            "customer_key": range(len(matrix)),
            "as_of": [TODAY] * len(matrix),
            "recency_days": [None if np.isnan(value) else value for value in matrix[:, 0]],
            "visits": matrix[:, 1],
            "orders_365d": [1] * len(matrix),
            "gender": ["it's" if one else None for one in matrix[:, 2]],
        }
    )
    with duckdb.connect() as connection:
        connection.register("rows", frame)
        sql = score_query(learned, task("churn"), {"band_high": 0.8, "band_medium": 0.5}, "rows")
        found = connection.execute(f"SELECT score, band FROM ({sql}) ORDER BY customer_key").fetchall()
    scores = learned.score(matrix)
    assert np.array([row[0] for row in found]) == pytest.approx(scores, abs=1e-12)
    assert [row[1] for row in found] == [
        "high" if one >= 0.8 else "medium" if one >= 0.5 else "low" for one in scores
    ]


def test_a_model_is_read_back_from_its_rows_to_the_last_bit(fitted):
    path, report = fitted
    at = report.today.frame
    with duckdb.connect(path, read_only=True) as connection:
        for one in report.models:
            again = rows.read_back(connection, f"churn.{one.learned.kind}")
            table = fitting.predicting.samples.table(report.task, [at])
            mine = one.learned.score(one.learned.design.matrix(table))
            assert np.array_equal(again.score(again.design.matrix(table)), mine)


def test_scores_have_reasons_in_words_and_the_first_moves_most(fitted):
    path, _ = fitted
    found = asked(
        path, "SELECT score, band, reason_1, reason_2, reason_3 FROM model.latest_churn ORDER BY score DESC"
    )
    assert all(
        re.fullmatch(r"(raised|lowered) by .+: .+ \(typical .+\)", reason)
        for row in found
        for reason in row[2:]
        if reason
    )
    assert found[0][1] == "high"
    assert found[0][2].startswith("raised by")


def test_the_card_says_what_the_figures_are(fitted):
    path, report = fitted
    result = click.testing.CliRunner().invoke(cli, ["model", "card", "churn", "--warehouse", str(path)])
    assert result.exit_code == 0, result.output
    text = " ".join(result.output.split())
    best = report.models[0].figures
    for section in ("What it says", "What it is worth", "What drives it", "Is it fair", "When not to use it"):
        assert section in text
    for subset in ("test", "baseline", "random_split"):
        assert f"{best[subset]['auc']:.3f}" in text
    assert f"gain of {best['decision']['gain']:,.0f}" in text
    assert report.models[0].drivers[0].feature in text


def test_the_gain_of_the_offer_is_that_of_the_tenths_if_all_are_reached(fitted):
    path, report = fitted
    with martlet.open(path) as warehouse:
        lift = warehouse.query("predict/lift").pl()
    assert float(lift["gain_so_far"][-1]) == pytest.approx(
        report.models[0].figures["decision"]["gain_of_everybody"], abs=0.01
    )
    assert lift["outcome_share_so_far"][-1] == pytest.approx(1)


@pytest.mark.slow
def test_a_second_fit_counts_on_and_another_name_stands_beside_it(fitted, tmp_path):
    path = tmp_path / "again.duckdb"
    path.write_bytes(fitted[0].read_bytes())
    martlet.fit("churn", path, horizon=45, gap=5, fitted_at=TODAY)
    martlet.fit("purchase", path, name="soon", horizon=30, fitted_at=TODAY)
    found = asked(
        path, "SELECT model, version, is_chosen FROM model.registry WHERE version IS NOT NULL ORDER BY model"
    )
    assert [(name, version) for name, version, _ in found] == [
        ("churn.boosted", 2),
        ("churn.linear", 2),
        ("soon.boosted", 1),
        ("soon.linear", 1),
    ]
    assert sum(chosen for name, _, chosen in found if name.startswith("soon")) == 1
    # The same data and seed make the same model.
    for table in ("tree_node", "coefficient", "score", "metric"):
        sql = f"SELECT * FROM model.{table} WHERE starts_with(model, 'churn.') ORDER BY ALL"
        assert asked(path, sql) == asked(fitted[0], sql)
    ((scored,),) = asked(path, "SELECT count(*) FROM model.soon_scores()")
    assert scored > 300


@pytest.mark.slow
def test_fits_are_carried_over_and_their_macros_are_made_again(fitted, tmp_path):
    path = tmp_path / "new.duckdb"
    with rewriting(path) as connection:
        star.create(connection)
        connection.execute(f"ATTACH '{fitted[0]}' AS before (READ_ONLY)")
        for table in shop():
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * FROM before.{table} WHERE customer_key <> 0"
            )
        fitting.carry_over(connection, "before")
        connection.execute("DETACH before")
        star.refresh(connection)
        fitting.create_macros(connection)
    sql = "SELECT customer_key, score, band FROM model.churn_scores() ORDER BY customer_key"
    assert asked(path, sql) == asked(fitted[0], sql)


@pytest.mark.slow
def test_who_is_forgotten_keeps_a_score_without_reasons_and_the_macro_stays(warehouse_path, tmp_path):
    path = tmp_path / "forgotten.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    model = {"model": "churn.linear"}
    kept = {
        "registry": {
            "task": "churn",
            "fitted_at": TODAY,
            "as_of": TODAY,
            "rows": 9,
            "converged": True,
            "is_chosen": True,
        },
        "parameter": {
            "name": ["platt_slope", "platt_intercept", "band_high", "band_medium"],
            "value": [1.0, 0.0, 0.9, 0.7],
        },
        "coefficient": {
            "position": [0, 1],
            "feature": ["(constant)", "visits"],
            "is_missing": [False, False],
            "fill": [0.0, 1.0],
            "centre": [0.0, 5.0],
            "spread": [1.0, 2.0],
            "coefficient": [0.3, -0.2],
        },
        "score": {
            "as_of": TODAY,
            "customer_key": [1, 2],
            "score": 0.4,
            "band": "low",
            "reason_1": "raised by age: 40 (typical 30)",
        },
    }
    with rewriting(path, start_from_existing=True) as connection:
        for table, columns in kept.items():
            star.insert(connection, f"model.{table}", pl.DataFrame({**model, **columns}))
        fitting.predicting.create_macros(connection)
    before = asked(path, "SELECT customer_key, score FROM model.churn_scores() ORDER BY customer_key")
    ((name,),) = asked(path, "SELECT customer_id FROM star.dim_customer WHERE customer_key = 1")
    martlet.forget(name, warehouse=path)
    found = asked(path, "SELECT customer_key, score, reason_1 FROM model.latest_churn ORDER BY customer_key")
    assert found == [(1, 0.4, None), (2, 0.4, "raised by age: 40 (typical 30)")]
    assert asked(path, "SELECT customer_key, score FROM model.churn_scores() ORDER BY customer_key") == before
    assert len(before) > 50


@pytest.mark.usefixtures("quick")
def test_another_day_is_scored_and_the_latest_stays_the_latest(fitted, tmp_path):
    path = tmp_path / "scored.duckdb"
    path.write_bytes(fitted[0].read_bytes())
    found = fitting.score(path, as_of=date(2025, 3, 1))
    with duckdb.connect(path, read_only=True) as connection:
        macro = connection.sql(
            "SELECT customer_key, score FROM model.churn_scores(as_of := TIMESTAMP '2025-03-01') ORDER BY customer_key"
        ).pl()
        moments_kept = connection.sql("SELECT DISTINCT as_of FROM model.score ORDER BY as_of").fetchall()
    assert found["customer_key"].to_list() == macro["customer_key"].to_list()
    assert found["score"].to_numpy() == pytest.approx(macro["score"].to_numpy(), abs=1e-12)
    assert moments_kept == [(datetime(2025, 3, 1),), (TODAY,)]
    assert len(asked(path, "SELECT * FROM model.latest_churn")) == len(
        asked(fitted[0], "SELECT * FROM model.latest_churn")
    )


@pytest.mark.usefixtures("quick")
def test_drift_is_told_and_kept(fitted, tmp_path):
    path = tmp_path / "drift.duckdb"
    path.write_bytes(fitted[0].read_bytes())
    found = fitting.measure_drift(path)
    assert "(score)" in found["feature"].to_list()
    assert found["psi"].to_list() == sorted(found["psi"], reverse=True)
    with martlet.open(path) as warehouse:
        kept = warehouse.query("predict/drift").pl()
    assert kept.height == found.height


@pytest.mark.usefixtures("quick")
def test_a_fit_is_made_again_where_its_scores_have_drifted(fitted, tmp_path):
    path = tmp_path / "again.duckdb"
    path.write_bytes(fitted[0].read_bytes())
    version = "SELECT max(version), max(horizon_days), max(gap_days) FROM model.registry WHERE task = 'churn'"
    refit = ["model", "refit", "churn", "--if-drifted", "-w", str(path)]
    # Of this shop ever more customers have stopped.
    ran = click.testing.CliRunner().invoke(cli, refit)
    assert (ran.exit_code, asked(path, version)) == (0, [(2, 45, 5)])
    assert "churn.boosted: learnt from" in ran.output
    # What led to it is still to be seen.
    assert asked(path, "SELECT band FROM model.drift WHERE feature = '(score)'") == [("another",)]
    scores = np.array(asked(path, "SELECT score FROM model.latest_churn"))[:, 0]
    with rewriting(path, start_from_existing=True) as connection:
        model = connection.execute("SELECT model FROM model.registry WHERE is_chosen").fetchone()[0]
        connection.execute("DELETE FROM model.reference WHERE feature = '(score)'")
        kept = reference({"(score)": scores}).with_columns(model=pl.lit(model))
        star.insert(connection, "model.reference", kept)
    ran = click.testing.CliRunner().invoke(cli, refit)
    assert (ran.exit_code, asked(path, version)) == (0, [(2, 45, 5)])
    assert "was not fitted again" in ran.output


def test_nothing_drifts_from_itself_and_a_shift_is_another_population():
    draw = np.random.default_rng(1)
    values = {"x": draw.normal(size=5_000), "word": ["a", "b", None, "a"] * 1_250}
    kept = reference(values)
    assert kept.group_by("feature").agg(pl.col("share").sum().round(9)).get_column("share").to_list() == [
        1,
        1,
    ]
    assert drift(kept, values)["psi"].to_list() == [0, 0]
    moved = drift(kept, {"x": values["x"] + 1.5, "word": ["a", "a", None, "b"] * 1_250})
    bands = dict(moved.select("feature", "band").iter_rows())
    assert bands == {"x": "another", "word": "stable"}


def test_too_little_time_is_refused_with_what_would_do():
    with pytest.raises(
        FitError, match=r"go back 200 days; a gap of 7 and a horizon of 90 take 381.*shorter horizon"
    ):
        moments(TODAY - timedelta(days=200), TODAY, gap=7, horizon=90)


@pytest.mark.parametrize(
    ("task_name", "options", "error", "message"),
    [
        ("churn", {"horizon": 4000}, ParameterError, "horizon is 4000; allowed are 1 to 3650 days"),
        ("churn", {"gap": -1}, ParameterError, "gap is -1; allowed are 0 to 3650 days"),
        ("churn", {"k": 3}, ParameterError, "k is given, but means nothing for the task churn"),
        ("clv", {"horizon": 3}, ParameterError, "horizon is given, but means nothing for the task clv"),
        ("chrun", {}, ParameterError, "there is no task 'chrun'.*Did you mean 'churn'"),
        ("churn", {"horizon": 200}, FitError, "take 711"),
    ],
)
def test_what_can_t_be_is_refused(fitted, task_name, options, error, message):
    with pytest.raises(error, match=message):
        martlet.fit(task_name, fitted[0], **options)


@pytest.mark.slow
def test_who_accepts_the_last_offer_is_foretold_as_well_as_scikit_learn_does_from_the_file(shared, tmp_path):
    source, path = shared / "data" / "customer_personality.csv", tmp_path / "grocer.duckdb"
    martlet.ingest("customer_personality", source, warehouse=path, as_of=date(2014, 7, 1))
    report = martlet.fit("response", path, fitted_at=TODAY)
    # The file itself, straight into a pipeline, over random fifths.
    frame = pl.read_csv(source, infer_schema_length=None)
    columns = [
        name
        for name in frame.columns
        if name.startswith(("Mnt", "Num", "Accepted")) or name in ("Recency", "Income", "Kidhome", "Teenhome")
    ]
    matrix = frame.select(pl.col(columns).cast(pl.Float64)).to_numpy()
    pipeline = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=500))
    areas = cross_val_score(pipeline, matrix, frame["Response"].to_numpy(), cv=5, scoring="roc_auc")
    test = report.models[0].figures["test"]
    assert test["rows"] == pytest.approx(0.2 * 2240, abs=15)
    assert test["auc"] > areas.mean() - 2 * test["auc_error"]
    assert test["auc"] > 0.8
    assert {one.feature for one in report.models[0].drivers[:5]} & {"earlier_answers", "told_recency_days"}
    with pytest.raises(ParameterError, match="gap and horizon mean nothing for the task response"):
        martlet.fit("response", path, gap=3)


def test_a_fit_that_is_not_there_is_named(fitted):
    with pytest.raises(ParameterError, match="there is no fit 'churm'.*Did you mean 'churn'"):
        fitting.score(fitted[0], "churm")


def test_every_task_names_columns_that_there_are(star):
    for name in TASKS:
        one = task(name)
        columns = fitting.predicting.samples.words_of(one)
        assert set(one.leave_out) <= set(columns)
        with_outcome = fitting.predicting.samples.read(
            star.connection, one, TODAY, gap=one.gap, horizon=one.horizon
        )
        assert with_outcome.frame.height == 0
