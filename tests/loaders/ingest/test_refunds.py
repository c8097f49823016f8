"""Rows that give money back: the sum over the star is the sum over the file, whatever they name and in whatever order they come."""

import random
from decimal import Decimal

import pytest

HEAD = "order id,date,customer id,total,status\n"
LINES = "order id,date,customer id,product id,quantity,price\n"


def orders(loader):
    return loader.rows(
        "SELECT source_id, CAST(status AS VARCHAR), net_revenue, refund_amount FROM star.fact_order ORDER BY source_id"
    )


def net(loader):
    return loader.rows(
        "SELECT sum(CASE WHEN main.is_sale(status) THEN net_revenue ELSE 0 END - refund_amount) FROM star.fact_order"
    )[0][0]


SALE, BACK = "1,2024-03-01,A,100.00,completed\n", "1,2024-03-09,A,-40.00,refunded\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([SALE + BACK], [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))]),
        ([BACK + SALE], [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))]),
        ([SALE, BACK], [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))]),
        ([BACK, SALE], [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))]),
        ([SALE, BACK, BACK + "2,2024-03-10,B,5.00,completed\n"], None),
        # A positive amount with a status of refund, of an order that is there.
        (
            [SALE + "1,2024-03-09,A,40.00,refunded\n"],
            [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))],
        ),
        (
            [SALE, "1,2024-03-09,A,40.00,refunded\n"],
            [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))],
        ),
        ([SALE + "1,2024-03-09,A,-100.00,\n"], [("1", "refunded", Decimal("100.00"), Decimal("100.00"))]),
        # More than the order came to: the rest is a credit note.
        ([SALE + BACK + "1,2024-03-10,A,-70.00,\n"], None),
        # Of no order that is known.
        (["9,2024-03-09,A,-40.00,refunded\n"], [("9", "credit_note", Decimal("0.00"), Decimal("40.00"))]),
        # The word alone means all of it, unless rows say how much.
        (
            ["1,2024-03-01,A,100.00,refunded\n" + BACK],
            [("1", "partially_refunded", Decimal("100.00"), Decimal("40.00"))],
        ),
    ],
)
def test_refunds_of_orders(loader, files, expected):
    reports = [loader("orders", HEAD + text) for text in files]
    told = {row for text in files for row in text.splitlines()}
    amounts = [Decimal(row.split(",")[3]) for row in told]
    back = [
        -abs(amount) if row.startswith("1,2024-03-09") else amount
        for row, amount in zip(told, amounts, strict=True)
    ]
    assert net(loader) == sum(back)
    assert all(report.rows_quarantined == 0 and report.warnings == () for report in reports)
    assert expected is None or orders(loader) == expected


def test_returns_of_lines_name_an_order_or_a_customer_and_a_product(loader):
    text = LINES + "1,2024-03-01,A,P,6,2.50\n1,2024-03-01,A,Q,1,10\n1,2024-03-02,A,Q,-1,10\n"
    text += "C7,2024-03-03,A,P,-2,2.50\nC8,2024-03-03,B,P,-1,2.50\n2,2024-03-04,B,Q,1,-3.00\n2,2024-03-04,B,Q,1,10\n"
    report = loader("order_lines", text)
    assert report.rows_loaded == 7
    # A unit whose price is below nothing is none that was sold, nor one that came back.
    assert [text.split(" comes to ")[0] for text in report.warnings] == ["file_1.csv: 'quantity'"]
    assert orders(loader) == [
        ("1", "partially_refunded", Decimal("25.00"), Decimal("15.00")),
        ("2", "partially_refunded", Decimal("10.00"), Decimal("3.00")),
        ("C8", "credit_note", Decimal("0.00"), Decimal("2.50")),
    ]
    assert loader.rows(
        "SELECT quantity, refund_amount, CAST(returned_at AS DATE)::VARCHAR FROM star.fact_return ORDER BY 3"
    ) == [(1, Decimal("10.00"), "2024-03-02"), (2, Decimal("5.00"), "2024-03-03")]


def test_negative_shipping_and_tax_belong_to_the_refund(loader):
    text = "order id,date,customer id,subtotal,shipping,tax,total\n1,2024-01-01,A,100,10,22,132\n1,2024-01-05,A,-50,0,-11,-61\n"
    loader("orders", text)
    assert orders(loader) == [("1", "partially_refunded", Decimal("100.00"), Decimal("50.00"))]


@pytest.mark.parametrize("seed", range(4))
def test_the_sum_over_the_star_is_the_sum_over_the_files(loader, seed):
    chance = random.Random(seed)  # noqa: S311 - no secret
    rows, sold = [], []
    for number in range(60):
        who = chance.choice("ABCDE")
        amount = Decimal(chance.randrange(1, 20000)) / 100
        rows.append((f"{number}", f"2024-01-{number % 28 + 1:02d}", who, amount, "completed"))
        sold.append((number, who, amount))
    for number, who, amount in chance.sample(sold, 20):
        part = (amount * chance.choice([1, Decimal("0.5"), Decimal("1.2")])).quantize(Decimal("0.01"))
        rows.append((f"{number}", f"2024-02-{number % 28 + 1:02d}", who, -part, "refunded"))
    rows += [(f"R{n}", "2024-02-20", "A", Decimal(-n), "") for n in range(1, 6)]
    chance.shuffle(rows)
    half = chance.randrange(1, len(rows))
    written = [
        HEAD + "".join(",".join(map(str, row)) + "\n" for row in part)
        for part in (rows[:half], rows[half:], rows)
    ]
    for text in written:
        loader("orders", text)
    assert net(loader) == sum(row[3] for row in rows)
    assert loader.rows(
        "SELECT count(*) FROM star.fact_order WHERE refund_amount > net_revenue AND status <> 'credit_note'"
    ) == [(0,)]
