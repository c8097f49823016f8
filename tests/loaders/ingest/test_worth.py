"""What orders and lines are worth: totals worked out by hand, whatever columns tell them."""

from decimal import Decimal

import pytest

from martlet.engine.errors import IngestError


def orders(loader):
    """Net revenue of sales, and what went back of them and by credit notes."""
    return loader.rows(
        "SELECT sum(net_revenue) FILTER (main.is_sale(status)), "
        "sum(refund_amount) FILTER (main.is_sale(status) OR status = 'credit_note') FROM star.fact_order"
    )[0]


def lines(loader):
    return loader.rows(
        "SELECT source_id, quantity, unit_price, line.discount_amount, line.net_revenue FROM star.fact_order_line AS line "
        "ORDER BY line.order_id, line_number"
    )


HEAD = "order id,date,customer id,product id,"


@pytest.mark.parametrize("profile", ["orders", "order_lines"])
def test_lines_are_recognised_by_their_order_numbers(loader, profile):
    report = loader(
        profile,
        HEAD
        + "amount,quantity\n1,2024-01-01,A,P,10.00,2\n1,2024-01-01,A,Q,5.00,1\n2,2024-01-02,B,P,5.00,1\n",
    )
    assert (report.rows_loaded, report.warnings) == (3, ())
    assert orders(loader) == (Decimal("20.00"), Decimal("0.00"))
    assert loader.rows("SELECT source_id, net_revenue, item_count FROM star.fact_order ORDER BY 1") == [
        ("1", Decimal("15.00"), 3),
        ("2", Decimal("5.00"), 1),
    ]
    if profile == "orders":
        assert any("comes again" in note for note in report.files[0].notes)


def test_a_list_of_orders_is_no_list_of_lines(loader):
    with pytest.raises(IngestError, match="it is a list of orders; load it by the profile orders"):
        loader("order_lines", "order id,date,customer id,amount\n1,2024-01-01,A,5\n2,2024-01-02,B,6\n")


def test_an_amount_of_the_order_on_each_of_its_lines_counts_once(loader):
    text = HEAD + "price,quantity,total\n"
    for number in (1, 2, 3):
        text += f"{number},2024-01-01,A,P,4.00,2,9.50\n{number},2024-01-01,A,Q,1.50,1,9.50\n"
    loader("orders", text)
    assert orders(loader) == (Decimal("28.50"), Decimal("0.00"))


# By hand: what the lines come to.
@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("quantity,unit price", ["3,2.50", "1,0.99"], ["7.50", "0.99"]),
        ("unit price", ["2.50", "0.99"], ["2.50", "0.99"]),
        ("sales", ["16.45", "200"], ["16.45", "200.00"]),
        # A rate is of what the units cost; the amount beside a price shows whether it is after it.
        ("quantity,price,discount,line total", ["2,5.00,0.1,9.00", "1,15.00,0,15.00"], ["9.00", "15.00"]),
        ("quantity,price,discount,line total", ["2,5.00,0.1,10.00", "1,15.00,0,15.00"], ["9.00", "15.00"]),
        ("quantity,price,discount", ["2,50.00,0.25", "1,15.00,0"], ["75.00", "15.00"]),
        ("quantity,price,discount,line total", ["2,5.00,10,9.00", "1,15.00,0,15.00"], ["9.00", "15.00"]),
        # So is an amount of discount.
        ("quantity,price,discount,line total", ["2,5.00,2.00,8.00", "1,15.00,0,15.00"], ["8.00", "15.00"]),
        ("quantity,price,discount,line total", ["2,5.00,2.00,10.00", "1,15.00,0,15.00"], ["8.00", "15.00"]),
        ("quantity,price,discount", ["2,5.00,-2.00", "1,15.00,0"], ["8.00", "15.00"]),
        # Prices finer than a cent: 1000 x 0.0125 and 3 x 0.335; the sum of both, 13.505, is kept.
        ("quantity,price", ["1000,0.0125", "3,0.335"], ["12.50", "1.01"]),
    ],
)
def test_lines_come_to_what_their_columns_say(loader, columns, cells, expected):
    rows = "".join(f"1,2024-01-0{1},A,P{place},{cell}\n" for place, cell in enumerate(cells))
    report = loader("order_lines", HEAD + columns + "\n" + rows)
    assert report.warnings == ()
    assert [line[4] for line in lines(loader)] == [Decimal(amount) for amount in expected]
    assert orders(loader)[0] == sum(map(Decimal, expected))


def test_amounts_finer_than_a_cent_keep_the_files_total(loader):
    # 300 times 0.3333 is 99.99, where rounding each would give 99.00; 0.0049 more rows change nothing.
    text = HEAD + "sales,quantity\n" + "".join(f"{n // 3},2024-01-01,A,P{n},0.3333,1\n" for n in range(300))
    report = loader("order_lines", text)
    assert orders(loader)[0] == Decimal("99.99")
    assert report.warnings == ()
    assert any("so that the total of the file stays" in change.rule for change in report.files[0].changes)


def test_equal_lines_of_an_order_are_two_lines(loader):
    text = HEAD + "quantity,price\n" + "1,2024-01-01 10:00,A,P,1,5\n" * 2 + "1,2024-01-01 10:00,A,Q,1,3\n"
    loader("order_lines", text)
    assert orders(loader)[0] == Decimal("13.00")


@pytest.mark.parametrize(
    ("columns", "rows", "net", "words"),
    [
        (
            "subtotal,shipping,tax,discount,total",
            ["100,10,22,0,132", "50,10,12,5,67"],
            "145.00",
            "subtotal - discount",
        ),
        (
            "subtotal,shipping,tax,discount,total",
            ["100,10,22,0,132", "45,10,12,5,67"],
            "145.00",
            "after discounts",
        ),
        ("subtotal,shipping,tax,discount,total", ["120,10,20,0,130", "66,10,10,6,70"], "150.00", "holds tax"),
        ("subtotal,shipping,tax,total", ["120,10,20,130", "60,10,10,70"], "150.00", "holds tax"),
        ("Total TTC,Frais de port,TVA", ["132,10,22", "67,10,12"], "145.00", "total - shipping - tax"),
        ("total,discount", ["90,10", "50,0"], "140.00", "total"),
        ("subtotal,discount,gross amount", ["90,10,100", "50,0,50"], "140.00", "subtotal"),
        (
            "Zwischensumme,Versandkosten,MwSt,Gesamtbetrag",
            ["100,5,19,124", "10,5,1.90,16.90"],
            "110.00",
            "subtotal",
        ),
        ("amount,shipping,tax", ["100,10,22", "45,10,12"], "145.00", ""),
        ("net revenue,total,tax", ["100,122,22", "45,57,12"], "145.00", ""),
    ],
)
def test_net_revenue_is_after_discounts_before_shipping_and_tax(loader, columns, rows, net, words):
    text = f"order id,date,customer id,{columns}\n"
    text += "".join(f"{place},2024-01-0{place},A,{row}\n" for place, row in enumerate(rows, 1))
    report = loader("orders", text)
    assert orders(loader) == (Decimal(net), Decimal("0.00"))
    assert words in " ".join(report.files[0].notes)
    assert report.warnings == ()


SHOPIFY = (
    "Name,Email,Financial Status,Created at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Lineitem quantity,"
    "Lineitem name,Lineitem price,Lineitem sku,Lineitem discount\n"
)


def test_a_discount_of_the_order_is_shared_out_to_the_cent(loader):
    # 10.00 on 100.00, 50.00 and 0.01: by largest remainder 6.67 (6.6662), 3.33 (3.3331) and 0.00.
    text = SHOPIFY + "#1,a@x.org,paid,2024-03-01 10:00:00 +0000,USD,140.01,0,0,140.01,10.00,1,A,100.00,A,0\n"
    text += "#1,a@x.org,,,,,,,,,1,B,50.00,B,0\n#1,a@x.org,,,,,,,,,1,C,0.01,C,0\n"
    report = loader("shopify_orders", text)
    assert [line[3:] for line in lines(loader)] == [
        (Decimal("6.67"), Decimal("93.33")),
        (Decimal("3.33"), Decimal("46.67")),
        (Decimal("0.00"), Decimal("0.01")),
    ]
    assert (orders(loader)[0], report.warnings) == (Decimal("140.01"), ())


def test_a_corrected_order_replaces_its_lines_but_other_orders_stay(loader):
    text = HEAD + "quantity,price\n1,2024-01-01,A,P,1,5\n1,2024-01-01,A,Q,2,3\n2,2024-01-01,A,P,1,7\n"
    loader("order_lines", text)
    report = loader("order_lines", HEAD + "quantity,price\n1,2024-01-01,A,P,1,5\n1,2024-01-01,A,R,1,2\n")
    assert orders(loader)[0] == Decimal("14.00")
    assert [(line[1], line[4]) for line in lines(loader)] == [
        (1, Decimal("5.00")),
        (1, Decimal("2.00")),
        (1, Decimal("7.00")),
    ]
    assert any("has no more" in change.rule for change in report.files[0].changes)


def test_files_of_one_command_may_share_an_order(loader):
    loader(
        "order_lines",
        HEAD + "quantity,price\n1,2024-01-01,A,P,1,5\n",
        HEAD + "quantity,price\n1,2024-01-01,A,Q,2,3\n",
    )
    assert orders(loader)[0] == Decimal("11.00")


def test_rows_of_another_currency_are_set_aside_or_converted(loader, tmp_path):
    first = "order id,date,customer id,amount,currency\n1,2024-03-01,A,10,USD\n2,2024-03-01,B,20,USD\n3,2024-03-01,C,30,EUR\n"
    report = loader("orders", first)
    assert (report.reasons, orders(loader)[0]) == ({"another currency": 1}, Decimal("30.00"))
    assert loader.rows("SELECT value FROM meta.setting WHERE name = 'currency'") == [("USD",)]
    euros = (
        "order id,date,customer id,amount_cents,currency\n4,2024-03-02,A,1000,EUR\n5,2024-05-02,A,1000,EUR\n"
    )
    with pytest.raises(IngestError, match=r"in EUR, and the company's currency is USD.*--rates"):
        loader("orders", euros)
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2024-03-01,EUR,1.1\n")
    report = loader("orders", euros, rates=rates)
    assert (report.reasons, orders(loader)[0]) == ({"another currency": 1}, Decimal("41.00"))


def test_tax_that_prices_hold_is_taken_out_of_orders_and_lines(loader):
    """Worked out by hand: 399.00 with 60.86 of tax is 338.14 without; 90.00 with 14.37 is 75.63, and 10.00 off was 8.40 of it."""
    header = (
        "Name,Email,Financial Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Lineitem discount\n"
    )
    report = loader(
        "shopify_orders",
        header
        + "#1,a@x.com,paid,EUR,399.00,50.00,60.86,449.00,0.00,2024-03-01 10:14:00,1,A,199.00,A,0\n"
        + "#1,,,,,,,,,,2,B,100.00,B,0\n"
        + "#2,b@x.com,paid,EUR,90.00,0.00,14.37,90.00,10.00,2024-03-03 10:14:00,1,C,100.00,C,0\n",
    )
    assert report.warnings == ()
    found = loader.rows(
        "SELECT source_id, net_revenue, discount_amount, net_revenue + shipping_amount + tax_amount FROM star.fact_order ORDER BY 1"
    )
    assert found == [
        ("#1", Decimal("338.14"), Decimal("0.00"), Decimal("449.00")),
        ("#2", Decimal("75.63"), Decimal("8.40"), Decimal("90.00")),
    ]
    lines = loader.rows("SELECT order_id, sum(net_revenue) FROM star.fact_order_line GROUP BY 1 ORDER BY 1")
    assert [amount for _, amount in lines] == [Decimal("338.14"), Decimal("75.63")]


@pytest.mark.parametrize("cells", [("10%", "2.50"), ("10 %", "20%"), ("2.50", "12,5%")])
def test_a_percentage_among_amounts_is_told(loader, cells):
    one, other = cells
    header = "order_id,customer_id,date,product_id,quantity,unit price,discount\n"
    rows = f'1,c,2024-01-01,x,2,10.00,"{one}"\n2,c,2024-01-02,y,1,20.00,"{other}"\n'
    report = loader("order_lines", header + rows)
    [note] = [note for note in report.files[0].notes if "percentages where amounts should be" in note]
    assert f": {sum('%' in cell for cell in cells)};" in note
    (taken,) = loader.rows("SELECT sum(discount_amount) FROM star.fact_order_line")[0]
    assert taken == sum(Decimal(cell) for cell in cells if "%" not in cell)
