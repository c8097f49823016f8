"""Rows of a source become rows of entities: what is rejected, emptied, filled, counted, whatever the size of batches."""

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.ingest.cleaning import RULES
from martlet.loaders.ingest.profile_files import load_profile

from ..profiles import profile_of
from ..sources import clean, table, texts

CELLS = {
    "customer": st.sampled_from(["Ann", "Bob", " Ann ", "A  B", "\u00a0Ann", "'17"]),
    "date": st.sampled_from(
        [
            "2024-01-05",
            "2024-02-31",
            "",
            "soon",
            "05/01/2024",
            "25/01/2024 10:00",
            "9999-01-01",
            "45000",
            "1 Jan 2024",
        ]
    ),
    "amount": st.sampled_from(
        ["5.00", "-5", "", "abc", "1e99", "$5.00", "1,234.50", "0", "1,234", "5.005", "3 EUR"]
    ),
    "order_id": st.sampled_from(["A1", "A2 ", "", "n/a"]),
    "status": st.sampled_from(["paid", "PAID", "Paid ", "weird", "", "returned", "-"]),
    "email": st.sampled_from(["a@x.org", "A@X.ORG", "Ann <a@x.org>", "a@", "", "none"]),
    "country": st.sampled_from(["Spain", "SPAIN", "spain", "España", "espana", "", " Spain"]),
    "quantity": st.sampled_from(["1", "2.0", "2.5", "-1", "", "many"]),
}
FILES = st.integers(min_value=1, max_value=12).flatmap(
    lambda height: st.fixed_dictionaries(
        {name: st.lists(cells, min_size=height, max_size=height) for name, cells in CELLS.items()}
    )
)


def orders(columns, **options):
    return clean(load_profile("orders"), texts(columns), **options)


def as_text(series):
    """Write cleaned values as a plain file would."""
    if isinstance(series.dtype, pl.Datetime):
        return series.dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
    return series.cast(pl.String)


@given(FILES, st.integers(min_value=1, max_value=13))
def test_batches_of_any_size_give_the_same(columns, size):
    whole, parts = orders(columns), orders(columns, size=size)
    assert all(whole.rows[name].equals(parts.rows[name]) for name in whole.rows)
    assert whole.rejected.equals(parts.rejected)
    assert whole.changes == parts.changes
    assert whole.notes == parts.notes


@given(FILES)
def test_each_row_is_loaded_or_rejected_with_a_reason(columns):
    found = orders(columns)
    rows = [*found.rows["orders"]["row"], *found.rejected["row"]]
    assert sorted(rows) == list(range(1, len(columns["date"]) + 1))
    assert not found.rejected["reason"].null_count()


@given(FILES)
def test_cleaning_what_is_clean_changes_nothing(columns):
    first = orders(columns).rows["orders"].drop("row")
    if first.is_empty():
        return
    source = {name: as_text(first[name]).fill_null("").to_list() for name in first.columns}
    again = orders(source)
    assert again.rows["orders"].drop("row").equals(first)
    assert again.changes == {}
    assert again.rejected.is_empty()


@given(FILES)
def test_a_cell_that_differs_is_counted_and_no_other(columns):
    found = orders(columns)
    kept = found.rows["orders"]
    fields = {
        "customer": "customer_id",
        "date": "ordered_at",
        "amount": "net_revenue",
        "order_id": "order_id",
    }
    fields |= {"status": "status", "country": "country", "quantity": "item_count"}
    for column, field in fields.items():
        before = pl.Series([columns[column][row - 1] for row in kept["row"]], dtype=pl.String)
        after = as_text(kept[field]).fill_null("")
        differs = int((~_same(before, after, field)).sum())
        counts = [change.count for (_, name), change in found.changes.items() if name == column]
        assert max(counts, default=0) <= differs <= sum(counts)


def _same(before, after, field):
    if field == "ordered_at":
        return before == after.str.head(10)
    if field in ("net_revenue", "item_count"):
        plain = before.str.contains(r"^-?\d+(\.\d+)?$")
        return (
            plain & (before.cast(pl.Float64, strict=False) == after.cast(pl.Float64, strict=False))
        ).fill_null(value=False) | (before == after)
    return before == after


def test_examples_show_before_and_after_three_at_most():
    found = orders(
        {
            "customer": ["a", "b", "c", "d", "e"],
            "date": ["2024-01-05"] * 5,
            "amount": ["$1", "$1", "2 USD", "(3)", "4-"],
            "email": ["A@X.ORG"] * 5,
        }
    )
    change = found.changes["number_format", "amount"]
    assert (change.count, change.examples) == (5, (("$1", "1.00"), ("2 USD", "2.00"), ("(3)", "-3.00")))
    assert found.changes["letter_case", "email"].examples == (("A@X.ORG", "a@x.org"),)
    assert {rule for rule, _ in found.changes} <= RULES.keys()


def test_rows_with_a_problem_of_their_own_are_rejected_and_not_surveyed():
    source = table(
        "customer,date,amount\nA,25/01/2024,5\nB,01/31/2024,5\n", problems={2: "too many cells: 4, not 3"}
    )
    found = clean(load_profile("orders"), source)
    assert found.rejected.rows() == [(2, None, "too many cells", "4, not 3")]
    assert found.notes == []


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("A,2024-02-31,5", ("date", "unreadable date", None)),
        ("A,,5", ("date", "no ordered_at", None)),
        ("A,2024-01-05,abc", ("amount", "unreadable amount", None)),
        ("A,1970-01-01,5", ("date", "no date", "1970-01-01 is what systems write that have none")),
        ("A,2024-01-05,5 EUR", ("amount", "another currency", "EUR, where most amounts are in USD")),
    ],
)
def test_a_required_value_that_is_missing_or_wrong_rejects_its_row(row, expected):
    good = "Z,2024-01-05,$5\nY,2024-01-06,$6\n"
    found = clean(load_profile("orders"), table(f"customer,date,amount\n{good}{row}\n"))
    assert found.rejected.rows() == [(3, *expected)]
    assert found.column("orders", "row") == [1, 2]


def test_an_optional_value_that_is_wrong_is_emptied_and_counted():
    found = orders(
        {"customer": ["A", "B"], "date": ["2024-01-05"] * 2, "amount": ["5", "6"], "quantity": ["many", "-1"]}
    )
    assert found.column("orders", "item_count") == [None, None]
    assert found.changes["unreadable", "quantity"].examples == (("many", ""),)
    assert found.changes["impossible", "quantity"].examples == (("-1", ""),)


def test_ages_and_incomes_that_cannot_be_are_emptied(tmp_path):
    profile = profile_of(
        tmp_path,
        """
        [columns]
        id = ["ID"]
        born = ["Year_Birth"]
        day = ["Birthday"]
        income = ["Income"]
        [[mappings]]
        entity = "customers"
        customer_id = "id"
        birth_year = "born"
        birth_date = "day"
        income = "income"
        """,
    )
    source = table(
        "ID,Year_Birth,Birthday,Income\n1,1893,1893-05-01,666666\n2,1970,1970-01-01,50000\n3,2030,2030-01-01,-1\n"
    )
    found = clean(profile, source, as_of=date(2014, 12, 31))
    assert found.column("customers", "birth_year") == [None, 1970, None]
    assert found.column("customers", "birth_date") == [None, date(1970, 1, 1), None]
    assert found.column("customers", "income") == [None, Decimal("50000.00"), None]
    assert [found.changes["impossible", name].count for name in ("Year_Birth", "Birthday", "Income")] == [
        2,
        2,
        2,
    ]
    assert "not held against their bounds" in clean(profile, source).notes[0]


SHOP = """
[columns]
order   = { names = ["Name"], required = true }
day     = ["Day"]
time    = ["Time"]
sku     = ["SKU"]
item    = ["Item"]
n       = ["Qty"]
price   = { names = ["Price"], unit = "cents" }
email   = ["Email"]
agreed  = { names = ["Accepts"], words = { subscribed = "yes", unsubscribed = "no" } }
kind    = ["Kind"]

[[mappings]]
entity = "order_lines"
order_id = "order"
product_id = ["sku", "item"]
quantity = { from = "n", default = 1 }
unit_price = "price"
ordered_at = { from = ["day", "time"], join = true }
line_number = { row_number = true }

[[mappings]]
entity = "customers"
where = "email"
customer_id = "email"
email = "email"
is_email_opted_in = "agreed"

[[mappings]]
entity = "campaign_responses"
where = { kind = ["Gift", "sale"] }
customer_id = "email"
campaign = { constant = "gifts" }
has_responded = { constant = true }
"""


def shop(tmp_path, lines, **options):
    header = "Name,Day,Time,SKU,Item,Qty,Price,Email,Accepts,Kind\n"
    return clean(profile_of(tmp_path, SHOP), table(header + lines), **options)


def test_the_first_column_that_is_given_feeds_a_field(tmp_path):
    found = shop(
        tmp_path, "1,2024-01-05,10:30,S1,Cup,2,1050,a@x.org,Subscribed,x\n1,2024-01-05,,,Cup,,999,,,GIFT\n"
    )
    assert found.column("order_lines", "product_id") == ["S1", "Cup"]


def test_only_cells_that_some_row_took_are_counted(tmp_path):
    lines = "1,2024-01-05,,S1,Cup  A,1,1,a@x.org,YES,x\n1,2024-01-05,,,Cup  B,1,1,,YES,x\n"
    found = shop(tmp_path, lines)
    assert found.changes["spaces", "Item"].examples == (("Cup  B", "Cup B"),)
    assert found.changes["yes_no", "Accepts"].count == 1


def test_a_day_and_a_time_are_joined(tmp_path):
    found = shop(
        tmp_path, "1,2024-01-05,10:30,S,C,2,1,,,x\n1,5 Jan 2024,,S,C,2,1,,,x\n1,,10:30,S,C,2,1,,,x\n"
    )
    expected = [datetime(2024, 1, 5, 10, 30), datetime(2024, 1, 5), None]
    assert found.column("order_lines", "ordered_at") == expected


def test_units_words_defaults_and_numbers_of_rows(tmp_path):
    found = shop(tmp_path, "1,2024-01-05,10:30,S,C,,1050,a@x.org,Unsubscribed,x\n")
    assert found.column("order_lines", "unit_price") == [Decimal("10.50")]
    assert found.column("order_lines", "quantity") == [1]
    assert found.changes["default", "Qty"].examples == (("", "1"),)
    assert found.column("customers", "is_email_opted_in") == [False]


def test_a_default_stands_where_the_file_lacks_the_column(tmp_path):
    profile = profile_of(
        tmp_path,
        """
        [columns]
        day = ["Day"]
        name = ["Campaign"]
        cost = ["Cost"]
        [[mappings]]
        entity = "ad_spend"
        date = "day"
        campaign = { from = "name", default = "(not set)" }
        spend = "cost"
        """,
    )
    found = clean(profile, table("Day,Cost\n2024-01-05,5\n"))
    assert found.column("ad_spend", "campaign") == ["(not set)"]
    assert found.changes == {}


def test_a_feed_takes_only_its_rows_and_the_main_one_takes_all(tmp_path):
    lines = "1,2024-01-05,,S,C,1,1,a@x.org,,gift\n2,2024-01-05,,S,C,1,1,,,x\n3,2024-01-05,,S,C,1,1,,,SALE\n"
    found = shop(tmp_path, lines, size=2)
    assert found.column("order_lines", "row") == [1, 2, 3]
    assert found.column("customers", "row") == [1]
    assert found.column("campaign_responses", "row") == [1]
    assert found.column("campaign_responses", "campaign") == ["gifts"]
    assert found.changes["left_out", "campaign_responses.customer_id"].count == 1


def test_rows_that_the_main_feed_does_not_take_are_rejected(tmp_path):
    text = SHOP.replace('entity = "order_lines"', 'entity = "order_lines"\nwhere = { kind = "gift" }')
    header = "Name,Day,Time,SKU,Item,Qty,Price,Email,Accepts,Kind\n"
    found = clean(
        profile_of(tmp_path, text),
        table(header + "1,2024-01-05,,S,C,1,1,,,x\n2,2024-01-05,,S,C,1,1,,,Gift\n"),
    )
    assert found.rejected.rows() == [(1, None, "left out by the profile", "kind is 'x', not gift")]


def test_several_feeds_of_one_entity_make_several_rows(tmp_path):
    profile = profile_of(
        tmp_path,
        """
        [columns]
        id = ["ID"]
        one = ["Cmp1"]
        two = ["Cmp2"]
        wines = ["MntWines"]
        fish = ["MntFish"]
        [[mappings]]
        entity = "customer_snapshots"
        customer_id = "id"
        spend.Wines = "wines"
        spend."Fish & Co" = "fish"
        [[mappings]]
        entity = "campaign_responses"
        customer_id = "id"
        campaign = { constant = "1" }
        has_responded = "one"
        [[mappings]]
        entity = "campaign_responses"
        customer_id = "id"
        campaign = { constant = "2" }
        has_responded = "two"
        """,
    )
    found = clean(profile, table("ID,Cmp1,Cmp2,MntWines,MntFish\n7,1,0,635,1\n8,0,0,11,2\n"))
    assert found.rows["campaign_responses"].rows() == [
        (1, "7", "1", True),
        (1, "7", "2", False),
        (2, "8", "1", False),
        (2, "8", "2", False),
    ]
    assert found.rows["customer_snapshots"].columns == [
        "row",
        "customer_id",
        "spend.Wines",
        "spend.Fish & Co",
    ]


def test_a_column_names_the_currency_of_amounts():
    found = orders(
        {
            "customer": ["A", "B", "C", "D"],
            "date": ["2024-01-05"] * 4,
            "amount": ["5", "$6", "7", "8"],
            "currency": ["CAD", "cad", "EUR", ""],
        }
    )
    assert found.column("orders", "row") == [1, 2, 4]
    assert found.rejected["detail"].to_list() == ["EUR, where most amounts are in CAD"]


def test_whether_moments_have_a_time_of_day_is_known_after_the_survey():
    with_time = orders({"customer": ["A"], "date": ["2024-01-05 10:00"], "amount": ["5"]})
    days = orders({"customer": ["A"], "date": ["2024-01-05"], "amount": ["5"]})
    assert with_time.cleaner.has_time("orders", "ordered_at")
    assert not days.cleaner.has_time("orders", "ordered_at")


def test_numbers_that_the_file_declares_have_a_decimal_point():
    columns = {"customer": ["A", "B"], "date": ["2024-01-05"] * 2, "amount": ["1.234", "2.345"]}
    assert orders(columns).column("orders", "net_revenue") == [Decimal("1.2340"), Decimal("2.3450")]
    found = clean(load_profile("orders"), texts(columns, numeric=frozenset(["amount"])))
    assert found.notes == []
