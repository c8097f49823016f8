"""Uplift on a warehouse file: learnt from hold-outs and experiments, told in SQL as numpy tells it, and refused in words where nothing can be said."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import click.testing
import duckdb
import numpy as np
import polars as pl
import pytest

import martlet
from martlet.cli import cli
from martlet.engine.errors import FitError, ParameterError
from martlet.loaders import fitting
from martlet.loaders.fitting.predicting import rows, samples
from martlet.loaders.fitting.predicting.compiling import score_query
from martlet.loaders.fitting.predicting.tasks import task
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting
from martlet.models.uplift.measuring import Trial

from ...quick import quick_loads

TODAY = datetime(2025, 6, 1)
CUSTOMERS = 900
MAILINGS = 10


def shop(seed=1, held=0.35, moved=0.5):
    """Return customers of whom women buy on the day after a mail with a chance of `moved`, and who all buy now and then anyway.

    A tenth mailing goes to two people alone; a kind without hold-outs, and an experiment of two arms and one of three are there too.
    """
    draw = np.random.default_rng(seed)
    people = [
        (key, f"c{key:04}", TODAY - timedelta(days=500), "female" if key % 2 else "male", key % 9 != 0)
        for key in range(1, CUSTOMERS + 1)
    ]
    orders, mails, exposures = [], [], []
    for key, _, since, _, _ in people:
        at = since + timedelta(days=float(draw.exponential(120)))
        while at < TODAY:
            orders.append((key, at, 30.0))
            at += timedelta(days=float(draw.exponential(120)))
    for mailing in range(1, MAILINGS + 1):
        at = TODAY - timedelta(days=330 - 30 * mailing, hours=-9)
        for key, _, _, gender, _ in people[: 2 if mailing == MAILINGS else None]:
            is_held = draw.random() < held
            mails.append((key, mailing, at, is_held))
            if not is_held and gender == "female" and draw.random() < moved:
                orders.append((key, at + timedelta(days=float(draw.uniform(0.1, 2))), 40.0))
    mails += [(key, 50, TODAY - timedelta(days=20), False) for key in range(1, 30)]
    for key, *_ in people:
        at = TODAY - timedelta(days=100, hours=float(draw.uniform(0, 24)))
        arm = 1 + key % 2
        exposures.append((key, 1, arm, at))
        if (key // 2) % 2 and arm == 2 and draw.random() < 0.6:
            orders.append((key, at + timedelta(days=1), 20.0))
        exposures.append((key, 2, 3 + key % 3, at))
    return {
        "star.dim_campaign": pl.DataFrame(
            [
                (n, f"k{n}", f"mailing {n}", "News" if n == 50 else "Offers", 6)
                for n in (*range(1, MAILINGS + 1), 50)
            ],
            schema=["campaign_key", "campaign_id", "name", "campaign_type", "channel_key"],
            orient="row",
        ),
        "star.dim_customer": pl.DataFrame(
            people,
            schema=["customer_key", "customer_id", "signed_up_at", "gender", "is_email_opted_in"],
            orient="row",
        ),
        "star.dim_customer_history": pl.DataFrame(
            [(key, key, since) for key, _, since, _, _ in people],
            schema=["customer_version_key", "customer_key", "valid_from"],
            orient="row",
        ),
        "star.dim_experiment": pl.DataFrame(
            [(1, "E1", "New page"), (2, "E2", "Three ways"), (3, "E3", "Alone")],
            schema=["experiment_key", "experiment_id", "name"],
            orient="row",
        ),
        "star.dim_variant": pl.DataFrame(
            [
                (1, 1, "control", True),
                (2, 1, "new", False),
                (3, 2, "control", True),
                (4, 2, "b", False),
                (5, 2, "c", False),
                (6, 3, "control", True),
            ],
            schema=["variant_key", "experiment_key", "variant", "is_control"],
            orient="row",
        ),
        "star.fact_order": pl.DataFrame(
            orders, schema=["customer_key", "ordered_at", "net_revenue"], orient="row"
        )
        .with_row_index("order_id", offset=1)
        .with_columns(pl.col("net_revenue").cast(pl.Decimal(18, 2))),
        "star.fact_email": pl.DataFrame(
            mails, schema=["customer_key", "campaign_key", "assigned_at", "is_holdout"], orient="row"
        )
        .with_row_index("email_id", offset=1)
        .with_columns(cost=pl.when("is_holdout").then(0.0).otherwise(0.02).cast(pl.Decimal(18, 6))),
        "star.fact_exposure": pl.DataFrame(
            exposures, schema=["customer_key", "experiment_key", "variant_key", "exposed_at"], orient="row"
        ).with_row_index("exposure_id", offset=1),
    }


def filled(path, empty, tables):
    path.write_bytes(empty.read_bytes())
    with quick_loads(), rewriting(path, start_from_existing=True) as connection:
        for table, frame in tables.items():
            star.insert(connection, table, frame)
    return path


@pytest.fixture
def shop_file(tmp_path, request):
    """A function that makes a warehouse file of tables."""
    empty = request.getfixturevalue("_empty_warehouse")
    return lambda tables: filled(tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb", empty, tables)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, _empty_warehouse):
    """The path of a shop with a fit of its mailings, and the report."""
    path = filled(tmp_path_factory.mktemp("uplift") / "shop.duckdb", _empty_warehouse, shop())
    with quick_loads():
        return path, martlet.fit("uplift", path, fitted_at=TODAY)


def asked(path, sql, **params):
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(sql, params).fetchall()


def answer(path, query, **params):
    with martlet.open(path) as warehouse:
        return warehouse.query(query, **params).pl()


def test_women_are_found_to_be_moved_and_men_not(fitted):
    path, report = fitted
    test = report.figures[0]["test"]
    assert report.is_proven
    assert test["effect"] == pytest.approx(0.25, abs=3 * test["effect_error"])
    means = dict(
        asked(
            path,
            "SELECT gender, avg(score) FROM model.latest_uplift INNER JOIN star.dim_customer USING (customer_key) GROUP BY gender",
        )
    )
    assert means["female"] == pytest.approx(0.5, abs=0.12)
    assert means["male"] == pytest.approx(0, abs=0.1)
    assert report.drivers[0].feature == "gender"


def test_what_teaches_is_over_before_what_chooses_and_that_before_the_test(fitted):
    _, report = fitted
    parts = [report.drawn.training, report.drawn.validation, report.drawn.test]
    for earlier, later in pairwise(parts):
        assert earlier.frame["assigned_at"].max() + timedelta(days=5) <= later.frame["assigned_at"].min()
    for part in parts:
        frame = part.frame
        assert (frame["as_of"] <= frame["assigned_at"]).all()
        assert (frame["as_of"] == frame["asked_at"]).all()
    # The mailing to two people has no two in each arm, and the kind from which nobody was held out is no trial.
    assert {stratum for part in parts for stratum in part.frame["stratum"]} <= set(range(1, MAILINGS))


def test_nothing_of_after_the_assignment_is_known_to_the_model(fitted, shop_file):
    """With all that happened since the last assignments deleted, their features are the same."""
    _, report = fitted
    last = report.drawn.test.frame["asked_at"].max()
    tables = shop()
    for table, column in (
        ("star.fact_order", "ordered_at"),
        ("star.fact_email", "assigned_at"),
        ("star.fact_exposure", "exposed_at"),
    ):
        tables[table] = tables[table].filter(pl.col(column) < last)
    path = shop_file(tables)
    with duckdb.connect(path, read_only=True) as connection:
        then = samples.read(
            connection, task("uplift"), last, gap=None, horizon=None, with_outcome=False
        ).frame
    known = report.drawn.test.known.filter(pl.col("as_of") == last).sort("customer_key")
    assert known.height > 100
    assert known.equals(
        then.join(known.select("customer_key"), on="customer_key").select(known.columns).sort("customer_key")
    )


def test_sql_scores_as_numpy_did_for_all_four_models(fitted):
    path, report = fitted
    frame = report.drawn.today
    features = samples.table(report.task, [frame])
    with duckdb.connect(path, read_only=True) as connection:
        ((apart, others),) = connection.execute(
            "SELECT max(abs(macro.score - kept.score)), count(*) FILTER (WHERE macro.band <> kept.band) "
            "FROM model.uplift_scores() AS macro INNER JOIN model.latest_uplift AS kept ON kept.customer_key = macro.customer_key"
        ).fetchall()
        assert apart < 1e-12
        assert others == 0
        connection.register("features_now", frame)
        for one in report.models:
            again = rows.read_back(connection, f"uplift.{one.kind}")
            mine = one.raw(one.design.matrix(features))
            assert np.array_equal(again.raw(again.design.matrix(features)), mine)
            sql = score_query(again, report.task, {"band_high": 1.0, "band_medium": 0.0}, "features_now")
            found = [
                score
                for (score,) in connection.execute(
                    f"SELECT score FROM ({sql}) ORDER BY customer_key"
                ).fetchall()
            ]
            assert np.array(found) == pytest.approx(mine, abs=1e-12)


def kept_trial(path):
    rows_ = asked(
        path,
        "SELECT has_bought, is_treated, stratum, customer_key, score FROM model.uplift_test ORDER BY assignment",
    )
    bought, treated, stratum, person, score = (np.array(column) for column in zip(*rows_, strict=True))
    return Trial(bought.astype(float), treated, stratum, person), score


def test_the_figures_in_sql_are_those_of_numpy(fitted):
    path, report = fitted
    trial, score = kept_trial(path)
    curve, figures = answer(path, "uplift/qini"), report.figures[0]["test"]
    assert trial.qini(score) == pytest.approx((figures["qini"], figures["qini_error"]), abs=1e-12)
    assert curve["qini"][0] == pytest.approx(1000 * figures["qini"], abs=1e-6)
    assert curve["qini_high"][0] - curve["qini"][0] == pytest.approx(
        1959.963984540054 * figures["qini_error"], abs=1e-6
    )
    assert curve["qini_share"][0] == pytest.approx(figures["qini_share"], abs=1e-9)
    assert curve["verdict"].unique().to_list() == ["better than random"]
    whole = curve.row(-1, named=True)
    effect, error = trial.effect()
    assert whole["gained"] == pytest.approx(whole["random"]) == pytest.approx(1000 * effect, abs=1e-6)
    assert whole["gained_low"] == pytest.approx(1000 * (effect - 1.959963984540054 * error), abs=1e-6)
    assert (curve["gained"] <= curve["best"] + 1e-9).all()


def test_the_tenths_add_up_to_what_email_holdout_tells_of_the_same_mailings(fitted):
    path, report = fitted
    tenths = answer(path, "uplift/deciles")
    start = report.drawn.tested_from
    until = report.drawn.test.frame["assigned_at"].max() + timedelta(hours=1)
    (told,) = answer(path, "email/holdout", start=start, until=until).rows(named=True)
    sums = tenths.sum()
    assert (sums["treated"][0], sums["control"][0]) == (told["mailed_people"], told["held_people"])
    assert (sums["treated_buyers"][0], sums["control_buyers"][0]) == (
        told["mailed_buyers"],
        told["held_buyers"],
    )
    assert sums["gained_buyers"][0] == pytest.approx(told["difference"] * told["mailed_people"], abs=1e-6)
    figures = report.figures[0]["test"]
    assert (figures["effect_low"], figures["effect_high"]) == pytest.approx(
        (told["low"], told["high"]), abs=1e-9
    )
    assert tenths["verdict"][0] == "adds"
    assert tenths["uplift"].head(3).mean() > 0.3 > tenths["uplift"].tail(3).mean()


def test_whom_to_mail_are_those_for_whom_it_pays_and_who_agreed(fitted):
    path, report = fitted
    listed = answer(path, "uplift/whom", contact_cost=5)
    opted_out = {
        key
        for (key,) in asked(path, "SELECT customer_key FROM star.dim_customer WHERE NOT is_email_opted_in")
    }
    assert not opted_out & set(listed["customer_key"])
    assert listed["score"].is_sorted(descending=True)
    contact = listed.filter(advice="contact")
    assert (contact["expected_gain"] > 0).all()
    assert (listed.filter(advice="leave")["expected_gain"] <= 0).all()
    women = asked(
        path, "SELECT count(*) FROM star.dim_customer WHERE gender = 'female' AND is_email_opted_in"
    )[0][0]
    assert contact.height == pytest.approx(women, rel=0.15)
    assert float(contact["gain_so_far"][-1]) == pytest.approx(contact["expected_gain"].sum(), abs=0.01)
    assert report.contact_cost == pytest.approx(0.02)
    assert set(answer(path, "uplift/whom", contact_cost=100_000)["advice"]) == {"leave"}


def test_the_card_says_what_the_figures_are(fitted):
    path, report = fitted
    result = click.testing.CliRunner().invoke(cli, ["model", "card", "uplift", "--warehouse", str(path)])
    assert result.exit_code == 0, result.output
    text, test = " ".join(result.output.split()), report.figures[0]["test"]
    assert f"gains {1000 * test['qini']:.2f} buyers per 1,000" in text
    assert "better than chance could give" in text
    assert "(gender)" in text


def test_a_fit_is_the_same_again_scored_on_another_day_and_refitted(fitted, tmp_path):
    path, report = fitted
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(path.read_bytes())
    with quick_loads():
        again = martlet.refit(copy, "uplift")
        assert again.frame.equals(report.frame)
        assert asked(copy, "SELECT DISTINCT version FROM model.registry") == [(2,)]
        found = martlet.score(copy, "uplift", as_of=date(2025, 5, 1))
    assert found.height == CUSTOMERS
    assert asked(copy, "SELECT count(DISTINCT as_of) FROM model.score") == [(2,)]


def test_an_experiment_is_parted_by_customers_and_names_its_arm(fitted, tmp_path):
    path, _ = fitted
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(path.read_bytes())
    with quick_loads():
        report = martlet.fit("uplift", copy, study="new page", name="page", horizon=45)
    assert report.study.name == "New page/new"
    assert report.drawn.split == "customer"
    people = [
        set(part.frame["customer_key"])
        for part in (report.drawn.training, report.drawn.validation, report.drawn.test)
    ]
    assert sum(map(len, people)) == len(set.union(*people))
    assert len(people[2]) == pytest.approx(CUSTOMERS / 2, rel=0.1)
    test = report.figures[0]["test"]
    assert test["effect"] == pytest.approx(0.3, abs=3 * test["effect_error"])
    assert answer(copy, "uplift/whom", fit="page").height == CUSTOMERS
    assert answer(copy, "uplift/scorecard", fit="page").is_empty()


@pytest.mark.parametrize(
    ("study", "error", "words"),
    [
        ("News", FitError, "nobody was held out of the mailings of News"),
        ("Offer", ParameterError, "Did you mean 'Offers'"),
        (
            "Three ways",
            ParameterError,
            "must name an arm of Three ways other than the control: Three ways/b, Three ways/c",
        ),
        ("Three ways/control", ParameterError, "must name an arm"),
        ("Alone", FitError, "has one arm alone"),
    ],
)
def test_a_study_that_cannot_be_is_refused_in_words(fitted, study, error, words):
    with pytest.raises(error, match=words):
        martlet.fit("uplift", fitted[0], study=study)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"horizon": 0}, "horizon is 0"),
        ({"gap": 3}, "gap is given"),
        ({"as_of": date(2024, 1, 1)}, "nobody was assigned"),
    ],
)
def test_what_is_out_of_bounds_is_refused(fitted, params, words):
    with pytest.raises((ParameterError, FitError), match=words):
        martlet.fit("uplift", fitted[0], **params)


def test_too_few_people_and_no_controls_are_refused(shop_file):
    few = shop(moved=0.0)
    few["star.fact_order"] = few["star.fact_order"].head(40)
    path = shop_file(few)
    with pytest.raises(
        FitError, match=r"people of email who were .* at least 20 people and 20 buyers are needed in each arm"
    ):
        martlet.fit("uplift", path)
    path = shop_file(shop(held=0.0))
    with pytest.raises(FitError, match="hold out a part at random"):
        martlet.fit("uplift", path)


def test_where_nobody_is_moved_nothing_is_advised(shop_file):
    path = shop_file(shop(moved=0.0))
    with quick_loads():
        report = martlet.fit("uplift", path, study="Offers")
    assert not report.is_proven
    assert "no better than chance could give, so do not work by it" in report.summary()
    listed = answer(path, "uplift/whom")
    assert set(listed["advice"]) <= {"not known", "leave"}
    assert set(answer(path, "uplift/qini")["verdict"]) <= {"not known", "worse than random"}


def test_fits_are_carried_over_and_another_name_is_a_fit_of_its_own(fitted, tmp_path):
    path, _ = fitted
    with quick_loads(), rewriting(tmp_path / "new.duckdb") as connection:
        star.create(connection)
        connection.execute(f"ATTACH '{path}' AS other (READ_ONLY)")
        for table, frame in shop().items():
            star.insert(connection, table, frame)
        fitting.carry_over(connection, "other")
        ((study,),) = connection.execute("SELECT study FROM model.study").fetchall()
        ((tested_rows,),) = connection.execute("SELECT count(*) FROM model.uplift_test").fetchall()
    assert study == "email"
    assert tested_rows == asked(path, "SELECT count(*) FROM model.uplift_test")[0][0]
