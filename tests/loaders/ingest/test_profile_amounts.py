"""What a profile can reckon with: amounts added, taken away, of one unit, added up by key, told by another file, and told in notes."""

from decimal import Decimal

import pytest

from martlet.engine.errors import IngestError

from .profiles import profile_of, written
from .sources import clean, table

COLUMNS = """
[columns]
no       = { names = ["No"], required = true, example = "1" }
day      = { names = ["Day"], example = "2024-01-05" }
kind     = { names = ["Kind"], example = "sale" }
total    = { names = ["Total"], example = "10" }
shipping = { names = ["Shipping"], example = "1" }
tax      = { names = ["Tax"], example = "1" }
units    = { names = ["Units"], example = "1" }
"""
ORDERS = """
[[mappings]]
entity      = "orders"
order_id    = "no"
ordered_at  = "day"
net_revenue = { from = "total", less = ["shipping", "tax"] }
"""


def column(folder, text, rows, field="net_revenue", entity="orders"):
    result = clean(profile_of(folder, COLUMNS + text), table(rows))
    return result.column(entity, field)


@pytest.mark.parametrize("size", [None, 1])
def test_amounts_are_taken_away_where_they_are_given(tmp_path, size):
    profile = profile_of(tmp_path, COLUMNS + ORDERS)
    rows = "No,Day,Total,Shipping,Tax\n1,2024-01-05,10.00,1.50,0.85\n2,2024-01-06,10.00,,2.00\n3,2024-01-07,10.00,,\n"
    result = clean(profile, table(rows), size=size)
    assert result.column("orders", "net_revenue") == [Decimal("7.65"), 8, 10]


def test_a_file_without_the_further_columns_has_the_amount_alone(tmp_path):
    assert column(tmp_path, ORDERS, "No,Day,Total\n1,2024-01-05,10.00\n") == [10]


def test_what_is_taken_away_may_be_below_zero(tmp_path):
    text = ORDERS + 'margin = { from = "total", less = ["shipping"] }\n'
    rows = "No,Day,Total,Shipping\n1,2024-01-05,10.00,-4.00\n"
    assert column(tmp_path, text, rows, "margin") == [14]


def test_amounts_are_added(tmp_path):
    text = ORDERS + 'tax_amount = { from = "tax", plus = ["shipping"] }\n'
    rows = "No,Day,Total,Shipping,Tax\n1,2024-01-05,10.00,1.50,0.85\n2,2024-01-05,10.00,1.50,\n3,2024-01-05,10.00,,\n"
    assert column(tmp_path, text, rows, "tax_amount") == [Decimal("2.35"), Decimal("1.50"), None]


@pytest.mark.parametrize(("total", "units"), [("40.00", 2), ("10.00", 3), ("0.30", 3), ("7.00", 7)])
def test_one_of_several_costs_its_share_rounded_up(tmp_path, total, units):
    text = """
    [[mappings]]
    entity     = "order_lines"
    order_id   = "no"
    product_id = "kind"
    quantity   = "units"
    unit_price = { from = "total", over = "units" }
    ordered_at = "day"
    """
    rows = f"No,Day,Kind,Total,Units\n1,2024-01-05,sale,{total},{units}\n"
    [one] = column(tmp_path, text, rows, "unit_price", "order_lines")
    assert 0 <= one * units - Decimal(total) < Decimal("0.01") * units
    assert one * units == Decimal(total) or Decimal(total) * 100 % units != 0


def test_rows_are_left_out_by_words_in_which_a_star_stands_for_any_letters(tmp_path):
    text = ORDERS.replace(
        'entity      = "orders"',
        'entity = "orders"\nwhere = { kind = ["*sale", "gift"] }\nunless = { total = ["-*"] }',
    )
    rows = "No,Day,Kind,Total\n1,2024-01-05,Web Sale,10\n2,2024-01-05,sale,20\n3,2024-01-05,resale.,30\n4,2024-01-05,Gift,40\n5,2024-01-05,sale,-5\n"
    result = clean(profile_of(tmp_path, COLUMNS + text), table(rows))
    assert result.column("orders", "order_id") == ["1", "2", "4"]
    assert [(row["row"], row["detail"]) for row in result.rejected.rows(named=True)] == [
        (3, "kind is 'resale.', not *sale or gift"),
        (5, "total is '-5'"),
    ]


@pytest.mark.parametrize("size", [None, 1])
def test_a_row_that_one_mapping_leaves_another_of_its_entity_may_take(tmp_path, size):
    sale = ORDERS.replace('entity      = "orders"', 'entity = "orders"\nwhere = { kind = ["sale"] }')
    gift = """
    [[mappings]]
    entity      = "orders"
    where       = { kind = ["gift"] }
    order_id    = "no"
    ordered_at  = "day"
    net_revenue = { constant = "0" }
    """
    rows = "No,Day,Kind,Total\n1,2024-01-05,sale,10\n2,2024-01-05,gift,20\n3,2024-01-05,loan,30\n4,2024-01-05,sale,much\n"
    result = clean(profile_of(tmp_path, COLUMNS + sale + gift), table(rows), size=size)
    found = zip(result.column("orders", "order_id"), result.column("orders", "net_revenue"), strict=True)
    assert list(found) == [("1", 10), ("2", 0)]
    assert result.rejected["row"].to_list() == [3, 4]
    assert result.rejected["reason"].to_list() == ["left out by the profile", "unreadable amount"]


def test_a_file_may_have_the_columns_of_the_second_mapping_alone(tmp_path):
    first = ORDERS.replace('entity      = "orders"', 'entity = "orders"\nwhere = "tax"')
    second = ORDERS.replace('{ from = "total", less = ["shipping", "tax"] }', '"total"')
    assert column(tmp_path, first + second, "No,Day,Total\n1,2024-01-05,10.00\n") == [10]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('less = ["shipping", "tax"]', 'less = ["shiping"]', "there is no column 'shiping'.*Did you mean 'shipping'"),
        ('less = ["shipping", "tax"]', 'over = "unit"', "there is no column 'unit'.*Did you mean 'units'"),
        ('from = "total", less', 'constant = "1", less', "has plus, less or over, but no from"),
        ('order_id    = "no"', 'order_id = { from = "no", plus = ["tax"] }', "order_id is a id, which can't be reckoned with"),
        ('order_id    = "no"', 'order_id = "no"\nsum = ["margin"]', "names 'margin', which the mapping does not feed"),
        ('order_id    = "no"', 'order_id = "no"\nsum = ["order_id"]', "order_id is a id, which can't be added up"),
        ('order_id    = "no"', 'order_id = "no"\nunless = { kin = ["x"] }', "unless: there is no column 'kin'.*Did you mean 'kind'"),
    ],
)  # fmt: skip
def test_mistakes_are_told(tmp_path, old, new, message):
    text = f'name = "mine"\ntitle = "A test"\n{COLUMNS}{ORDERS}'
    assert text.count(old) == 1
    with pytest.raises(IngestError, match=message):
        written(tmp_path, text.replace(old, new))


def test_a_note_shows_sums_that_the_note_has(tmp_path):
    note = '[[notes]]\ntext = "{rows} rows, {paid} paid"\n'
    with pytest.raises(IngestError, match=r"notes\[1\]\.text shows 'paid', but the note has rows"):
        profile_of(tmp_path, COLUMNS + ORDERS + note)


SUMMED = f"""
name  = "mine"
title = "A test"
{COLUMNS}
[[mappings]]
entity      = "orders"
unless      = {{ kind = ["cancelled"] }}
order_id    = "no"
ordered_at  = "day"
net_revenue = {{ from = "total", less = ["tax"] }}
tax_amount  = "tax"
sum         = ["net_revenue", "tax_amount"]

[[notes]]
where = "tax"
text  = "{{rows}} rows hold {{tax}} of tax in {{total}}."
tax   = "tax"
total = "total"
"""


@pytest.fixture
def summed(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SUMMED, encoding="utf-8")
    return path


def test_rows_of_one_key_are_added_up_and_the_note_says_of_how_many(loader, summed):
    rows = "No,Day,Kind,Total,Tax\n1,2024-01-05,sale,11.00,1.00\n1,2024-01-05,sale,5.50,0.50\n2,2024-01-06,sale,7.00,\n1,2024-01-05,sale,2.20,0.20\n2,2024-01-06,cancelled,9.00,1.00\n"
    report = loader(summed, rows)
    assert loader.rows("SELECT source_id, net_revenue, tax_amount FROM star.fact_order ORDER BY 1") == [
        ("1", Decimal("17.00"), Decimal("1.70")),
        ("2", 7, 0),
    ]
    [file] = report.files
    assert (file.rows_read, file.rows_loaded, file.rows_merged, file.rows_quarantined) == (5, 2, 2, 1)
    assert "3 rows hold 1.70 of tax in 18.70." in file.notes
    [change] = [change for change in file.changes if change.rule.startswith("added up")]
    assert (change.column, change.count) == ("net_revenue, tax_amount", 2)


def test_the_same_file_of_lines_again_changes_nothing_and_a_longer_one_corrects(loader, summed):
    rows = "No,Day,Kind,Total,Tax\n1,2024-01-05,sale,11.00,1.00\n1,2024-01-05,sale,5.50,0.50\n"
    loader(summed, rows)
    report = loader(summed, rows + "3,2024-01-07,sale,4.00,\n")
    assert (report.rows_loaded, report.rows_merged) == (1, 2)
    loader(summed, rows + "1,2024-01-05,sale,1.00,\n")
    assert loader.rows("SELECT source_id, net_revenue FROM star.fact_order ORDER BY 1") == [
        ("1", 16),
        ("3", 4),
    ]
