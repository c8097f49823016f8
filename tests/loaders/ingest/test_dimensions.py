"""Members of dimensions: placeholders, completed later; versions of customers; the last word is that of who describes them."""

import datetime as dt

import pytest

from martlet.engine.errors import IngestError

JANUARY, FEBRUARY, MARCH = (dt.date(2024, month, 1) for month in (1, 2, 3))
ORDERS = "order_id,customer_id,date,amount\nA1,C1,2024-01-05,5.00\nA2,C2,2024-01-06,6.00\n"
CUSTOMERS = "customer_id,first_name,email,loyalty_tier\nC1,Ann,ann@example.org,Gold\n"
VERSIONS = "SELECT customer_key, loyalty_tier, valid_from, valid_until, is_current FROM star.dim_customer_history ORDER BY 1, 3"
EVER = dt.datetime(1900, 1, 1)


def customers(loader):
    return loader.rows(
        "SELECT customer_key, customer_id, first_name, loyalty_tier, is_placeholder, described_on "
        "FROM star.dim_customer WHERE customer_key > 0 ORDER BY 1"
    )


def test_a_placeholder_is_completed_and_keeps_its_key_and_its_only_version(loader):
    report = loader("orders", ORDERS, as_of=JANUARY)
    assert report.files[0].placeholders == {"customers": 2}
    assert customers(loader) == [(1, "C1", None, None, True, None), (2, "C2", None, None, True, None)]
    report = loader("customers", CUSTOMERS, as_of=FEBRUARY)
    assert (report.rows_loaded, report.rows_replaced, report.new) == (1, 0, {})
    assert report.files[0].placeholders == {"customers": -1}
    assert customers(loader) == [(1, "C1", "Ann", "Gold", False, FEBRUARY), (2, "C2", None, None, True, None)]
    assert loader.rows(VERSIONS) == [(1, "Gold", EVER, None, True), (2, None, EVER, None, True)]


def test_a_changed_customer_has_a_new_version_from_the_day_of_the_file(loader):
    loader("customers", CUSTOMERS, as_of=JANUARY)
    loader("customers", CUSTOMERS.replace("Ann,", "Anne,"), as_of=FEBRUARY)
    assert len(loader.rows(VERSIONS)) == 1
    report = loader("customers", CUSTOMERS.replace("Gold", "Silver"), as_of=MARCH)
    assert (report.rows_loaded, report.rows_replaced) == (1, 1)
    first_of_march = dt.datetime(2024, 3, 1)
    assert loader.rows(VERSIONS) == [
        (1, "Gold", EVER, first_of_march, False),
        (1, "Silver", first_of_march, None, True),
    ]


def test_a_correction_of_the_same_day_is_no_new_version(loader):
    loader("customers", CUSTOMERS, as_of=JANUARY)
    loader("customers", CUSTOMERS.replace("Gold", "Silver"), as_of=JANUARY)
    assert loader.rows(VERSIONS) == [(1, "Silver", EVER, None, True)]


def test_a_file_of_an_earlier_day_is_refused_if_it_would_change_anything(loader):
    loader("customers", CUSTOMERS, as_of=MARCH)
    before = loader.warehouse.read_bytes()
    with pytest.raises(
        IngestError, match=r"1 customers, such as C1, would change .* 2024-01-01, .* 2024-03-01"
    ):
        loader("customers", CUSTOMERS.replace("Gold", "Silver"), as_of=JANUARY)
    assert loader.warehouse.read_bytes() == before
    report = loader("customers", CUSTOMERS + "C9,Nia,,\n", as_of=JANUARY)
    assert (report.rows_loaded, report.rows_merged) == (1, 1)


def test_an_empty_cell_takes_nothing_away(loader):
    loader("customers", CUSTOMERS, as_of=JANUARY)
    report = loader("customers", "customer_id,first_name,loyalty_tier\nC1,,\n", as_of=FEBRUARY)
    assert (report.rows_loaded, report.rows_merged) == (0, 1)
    assert customers(loader) == [(1, "C1", "Ann", "Gold", False, FEBRUARY)]


def test_the_last_row_of_a_customer_counts_field_by_field(loader):
    text = "customer_id,first_name,city\nC1,Ann,Oslo\nC2,Bob,\nC1,Anna,\n"
    report = loader("customers", text)
    assert (report.rows_loaded, report.rows_merged) == (2, 1)
    assert any("repeat a customer_id" in note for note in report.files[0].notes)
    assert loader.rows("SELECT first_name, city FROM star.dim_customer WHERE customer_id = 'C1'") == [
        ("Anna", "Oslo")
    ]


def test_who_mentions_a_customer_completes_but_does_not_overrule(loader):
    loader("customers", "customer_id,first_name\nC1,Ann\n", as_of=JANUARY)
    loader(
        "orders",
        "order_id,customer_id,date,amount,first_name,email\nA1,C1,2024-01-05,5,ANNIE,a@example.org\n",
    )
    assert loader.rows("SELECT first_name, email FROM star.dim_customer WHERE customer_id = 'C1'") == [
        ("Ann", "a@example.org")
    ]


def test_an_address_finds_its_customer_and_a_customer_takes_over_the_address(loader):
    loader("orders", "order_id,email,date,amount\nA1,Ann@Example.org,2024-01-05,5\n")
    assert [row[1] for row in customers(loader)] == ["ann@example.org"]
    loader("customers", CUSTOMERS)
    assert [row[:3] for row in customers(loader)] == [(1, "C1", "Ann")]
    loader("orders", "order_id,email,date,amount\nA2,ANN@example.org,2024-01-06,5\n")
    assert [row[0] for row in customers(loader)] == [1]
    assert loader.rows("SELECT DISTINCT customer_key FROM star.fact_order") == [(1,)]


def test_two_placeholders_of_one_campaign_become_it(loader):
    loader("ad_spend", "date,campaign,spend\n2024-01-01,Spring sale,5\n2024-01-02,C7,6\n")
    assert loader.rows("SELECT count(*) FROM star.dim_campaign WHERE is_placeholder") == [(2,)]
    loader("campaigns", "campaign_id,name,channel,starts_on\nC7,Spring sale,Email,2024-01-01\n")
    assert loader.rows(
        "SELECT campaign_id, name, is_placeholder FROM star.dim_campaign WHERE campaign_key > 0"
    ) == [("C7", "Spring sale", False)]
    spend = (
        "SELECT date_key, campaign_id, channel.channel FROM star.fact_ad_spend AS fact JOIN star.dim_campaign USING (campaign_key) "
        "JOIN star.dim_channel AS channel ON channel.channel_key = fact.channel_key ORDER BY 1"
    )
    assert loader.rows(spend) == [(20240101, "C7", "Email"), (20240102, "C7", "Email")]


def test_a_channel_of_the_companys_own_is_kept_apart_from_the_standard_ones(loader):
    loader(
        "leads",
        "lead_id,captured_at,channel\nL1,2024-01-01,Radio\nL2,2024-01-01, email \nL3,2024-01-02,Radio\n",
    )
    found = loader.rows(
        "SELECT channel, channel_key > 1000, count(*) FROM star.fact_lead JOIN star.dim_channel USING (channel_key) GROUP BY ALL ORDER BY 1"
    )
    assert found == [("Email", False, 1), ("Radio", True, 2)]


def test_source_and_medium_make_the_channel_that_ga4_would(loader):
    loader(
        "sessions",
        "session_id,started_at,source,medium\ns1,2024-01-01 10:00,google,cpc\ns2,2024-01-01 11:00,google,organic\ns3,2024-01-01 12:00,,\n",
    )
    assert loader.rows(
        "SELECT source_id, channel FROM star.fact_session JOIN star.dim_channel USING (channel_key) ORDER BY 1"
    ) == [("s1", "Paid Search"), ("s2", "Organic Search"), ("s3", "(unknown)")]


def test_lookalikes_and_outliers_are_flagged_and_kept(loader):
    lines = [f"C{n},Ann{n},Lee,ann{n}@example.org,1980-01-01,{50_000 + n}\n" for n in range(40)]
    lines += [
        "D1,Ann1,LEE,other@example.org,1980-01-01,50000\n",
        "D2,Zed,Zen,ANN2@example.org,1990-01-01,9000000\n",
    ]
    loader("customers", "customer_id,first_name,last_name,email,birth_date,income\n" + "".join(lines))
    assert loader.rows(
        "SELECT item, rule, column_name, reason FROM quarantine.flagged_value WHERE rule <> 'outlier' ORDER BY 1"
    ) == [
        ("D1", "same name and birth date", "birth_date", "may be C1"),
        ("D2", "same email", "email", "may be C2"),
    ]
    assert loader.rows(
        "SELECT item, column_name, value FROM quarantine.flagged_value WHERE rule = 'outlier'"
    ) == [("row 42", "income", "9000000.00")]
    assert (
        loader.rows("SELECT count(*), max(income) FROM star.dim_customer WHERE customer_key > 0")[0][0] == 42
    )


def test_what_is_missing_is_imputed_only_when_asked_and_counted(loader):
    text = "customer_id,income,gender\nC1,10000,f\nC2,,\nC3,30000,f\nC4,50000,m\n"
    income = "SELECT customer_id, CAST(income AS INTEGER), gender FROM star.dim_customer WHERE customer_key > 0 ORDER BY 1"
    loader("customers", text)
    assert loader.rows(income)[1] == ("C2", None, None)
    loader("customers", text, impute={"income": "median", "gender": "mode"})
    assert loader.rows(income)[1] == ("C2", 30000, "female")
    assert loader.rows(
        "SELECT rule, column_name, changed FROM meta.load_change WHERE rule LIKE 'imputed%' ORDER BY 2"
    ) == [
        ("imputed: mode", "gender", 1),
        ("imputed: median", "income", 1),
    ]
    loader("customers", text.replace("C2,,", "C2,20000,"))
    loader("customers", text + "C5,,f\n", impute={"income": "mean"})
    assert loader.rows(income)[1] == ("C2", 20000, "female")
