"""The same address is the same person, whatever tells of it and in whatever order it comes."""

from itertools import permutations

import pytest

import martlet

PEOPLE = "SELECT customer_id, email, first_name FROM star.dim_customer WHERE customer_key > 0 ORDER BY 1"
FILES = {
    "leads": "lead id,email,created at,original source\nL1,ANA@example.com,2024-01-01 10:00,ORGANIC_SEARCH\n",
    "orders": "order id,email,order date,total\nO1,ana@example.com,2024-02-01 10:00,20\n",
    "email": "campaign,email,sent at\nNews,Ana@Example.com,2024-01-15 10:00\n",
    "customers": "customer id,email,first name\nC1,ana@example.com,Ana\n",
}
FACTS = ("fact_lead", "fact_order", "fact_email")


def keys(loader):
    return {table: loader.rows(f"SELECT DISTINCT customer_key FROM star.{table}") for table in FACTS}


@pytest.mark.parametrize("order", list(permutations(FILES))[::10])
def test_one_person_in_any_order(order, loader):
    for profile in order:
        loader(profile, FILES[profile])
    assert loader.rows(PEOPLE) == [("C1", "ana@example.com", "Ana")]
    [(key,)] = loader.rows("SELECT customer_key FROM star.dim_customer WHERE customer_key > 0")
    assert keys(loader) == {table: [(key,)] for table in FACTS}


LISTS = {
    "shop": (
        "shopify_customers",
        "First Name,Last Name,Email,Accepts Email Marketing\nAna,Silva,ana@example.com,yes\n",
    ),
    "crm": ("customers", "customer id,email,city\nC1,ana@example.com,Lisbon\n"),
    "order": ("orders", "order id,customer id,order date,total\nO1,C1,2024-02-01,20\n"),
}


@pytest.mark.parametrize("order", list(permutations(LISTS))[::3])
def test_two_lists_describe_one_person_and_the_identifier_that_is_no_address_stays(order, loader):
    for name in order:
        loader(*LISTS[name])
    assert loader.rows(
        "SELECT customer_id, first_name, city, is_email_opted_in FROM star.dim_customer WHERE customer_key > 0"
    ) == [("C1", "Ana", "Lisbon", True)]
    assert loader.rows(
        "SELECT count(*) FROM star.dim_customer_history WHERE is_current AND customer_key > 0"
    ) == [(1,)]
    assert loader.rows(
        "SELECT count(*) FROM star.fact_order JOIN star.dim_customer USING (customer_key) WHERE customer_id = 'C1'"
    ) == [(1,)]


def test_a_file_that_uses_number_and_address_tells_of_one_person(loader):
    loader(
        "customers", "customer id,email,first name,city\n,ana@example.com,Ana,\nC1,ana@example.com,,Lisbon\n"
    )
    assert loader.rows(
        "SELECT customer_id, first_name, city FROM star.dim_customer WHERE customer_key > 0"
    ) == [("C1", "Ana", "Lisbon")]


def test_number_and_address_of_a_lead_are_one_persons(loader):
    loader(
        "leads",
        "lead id,customer id,email,created at\nL1,C1,ana@example.com,2024-01-01\nL2,,ana@example.com,2024-01-02\n",
    )
    loader("orders", "order id,email,order date,total\nO1,ana@example.com,2024-02-01,20\n")
    assert loader.rows(PEOPLE) == [("C1", "ana@example.com", None)]
    assert loader.rows("SELECT DISTINCT customer_key FROM star.fact_lead") == [(1,)]


def test_two_identifiers_with_one_address_stay_two_and_are_told(loader):
    report = loader("customers", "customer id,email\nC1,home@example.com\nC2,HOME@example.com\n")
    loader("orders", "order id,customer id,order date,total\nO1,C2,2024-02-01,20\n")
    loader("orders", "order id,email,order date,total\nO2,home@example.com,2024-02-02,30\n")
    assert [change.count for change in report.files[0].changes if change.rule == "flagged: same email"] == [1]
    assert loader.rows(
        "SELECT orders.source_id, customer_id FROM star.fact_order AS orders JOIN star.dim_customer USING (customer_key) ORDER BY 1"
    ) == [("O1", "C2"), ("O2", "C1")]


@pytest.mark.parametrize(
    ("word", "channel"),
    [
        ("ORGANIC_SEARCH", "Organic Search"),
        ("Organic search", "Organic Search"),
        ("PAID_SEARCH", "Paid Search"),
        ("SOCIAL_MEDIA", "Organic Social"),
        ("Organic Social", "Organic Social"),
        ("PAID_SOCIAL", "Paid Social"),
        ("DIRECT_TRAFFIC", "Direct"),
        ("Direct Traffic", "Direct"),
        ("REFERRALS", "Referral"),
        ("EMAIL_MARKETING", "Email"),
        ("AI_REFERRALS", "Referral"),
        ("OTHER_CAMPAIGNS", "Unassigned"),
        ("OFFLINE", "Offline"),
        ("Offline Sources", "Offline"),
        ("Trade Show", "Offline"),
        ("Word of mouth", "Referral"),
        ("Search Engines", "Organic Search"),
        ("Direct Entry", "Direct"),
        ("google", "Organic Search"),
        ("facebook", "Organic Social"),
    ],
)
@pytest.mark.parametrize("header", ["original source", "channel"])
def test_a_tools_own_words_for_channels(word, channel, header, loader):
    if header == "channel" and word in ("google", "facebook"):
        pytest.skip("a channel of the company's own")
    loader("leads", f"lead id,created at,{header}\nL1,2024-01-01,{word}\n")
    assert loader.rows("SELECT channel FROM star.fact_lead JOIN star.dim_channel USING (channel_key)") == [
        (channel,)
    ]


def test_field_case_of_hubspot_contacts(shared, loader):
    martlet.ingest(
        "hubspot_contacts", shared / "field_cases/hubspot_contacts/input.csv", warehouse=loader.warehouse
    )
    assert loader.rows(
        "SELECT source_id, channel, email FROM star.fact_lead JOIN star.dim_channel USING (channel_key) "
        "JOIN star.dim_customer AS person ON person.customer_key = fact_lead.customer_key ORDER BY 1"
    ) == [
        ("101", "Organic Search", "camille@example.com"),
        ("102", "Paid Search", "john@example.com"),
        ("103", "Direct", None),
        ("104", "Email", "camille@example.com"),
    ]
    assert len(loader.rows(PEOPLE)) == 2
