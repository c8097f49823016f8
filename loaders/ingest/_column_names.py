"""Names under which exports keep the parts of an order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RANKS", "ROLES", "WORDS", "Role", "has_word", "is_known_name", "listed", "normal", "words"]

Role = Literal[
    "customer", "date", "amount", "order_id", "email", "first_name", "last_name", "quantity", "currency"
]

_MOST, _LONGEST = 30, 60

ROLES: tuple[Role, ...] = get_args(Role)

# Names in lower case without punctuation, the surest first.
_NAMES: dict[Role, str] = {
    "order_id": "orderid ordernumber orderno ordernum orderref orderreference ordernr ordercode invoiceid invoiceno invoicenumber "
    "invoice transactionid transactionno transactionnumber transid txnid receiptid receiptno receiptnumber basketid "
    "saleid salesid salesorderid purchaseid paymentid order bestellnummer auftragsnummer rechnungsnummer",
    "date": "orderedat orderedon orderdate orderdatetime ordertime ordertimestamp orderpurchasetimestamp purchasedate purchasedat "
    "purchasetimestamp transactiondate transactiontime transactiontimestamp transdate trandate txndate invoicedate saledate "
    "salesdate placedat createdat createddate createdon createdutc created datecreated processedat paidat paymentdate "
    "date datetime timestamp ts dt time day datum bestelldatum fecha data",
    "amount": "orderamount ordertotal ordervalue totalamount totalprice totalsales totalsale totalvalue grandtotal amount amountpaid "
    "netrevenue revenue netamount netsales grossamount salesamount salevalue salesvalue purchaseamount transactionamount "
    "transamount tranamount paymentvalue paymentamount total value sales spend spent monetary subtotal payment price sum "
    "gross net betrag umsatz gesamtbetrag importe montant bedrag",
    "customer": "customerid customerkey customerno customernumber customernr customercode custid custno cust customer clientid "
    "clientno client userid user memberid member buyerid buyer shopperid accountid accountno account contactid personid "
    "householdkey householdid household subscriberid guestid masterid cid uid customername clientname kundennummer kundenid "
    "kunde cliente klant customeruniqueid",
    "email": "email emailaddress customeremail contactemail billingemail buyeremail useremail mail",
    "first_name": "firstname givenname forename customerfirstname billingfirstname vorname",
    "last_name": "lastname surname familyname customerlastname billinglastname nachname",
    "quantity": "quantity qty units itemcount numberofitems numitems items itemsquantity totalquantity numberofcds cds menge",
    "currency": "currency currencycode ordercurrency waehrung wahrung moneda devise",
}
RANKS: dict[Role, dict[str, int]] = {
    role: {n: i for i, n in enumerate(names.split())} for role, names in _NAMES.items()
}
# Where no name is known, a word within it: the date of an order, not of its delivery.
WORDS: dict[Role, tuple[str, str]] = {
    "date": (
        r"date|time|timestamp|dt|ts|datum|fecha|at|on",
        r"ship|shipped|deliver\w*|due|birth|updated?|cancel\w*|refund\w*|sign\w*|first|last|estimated|approved",
    ),
    "amount": (
        r"amount|total|revenue|sales?|spend|price|value|paid",
        r"tax|vat|shipping|discount\w*|refund\w*|unit|item|qty|quantity|count|cost|number|id|orders|currency",
    ),
    "customer": (
        r"customer|client|buyer|member|shopper|user|account|household",
        r"name|country|city|state|zip|segment|type|phone|group|region|age|since",
    ),
    "order_id": (
        r"order|invoice|transaction|receipt",
        r"date|time|total|amount|value|price|status|type|count|line|item|at|on|by|customer|channel|source|items|currency|quantity|qty|notes?",
    ),
}


def is_known_name(cell: str) -> bool:
    """Tell whether a cell is a name under which exports keep a part of an order, so that its line is a header."""
    return any(normal(cell) in ranks for ranks in RANKS.values())


def listed(names: Iterable[str]) -> str:
    """Return names for a message, shortened: a file that is no table can have thousands, of any length."""
    shown = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names]
    more = f", and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return ", ".join(shown[:_MOST]) + more


def normal(name: str) -> str:
    """Return a name in lower case, without spaces and punctuation."""
    return re.sub(r"[\W_]+", "", name.casefold())


def words(name: str) -> list[str]:
    """Return the words of a name, in lower case: of order_date, Order Date and orderDate the same two."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[\W_]+", spaced.casefold()) if word]


def has_word(name: str, pattern: str) -> bool:
    """Tell whether a word of the name matches a pattern wholly."""
    return any(re.fullmatch(pattern, word) for word in words(name))
