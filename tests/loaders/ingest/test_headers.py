"""Names of columns that people take for the same are the same."""

import pytest

from martlet.loaders.ingest.headers import normal
from martlet.loaders.ingest.matching import match
from martlet.loaders.ingest.profile_files import load_profile

from .sources import texts


@pytest.mark.parametrize(
    "names",
    [
        [
            "Order no.",
            "order number",
            "ORDER_NO",
            "Order Nr",
            "orderNumber",
            "Order #",
            "ordernummer",
            "Order-Nº",
        ],
        ["N° de commande", "Numéro de commande", "numero commande", "No de la commande", "Nº de commande"],
        ["Nº pedido", "Número de pedido", "Núm. pedido", "Número del pedido"],
        ["Bestell-Nr.", "Bestellnummer", "bestell nr"],
        ["Nr zamówienia", "Numer zamówienia", "nr. zamowienia"],
        [
            "Amount spent (USD)",
            "Amount spent (EUR)",
            "Amount spent",
            "amount spent [€]",
            "Amount spent (in USD)",
        ],
        ["Betrag in EUR", "Betrag (€)", "betrag", "Betrag EUR"],
        ["Montant (en EUR)", "montant"],
    ],
)
def test_spellings_of_one_name_are_one(names):
    assert len({normal(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Clicks (all)", "Clicks"),
        ("Order ID", "Order no"),
        ("EUR", "Amount"),
        ("amount_cents", "amount"),
        ("cost_micros", "cost"),
        ("Order date", "Order"),
        ("(USD)", "(EUR)"),
        ("Retry", "Re"),
    ],
)
def test_names_of_different_things_stay_apart(one, other):
    assert normal(one) != normal(other)


HEADERS = {
    "French": "N° de commande|Date de commande|Statut|Client|Total TTC",
    "Spanish": "Nº de pedido|Fecha del pedido|Estado|ID cliente|Importe total (EUR)",
    "Italian": "Numero d'ordine|Data ordine|Stato|Codice cliente|Totale",
    "Portuguese": "N.º da encomenda|Data da encomenda|Estado|N.º de cliente|Valor total",
    "Dutch": "Bestelnummer|Besteldatum|Orderstatus|Klantnummer|Totaalbedrag",
    "German": "Bestell-Nr.|Bestelldatum|Zahlungsstatus|Kunden-Nr.|Gesamtsumme (EUR)",
    "Polish": "Numer zamówienia|Data zamówienia|Status zamówienia|Klient|Kwota",
    "Swedish": "Ordernummer|Orderdatum|Orderstatus|Kundnummer|Belopp (SEK)",
}


def orders(names):
    cells = [["1001", "1002"], ["2024-03-01", "2024-03-13"], ["x", "y"], ["C1", "C2"], ["5,00", "6,50"]]
    return texts(dict(zip(names, cells, strict=True)))


@pytest.mark.parametrize("language", HEADERS)
def test_lists_of_orders_are_understood_in_many_languages(language):
    names = HEADERS[language].split("|")
    matching = match(load_profile("orders"), orders(names))
    keys = (
        ("order_id",),
        ("ordered_at",),
        ("status", "payment_status"),
        ("customer_id",),
        ("net_revenue", "total"),
    )
    found = [{matching.columns.get(key) for key in among} for among in keys]
    assert all(name in columns for name, columns in zip(names, found, strict=True))
    assert matching.loud == ()


def test_a_missing_order_id_is_said_first():
    source = texts({"date": ["2024-01-01"], "customer id": ["C1"], "total": ["5.00"]})
    matching = match(load_profile("orders"), source)
    assert matching.loud[0].startswith("no order id found")
    assert "--column order_id=" in matching.loud[0]


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("emails_opened", "unique_opens"),
        ("Unique Emails Opened", "unique_opens"),
        ("recipients_opened", "unique_opens"),
        ("num_opens", "opens"),
        ("total_opened", "opens"),
        ("open_count", "opens"),
        ("emails_clicked", "unique_clicks"),
        ("unique_emails_clicked", "unique_clicks"),
        ("recipients_clicked", "unique_clicks"),
        ("num_clicks", "clicks"),
        ("total_clicked", "clicks"),
        ("click_count", "clicks"),
    ],
)
def test_opens_of_people_and_all_opens_go_by_many_names(header, column):
    names = load_profile("email_reports").columns[column].names
    assert normal(header) in {normal(name) for name in names}
