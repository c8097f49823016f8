"""Subject lines: their kinds and opens are learnt in the order of time, kept as words, told of any line by a query, and held against the planted effects."""

from datetime import datetime, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest

import martlet
from martlet.engine.errors import FitError, ParameterError
from martlet.loaders.fitting.wording import lines, opens, types

from ...quick import quick_loads


@pytest.fixture(scope="module")
def fitted(warehouse_path, tmp_path_factory):
    """The path of a company with both fits of subject lines, and their reports."""
    path = tmp_path_factory.mktemp("wording") / "warehouse.duckdb"
    path.write_bytes(warehouse_path.read_bytes())
    with quick_loads():
        return path, martlet.fit("subject_type", path), martlet.fit("opens", path)


def ask(path, query, **params):
    with martlet.open(path) as warehouse:
        return warehouse.query(query, **params).pl()


def test_words_of_a_line(star):
    cases = {
        "{first_name}, HURRY: 20% off ends tonight!": [
            "{name}",
            "hurry",
            "0",
            "%",
            "off",
            "ends",
            "tonight",
            "!",
        ],
        "*|FNAME|*, what`s new?": ["{name}", "what", "s", "new", "?"],
        "1,000 Grüße 🎁🎁 für Zoë": ["0", "0", "grüße", "☺", "für", "zoë"],
        "": [],
        "...": [],
    }
    for line, expected in cases.items():
        ((found,),) = star.connection.execute("SELECT main.line_words($1)", [line]).fetchall()
        assert found == expected, line
    assert star.connection.execute("SELECT main.line_words(NULL)").fetchall() == [(None,)]


def test_the_parts_are_one_after_the_other_and_versions_of_a_mailing_stay_together(fitted):
    for report in fitted[1:]:
        parts = report.found.lines
        assert parts.training["sent_at"].max() < parts.validation["sent_at"].min()
        assert parts.validation["sent_at"].max() < parts.test["sent_at"].min()


def test_kinds_are_told_by_words_far_better_than_by_the_usual_kind(fitted):
    _, report, _ = fitted
    best = report.found.models[0].figures
    assert best["test"]["accuracy"] > best["baseline"]["accuracy"] + 0.2
    assert best["test"]["macro_f1"] > best["baseline"]["macro_f1"] + 0.3
    counts = report.found.models[0].confusion
    assert counts["lines"].sum() == report.found.lines.test.height
    right = counts.filter(pl.col("actual") == pl.col("foretold"))["lines"].sum()
    assert right / counts["lines"].sum() == pytest.approx(best["test"]["accuracy"])


def test_the_query_tells_of_a_line_what_the_model_does(fitted):
    path, kinds, _opened = fitted
    test = kinds.found.lines.test
    line = test["line"][3]
    found = ask(path, "predict/line", subject=line)
    assert found["chance"].sum() == pytest.approx(1, abs=1e-12)
    # Worked out of the rows of the tables, in numpy.
    with duckdb.connect(path, read_only=True) as connection:
        terms = connection.sql("SELECT * FROM model.term").pl()
    words = test["words"][3].to_list()
    raw = {}
    for model, name in terms.select("model", "class").unique().iter_rows():
        known = {
            row["term"]: row
            for row in terms.filter(model=model).filter(pl.col("class") == name).iter_rows(named=True)
        }
        value = {
            word: words.count(word) * known[word]["idf"]
            for word in set(words) & set(known)
            if known[word]["idf"]
        }
        length = np.sqrt(sum(one**2 for one in value.values()))
        raw[model, name] = known["(constant)"]["weight"] + sum(
            known[word]["weight"] * one / length for word, one in value.items()
        )
        if "(length)" in known:
            raw[model, name] += known["(length)"]["weight"] * len(line) / 10
    chosen = f"subject_type.{kinds.found.models[0].kind}"
    powers = {name: np.exp(one) for (model, name), one in raw.items() if model == chosen}
    opens = raw["opens.logistic", "opened"]
    by_kind = dict(
        terms.filter(pl.col("term").str.starts_with("(type) ")).select("term", "weight").iter_rows()
    )
    for row in found.iter_rows(named=True):
        kind = row["campaign_type"]
        assert row["chance"] == pytest.approx(powers[kind] / sum(powers.values()), abs=1e-12)
        assert row["open_rate"] == pytest.approx(
            1 / (1 + np.exp(-(opens + by_kind[f"(type) {kind}"]))), abs=1e-12
        )
        assert row["words"] == len(words)


def test_opens_are_foretold_and_kept_with_figures_that_anybody_can_work_out(fitted):
    path, _, report = fitted
    figures = report.found.models[0].figures
    assert figures["truth"]["rank_correlation"] > 0
    assert figures["test"]["mae"] < 1.2 * figures["baseline"]["mae"]
    test = report.found.lines.test
    rates = (test["opens"] / test["delivered"]).to_numpy()
    assert figures["test"]["mean"] == pytest.approx(rates.mean())
    models = ask(path, "predict/models")
    assert {"subject_type", "opens"} <= set(models["fit"])
    card = " ".join(ask(path, "predict/card", fit="opens")["sentence"])
    assert f"{figures['test']['rank_correlation']:.3f}" in card
    assert f"{figures['truth']['rank_correlation']:.3f}" in card


def test_words_of_each_kind_come_with_those_first_that_speak_most_for_it(fitted):
    path, *_ = fitted
    found = ask(path, "predict/words")
    assert found.filter(pl.col("place") == 1)["weight"].min() > 0
    welcome = found.filter((pl.col("class") == "Welcome") & (pl.col("place") <= 5))["term"]
    assert "welcome" in welcome.to_list()
    assert found.group_by("term").agg(pl.col("weight").sum().abs())["weight"].max() < 1e-9


def sent(rows):
    return pl.DataFrame(
        rows, schema=["line", "words", "campaign_type", "sent_at", "delivered", "opens"], orient="row"
    )


def test_too_few_lines_are_refused_with_how_many_are_needed():
    day = datetime(2025, 1, 1)
    few = sent(
        [(f"sale {i}", ["sale"], "Promotional", day + timedelta(days=i), 10.0, 2.0) for i in range(30)]
    )
    with pytest.raises(
        FitError,
        match="there are 30 campaigns with a subject line, sent at 30 moments; about 100, sent one after",
    ):
        lines.split(few, "")
    with pytest.raises(FitError, match="there are 0 campaigns"):
        lines.split(few.clear(), "")


def test_lines_of_one_moment_stay_together():
    day = datetime(2025, 1, 1)
    many = sent(
        [("sale", ["sale"], "Promotional", day + timedelta(days=i // 6), 10.0, 2.0) for i in range(240)]
    )
    parts = lines.split(many, "")
    assert parts.training.height + parts.validation.height + parts.test.height == 240
    for part in (parts.training, parts.validation, parts.test):
        assert part.height % 6 == 0


def test_one_kind_alone_and_no_mail_at_all_are_refused(star):
    day = datetime(2025, 1, 1)
    one = sent([("sale", ["sale"], "Promotional", day + timedelta(days=i), 10.0, 2.0) for i in range(120)])
    with pytest.raises(
        FitError, match="of one kind of campaign, Promotional: there is nothing to tell apart"
    ):
        types.fitted(one, seed=1)
    none = lines.read(star.connection)
    with pytest.raises(FitError, match="there are 0 campaigns with a subject line and a kind"):
        types.fitted(none, seed=1)
    with pytest.raises(
        FitError, match="there are 0 campaigns with a subject line, and known deliveries and opens"
    ):
        opens.fitted(star.connection, none)


def test_what_has_no_scores_says_so(fitted):
    path, *_ = fitted
    with pytest.raises(
        ParameterError, match="opens foretells nothing of customers or visits.*martlet model fit opens"
    ):
        martlet.measure_drift(path, "opens")


def test_of_one_kind_of_campaign_and_lines_alike_only_what_is_known_is_said(star):
    day, draw = datetime(2025, 1, 1), np.random.default_rng(2)
    alike = sent(
        [
            ("sale", ["sale"], "Promotional", day + timedelta(days=i), 100.0, float(draw.integers(5, 30)))
            for i in range(120)
        ]
    )
    found = opens.fitted(star.connection, alike)
    card = " ".join(found.card["sentence"])
    assert "nan" not in card + found.told
    assert "open with: ." not in card
    assert "1 kind of campaign" in card
    assert "Ten characters" not in card
    with pytest.raises(FitError, match="nobody or everybody opened a mail"):
        opens.fitted(star.connection, alike.with_columns(opens=pl.lit(0.0)))


def test_of_unknown_words_no_kind_is_told(fitted):
    path, *_ = fitted
    found = ask(path, "predict/line", subject="zzz qqq")
    assert found["chance"].null_count() == found.height
    assert found["known_words"].sum() == 0
    assert found["open_rate"].is_between(0, 1).all()


@pytest.mark.usefixtures("quick")
def test_subject_lines_are_fitted_again_but_never_for_drift(fitted, tmp_path):
    path = tmp_path / "again.duckdb"
    path.write_bytes(fitted[0].read_bytes())
    again = martlet.refit(path, "opens")
    assert again.found.models[0].figures == fitted[2].found.models[0].figures
    with pytest.raises(ParameterError, match="no scores that drift"):
        martlet.refit(path, "opens", if_drifted=True)
