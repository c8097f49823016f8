"""Files of shops and payment services, and public data sets of several files, give the totals that are known for them."""

from pathlib import Path

import pytest

EXPORTS = Path(__file__).parent / "exports"
ORDERS = (
    "SELECT source_id, status::VARCHAR, net_revenue::VARCHAR, refund_amount::VARCHAR "
    "FROM star.fact_order ORDER BY source_id"
)


def export(profile):
    [file] = [path for path in (EXPORTS / profile).iterdir() if path.is_file()]
    return file.read_text(encoding="utf-8")


def test_amazon_amounts_are_of_the_line_and_the_tax_in_them_is_told(loader, shared):
    report = loader(
        "amazon_orders", (shared / "field_cases/amazon_orders/orders.txt").read_text(encoding="utf-8")
    )
    assert loader.rows(
        "SELECT count(*), count(*) FILTER (WHERE status = 'cancelled'), sum(gross_amount)::VARCHAR, sum(discount_amount)::VARCHAR, "
        "sum(net_revenue)::VARCHAR, sum(shipping_amount)::VARCHAR, sum(tax_amount)::VARCHAR FROM star.fact_order"
    ) == [(3, 1, "160.00", "5.00", "155.00", "4.90", "25.55")]
    assert loader.rows(
        "SELECT quantity, (net_revenue + discount_amount)::VARCHAR FROM star.fact_order_line ORDER BY order_line_id"
    ) == [(2, "40.00"), (1, "60.00"), (1, "60.00")]
    [note] = [note for note in report.files[0].notes if "tax" in note]
    assert ("25.55" in note, "129.45" in note) == (True, True)


@pytest.mark.parametrize(
    ("marketplace", "says"),
    [
        ("Amazon.com", "Prices of this marketplace are without tax: 1.60 of tax is beside them."),
        ("Amazon.fr", "Prices of this marketplace hold the tax: the net revenue of 20.00 has 1.60 of tax in it, and is 18.40 without."),
    ],
)  # fmt: skip
def test_the_marketplace_says_whether_prices_hold_tax(loader, marketplace, says):
    report = loader(
        "amazon_orders",
        "amazon-order-id\tpurchase-date\torder-status\tsales-channel\tsku\tquantity\titem-price\titem-tax\n"
        f"1\t2024-03-01T09:15:00+00:00\tShipped\t{marketplace}\tA\t1\t20.00\t1.60\n",
    )
    assert says in report.files[0].notes


def test_paypal_takes_what_is_no_sale_for_no_order(loader, shared):
    loader("paypal", (shared / "field_cases/paypal/input.csv").read_text(encoding="utf-8"))
    orders = loader.rows(
        "SELECT source_id, status::VARCHAR, net_revenue::VARCHAR, discount_amount::VARCHAR FROM star.fact_order ORDER BY 1"
    )
    assert orders[0] == ("1AB", orders[0][1], "1250.00", "0.00")
    assert [order[0] for order in orders] == ["1AB", "4GH"]
    assert orders[1][1] != "completed"
    assert loader.rows(
        "SELECT count(*) FROM quarantine.rejected_row WHERE reason LIKE '%General Withdrawal%'"
    ) == [(1,)]


def test_paypal_refunds_are_of_the_payment_that_they_name(loader, shared):
    loader("paypal", (shared / "field_cases/paypal/input.csv").read_text(encoding="utf-8"))
    assert loader.rows(
        "SELECT sum(net_revenue)::VARCHAR, sum(refund_amount)::VARCHAR FROM star.fact_order WHERE status <> 'pending'"
    ) == [("1250.00", "250.00")]


def test_a_payment_that_is_pending_is_not_paid(loader, shared):
    loader("paypal", (shared / "field_cases/paypal/input.csv").read_text(encoding="utf-8"))
    assert loader.rows("SELECT status::VARCHAR FROM star.fact_order WHERE source_id = '4GH'") == [
        ("pending",)
    ]


def test_paypal_in_german(loader):
    loader(
        "paypal",
        '"Datum","Uhrzeit","Zeitzone","Name","Typ","Status","Währung","Brutto","Gebühr","Netto","Absender E-Mail-Adresse",'
        '"Empfänger E-Mail-Adresse","Transaktionscode","Zugehöriger Transaktionscode","Guthaben","Auswirkung auf Guthaben"\n'
        '"01.03.2024","10:15:00","CET","Ada Reyes","PayPal Express-Zahlung","Abgeschlossen","EUR","1.250,50","-0,55","1.249,95",'
        '"ada@example.com","laden@example.com","1AB","","1.249,95","Haben"\n'
        '"04.07.2024","10:12:00","Europe/Berlin","Bo Lindt","Website-Zahlung","Abgeschlossen","EUR","20,00","-0,55","19,45",'
        '"bo@example.com","laden@example.com","3EF","","1.269,40","Haben"\n'
        '"13.03.2024","10:15:00","CET","Papier GmbH","Handyzahlung","Abgeschlossen","EUR","-59,90","0,00","-59,90",'
        '"laden@example.com","papier@example.com","2CD","","1.190,05","Soll"\n',
    )
    assert loader.rows(
        "SELECT source_id, ordered_at::VARCHAR, net_revenue::VARCHAR FROM star.fact_order"
    ) == [("1AB", "2024-03-01 09:15:00", "1250.50"), ("3EF", "2024-07-04 10:12:00", "20.00")]


def test_credit_notes_of_online_retail_take_from_the_revenue(loader, shared):
    text = (shared / "field_cases/uci_returns/input.csv").read_text(encoding="utf-8")
    loader("online_retail", text)
    # 6 * 2.55 + 6 * 3.39 + 3.39 + 3 * 2.55 = 46.68 are sold; 2 * 2.55 + 27.50 = 32.60 come back.
    assert loader.rows("SELECT (sum(net_revenue) - sum(refund_amount))::VARCHAR FROM star.fact_order") == [
        ("14.08",)
    ]


def test_orders_of_olist_have_the_amounts_that_their_items_bring(loader):
    loader("olist_orders", export("olist_orders"))
    report = loader("olist_order_items", export("olist_order_items"))
    assert report.rows_quarantined == 1
    assert loader.rows(ORDERS) == [
        ("o1", "completed", "59.98", "0.00"),
        ("o2", "cancelled", "118.70", "118.70"),
        ("o3", "open", "0.00", "0.00"),
    ]
    assert loader.rows("SELECT sum(shipping_amount)::VARCHAR FROM star.fact_order") == [("40.20",)]


def test_orders_that_come_again_keep_what_their_items_told(loader):
    loader("olist_orders", export("olist_orders"))
    loader("olist_order_items", export("olist_order_items"))
    loader("olist_orders", export("olist_orders").replace("processing", "delivered"))
    assert loader.rows(ORDERS)[0] == ("o1", "completed", "59.98", "0.00")
    assert loader.rows(ORDERS)[2] == ("o3", "completed", "0.00", "0.00")


def test_payments_of_the_jaffle_shop_bring_the_amounts_of_its_older_orders(loader):
    loader(
        "jaffle_shop_orders",
        "id,user_id,order_date,status\n1,1,2018-01-01,returned\n2,3,2018-01-02,completed\n3,94,2018-01-04,placed\n",
    )
    report = loader("jaffle_shop_payments", export("jaffle_shop_payments"))
    assert (report.rows_loaded, report.rows_merged, report.rows_quarantined) == (2, 1, 0)
    assert loader.rows(ORDERS) == [
        ("1", "refunded", "12.50", "12.50"),
        ("2", "completed", "20.00", "0.00"),
        ("3", "open", "0.00", "0.00"),
    ]


def test_lines_of_a_connector_complete_its_orders(loader):
    loader("shopify_table_orders", export("shopify_table_orders"))
    report = loader("shopify_table_order_lines", export("shopify_table_order_lines"))
    assert report.rows_loaded == 2
    assert loader.rows(
        "SELECT product_id, line.net_revenue::VARCHAR, line.ordered_at::VARCHAR FROM star.fact_order_line AS line "
        "JOIN star.dim_product USING (product_key) ORDER BY line_number"
    ) == [("MUG-1", "40.00", "2024-03-14 10:15:00"), ("3002", "10.00", "2024-03-14 10:15:00")]


def test_charges_of_a_connector_with_seconds_since_1970(loader):
    loader(
        "stripe_table_charges",
        "id,amount,amount_refunded,captured,created,currency,customer,livemode,receipt_email,status\n"
        "ch_1,1999,0,true,1710411300,usd,cus_1,true,,succeeded\n",
    )
    assert loader.rows("SELECT ordered_at::VARCHAR, net_revenue::VARCHAR FROM star.fact_order") == [
        ("2024-03-14 10:15:00", "19.99")
    ]


def test_line_items_of_the_rest_api_of_woocommerce(loader):
    loader(
        "woocommerce_table_orders",
        "id,status,date_created,total,total_tax,shipping_total,billing_email\n1001,completed,2024-03-14T10:15:00,33.50,3.50,5.00,ada@example.com\n",
    )
    loader(
        "woocommerce_items",
        "id,order_id,name,product_id,variation_id,quantity,subtotal,subtotal_tax,total,total_tax,sku,price\n"
        "9,1001,Speckled mug,17,171,2,30.00,3.00,25.00,2.50,MUG-1,12.50\n",
    )
    assert loader.rows(
        "SELECT CAST(unit_price AS DECIMAL(18, 2))::VARCHAR, discount_amount::VARCHAR, net_revenue::VARCHAR FROM star.fact_order_line"
    ) == [("15.00", "5.00", "25.00")]
    assert loader.rows("SELECT net_revenue::VARCHAR, gross_amount::VARCHAR FROM star.fact_order") == [
        ("25.00", "30.00")
    ]
