"""The address of a landing page tells the campaign and the paid click that led to it, where nothing else does."""

import pytest

CHANNEL = (
    "SELECT channel, campaign.name FROM star.fact_session JOIN star.dim_channel USING (channel_key) "
    "JOIN star.dim_campaign AS campaign USING (campaign_key)"
)


@pytest.mark.parametrize(
    ("page", "source", "medium", "expected"),
    [
        ("https://a.com/?gclid=Cj0", "", "", ("Paid Search", "(unknown)")),
        ("https://a.com/?gclid=Cj0", "google", "organic", ("Paid Search", "(unknown)")),
        ("https://a.com/?x=1&gbraid=0A", "(direct)", "(none)", ("Paid Search", "(unknown)")),
        (
            "https://a.com/?GCLID=Cj0&utm_source=google&utm_medium=cpc&utm_campaign=Brand",
            "",
            "",
            ("Paid Search", "Brand"),
        ),
        ("https://a.com/?msclkid=1", "bing", "organic", ("Paid Search", "(unknown)")),
        ("https://a.com/?ttclid=1", "", "", ("Paid Social", "(unknown)")),
        ("https://a.com/?li_fat_id=1", "linkedin.com", "referral", ("Paid Social", "(unknown)")),
        ("https://a.com/?dclid=1", "", "", ("Display", "(unknown)")),
        ("https://a.com/?fbclid=1", "", "", ("Organic Social", "(unknown)")),
        ("https://a.com/?fbclid=1", "facebook", "cpc", ("Paid Social", "(unknown)")),
        (
            "https://a.com/?utm_source=news&utm_medium=email&utm_campaign=May%20sale",
            "",
            "",
            ("Email", "May sale"),
        ),
        (
            "https://a.com/?utm_source=news&utm_medium=email",
            "bing",
            "organic",
            ("Organic Search", "(unknown)"),
        ),
        ("https://a.com/?gclid=", "bing", "organic", ("Organic Search", "(unknown)")),
        ("/sale", "", "", ("(unknown)", "(unknown)")),
    ],
)
def test_what_an_address_tells(page, source, medium, expected, loader):
    loader(
        "sessions",
        f"session id,date,landing page,source,medium\ns1,2024-03-01 10:00,{page},{source},{medium}\n",
    )
    assert loader.rows(CHANNEL) == [expected]
    [(path,)] = loader.rows("SELECT path FROM star.dim_page WHERE page_key > 0")
    assert path in ("/", "/sale")


def test_a_list_without_sources_learns_from_its_addresses(loader):
    loader(
        "sessions",
        "session id,date,landing page\ns1,2024-03-01 10:00,https://a.com/?gclid=Cj0\ns2,2024-03-01 11:00,/\n",
    )
    assert sorted(loader.rows(CHANNEL)) == [("(unknown)", "(unknown)"), ("Paid Search", "(unknown)")]
