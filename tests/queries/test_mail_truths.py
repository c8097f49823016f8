"""What is planted in the mail, the posts and the content of a synthetic company is found again by the packs email, social and content."""

from math import exp, log

import pytest

import martlet

pytestmark = pytest.mark.slow
Z = 1.959963984540054
# Of some dozens of comparisons none may be further off than that.
FAR = 3.9


@pytest.fixture(scope="module")
def company(once):
    def build(folder):
        martlet.build(folder / "warehouse.duckdb", customers=4000, days=730, seed=16, threads=2)

    with martlet.open(once("mail_truths", build) / "warehouse.duckdb") as opened:
        yield opened


def off(row, truth):
    """Return how many standard errors a factor lies from the truth, by its interval."""
    return abs(log(row["factor"]) - log(truth)) / ((log(row["factor_high"]) - log(row["factor_low"])) / 2 / Z)


def test_features_of_subject_lines_do_what_was_planted(company):
    truth = dict(company.sql("SELECT feature, factor FROM truth.subject_effect").rows())
    # The query names its row by what the factor is of.
    truth["ten characters more"] = truth.pop("length")
    rows = {row["feature"]: row for row in company.query("email/subject_lines").pl().to_dicts()}
    assert truth.keys() <= rows.keys()
    for feature, factor in truth.items():
        assert off(rows[feature], factor) < FAR, feature
        assert (rows[feature]["factor"] > 1) == (factor > 1), feature
    # A discount in the line was given no effect.
    assert off(rows["discount"], 1) < FAR
    assert sum(row["p_value"] < 0.01 for name, row in rows.items() if name in truth) >= 4


@pytest.mark.parametrize("measure", ["likes", "comments", "shares", "clicks", "reach", "cost"])
def test_kinds_of_posts_do_what_was_planted(company, measure):
    truth = dict(
        company.sql(
            "SELECT value, factor FROM truth.post_effect WHERE feature = 'content type' AND acts_on = $measure",
            {"measure": measure},
        ).rows()
    )
    rows = {
        row["content_type"]: row
        for row in company.query("social/content_types", measure=measure).pl().to_dicts()
    }
    (usual,) = (kind for kind, row in rows.items() if row["factor_low"] is None)
    for kind, row in rows.items():
        if kind != usual:
            assert off(row, truth[kind] / truth[usual]) < FAR, kind


@pytest.mark.parametrize("by", ["weekday", "hour"])
def test_times_of_posts_do_what_was_planted(company, by):
    truth = dict(
        company.sql(
            "SELECT value, factor FROM truth.post_effect WHERE feature = $by AND acts_on = 'likes'",
            {"by": by},
        ).rows()
    )
    rows = company.query("social/timing", by=by).pl().to_dicts()
    planted = {row["band"]: truth.get(row["band"]) or truth[str(int(row["band"]))] for row in rows}
    posts = sum(row["posts"] for row in rows)
    usual = sum(row["posts"] * log(planted[row["band"]]) for row in rows) / posts
    for row in rows:
        # The factors are held against the geometric mean of the posts that there were.
        scaled = {name: row[name] * exp(usual) for name in ("factor", "factor_low", "factor_high")}
        assert off(scaled, planted[row["band"]]) < FAR, row["band"]


def test_mail_is_opened_by_the_hour_and_tires_as_planted(company):
    hours = {
        row["band"]: row
        for row in company.query("email/send_times", campaign_type="Newsletter").pl().to_dicts()
    }
    assert hours["10"]["index"] > hours["05"]["index"]
    assert hours["10"]["index_low"] > hours["05"]["index_high"]
    recent = company.query("email/fatigue").pl().to_dicts()
    indices = [row["index"] for row in recent if row["opened"] >= 100]
    assert indices == sorted(indices, reverse=True)
    assert recent[0]["index_low"] > 1 > recent[2]["index_high"]


def test_machines_open_as_many_mails_as_planted(company):
    """27 % of the people are behind a proxy that opens 85 % of their mail, also of those whom people open."""
    row = company.sql(
        "SELECT sum(opened - opened_by_people), sum(delivered - opened_by_people) FROM email.machine_opens"
    ).rows()[0]
    assert float(row[0]) / float(row[1]) == pytest.approx(0.27 * 0.85, abs=0.03)


def test_what_was_bought_because_of_mail_lies_within_the_intervals_of_the_held_out(company):
    caused = dict(
        company.sql(
            """
            SELECT campaign.campaign_type, count(*)
            FROM truth.order_cause AS cause
            INNER JOIN star.fact_order AS placed ON placed.order_id = cause.order_id AND main.is_sale(placed.status)
            INNER JOIN star.dim_campaign AS campaign ON campaign.campaign_key = cause.campaign_key
            INNER JOIN star.dim_channel AS channel ON channel.channel_key = cause.channel_key AND channel.channel = 'Email'
            GROUP BY campaign.campaign_type
            """
        ).rows()
    )
    rows = company.query("email/holdout", email_hours=360.0).pl().to_dicts()
    covered = [
        row["incremental_conversions_low"]
        <= caused.get(row["campaign_type"], 0)
        <= row["incremental_conversions_high"]
        for row in rows
    ]
    assert len(rows) >= 6
    assert sum(covered) >= len(rows) - 1


def test_what_lasts_of_content_is_told_from_what_fades(company):
    lasting = dict(company.sql("SELECT content_id, lasting_factor > 0.5 FROM truth.content_asset").rows())
    rows = [
        row
        for row in company.query("content/performance").pl().to_dicts()
        if row["life"] in ("lasting", "fading")
    ]
    right = [lasting[row["content_id"]] == (row["life"] == "lasting") for row in rows]
    assert len(rows) >= 25
    assert sum(right) / len(rows) >= 0.85
