"""The packs email, social and content on exports of other systems, and on the synthetic company: totals are the facts', and nothing is made up."""

from decimal import Decimal
from pathlib import Path

import pytest

import martlet
from martlet.loaders.ingest import ingest

from ..quick import quick_loads

EXPORTS = Path(__file__).parents[1] / "loaders" / "ingest" / "exports"
TOOLS = ("klaviyo_campaigns", "mailchimp_campaigns", "brevo_campaigns")


def files(profile):
    return [path for path in (EXPORTS / profile).iterdir() if path.is_file()]


def loaded(once, name, profiles, *, with_packs=False):
    def load(folder):
        for profile in profiles:
            for path in files(profile):
                if with_packs:
                    ingest(profile, path, warehouse=folder / "warehouse.duckdb")
                else:
                    with quick_loads():
                        ingest(profile, path, warehouse=folder / "warehouse.duckdb")

    return martlet.open(once(name, load) / "warehouse.duckdb")


@pytest.fixture(scope="module")
def reported(once):
    """Campaigns of three tools, in totals."""
    with loaded(once, "reported_mail", TOOLS) as opened:
        yield opened


def test_reports_of_three_tools_are_campaigns_without_the_text_messages(reported):
    rows = {row["campaign"]: row for row in reported.query("email/campaigns").pl().to_dicts()}
    assert "Text: last day" not in rows
    klaviyo = rows["Email Promo | Free shipping"]
    assert (klaviyo["counted_from"], klaviyo["sent"], klaviyo["delivered"]) == ("report", 121401, 121108)
    # As Klaviyo itself shows them: of those delivered.
    assert round(klaviyo["open_rate"], 4) == 0.4843
    assert round(klaviyo["click_rate"], 4) == 0.0064
    assert (klaviyo["platform_orders"], klaviyo["platform_revenue"]) == (23, Decimal("1222.91"))
    assert {
        klaviyo[name] for name in ("human_open_rate", "conversions", "revenue", "cost", "recipients", "roi")
    } == {None}
    mailchimp = rows["[06-10-18] Most Popular Styles"]
    assert (round(mailchimp["open_rate"], 4), round(mailchimp["click_rate"], 4)) == (0.2778, 0.0648)


def test_what_reports_cannot_tell_is_named(reported):
    for path in (
        "email/roi",
        "email/fatigue",
        "email/list_health",
        "email/machine_opens",
    ):
        result = reported.query(path)
        assert (len(result), "star.fact_email" in result.note) == (0, True), path
    assert "star.dim_campaign.campaign_type" in reported.query("email/campaign_types").note
    for path in (
        "email/summary",
        "email/funnel",
        "email/send_times",
        "email/deliverability",
        "email/sample_size",
        "email/budget",
    ):
        result = reported.query(path)
        assert len(result) > 0, path
        assert result.note is None, path
    assert reported.query("email/funnel").pl()["step"].to_list() == ["sent", "delivered", "opened", "clicked"]


def test_recipients_of_tools_that_cannot_tell_machines_have_no_human_rate(once):
    with loaded(once, "recipients_of_mail", ("klaviyo_recipients", "mailchimp_recipients")) as opened:
        rows = {row["campaign"]: row for row in opened.query("email/campaigns").pl().to_dicts()}
        shipping = rows["Free shipping"]
        assert (shipping["sent"], shipping["delivered"], shipping["hard_bounces"]) == (3, 2, 1)
        assert (shipping["unique_opens"], shipping["unique_human_opens"], shipping["open_rate"]) == (
            1,
            None,
            0.5,
        )
        assert shipping["unsubscribe_rate"] == 0.5
        assert shipping["revenue"] is None
        machines = opened.query("email/machine_opens").pl()
        assert machines["human_open_rate"].to_list() == [None]


@pytest.mark.slow
def test_people_whose_answers_alone_are_known_can_be_asked_for_the_best_campaign(once):
    with loaded(once, "answers_of_people", ("customer_personality",), with_packs=True) as opened:
        best = opened.query("email/best_next", what="campaign", by="education")
        assert best.note is None
        rows = best.pl()
        assert (
            rows["responded"].sum()
            == opened.sql("SELECT count(*) FROM star.fact_campaign_response WHERE has_responded").rows()[0][0]
        )
        note = opened.query("email/engagement").note
        assert note == "there is nothing to answer from: this warehouse has nothing in star.fact_email"
        for path in ("social/platforms", "content/performance", "email/campaigns", "social/channels"):
            result = opened.query(path)
            assert (len(result), result.note is None) == (0, False), path


def test_a_course_s_hundred_campaigns_are_read_with_their_kinds(tmp_path):
    kinds = {"Newsletter": 0.30, "Promotional": 0.20}
    lines = [
        "Campaign ID,Campaign Name,Campaign Type,Sent At,Emails Sent,Delivered,Opened,Clicked,Conversions,Revenue"
    ]
    for number in range(100):
        kind = list(kinds)[number % 2]
        opened = round(1000 * kinds[kind]) + number % 7
        lines.append(
            f"{number},Mail {number},{kind},2024-01-{number % 28 + 1:02},1010,1000,{opened},{opened // 10},{number % 5},{number % 5 * 40}"
        )
    path = tmp_path / "campaigns.csv"
    path.write_text("\n".join(lines) + "\n")
    with quick_loads():
        ingest("email_reports", path, warehouse=tmp_path / "course.duckdb")
    with martlet.open(tmp_path / "course.duckdb") as opened:
        (row,) = opened.query("email/campaign_types", test="welch").pl().to_dicts()
        assert (row["campaign_type"], row["campaigns"], row["verdict"]) == ("Newsletter", 50, "higher")
        assert opened.query("email/summary", by="campaign_type").pl()["campaign_type"].n_unique() == 2
        assert len(opened.query("email/sample_size")) == 12
        assert opened.query("email/budget").pl()["sends_now"].to_list()[-1] == 101_000


@pytest.mark.parametrize("by", ["campaign_type", "campaign", "month", "segment"])
def test_the_return_of_mail_adds_up_however_it_is_cut(warehouse, by):
    rows = warehouse.query("email/roi", by=by).pl()
    sent, delivered, cost = warehouse.sql(
        "SELECT count(sent_at), count(delivered_at), sum(cost) FROM star.fact_email"
    ).rows()[0]
    orders, revenue = warehouse.sql("SELECT count(*), sum(net_revenue) FROM email.credit").rows()[0]
    assert (rows["sent"].sum(), rows["delivered"].sum()) == (sent, delivered)
    assert (rows["conversions"].sum(), rows["revenue"].sum()) == (orders, revenue)
    assert float(rows["cost"].sum()) == pytest.approx(float(cost), abs=0.005 * len(rows))


def test_all_figures_of_mail_agree(warehouse):
    """One rule of revenue, and one count of mails, in all queries and in the practice view."""
    roi = warehouse.query("email/roi").pl()
    campaigns = warehouse.query("email/campaigns").pl()
    for name in ("sent", "delivered", "unique_human_opens", "unique_clicks", "conversions", "revenue"):
        assert campaigns[name].sum() == roi[name].sum(), name
    steps = {row["step"]: row for row in warehouse.query("email/funnel").pl().to_dicts()}
    assert (steps["sent"]["mails"], steps["delivered"]["mails"]) == (
        roi["sent"].sum(),
        roi["delivered"].sum(),
    )
    assert (steps["ordered"]["orders"], steps["ordered"]["revenue"]) == (
        roi["conversions"].sum(),
        roi["revenue"].sum(),
    )
    practice = warehouse.sql("SELECT sum(revenue), sum(conversions) FROM email_campaigns").rows()[0]
    assert practice == (roi["revenue"].sum(), roi["conversions"].sum())
    for by in ("month", "domain", "campaign_type"):
        assert warehouse.query("email/deliverability", by=by).pl()["sent"].sum() == roi["sent"].sum()
    held = warehouse.query("email/holdout").pl()
    both = held.join(roi, on=["campaign_type", "band"])
    assert both["incremental_conversions"].to_list() == pytest.approx(
        both["incremental_conversions_right"].to_list()
    )


def test_social_credit_is_that_of_the_attribution_pack(warehouse):
    there = {
        channel: (conversions, revenue)
        for _, channel, conversions, revenue, *_ in warehouse.query(
            "attribution/channels", model=["last"]
        ).rows()
    }
    for path, parameters in (("social/roi", {"by": "platform"}), ("social/channels", {})):
        rows = warehouse.query(path, model="last", **parameters).pl()
        for channel in rows["channel"].unique().to_list():
            own = rows.filter(rows["channel"] == channel)
            assert (own["conversions"].sum(), own["revenue"].sum()) == pytest.approx(there[channel])
