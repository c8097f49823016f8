"""Campaigns whose names differ in letter case only are one, and words for none are none, whatever tells of them."""

import pytest

import martlet

CAMPAIGNS = "SELECT campaign_id, name FROM star.dim_campaign WHERE campaign_key > 0 ORDER BY 1"
ROWS = {
    "sessions": ("session id,date,campaign", "s{n},2024-03-0{n} 10:00,{campaign}", "fact_session"),
    "touchpoints": (
        "touchpoint id,date,customer id,campaign",
        "t{n},2024-03-0{n} 10:00,C1,{campaign}",
        "fact_touchpoint",
    ),
    "orders": (
        "order id,date,customer id,total,campaign",
        "o{n},2024-03-0{n} 10:00,C1,5,{campaign}",
        "fact_order",
    ),
    "leads": ("lead id,date,campaign", "l{n},2024-03-0{n} 10:00,{campaign}", "fact_lead"),
    "ad_spend": ("date,campaign,spend", "2024-03-0{n},{campaign},5", "fact_ad_spend"),
    "email": ("email id,customer id,sent at,campaign", "m{n},C1,2024-03-0{n} 10:00,{campaign}", "fact_email"),
}


def lines(profile, names):
    header, row, _ = ROWS[profile]
    return "\n".join([header, *(row.format(n=n, campaign=name) for n, name in enumerate(names, 1))]) + "\n"


@pytest.mark.parametrize("profile", ROWS)
def test_letter_case_makes_no_campaign_in_a_file_and_across_files(profile, loader):
    report = loader(
        profile, lines(profile, ["SPRING Sale", "Spring sale", "spring sale", "Spring sale", "Summer"])
    )
    assert {c.count for c in report.files[0].changes if (c.rule, c.column) == ("spelling", "campaign")} == {2}
    assert loader.rows(CAMPAIGNS) == [("Spring sale", "Spring sale"), ("Summer", "Summer")]
    loader("touchpoints", "touchpoint id,date,customer id,campaign\nz,2024-04-01,C1,SUMMER\n")
    assert len(loader.rows(CAMPAIGNS)) == 2


@pytest.mark.parametrize("profile", [name for name in ROWS if name not in ("ad_spend", "email")])
def test_words_for_none_are_no_campaign(profile, loader):
    none = [
        "(not set)",
        "(none)",
        "(Direct)",
        "{{campaign.name}}",
        "{campaignid}",
        "${utm_campaign}",
        "(organic)",
    ]
    loader(profile, lines(profile, [*none, "Spring"]))
    assert loader.rows(CAMPAIGNS) == [("Spring", "Spring")]
    table = ROWS[profile][2]
    assert loader.rows(f"SELECT count(*), count(*) FILTER (WHERE campaign_key = 0) FROM star.{table}") == [
        (8, 7)
    ]


def test_spend_of_no_campaign_is_kept(loader):
    loader(
        "ad_spend",
        "date,campaign,spend\n2024-03-01,(not set),5\n2024-03-02,{{campaign.name}},6\n2024-03-02,Spring,7\n",
    )
    assert loader.rows(
        "SELECT sum(spend), sum(spend) FILTER (WHERE campaign_key = 0) FROM star.fact_ad_spend"
    ) == [(18, 11)]
    assert loader.rows(CAMPAIGNS) == [("Spring", "Spring")]


def test_a_list_of_campaigns_describes_what_others_wrote_otherwise(loader):
    loader("ad_spend", "date,campaign,spend\n2024-03-01,spring SALE,5\n2024-03-02,c7,6\n")
    loader("campaigns", "campaign id,campaign name,channel\nC7,Spring sale,Email\n")
    loader("ad_spend", "date,campaign,spend\n2024-03-03,SPRING SALE,5\n")
    assert [name for _, name in loader.rows(CAMPAIGNS)] == ["Spring sale"]
    assert loader.rows("SELECT count(DISTINCT campaign_key), count(*) FROM star.fact_ad_spend") == [(1, 3)]


def test_field_case_of_letter_case(shared, loader):
    martlet.ingest("sessions", shared / "field_cases/utm_case/input.csv", warehouse=loader.warehouse)
    found = loader.rows(
        "SELECT source_id, campaign.name FROM star.fact_session JOIN star.dim_campaign AS campaign USING (campaign_key) "
        "WHERE campaign_key > 0 ORDER BY CAST(source_id[2:] AS INTEGER)"
    )
    assert found == [*((f"s{n}", "Spring") for n in (1, 2, 3, 6, 7)), ("s9", "News"), ("s11", "News")]
