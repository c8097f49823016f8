"""What nobody told of a person's consent, or of who opened a mail, stays unknown; a list of people makes no mails."""

import shutil

import pytest

import martlet
from martlet.loaders.ingest import sniff

CONSENT = "SELECT customer_id, is_email_opted_in, is_sms_opted_in FROM star.dim_customer WHERE customer_key > 0 ORDER BY 1"
HEADER = '"Email Address","First Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,CC,REGION,LAST_CHANGED,LEID,EUID'


def audience(email, tail=""):
    return f'{email},Ana,3,"2023-03-16 14:40:47","2023-03-16 14:41:47",PT,11,"2024-03-16 14:40:47",100,abc1{tail}\n'


def test_a_consent_that_is_not_told_is_unknown_in_star_and_history(loader):
    loader("customers", "customer id,email\nC1,ana@example.com\n")
    loader("orders", "order id,customer id,order date,total\nO1,C2,2024-03-01,10\n")
    assert loader.rows(CONSENT) == [("C1", None, None), ("C2", None, None)]
    assert loader.rows("SELECT DISTINCT is_email_opted_in FROM star.dim_customer_history") == [(None,)]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *((word, True) for word in ("yes", "SUBSCRIBED", "Opted-in")),
        *((word, False) for word in ("0", "never_subscribed", "Unsubscribed")),
        *((word, None) for word in ("", "unknown", "pending", "N/A")),
    ],
)
def test_words_of_consent(word, meant, loader):
    loader("customers", f"customer id,marketing consent,first name\nC1,{word},Ana\nC2,yes,Bo\n")
    assert loader.rows(CONSENT)[0][1] is meant


def test_a_mention_completes_what_is_unknown_and_takes_back_no_no(loader):
    loader("customers", "customer id,email,email opt in\na@x.com,a@x.com,\nb@x.com,b@x.com,no\n")
    orders = "Name,Email,Financial Status,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
    for number, who in enumerate("ab", 1):
        orders += f"#{number},{who}@x.com,paid,yes,USD,10,0,0,10,2024-03-01 10:00:00 +0000,1,Mug,10\n"
    loader("shopify_orders", orders)
    assert loader.rows(CONSENT) == [("a@x.com", True, None), ("b@x.com", False, None)]


@pytest.mark.parametrize(
    ("name", "header", "tail", "meant"),
    [
        ("subscribed_members_export_ab12.csv", HEADER, "", True),
        ("audience.csv", HEADER, "", True),
        ("nonsubscribed_members_export_ab12.csv", HEADER, "", False),
        (
            "unsubscribed_members_export_ab12.csv",
            f"{HEADER},UNSUB_TIME,UNSUB_REASON",
            ",2024-01-05 10:00:00,NORMAL",
            False,
        ),
        ("left.csv", f"{HEADER},UNSUB_TIME,UNSUB_REASON", ",2024-01-05 10:00:00,NORMAL", False),
        ("all.csv", f"{HEADER},UNSUB_TIME,CLEAN_TIME", ",,", True),
        ("cleaned_members_export_ab12.csv", f"{HEADER},CLEAN_TIME", ",2024-01-05 10:00:00", None),
        ("bounced.csv", f"{HEADER},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE", ",2024-01-05 10:00:00,News", None),
    ],
)
def test_the_lists_of_mailchimp_say_who_agreed(name, header, tail, meant, loader):
    file = loader.write(f"{header}\n{audience('Ana@example.com', tail)}", name)
    report = martlet.ingest("mailchimp_audience", file, warehouse=loader.warehouse)
    assert (report.files[0].rows_read, report.files[0].rows_loaded, report.files[0].rows_merged) == (1, 1, 0)
    assert loader.rows(CONSENT) == [("ana@example.com", meant, None)]


def test_who_unsubscribed_after_having_agreed_has_said_no(loader):
    files = {
        "subscribed_1.csv": (HEADER, ""),
        "unsubscribed_1.csv": (f"{HEADER},UNSUB_TIME", ",2024-01-05 10:00:00"),
    }
    for name, (header, tail) in files.items():
        file = loader.write(f"{header}\n{audience('ana@example.com', tail)}", name)
        martlet.ingest("mailchimp_audience", file, warehouse=loader.warehouse)
    assert loader.rows(CONSENT) == [("ana@example.com", False, None)]


def test_field_cases_of_people(shared, loader):
    cases = shared / "field_cases"
    [audience_file] = (cases / "mailchimp_audience").iterdir()
    assert sniff(audience_file)[0].profile == "mailchimp_audience"
    martlet.ingest("mailchimp_audience", audience_file, warehouse=loader.warehouse)
    assert loader.rows(
        "SELECT email, CAST(CAST(signed_up_at AS DATE) AS VARCHAR), country, is_email_opted_in FROM star.dim_customer "
        "WHERE customer_key > 0 ORDER BY 1"
    ) == [("ana@example.com", "2023-03-16", "PT", True), ("bob@example.com", "2024-02-29", None, True)]
    assert loader.rows("SELECT count(*) FROM star.fact_email") == [(0,)]


def test_field_case_of_unknown_consent(shared, loader):
    martlet.ingest("customers", shared / "field_cases/consent_unknown/input.csv", warehouse=loader.warehouse)
    assert loader.rows(CONSENT) == [("C1", None, None)]


def test_field_case_of_opens_by_nobody_knows_whom(shared, loader):
    martlet.ingest(
        "mailchimp_recipients",
        shared / "field_cases/mailchimp_opens/March News.csv",
        warehouse=loader.warehouse,
    )
    assert loader.rows(
        "SELECT count(first_opened_at), count(first_human_opened_at), bool_or(is_human_known) FROM star.fact_email"
    ) == [(3, 0, False)]


@pytest.fixture(scope="module")
def mailed(_empty_warehouse, tmp_path_factory):
    """Two campaigns: of News nobody knows who opened, of Quiet nobody opened at all."""
    folder = tmp_path_factory.mktemp("mailed")
    warehouse = folder / "w.duckdb"
    shutil.copyfile(_empty_warehouse, warehouse)
    opens = {"News": (3, 1, 0), "Quiet": (0, 0, 0)}
    for campaign, counts in opens.items():
        rows = "".join(
            f"{who}@x.com,{n},{int(n == 3)},2024-03-01 10:00\n" for who, n in zip("abc", counts, strict=True)
        )
        (folder / f"{campaign}.csv").write_text(f"Email Address,Opens,Clicks,Send Date\n{rows}")
        martlet.ingest("mailchimp_recipients", folder / f"{campaign}.csv", warehouse=warehouse)
    (folder / "campaigns.csv").write_text(
        "campaign,type,channel\nNews,Newsletter,Email\nQuiet,Promotional,Email\n"
    )
    martlet.ingest("campaigns", folder / "campaigns.csv", warehouse=warehouse)
    (folder / "orders.csv").write_text(
        "order id,customer id,order date,total\n1,a@x.com,2024-03-02 10:00,20\n2,b@x.com,2024-03-02 10:00,30\n"
    )
    martlet.ingest("orders", folder / "orders.csv", warehouse=warehouse)
    with martlet.open(warehouse) as opened:
        yield opened


def test_who_opened_is_unknown_unless_nobody_did(mailed):
    figures = mailed.sql(
        "SELECT campaign_type, unique_opens, unique_human_opens, unique_clicks, unique_human_clicks, human_open_rate FROM email.roi ORDER BY 1"
    ).rows()
    assert figures == [("Newsletter", 2, None, 1, None, None), ("Promotional", 0, 0, 0, 0, 0.0)]
    assert mailed.sql(
        "SELECT count(first_human_opened_at), count(first_opened_at) FROM star.fact_email"
    ).rows() == [(0, 2)]
    assert mailed.sql("SELECT customer_id, emails_opened FROM customers ORDER BY 1").rows() == [
        ("a@x.com", None),
        ("b@x.com", None),
        ("c@x.com", 0),
    ]


def test_credit_takes_the_click_of_which_nobody_knows_whose_it_was(mailed):
    assert [row[3] for row in mailed.sql("SELECT * FROM email.credit").rows()] == [20]
    assert mailed.sql("SELECT sum(net_revenue) FROM email.credit(basis := 'open')").rows() == [(50,)]
    assert mailed.sql(
        "SELECT count(*) FILTER (WHERE has_responded), sum(revenue) FROM mart.campaign_response"
    ).rows() == [(1, 20)]
