"""Statuses of orders: words of many languages and tools, marks in other columns, and words that nobody explains."""

from decimal import Decimal

import pytest

import martlet
from martlet.engine.errors import ParameterError
from martlet.loaders.ingest.statuses import STATUSES, meaning, vocabulary

STATUS_OF = "SELECT source_id, CAST(status AS VARCHAR) FROM star.fact_order ORDER BY source_id"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("completed Completed wc-completed Abgeschlossen TERMINÉE Completado Concluído Completato Voltooid Zrealizowane Slutförd Gennemført", "completed"),
        ("Bezahlt Payée Pagado Pago Pagato Betaald Opłacone Betald Betalt Livrée Zugestellt Wysłane", "completed"),
        ("wc-processing unfulfilled PartiallyShipped Unshipped awaiting_fulfillment In-Bearbeitung en-cours Procesando", "open"),
        ("Storniert storniert Annulée ANNULE Cancelado Annullato Geannuleerd Anulowane Makulerad Annulleret voided trash canceled", "cancelled"),
        ("Rückerstattet rueckerstattet Remboursée Reembolsado Estornado Rimborsato Terugbetaald Zwrócone Återbetald Refunderet chargeback", "refunded"),
        ("partially_refunded Teilerstattet", "partially_refunded"),
        ("wc-on-hold wc-pending checkout-draft pending_payment authorized partially_paid Ausstehend en-attente Pendiente requires_capture", "pending"),
        ("failed wc-failed Fehlgeschlagen Échouée Fallido Mislukt Denied expired", "failed"),
    ],
)  # fmt: skip
def test_words_of_languages_and_tools_are_known_whatever_their_case_accents_and_prefixes(words, status):
    assert {
        word: meaning(word.replace("-", " ") if word[:2] != "wc" else word) for word in words.split()
    } == dict.fromkeys(words.split(), status)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("Shipped - Delivered to Buyer", "completed"),
        ("Shipped - Returned to Seller", "refunded"),
        ("paid / unfulfilled", "open"),
        ("Order cancelled", "cancelled"),
        ("Payment failed", "failed"),
        ("Cancelled - by somebody", "cancelled"),
        ("On backorder (not paid)", "pending"),
        ("En attente du paiement par chèque", "pending"),
        ("Shipped - into the blue", None),
        ("Auf Eis", None),
        ("7", None),
    ],
)
def test_longer_words_are_told_by_their_parts_and_never_guessed_to_be_a_sale(said, status):
    assert meaning(said) == status


def test_the_table_has_words_for_each_status_and_none_that_means_two():
    assert set(vocabulary().values()) == set(STATUSES)
    assert len(vocabulary()) > 800


def test_a_word_that_nobody_explains_is_unknown_and_told_first(loader):
    text = "order id,date,customer,total,status\n1,2024-01-01,a,5,Auf Eis\n2,2024-01-02,a,5,paid\n3,2024-01-03,b,5,Auf Eis\n4,2024-01-03,b,5,Hm\n"
    report = loader("orders", text)
    assert report.files[0].unknown_statuses == {"Auf Eis": 2, "Hm": 1}
    first = report.summary().splitlines()[0]
    for said in ("explains: 3;", "'Auf Eis' 2, 'Hm' 1", '--status "Auf Eis=completed"'):
        assert said in first
    assert loader.rows(STATUS_OF) == [
        ("1", "unknown"),
        ("2", "completed"),
        ("3", "unknown"),
        ("4", "unknown"),
    ]
    # Said what they mean, the same file says something new.
    told = loader("orders", text, statuses={"auf eis": "pending", "Hm": "completed", "PAID": "refunded"})
    assert not told.files[0].unknown_statuses
    assert loader.rows(STATUS_OF) == [
        ("1", "pending"),
        ("2", "refunded"),
        ("3", "pending"),
        ("4", "completed"),
    ]


def test_a_word_is_explained_before_the_profile_does_and_nothing_can_be_explained_too(loader):
    text = "order id,date,customer,total,status\n1,2024-01-01,a,5,pending\n2,2024-01-02,a,5,\n3,2024-01-03,b,5,paid\n"
    assert "rows without a status: 1; they count as completed" in loader("orders", text).summary()
    assert loader.rows(STATUS_OF) == [("1", "pending"), ("2", "completed"), ("3", "completed")]
    loader("orders", text, statuses={"": "failed", "Pending": "open"})
    assert loader.rows(STATUS_OF) == [("1", "open"), ("2", "failed"), ("3", "completed")]


def test_statuses_that_are_none_are_refused(loader):
    with pytest.raises(ParameterError, match="'Hm' is said to mean 'canceled'. Did you mean 'cancelled'"):
        loader(
            "orders",
            "order id,date,customer,total,status\n1,2024-01-01,a,5,Hm\n",
            statuses={"Hm": "canceled"},
        )
    with pytest.raises(ParameterError, match="ad_spend feeds no status"):
        loader("ad_spend", "date,campaign,spend\n2024-01-01,a,5\n", statuses={"Hm": "open"})


@pytest.mark.parametrize(
    ("columns", "cells", "status"),
    [
        ("status,cancelled at", "paid,2024-03-01 12:00", "cancelled"),
        ("status,cancelled at", "paid,", "completed"),
        ("status,cancelled at", "paid,0000-00-00 00:00:00", "completed"),
        ("cancel reason", "fraud", "cancelled"),
        ("Stornodatum", "01.03.2024", "cancelled"),
        ("is_deleted,status", "true,paid", "cancelled"),
        ("is_deleted,status", "0,paid", "completed"),
        ("voided,status", "no,paid", "completed"),
        ("voided,status", "yes,paid", "cancelled"),
        ("dispute status,status", "lost,paid", "refunded"),
        ("dispute status,status", "won,paid", "completed"),
        ("financial status,fulfillment status", "paid,unfulfilled", "open"),
        ("financial status,fulfillment status", "pending,fulfilled", "pending"),
        ("fulfillment status", "unfulfilled", "open"),
        ("status,payment status", "processing,unpaid", "pending"),
        ("status,payment status", "pending,paid", "open"),
        ("status,payment status", "completed,refunded", "refunded"),
        ("Zahlungsstatus,Versandstatus", "Offen,Versendet", "pending"),
    ],
)  # fmt: skip
def test_other_columns_that_say_an_order_is_void_or_not_paid_are_read(loader, columns, cells, status):
    report = loader(
        "orders",
        f"order id;date;customer;total;{columns.replace(',', ';')}\n1;2024-03-01;a;5;{cells.replace(',', ';')}\n",
    )
    assert loader.rows(STATUS_OF) == [("1", status)]
    if status == "cancelled":
        assert any(change.rule == "order_status" for change in report.files[0].changes)


def test_a_cancelled_order_is_nobodys_first(loader, shared):
    martlet.ingest("orders", shared / "field_cases" / "first_order" / "input.csv", warehouse=loader.warehouse)
    first = "SELECT source_id FROM star.fact_order WHERE is_first_order ORDER BY 1"
    assert loader.rows(first) == [("O2",), ("O3",)]
    # What is cancelled later gives the place to the next.
    loader(
        "orders",
        "order id,customer id,order date,total,status\nO3,C2,2024-03-05,30,storniert\nO2,C1,2024-03-05,20,completed\n",
    )
    assert loader.rows(first) == [("O2",), ("O4",)]


def test_a_visit_is_converted_by_a_sale_alone(loader):
    loader("sessions", "session id,started at,customer id\ns1,2024-03-01 10:00,a\ns2,2024-03-01 11:00,a\n")
    orders = "order id,customer id,order date,total,status,session id\n1,a,2024-03-01 10:05,20,{},s1\n2,a,2024-03-01 11:05,30,paid,s2\n"
    visits = "SELECT source_id, is_converted, revenue FROM star.fact_session ORDER BY 1"
    loader("orders", orders.format("pending"))
    assert loader.rows(visits) == [("s1", False, 0), ("s2", True, 30)]
    loader("orders", orders.format("paid"))
    assert loader.rows(visits) == [("s1", True, 20), ("s2", True, 30)]
    loader("orders", orders.format("voided"))
    assert loader.rows(visits) == [("s1", False, 0), ("s2", True, 30)]


def test_tests_are_left_out_and_told(loader):
    report = loader(
        "orders",
        "order id,date,customer,total,is_test\n1,2024-03-01,a,5,false\n2,2024-03-02,b,900,true\n3,2024-03-02,c,7,\n",
    )
    assert report.reasons == {"a test, no order": 1}
    assert loader.rows("SELECT count(*), sum(net_revenue) FROM star.fact_order") == [(2, Decimal("12.00"))]


def test_lines_say_the_status_of_the_order_that_is_made_from_them(loader):
    text = """order id,sku,quantity,price,date,customer,status
1,a,1,10,2024-03-01,x,Complete
2,a,1,10,2024-03-01,x,Cancelled
2,b,1,20,2024-03-01,x,Cancelled
3,a,1,10,2024-03-01,y,Complete
3,b,1,20,2024-03-01,y,Returned
4,a,2,10,2024-03-01,y,Auf Eis
5,a,1,10,2024-03-02,y,Processing
5,b,1,20,2024-03-02,y,Shipped
"""
    told = "SELECT source_id, CAST(status AS VARCHAR), net_revenue, refund_amount FROM star.fact_order ORDER BY 1"
    report = loader("order_lines", text)
    assert report.unknown_statuses == {"Auf Eis": 1}
    assert loader.rows(told) == [
        ("1", "completed", 10, 0), ("2", "cancelled", 30, 30), ("3", "partially_refunded", 30, 20), ("4", "unknown", 20, 0), ("5", "open", 30, 0)
    ]  # fmt: skip
    # The next night's file knows more.
    loader(
        "order_lines",
        text.replace("Auf Eis", "paid")
        .replace("y,Processing", "y,Cancelled")
        .replace("y,Shipped", "y,Cancelled"),
    )
    assert [row[1] for row in loader.rows(told)] == [
        "completed",
        "cancelled",
        "partially_refunded",
        "completed",
        "cancelled",
    ]


@pytest.mark.parametrize(
    ("header", "cells", "statuses"),
    [
        ("Phase", ["Complete", "Cancelled", "Shipped"], ["completed", "cancelled", "completed"]),
        ("Zustand", ["Bezahlt", "Storniert", "Versendet"], ["completed", "cancelled", "completed"]),
        # No statuses of orders: one word, words of another kind, no sale among them.
        ("Condition", ["new", "new", "new"], ["completed"] * 3),
        ("Colour", ["red", "blue", "open"], ["completed"] * 3),
        ("Customer", ["new", "lost", "unknown"], ["completed"] * 3),
    ],
)
def test_a_column_of_another_name_is_taken_by_its_words(loader, header, cells, statuses):
    lines = "".join(
        f"{number},2024-03-0{number},c{number},5,{cell}\n" for number, cell in enumerate(cells, 1)
    )
    loader("orders", f"order id,date,client id,total,{header}\n{lines}")
    assert [status for _, status in loader.rows(STATUS_OF)] == statuses


CASES = {
    ("status_words", "orders"): {
        "completed": "O00 O07 O11 O12 O13 O17", "open": "O01", "pending": "O02 O06 O10 O24",
        "cancelled": "O03 O08 O15 O18 O19 O21 O23", "refunded": "O04 O14 O16 O20 O22", "failed": "O05 O09",
    },
    ("woo_german", "orders"): {"completed": "1001 1002", "cancelled": "1003", "refunded": "1004"},
    ("shopify_cancelled", "shopify_orders"): {"completed": "#1", "cancelled": "#2 #3"},
    ("stripe_mixed", "stripe_payments"): {"completed": "ch_1", "partially_refunded": "ch_2", "refunded": "ch_5 ch_6"},
}  # fmt: skip


@pytest.mark.parametrize(("case", "profile"), CASES)
@pytest.mark.usefixtures("quick")
def test_field_cases(shared, tmp_path, case, profile):
    import duckdb  # noqa: PLC0415

    martlet.ingest(profile, shared / "field_cases" / case / "input.csv", warehouse=tmp_path / "w.duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        found = dict(
            connection.execute("SELECT source_id, CAST(status AS VARCHAR) FROM star.fact_order").fetchall()
        )
        net = connection.execute(
            "SELECT sum(net_revenue - refund_amount) FROM star.fact_order WHERE main.is_sale(status)"
        ).fetchall()[0][0]
    assert found == {
        order: status for status, orders in CASES[case, profile].items() for order in orders.split()
    }
    totals = {
        "shopify_cancelled": Decimal("50.00"),
        "stripe_mixed": Decimal("132.40"),
        # Less 4.90 and 197.11, 4.90 and 15.81 of shipping and tax; the refunded one gave all of it back.
        "woo_german": Decimal("1110.84"),
    }
    assert net == totals.get(case, Decimal("70.00"))
