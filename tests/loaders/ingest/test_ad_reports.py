"""Reports of advertising at any level: what is finer adds up, is kept at its own grain, and is told once however often it comes."""

from decimal import Decimal

import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.engine.errors import IngestError
from martlet.loaders.ingest.headers import unit_of, without_unit
from martlet.loaders.ingest.profile_files import load_profile

from .sources import clean, table

TOTALS = "SELECT sum(spend), sum(impressions), sum(clicks), sum(platform_conversions), sum(platform_revenue) FROM star.fact_ad_spend"
DAYS = (
    "SELECT date_key, name, channel, spend FROM star.fact_ad_spend AS fact JOIN star.dim_campaign USING (campaign_key) "
    "JOIN star.dim_channel AS channel ON channel.channel_key = fact.channel_key ORDER BY ALL"
)
DETAIL = "SELECT {} FROM star.fact_ad_detail ORDER BY ad_detail_id"


def money(*texts):
    return tuple(map(Decimal, texts))


# A profile and a report, what it comes to, and how many rows of a campaign and day it makes.
REPORTS = {
    "device_in_google": (
        "google_ads",
        (
            "Day,Campaign,Campaign type,Device,Cost,Impr.,Clicks,Conversions,Conv. value\n"
            "2024-01-01,Brand,Search,Computers,100.50,1000,10,1.5,20.00\n"
            "2024-01-01,Brand,Search,Mobile phones,0.25,500,5,0.5,0.00\n"
            "2024-01-01,Brand,Search,Tablets,0.25,500,5,0.5,0.00\n"
            "2024-01-02,Brand,Search,Computers,1.00,10,1,0,0.00\n"
        ),
        money("102.00", "2010", "21", "2.50", "20.00"),
        2,
    ),
    "hours_with_other_marks": (
        "ad_spend",
        (
            "Datum;Stunde;Kampagne;Kosten;Impressionen;Klicks;Conversions;Conversionwert\n"
            "01.03.2024;0;Marke;1,10;1.000;10;1;5,00\n01.03.2024;1;Marke;1,10;1.000;10;1;5,00\n"
            "01.03.2024;2;Marke;1,10;1.000;10;1;5,00\n01.03.2024;2;Neu;2,00;100;1;0;0\n"
        ),
        money("5.30", "3100", "31", "3.00", "15.00"),
        2,
    ),
    "age_and_country_after_the_figures": (
        "ad_spend",
        (
            "spend\timpressions\tclicks\tcountry\tage\tcampaign\tdate\tconversions\trevenue\n"
            "3.00\t10\t1\tDE\t18-24\tA\t2024-01-01\t0\t0\n3.00\t10\t1\tDE\t25-34\tA\t2024-01-01\t0\t0\n"
            "3.00\t10\t1\tFR\t18-24\tA\t2024-01-01\t0\t0\n"
        ),
        money("9.00", "30", "3", "0.00", "0.00"),
        1,
    ),
    "ads_of_meta": (
        "meta_ads",
        (
            "Campaign name,Ad set name,Ad name,Day,Amount spent (EUR),Impressions,Link clicks,Purchases,Purchases conversion value\n"
            "Spring,Women,Film,2024-03-01,10.00,100,5,1,30.00\nSpring,Women,Picture,2024-03-01,10.00,100,5,1,30.00\n"
            "Spring,Men,Film,2024-03-01,0.10,7,0,,\n"
        ),
        money("20.10", "207", "10", "2.00", "60.00"),
        1,
    ),
    "statistics_as_fivetran_has_them": (
        "google_ads",
        (
            "_fivetran_id,customer_id,date,ad_network_type,clicks,conversions,conversions_value,cost_micros,device,id,impressions\n"
            "a,21,2024-02-01,SEARCH,49,1,12.5,36150000,MOBILE,9935,166\nb,21,2024-02-01,SEARCH,1,0,0,4999,DESKTOP,9935,4\n"
            "c,21,2024-02-01,CONTENT,0,0,0,1,TABLET,9935,30\n"
        ),
        money("36.16", "200", "50", "1.00", "12.50"),
        1,
    ),
    "metrics_as_airbyte_has_them": (
        "google_ads",
        (
            "campaign.id,campaign.name,segments.date,segments.hour,metrics.cost_micros,metrics.impressions,metrics.clicks,"
            "metrics.conversions,metrics.conversions_value\n"
            "7,Brand,2024-02-01,0,1500000,10,1,1,9\n7,Brand,2024-02-01,1,1500000,10,1,1,9\n"
        ),
        money("3.00", "20", "2", "2.00", "18.00"),
        1,
    ),
    "insights_as_airbyte_has_them": (
        "meta_ads",
        (
            "ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,date_start,date_stop,spend,impressions,inline_link_clicks,clicks\n"
            "1,Film,11,Women,7,Spring,2024-02-01,2024-02-01,1.005,100,4,9\n2,Film,12,Men,7,Spring,2024-02-01,2024-02-01,1.005,100,4,9\n"
        ),
        (Decimal("2.01"), 200, 8, Decimal("0.00"), Decimal("0.00")),
        1,
    ),
    "a_report_that_dbt_made": (
        "ad_spend",
        (
            "source_relation,date_day,platform,account_name,campaign_id,campaign_name,ad_group_id,ad_group_name,clicks,impressions,spend,"
            "conversions,conversions_value\n"
            "x,2024-02-01,google_ads,A,7,Brand,71,Exact,2,20,5.5,1,9\nx,2024-02-01,google_ads,A,7,Brand,72,Broad,2,20,5.5,1,9\n"
        ),
        money("11.00", "40", "4", "2.00", "18.00"),
        1,
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_no_row_of_a_finer_report_is_lost(name, loader):
    profile, text, totals, days = REPORTS[name]
    report = loader(profile, text)
    lines = text.count("\n") - 1
    assert (report.rows_read, report.rows_loaded, report.rows_merged) == (lines, lines, 0)
    assert loader.rows(TOTALS) == [totals]
    assert loader.rows("SELECT count(*) FROM star.fact_ad_spend") == [(days,)]
    [told] = [change for change in report.files[0].changes if change.rule.startswith("added up")]
    assert told.count > 1


def test_many_small_parts_add_up_before_they_are_rounded(loader):
    lines = [f"2024-01-01,A,word {number},4321,1" for number in range(1000)]
    loader("ad_spend", "date,campaign,keyword,cost_micros,clicks\n" + "\n".join(lines))
    assert loader.rows("SELECT spend, clicks FROM star.fact_ad_spend") == [(Decimal("4.32"), 1000)]
    assert loader.rows("SELECT count(*), sum(spend) FROM star.fact_ad_detail") == [
        (1000, Decimal("4.321000"))
    ]


def test_detail_is_kept_where_a_report_names_it(loader):
    loader(
        "google_ads",
        "Day,Campaign,Ad group,Keyword,Network,Device,Cost,Clicks,Impr.\n"
        "2024-01-01,A,Shoes,red shoes,Google search,Mobile phones,1.00,1,9\n"
        "2024-01-01,A,Shoes,red shoes,Google search,TV screens,2.00,1,9\n"
        "2024-01-01,A,Shoes,red shoes,Google search,Mobile phones,4.00,1,8\n"
        "2024-01-02,A,,,,,8.00,1,1\n",
    )
    assert loader.rows(
        DETAIL.format("ad_group, keyword, network, CAST(device_type AS VARCHAR), spend, ad, leads")
    ) == [
        ("Shoes", "red shoes", "Google search", "mobile", Decimal("5.000000"), None, None),
        ("Shoes", "red shoes", "Google search", "other", Decimal("2.000000"), None, None),
    ]
    assert loader.rows(DAYS) == [
        (20240101, "A", "Paid Search", Decimal("7.00")),
        (20240102, "A", "Paid Search", Decimal("8.00")),
    ]


FINE = "date,campaign,ad group,clicks,impressions,cost\n2024-01-01,A,x,1,10,3.00\n2024-01-01,A,y,2,20,4.00\n2024-01-02,A,x,1,5,1.00\n"
COARSE = "date,campaign,clicks,impressions,cost\n2024-01-01,A,3,30,7.00\n2024-01-02,A,1,5,1.00\n"


@pytest.mark.parametrize("files", [(FINE, COARSE), (COARSE, FINE), (FINE, FINE), (FINE + "\n", FINE)])
def test_the_same_days_at_another_level_are_told_once(files, loader):
    loader("ad_spend", *files)
    assert loader.rows("SELECT sum(spend), sum(clicks), count(*) FROM star.fact_ad_spend") == [
        (Decimal("8.00"), 4, 2)
    ]
    assert loader.rows(DETAIL.format("ad_group, spend")) == [
        ("x", Decimal("3.000000")),
        ("y", Decimal("4.000000")),
        ("x", Decimal("1.000000")),
    ]


def test_a_corrected_report_replaces_and_detail_that_it_contradicts_goes(loader):
    loader("ad_spend", FINE)
    report = loader("ad_spend", COARSE.replace("7.00", "9.00"))
    assert (report.rows_loaded, report.rows_replaced, report.rows_merged) == (1, 1, 1)
    assert loader.rows("SELECT date_key, spend FROM star.fact_ad_spend ORDER BY ALL") == [
        (20240101, Decimal("9.00")),
        (20240102, Decimal("1.00")),
    ]
    assert loader.rows(DETAIL.format("ad_group, date_key")) == [("x", 20240102)]
    [gone] = [change for change in report.files[0].changes if change.rule.startswith("detail removed")]
    assert gone.count == 2


def test_a_finer_correction_without_a_group_takes_it_away(loader):
    loader("ad_spend", FINE)
    loader("ad_spend", "date,campaign,ad group,clicks,impressions,cost\n2024-01-01,A,y,2,20,4.00\n")
    assert loader.rows("SELECT sum(spend) FROM star.fact_ad_spend") == [(Decimal("5.00"),)]
    assert loader.rows("SELECT sum(spend) FROM star.fact_ad_detail") == [(Decimal("5.000000"),)]


def test_a_campaign_known_by_name_and_then_by_number_is_one(loader):
    loader("google_ads", "Day,Campaign,Cost,Clicks\n2024-01-01,Brand,7.00,3\n")
    loader(
        "google_ads",
        "Day,Campaign,Campaign ID,Campaign type,Ad group,Cost,Clicks\n"
        "2024-01-01,Brand,77,Display,x,3.00,1\n2024-01-01,Brand,77,Display,y,4.00,2\n",
    )
    assert loader.rows(DAYS) == [(20240101, "Brand", "Display", Decimal("7.00"))]
    loader("google_ads", "Day,Campaign,Cost,Clicks\n2024-01-01,Brand,7.50,3\n")
    assert loader.rows("SELECT sum(spend), count(*) FROM star.fact_ad_spend") == [(Decimal("7.50"), 1)]


def test_a_report_without_the_type_of_campaigns_takes_what_is_known_of_them(loader):
    loader("google_ads", "Day,Campaign,Campaign type,Cost,Clicks\n2024-01-01,A,Display,7.00,3\n")
    loader("google_ads", "Day,Campaign,Cost,Clicks\n2024-01-01,A,7.50,3\n2024-01-01,B,1.00,1\n")
    assert loader.rows(DAYS) == [
        (20240101, "A", "Display", Decimal("7.50")),
        (20240101, "B", "Paid Search", Decimal("1.00")),
    ]


def test_parts_of_a_report_in_files_of_their_own_are_questioned(loader):
    loader("ad_spend", "date,campaign,ad group,cost\n2024-01-01,A,x,3.00\n2024-01-02,A,x,3.00\n")
    report = loader("ad_spend", "date,campaign,ad group,cost\n2024-01-01,A,y,4.00\n2024-01-02,A,x,3.50\n")
    assert loader.rows("SELECT date_key, spend FROM star.fact_ad_spend ORDER BY ALL") == [
        (20240101, Decimal("4.00")),
        (20240102, Decimal("3.50")),
    ]
    [told] = [change for change in report.files[0].changes if "into one file" in change.rule]
    assert told.count == 1


def test_an_empty_cell_of_spend_is_none_and_another_currency_is_not_added(loader):
    report = loader(
        "ad_spend",
        "date,campaign,currency,cost,impressions,clicks\n2024-01-01,A,EUR,3.00,10,1\n2024-01-01,A,EUR,,5,0\n"
        "2024-01-01,B,EUR,1.00,10,1\n2024-01-01,A,USD,4.00,10,1\n",
    )
    assert (report.rows_loaded, report.rows_quarantined) == (3, 1)
    assert loader.rows("SELECT sum(spend), sum(impressions) FROM star.fact_ad_spend") == [
        (Decimal("4.00"), 25)
    ]


def test_a_repaired_row_is_added_to_the_others_of_its_report(loader):
    text = "date,campaign,ad group,cost,clicks\n2024-01-01,A,x,3.00,1\n2024-01-01,A,y,four,2\n2024-01-01,A,z,5.00,3\n"
    assert loader("ad_spend", text).rows_quarantined == 1
    exported = loader.folder / "rejected.csv"
    command = ["quarantine", "-w", str(loader.warehouse), "--export", str(exported)]
    assert CliRunner().invoke(cli, command).exit_code == 0
    report = loader("ad_spend", exported.read_text(encoding="utf-8").replace("four", "4.00"), retry=True)
    assert report.rows_loaded == 1
    assert loader.rows("SELECT spend, clicks FROM star.fact_ad_spend") == [(Decimal("12.00"), 6)]
    assert loader.rows(DETAIL.format("ad_group, spend")) == [
        ("x", Decimal("3.000000")),
        ("z", Decimal("5.000000")),
        ("y", Decimal("4.000000")),
    ]


ONCE = "2024-01-01,A,5.00,1\n2024-01-01,B,5.00,1\n2024-01-02,A,5.00,1\n"


def test_a_line_exported_twice_counts_once(loader):
    report = loader("ad_spend", f"date,campaign,cost,clicks\n{ONCE}{ONCE}")
    assert (report.rows_loaded, report.rows_merged) == (3, 3)
    assert loader.rows("SELECT sum(spend) FROM star.fact_ad_spend") == [(Decimal("15.00"),)]
    assert any("exported twice: 3" in note for note in report.files[0].notes)


def test_equal_lines_of_a_report_that_is_finer_than_its_columns_are_parts(loader):
    # Somebody left the ad group out: A has three lines, two of them alike.
    report = loader(
        "ad_spend",
        "date,campaign,cost,clicks\n2024-01-01,A,5.00,1\n2024-01-01,A,5.00,1\n2024-01-01,A,6.00,2\n",
    )
    assert (report.rows_loaded, report.rows_merged) == (3, 0)
    assert loader.rows("SELECT spend, clicks FROM star.fact_ad_spend") == [(Decimal("16.00"), 4)]
    assert any("finer than its columns tell: 1" in note for note in report.files[0].notes)


def test_a_day_that_comes_twice_is_told_once_even_there(loader):
    day = "2024-01-01,A,5.00,1\n2024-01-01,A,6.00,2\n"
    report = loader("ad_spend", f"date,campaign,cost,clicks\n{day}2024-01-02,A,1.00,1\n{day}")
    assert (report.rows_loaded, report.rows_merged) == (3, 2)
    assert loader.rows("SELECT sum(spend) FROM star.fact_ad_spend") == [(Decimal("12.00"),)]


@pytest.mark.parametrize(
    ("name", "unit", "bare"),
    [
        ("cost_micros", "micros", "cost"),
        ("costInMicros", "micros", "cost"),
        ("Cost (micros)", "micros", "cost"),
        ("spend_in_micro_dollar", "micros", "spend"),
        ("spend_cents", "cents", "spend"),
        ("Amount spent (EUR)", None, "Amount spent"),
        ("Percent of spend", None, "Percent of spend"),
        ("Centimeters", None, "Centimeters"),
    ],
)
def test_a_unit_in_a_name_is_seen(name, unit, bare):
    assert (unit_of(name), without_unit(name)) == (unit, bare)


@pytest.mark.parametrize(
    ("name", "amounts"),
    [
        ("cost_micros", ("1250000", "99000000")),
        ("Spend (micros)", ("1250000", "99000000")),
        ("spend_cents", ("125", "9900")),
        ("Cost (USD)", ("1.25", "99.00")),
        ("costInCents", ("125", "9900")),
    ],
)
def test_amounts_are_read_in_the_unit_that_their_name_says(name, amounts):
    text = f"date,campaign,{name},clicks\n2024-01-01,A,{amounts[0]},5\n2024-01-02,A,{amounts[1]},5"
    cleaned = clean(load_profile("ad_spend"), table(text))
    assert cleaned.column("ad_spend", "spend") == [Decimal("1.25"), Decimal(99)]
    assert any("as the name says" in note for note in cleaned.notes) == (name != "Cost (USD)")


@pytest.mark.parametrize(
    ("text", "is_questioned"),
    [
        ("date,campaign,cost,clicks\n2024-01-01,A,1250000,3\n", True),
        ("date,campaign,cost,impressions\n2024-01-01,A,5000000,1000\n", True),
        ("date,campaign,cost,clicks\n2024-01-01,A,1250.00,3\n2024-01-02,A,9000.00,0\n", False),
    ],
)
def test_a_price_of_a_click_that_can_not_be_is_questioned(text, is_questioned, loader):
    notes = loader("ad_spend", text).files[0].notes
    assert any("hardly possible" in note for note in notes) == is_questioned


def test_a_report_without_campaigns_is_refused_by_what_it_lacks(loader):
    with pytest.raises(IngestError, match="campaign"):
        loader("google_ads", "Day,Cost,Clicks\n2024-01-01,1.00,1\n")


CASES = {
    "gads_by_device": ("google_ads", money("1500.75", "16800", "170", "7.00", "1300.00")),
    "adspend_identical_rows": ("ad_spend", money("15.00", "300", "30", "0.00", "0.00")),
    "tiktok_ui": ("tiktok_ads", money("1021.00", "2100", "42", "3.00", "120.00")),
    "microsoft_ads_ui": ("microsoft_ads", money("1110.00", "10900", "60", "3.00", "120.00")),
}


@pytest.mark.parametrize("case", CASES)
def test_field_cases_of_advertising(case, shared, loader):
    profile, totals = CASES[case]
    loader(profile, (shared / "field_cases" / case / "input.csv").read_text(encoding="utf-8"))
    assert loader.rows(TOTALS) == [totals]


@pytest.mark.parametrize("column", ["ad group", "device", "keyword"])
def test_parts_of_a_report_in_one_command_are_refused(loader, column):
    header = f"date,campaign,{column},cost\n"
    one, other = ("2024-01-01,A,mobile,3.00\n", "2024-01-01,A,desktop,4.00\n2024-01-02,A,desktop,1.00\n")
    with pytest.raises(
        IngestError, match=r"^file_1.csv and file_2.csv hold different parts .* \(1 of them\)"
    ):
        loader("ad_spend", header + one, header + other)
    assert not loader.warehouse.exists()
    # In one file they add up; other days, and the same parts again, may come in files of their own.
    loader(
        "ad_spend",
        header + one + other,
        header + "2024-01-03,A,mobile,5.00\n",
        header + one + other + "2024-01-04,A,mobile,6.00\n",
    )
    assert loader.rows("SELECT sum(spend) FROM star.fact_ad_spend") == [(Decimal("19.00"),)]
