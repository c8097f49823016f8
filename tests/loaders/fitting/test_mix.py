"""The marketing mix on warehouse files: fitted, kept, asked by the queries of the pack, and refused or doubted in words."""

import shutil
from datetime import date, datetime, time, timedelta

import click.testing
import numpy as np
import polars as pl
import pytest

import martlet
from martlet.cli import cli
from martlet.engine.errors import FitError, ParameterError, QueryError
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

from ...models.mixes import mix
from ...quick import quick_loads

FIRST = date(2024, 1, 1)
CHANNELS = (3, 5, 7)
NAMES = ("Paid Search", "Paid Social", "Display")


def day_key(day):
    return int(f"{day:%Y%m%d}")


def tables(panel, *, by_region=True, channels=CHANNELS):
    """Return the tables of a company with the sales and spend of a panel, one order or charge a row."""
    regions, weeks = panel.sales.shape
    monday = [FIRST + timedelta(weeks=week) for week in range(weeks)]
    days = [FIRST + timedelta(days=number) for number in range(7 * weeks)]
    placed = [
        (region, monday[week])
        for region in range(regions)
        for week in range(weeks)
        for _ in range(int(panel.sales[region, week]))
    ]
    charged = [
        (channel, region, monday[week], round(float(panel.spend[place, region, week]), 2))
        for place, channel in enumerate(channels)
        for region in range(regions)
        for week in range(weeks)
    ]
    # Orders and spend must reach to the end of the last week for it to be whole.
    charged += [(channels[0], 0, days[-1], 0.01)]
    placed += [(0, days[-1])]
    spend = pl.DataFrame(
        {
            "date_key": [day_key(day) for _, _, day, _ in charged],
            "channel_key": [channel for channel, _, _, _ in charged],
            "country": ["UK"] * len(charged),
            "region": [f"R{region}" for _, region, _, _ in charged],
            "spend": [money for *_, money in charged],
        }
    ).group_by("date_key", "channel_key", "country", "region").agg(pl.col("spend").sum())  # fmt: skip
    found = {
        "star.dim_date": pl.DataFrame(
            {
                "date_key": [day_key(day) for day in days],
                "date": days,
                "day_of_week": [day.isoweekday() for day in days],
                "holiday": ["Feast" if panel.controls[0, 0, number // 7] and number % 7 == 0 else None for number in range(len(days))],
            },
            schema_overrides={"holiday": pl.String},
        ),
        "star.dim_geography": pl.DataFrame(
            {"geography_key": range(1, regions + 1), "country": ["UK"] * regions, "region": [f"R{n}" for n in range(regions)]}
        ),
        "star.fact_ad_spend": spend.group_by("date_key", "channel_key").agg(pl.col("spend").sum()),
        "star.fact_order": pl.DataFrame(
            {
                "order_id": range(1, len(placed) + 1),
                "ordered_at": [datetime.combine(day, time(10)) for _, day in placed],
                "date_key": [day_key(day) for _, day in placed],
                "geography_key": [region + 1 for region, _ in placed],
                "net_revenue": ["20.00"] * len(placed),
                "status": ["completed"] * len(placed),
            }
        ).with_columns(pl.col("net_revenue").cast(pl.Decimal(18, 2))),
    }  # fmt: skip
    if by_region:
        # In the ledger by region a campaign has one channel, so channels are told apart by campaign.
        found["star.dim_campaign"] = pl.DataFrame(
            {"campaign_key": channels, "campaign_id": [f"c{key}" for key in channels], "channel_key": channels, "campaign_type": ["Prospecting"] * len(channels)}
        )  # fmt: skip
        found["star.fact_ad_region"] = spend.with_columns(campaign_key=pl.col("channel_key"))
    return found


def made(path, given):
    with quick_loads(), rewriting(path) as connection:
        star.create(connection)
        for table, frame in given.items():
            star.insert(connection, table, frame)
    return path


@pytest.fixture(scope="module")
def truth():
    return mix(seed=12, regions=6, orders=6.0, weeks=90)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory, truth):
    """Return a company whose channels bring known sales, fitted, with the report."""
    path = made(tmp_path_factory.mktemp("mix") / "w.duckdb", tables(truth[0]))
    with quick_loads():
        report = martlet.fit("mix", path, draws=40, seed=3, fitted_at=datetime(2026, 1, 2))
    return path, report


def test_what_was_planted_is_found_by_way_of_the_file(fitted, truth):
    _, report = fitted
    panel, brought = truth
    assert report.read.by == "region"
    assert report.read.panel.sales.sum() == panel.sales.sum() + 1
    assert report.refused == {}
    by_channel = {row["channel"]: row for row in report.frame.iter_rows(named=True)}
    planted = dict(zip(NAMES, brought.sum(axis=(1, 2)), strict=True))
    inside = [by_channel[name]["low"] <= sales <= by_channel[name]["high"] for name, sales in planted.items()]
    assert sum(inside) >= 2
    assert report.frame["sales"].sum() == pytest.approx(brought.sum(), rel=0.2)


def test_parts_add_up_to_the_sales_in_all_and_by_week(fitted, truth):
    path, report = fitted
    with martlet.open(path) as warehouse:
        whole = warehouse.query("mix/contributions").pl()
        weeks = warehouse.query("mix/weekly").pl()
    every = truth[0].sales.sum() + 1
    assert whole["sales"].sum() == pytest.approx(every, abs=1e-6)
    assert set(whole["all_sales"]) == {every}
    assert whole["share"].sum() == pytest.approx(1.0)
    by_week = weeks.group_by("week_start", maintain_order=True).agg(
        pl.col("sales").sum(), pl.col("actual").max()
    )
    assert by_week["sales"].to_list() == pytest.approx(report.read.panel.sales.sum(axis=0).tolist(), abs=1e-6)
    assert by_week["actual"].to_list() == pytest.approx(by_week["sales"].to_list())


def test_what_is_kept_is_what_the_report_says(fitted):
    path, report = fitted
    total = report.told.total
    with martlet.open(path) as warehouse:
        answer = warehouse.query("mix/contributions").pl().filter(pl.col("low").is_not_null())
        registry = warehouse.sql("FROM model.registry").pl().row(0, named=True)
    places = [report.mix.panel.channels.index(part) for part in answer["part"]]
    assert answer["sales"].to_list() == pytest.approx(total[0, places].tolist(), rel=1e-6)
    for name, share in (("low", 0.05), ("high", 0.95)):
        assert answer[name].to_list() == pytest.approx(np.quantile(total[1:, places], share, axis=0).tolist(), rel=1e-6)  # fmt: skip
    assert answer["roas"].to_list() == pytest.approx((answer["sales"] * 20 / answer["spend"].cast(pl.Float64)).to_list())  # fmt: skip
    assert (registry["model"], registry["task"], registry["seed"]) == ("mix.demand_and_media", "mix", 3)
    assert registry["as_of"] == datetime(2025, 9, 22)


def test_curves_begin_at_nothing_and_pass_through_what_was_spent(fitted):
    path, report = fitted
    with martlet.open(path) as warehouse:
        curves = warehouse.query("mix/response").pl()
        marginal = warehouse.query("mix/marginal").pl()
    today = curves.filter("is_today")
    at = [report.mix.panel.channels.index(channel) for channel in today["channel"]]
    spent = report.mix.panel.spend[at][:, :, -52:].sum(axis=(1, 2)) / 52
    assert today["weekly_spend"].cast(pl.Float64).to_list() == pytest.approx(spent.tolist(), abs=0.01)
    assert today["sales"].to_list() == pytest.approx(
        report.told.of_year[0, at].tolist() / np.array(52), rel=1e-6
    )
    assert set(curves.filter(multiple=0)["sales"]) == {0.0}
    assert (marginal["marginal_roas"] < marginal["mean_roas"]).all()


def test_the_budget_is_that_of_linear_programming(fitted):
    from scipy.optimize import linprog  # noqa: PLC0415

    path, report = fitted
    curve = np.delete(report.told.curve, 11, axis=2)
    multiples = np.linspace(0, 2, 21)
    spend = report.mix.panel.spend[:, :, -52:].sum(axis=(1, 2)) / 52
    low, high, total = 0.4, 1.6, 1.1 * spend.sum()
    with martlet.open(path) as warehouse:
        answer = warehouse.query(
            "mix/budget", total=total, least_share=low, most_share=high, least_chance=0.5
        ).pl()
    slopes = np.diff(curve[1:].mean(axis=0), axis=1) / 0.1
    # A channel's multiple is a sum of stretches of a tenth, each as long as bounds leave it.
    begin, end = np.maximum(multiples[:-1], low), np.minimum(multiples[1:], high)
    room = np.maximum(end - begin, 0.0)
    costs = np.repeat(spend, 20)
    best = linprog(
        -slopes.ravel(),
        A_ub=[costs],
        b_ub=[total - low * spend.sum()],
        bounds=[(0, length) for length in np.tile(room, len(spend))],
    )
    planned = low + best.x.reshape(len(spend), 20).sum(axis=1)

    def sales(multiple):
        return np.array([[np.interp(m, multiples, one) for m, one in zip(multiple, draw, strict=True)] for draw in curve[1:]]).sum(axis=1)  # fmt: skip

    gain = sales(planned) - sales(np.full(len(spend), 1.1))
    by_channel = {row["channel"]: row for row in answer.iter_rows(named=True)}
    whole = by_channel.pop("(all)")
    assert whole["expected_gain"] == pytest.approx(gain.mean(), abs=1e-3)
    assert whole["chance"] == pytest.approx((gain > 0).mean())
    assert whole["gain_low"] == pytest.approx(np.quantile(gain, 0.05), abs=1e-3)
    assert float(whole["planned_spend"]) == pytest.approx(total, abs=0.02)
    for channel, money in zip(report.mix.panel.channels, planned * spend, strict=True):
        assert float(by_channel[channel]["planned_spend"]) == pytest.approx(money, abs=0.05)


def test_a_budget_of_everything_or_the_least_leaves_no_choice(fitted):
    with martlet.open(fitted[0]) as warehouse:
        today = warehouse.query("mix/budget", least_share=1.0, most_share=1.0).pl()
        too_much = warehouse.query("mix/budget", total=1e9).pl()
    assert today["planned_spend"].null_count() == today.height
    assert today.filter(channel="(all)")["verdict"].item().startswith("not known")
    assert too_much.filter(channel="(all)")["verdict"].item().startswith("not possible: with these bounds")


def test_the_card_is_told_in_sentences(fitted, tmp_path):
    path, report = fitted
    result = click.testing.CliRunner().invoke(
        cli, ["model", "card", "mix", "-w", str(path), "--format", "table"]
    )
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    for heading in (
        "What it says",
        "How good it is",
        "What is not known",
        "When not to use it",
        "How it was made",
    ):
        assert heading in told
    assert f"Of {report.read.panel.sales.sum():,.0f} orders in 90 weeks" in told
    assert "foretold the last 13 with a mean error of" in told
    page = tmp_path / "card.html"
    result = click.testing.CliRunner().invoke(cli, ["model", "card", "mix", "-w", str(path), "-o", str(page)])
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert "Where the money should go" in text
    assert "there is nothing to answer from" not in text


def test_a_fit_is_the_same_again_and_counts_its_versions(fitted, tmp_path):
    path = tmp_path / "again.duckdb"
    shutil.copy(fitted[0], path)
    with quick_loads():
        again = martlet.fit("mix", path, draws=40, seed=3)
    assert again.frame.equals(fitted[1].frame)
    with martlet.open(path) as warehouse:
        assert warehouse.sql("SELECT model, version FROM model.registry").rows() == [
            ("mix.demand_and_media", 2)
        ]


def test_a_fit_that_is_not_there_is_named(fitted):
    with martlet.open(fitted[0]) as warehouse, pytest.raises(QueryError, match="fit must be one of: mix"):
        warehouse.query("mix/budget", fit="mixx")


def test_a_model_of_the_mix_is_none_that_scores_customers(fitted):
    with pytest.raises(ParameterError, match="the fit mix foretells nothing of customers"):
        martlet.score(fitted[0], "mix")


def test_experiments_from_a_file_are_held_to(fitted, tmp_path):
    path = tmp_path / "w.duckdb"
    shutil.copy(fitted[0], path)
    file = tmp_path / "lifts.csv"
    file.write_text(
        "channel,first,last,sales,standard_error,region\nDisplay,2024-03-04,2024-12-30,150,2,R0\n"
    )
    with quick_loads():
        report = martlet.fit("mix", path, name="held", lifts=file, draws=20)
    at = report.mix.panel.channels.index("Display")
    assert report.mix.added()[at, 0, 9:53].sum() == pytest.approx(150, rel=0.1)
    assert [one.source for one in report.lifts] == ["experiment"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("channel,first\nDisplay,2024-03-04\n", "lacks the columns last, sales, standard_error"),
        ("channel,first,last,sales,standard_error\nDispaly,2024-03-04,2024-06-03,1,1\n", "no channel 'Dispaly'.*'Display'"),
        ("channel,first,last,sales,standard_error\nDisplay,2024-03-04,2024-06-03,1,0\n", "standard_error one above 0"),
        ("channel,first,last,sales,standard_error\nDisplay,2034-03-04,2034-06-03,1,1\n", "no Monday of the data lies in 2034-03-04 to 2034-06-03; they go from 2024-01-01"),
        ("channel,first,last,sales,standard_error\nDisplay,soon,2034-06-03,1,1\n", "must be days"),
        ("channel,first,last,sales,standard_error\n", "which has no row"),
        ("channel,first,last,sales,standard_error\n" + 2 * "Display,2024-03-04,2024-06-03,30,10\n", "line 3 of .*: the same line is there twice"),
        ("channel,first,last,sales,standard_error\nDisplay,2024-03-04,2024-06-03,NaN,1\n", "sales must be a number"),
        ("channel,first,last,sales,standard_error\nDisplay,2024-03-04,2024-06-03,5,inf\n", "sales must be a number"),
        ("channel,first,last,sales,standard_error\nDisplay,2024-03-04,2024-06-03,100000,100\n", "brought 100,000, but there were [0-9,]+ sales in these weeks"),
        ("channel,first,last,sales,standard_error\nDisplay,2024-03-04,2024-06-03,-500,10\n", "brings no less than nothing"),
        ("channel,first,last,sales,standard_error\nDisplay,2024-03-04,2024-06-03,30,0.001\n", "less than a hundredth of the sales"),
        ("channel,first,last,sales,standard_error,country,region\nDisplay,2024-03-04,2024-06-03,30,9,UK,R77\n", "no region UK / R77; it has UK / R0, UK / R1"),
    ],
)  # fmt: skip
def test_experiments_that_cannot_be_used_are_refused(fitted, tmp_path, text, words):
    file = tmp_path / "lifts.csv"
    file.write_text(text)
    with pytest.raises(ParameterError, match=words):
        martlet.fit("mix", fitted[0], lifts=file)
    with pytest.raises(ParameterError, match="cannot be read"):
        martlet.fit("mix", fitted[0], lifts=tmp_path / "none.csv")


def test_an_experiment_that_disagrees_is_named_and_the_back_test_knows_of_it(fitted, tmp_path):
    path, plain = fitted[0], fitted[1]
    there = float(plain.read.panel.sales[:, 10:24].sum())
    first, last = plain.read.weeks[10], plain.read.weeks[23]
    file = tmp_path / "lifts.csv"
    # As many as there could be, by a file that a spreadsheet wrote.
    file.write_text(
        "channel,first,last,sales,standard_error\n"
        f"Display,{first} 00:00:00,{last} 00:00:00,{0.9 * there:.0f},{0.2 * there:.0f}\n"
    )
    with quick_loads():
        report = martlet.fit("mix", path, name="odd", lifts=file, draws=20)
    assert "of the same weeks and regions: they disagree by more than their errors" in report.words("Display")
    assert not np.allclose(report.backtest.predicted, plain.backtest.predicted)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"outcome": "visits"}, ParameterError, "outcome is 'visits'; allowed are orders, revenue"),
        ({"draws": 3}, ParameterError, "draws is 3; allowed are 20 to 2000"),
        ({"holdout_weeks": 99}, ParameterError, "holdout_weeks is 99; allowed are 4 to 52"),
        (
            {"leave_out": ["Radio"]},
            ParameterError,
            "leave_out names 'Radio', but the channels with spend are",
        ),
        (
            {"leave_out": list(NAMES)},
            FitError,
            "no channel whose effect could be found. Paid Search: It was asked",
        ),
        ({"calibrate": "incremental"}, FitError, "run martlet model fit incremental first"),
        ({"k": 3}, ParameterError, "k is given, but means nothing for the task mix"),
    ],
)
def test_what_is_asked_wrongly_is_refused(fitted, options, error, words):
    with pytest.raises(error, match=words):
        martlet.fit("mix", fitted[0], **options)


def test_too_few_weeks_and_no_spend_are_said(tmp_path):
    panel, _ = mix(seed=1, regions=2, weeks=39, limit=[0.4])
    short = made(tmp_path / "short.duckdb", tables(panel, channels=(3,)))
    with pytest.raises(FitError, match="39 whole weeks with both spend and orders"):
        martlet.fit("mix", short)
    with pytest.raises(FitError, match="no whole week with both spend"):
        martlet.fit("mix", made(tmp_path / "none.duckdb", {}))


@pytest.mark.usefixtures("quick")
def test_ledgers_without_regions_are_fitted_as_one_and_doubts_are_said(tmp_path):
    panel, _ = mix(seed=3, regions=2, weeks=60, limit=[0.4, 0.3, 0.2], orders=20.0)
    # The second channel is the first at another price, the third is never switched off and always the same.
    panel.spend[1] = panel.spend[0] * 2
    panel.spend[2] = 10.0
    path = made(tmp_path / "w.duckdb", tables(panel, by_region=False))
    report = martlet.fit("mix", path, draws=20, outcome="revenue")
    words = {channel: report.words(channel) for channel in report.mix.panel.channels}
    assert report.read.by == "company"
    assert report.mix.panel.regions == 1
    assert "moves with that of Paid" in words["Paid Search"]
    assert "only the sum of both" in words["Paid Social"]
    assert "never switched off" in words["Display"]
    with martlet.open(path) as warehouse:
        card = " ".join(warehouse.query("predict/card", fit="mix").pl()["sentence"])
        answer = warehouse.query("mix/contributions").pl()
        checks = dict(warehouse.sql("SELECT diagnostic, is_passed FROM model.diagnostic").rows())
    assert "Spend by region is not on record" in card
    assert "with fewer than 78 a season cannot be told" in card
    assert set(answer["outcome"]) == {"revenue"}
    assert answer["sales"].sum() == pytest.approx((panel.sales.sum() + 1) * 20, abs=1e-4)
    assert not checks["alike_channels"]


@pytest.mark.usefixtures("quick")
def test_channels_without_spend_or_with_spend_in_three_weeks_are_left_out(tmp_path):
    panel, _ = mix(seed=3, regions=2, weeks=50, limit=[0.4, 0.3, 0.2], orders=5.0)
    panel.spend[1] = 0.0
    panel.spend[2, :, 3:] = 0.0
    report = martlet.fit("mix", made(tmp_path / "w.duckdb", tables(panel)), draws=20)
    assert report.refused == {
        "Display": "It had spend in 3 weeks only, which is too few to learn from.",
        "Paid Social": "Nothing was spent on it in these weeks, so there is nothing to learn from.",
    }
    assert report.frame["sales"].null_count() == 2


def test_a_company_is_fitted_and_channels_that_follow_sales_are_left_out(warehouse_path, tmp_path):
    path = tmp_path / "w.duckdb"
    shutil.copy(warehouse_path, path)
    report = martlet.fit("mix", path, draws=20)
    assert set(report.refused) == {"Affiliates", "Paid Search / own name"}
    assert "paid by the sale" in report.refused["Affiliates"]
    with martlet.open(path) as warehouse:
        score = warehouse.query("mix/scorecard").pl()
        truth = warehouse.sql(
            "SELECT channel, sum(orders_by_contacts + orders_at_sign_up) AS orders FROM truth.media_contribution "
            "JOIN star.dim_channel USING (channel_key) JOIN star.dim_date USING (date_key) "
            "WHERE date BETWEEN (SELECT min(week_start) FROM model.mix_week) AND (SELECT max(week_start) FROM model.mix_week) GROUP BY 1"
        ).pl()
        views = warehouse.sql("FROM mix.contributions").pl()
    planted = dict(truth.iter_rows())
    for row in score.iter_rows(named=True):
        if row["channel"] in planted:
            assert row["truth"] == planted[row["channel"]]
    assert score.filter(channel="Affiliates")["words"].item().startswith("not in the model")
    assert views["sales"].sum() == pytest.approx(report.read.panel.sales.sum(), abs=1e-6)
