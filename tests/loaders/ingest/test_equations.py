"""Amounts that must agree: a wrong cell is put right where the others convict it, and no right cell follows a wrong one."""

from decimal import Decimal

import duckdb
import polars as pl
import pytest

import martlet
from martlet.loaders.extract import extract
from martlet.loaders.extract.restoring import restored

from ...quick import quick_loads

HEADER = "order_id,customer_id,date,gross_amount,discount,net_revenue\n"
# Thirty ordinary orders, 40.00 to 69.00, so that it is known what is usual; every third has a tenth off.
ORDINARY = [(40 + n, (40 + n) / 10 if n % 3 == 0 else 0) for n in range(30)]


def orders(*further):
    lines = [
        f"N{n},C{n},2024-01-05,{gross:.2f},{off:.2f},{gross - off:.2f}"
        for n, (gross, off) in enumerate(ORDINARY)
    ]
    return HEADER + "\n".join([*lines, *(f"{name},C9,2024-01-06,{cells}" for name, cells in further)]) + "\n"


WEIGHED = {
    # name: (gross, discount, net as written), (as they are in the star)
    "net": ("50.00,5.00,4500.00", (50, 5, 45)),
    "gross": ("5000.00,5.00,45.00", (50, 5, 45)),
    "gross without a discount": ("6400.00,0.00,64.00", (64, 0, 64)),
    "discount": ("50.00,500.00,45.00", (50, 5, 45)),
    "a tenth of it": ("500.00,5.00,45.00", (50, 5, 45)),
    "a thousand times": ("50.00,5.00,45000.00", (50, 5, 45)),
    "no decimal point at all": ("60.00,0.00,987654.00", (60, 0, 60)),
    "discount not told, net": ("50.00,,5000.00", (50, 0, 50)),
    "discount not told, gross": ("4800.00,,45.00", (48, 3, 45)),
    "discount not told": ("50.00,,45.00", (50, 5, 45)),
    "nothing says which": ("50.00,3.00,45.00", (50, 3, 45)),
    "nothing says which, two are large": ("9000.00,5.00,7000.00", (9000, 5, 7000)),
    "a large order": ("9000.00,900.00,8100.00", (9000, 900, 8100)),
    "rounded": ("50.00,5.01,45.00", (50, 5.01, 45)),
}


@pytest.fixture(scope="module")
def weighed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weighed")
    (folder / "orders.csv").write_text(
        orders(*((name.replace(",", ""), cells) for name, (cells, _) in WEIGHED.items()))
    )
    with quick_loads():
        report = martlet.ingest("orders", folder / "orders.csv", warehouse=folder / "w.duckdb")
    return report, folder / "w.duckdb"


def ask(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("name", WEIGHED)
def test_one_cell_is_put_right_or_all_are_left(name, weighed):
    found = ask(
        weighed[1],
        f"SELECT gross_amount, discount_amount, net_revenue FROM star.fact_order WHERE source_id = '{name.replace(',', '')}'",
    )
    assert [tuple(map(float, row)) for row in found] == [WEIGHED[name][1]]


def test_ordinary_orders_stay_as_they_are(weighed):
    found = ask(
        weighed[1],
        "SELECT gross_amount, discount_amount FROM star.fact_order WHERE source_id[1] = 'N' ORDER BY order_id",
    )
    assert sorted((float(gross), float(off)) for gross, off in found) == [
        (float(g), float(o)) for g, o in ORDINARY
    ]


def test_what_is_put_right_and_what_is_left_is_told(weighed):
    told = {
        (change.rule.partition(",")[0], change.column): change.count for change in weighed[0].files[0].changes
    }
    assert told["made consistent: a decimal point was left out", "net_revenue"] == 3
    assert told["made consistent: a decimal point was left out", "gross_amount"] == 4
    assert told["made consistent: a decimal point was left out", "discount_amount"] == 1
    assert told["made consistent: the others make it so", "net_revenue"] == 1
    assert told["flagged: contradicts net_revenue = gross_amount - discount_amount", "net_revenue"] == 2
    assert ask(
        weighed[1],
        "SELECT value, reason FROM quarantine.flagged_value WHERE rule = 'contradiction' ORDER BY value",
    ) == [
        (
            "45.0000",
            "net_revenue = gross_amount - discount_amount, but here: net_revenue 45.0000, gross_amount 50.00, discount_amount 3.0000",
        ),
        (
            "7000.0000",
            "net_revenue = gross_amount - discount_amount, but here: net_revenue 7000.0000, gross_amount 9000.00, discount_amount 5.0000",
        ),
    ]


def test_an_equation_that_fails_in_most_rows_is_not_the_files(loader):
    """A gross that holds the shipping too makes no discount."""
    rows = "".join(f"A{n},C{n},2024-01-05,{n + 104}.90,0,{n + 100}\n" for n in range(30))
    report = loader("orders", HEADER + rows)
    assert loader.rows(
        "SELECT DISTINCT discount_amount, CAST(gross_amount - net_revenue AS DOUBLE) FROM star.fact_order"
    ) == [(0, pytest.approx(4.9))]
    assert [(c.column, c.count) for c in report.files[0].changes if c.rule.startswith("does not hold")] == [
        ("net_revenue", 30)
    ]


def test_lines_are_weighed_by_quantity_price_and_discount(loader):
    header = "order_id,line_number,sku,quantity,unit_price,discount,net_revenue,date\n"
    ordinary = [
        f"N{n},1,P{n},{1 + n % 3},{10 + n}.00,0,{(1 + n % 3) * (10 + n)}.00,2024-01-05" for n in range(30)
    ]
    spoilt = [
        "quantity,1,P1,200,12.00,0,24.00,2024-01-06",
        "price,1,P1,2,1299.00,0,25.98,2024-01-06",
        "net,1,P1,2,12.00,4.00,2000.00,2024-01-06",
        "discount,1,P1,2,12.00,400.00,20.00,2024-01-06",
        "rounded,1,P1,3,3.33,0,10.00,2024-01-06",
    ]
    loader("order_lines", header + "\n".join([*ordinary, *spoilt]) + "\n")
    found = loader.rows(
        "SELECT orders.source_id, line.quantity, line.unit_price, line.discount_amount, line.net_revenue "
        "FROM star.fact_order_line AS line JOIN star.fact_order AS orders USING (order_id) WHERE orders.source_id[1] <> 'N'"
    )
    assert {name: tuple(map(float, cells)) for name, *cells in found} == {
        "quantity": (2, 12, 0, 24),
        "price": (2, 12.99, 0, 25.98),
        "net": (2, 12, 4, 20),
        "discount": (2, 12, 4, 20),
        # What was paid says more of the price than the price does.
        "rounded": (3, 3.3334, 0, 10),
    }


@pytest.mark.parametrize("lines_first", [False, True])
def test_an_order_that_its_lines_contradict_gets_its_decimal_point_back(lines_first, loader):
    header, lines = (
        "order_id,customer_id,date,amount\n",
        "order_id,line_number,sku,quantity,unit_price,customer_id,date\n",
    )
    of_lines = [
        "A1,1,P1,1,30.00,C1,2024-01-05",
        "A1,2,P2,1,5.50,C1,2024-01-05",
        "A2,1,P1,1,2.00,C1,2024-01-06",
    ]
    files = [
        ("orders", f"{header}A1,C1,2024-01-05,3550.00\nA2,C1,2024-01-06,20.00\n"),
        ("order_lines", lines + "\n".join(of_lines) + "\n"),
    ]
    reports = [loader(*file) for file in (reversed(files) if lines_first else files)]
    # Ten times as much may be nine lines that have not come yet.
    assert loader.rows(
        "SELECT source_id, net_revenue, gross_amount, discount_amount FROM star.fact_order ORDER BY 1"
    )[0] == ("A1", 35.5, 35.5, 0)
    assert loader.rows("SELECT net_revenue FROM star.fact_order WHERE source_id = 'A2'") == [(20,)]
    assert "of an order, by the sum of its lines" in str(
        [change.rule for change in reports[1].files[0].changes]
    )


def test_a_line_that_its_order_contradicts_gets_its_decimal_point_back(loader):
    loader("orders", "order_id,customer_id,date,amount\nA1,C1,2024-01-05,54.00\nA2,C1,2024-01-06,9.99\n")
    lines = "order_id,line_number,sku,quantity,unit_price,discount,net_revenue\n"
    loader("order_lines", f"{lines}A1,1,P1,200,12.00,,\nA1,2,P2,1,30.00,0,30.00\nA2,1,P1,1,999.00,0,\n")
    assert loader.rows(
        "SELECT quantity, unit_price, net_revenue FROM star.fact_order_line ORDER BY order_id, line_number"
    ) == [(2, 12, 24), (1, 30, 30), (1, Decimal("9.99"), Decimal("9.99"))]
    assert loader.rows("SELECT net_revenue, gross_amount FROM star.fact_order ORDER BY source_id") == [
        (54, 54),
        (Decimal("9.99"), Decimal("9.99")),
    ]


def test_a_longer_export_says_the_same_of_an_order_that_was_left(loader):
    rows = "".join(f"A{n},C{n},2024-01-05,{n + 40},completed,0\n" for n in range(30))
    text = f"order_id,customer_id,date,amount,status,refund\n{rows}X,C1,2024-01-06,5500,refunded,55.00\n"
    loader("orders", text)
    report = loader("orders", f"{text}Y,C2,2024-01-07,50,completed,0\n")
    assert (report.rows_loaded, report.rows_merged) == (1, 31)


def test_what_an_outlier_says_of_a_refund_counts_for_nothing(loader):
    rows = "".join(f"A{n},C{n},2024-01-05,{n + 40},completed,0\n" for n in range(30))
    loader(
        "orders",
        f"order_id,customer_id,date,amount,status,refund\n{rows}X,C1,2024-01-06,5500,refunded,55.00\n",
    )
    assert loader.rows("SELECT net_revenue, refund_amount FROM star.fact_order WHERE source_id = 'X'") == [
        (5500, 55)
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("seed", [7, 11, 42])
def test_the_revenue_of_a_messy_extract_is_that_of_the_company(seed, warehouse_path, tmp_path):
    extract(warehouse_path, tmp_path / "raw", messy="heavy", seed=seed)
    target = tmp_path / "w.duckdb"
    for profile, name in (("orders", "shop_orders"), ("order_lines", "shop_order_lines")):
        martlet.ingest(profile, tmp_path / "raw" / f"{name}.csv", warehouse=target)
    truth = restored(tmp_path / "raw", tables=["shop_orders"])["shop_orders"]
    columns = ("net_revenue", "gross_amount", "discount_amount")
    truth = truth.select("order_id", *(pl.col(name).cast(pl.Float64) for name in columns))
    with duckdb.connect(str(target), read_only=True) as connection:
        loaded = connection.sql(
            f"SELECT source_id AS order_id, {', '.join(f'CAST({n} AS DOUBLE) AS {n}' for n in columns)} FROM star.fact_order "
            "WHERE status <> 'credit_note'"
        ).pl()
    both = loaded.join(truth, on="order_id", suffix="_true")
    assert both.height == loaded.height > 100
    for name in ("net_revenue", "gross_amount"):
        assert both[name].sum() == pytest.approx(both[f"{name}_true"].sum(), rel=0.01), name
