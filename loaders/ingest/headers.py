"""Names of columns, compared whatever their letter case, accents, spaces, punctuation, abbreviations and currency."""

# ruff: noqa: RUF001
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from martlet.loaders.ingest.types import Unit

__all__ = ["has_word", "listed", "normal", "unaccented", "unit_of", "without_unit", "words"]

_MOST, _LONGEST = 30, 60
_CODES: Final = (
    "AED|ARS|AUD|BGN|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NOK|NZD|PEN|PHP|PLN|RON|"
    "SAR|SEK|SGD|THB|TRY|TWD|UAH|USD|VND|ZAR"
)
# The currency of the amounts: (USD), [€], "in EUR", "EUR" at the end.
_CURRENCY: Final = re.compile(
    rf"\s*[(\[]\s*(?:(?:in|en)\s+)?(?:{_CODES}|[^\W\d_]{{0,2}}[$€£¥₹₺₽]|kr\.?|zł|Kč)\s*[)\]]|[\s_-]+(?:(?:in|en)\s+)?(?:{_CODES}|[$€£¥])\s*$",
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(r"\bn\s?[°º]|№|\bnº|#(?=\s*$)", re.IGNORECASE)
# Letters that Unicode does not take apart.
_LETTERS: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_ARTICLES: Final = frozenset(
    [
        "de",
        "du",
        "des",
        "del",
        "della",
        "dello",
        "dell",
        "do",
        "da",
        "di",
        "d",
        "la",
        "le",
        "les",
        "el",
        "l",
        "il",
        "of",
        "the",
        "der",
        "die",
        "das",
        "den",
        "van",
        "von",
    ]
)
_NUMBER_WORDS: Final = dict.fromkeys(
    ["nr", "nro", "num", "number", "numero", "nummer", "numer", "num", "nbr"], "no"
)
# In words that are written together: Bestellnummer, ordernumber.
_NUMBER: Final = re.compile("(?<=[a-z]{3})(?:number|nummer|numero|numer|nr)$")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Words of a name that say what one of an amount stands for, in English, German, French and Spanish.
_UNITS: Final[Mapping[str, Unit]] = {
    **dict.fromkeys(("micro", "micros", "microdollar", "microdollars", "mikros"), "micros"),
    **dict.fromkeys(("cent", "cents", "pence", "pennies", "centimes", "centavos", "centimos"), "cents"),
}
# What stands with them, as in cost_in_micro_dollar.
_BESIDE_UNITS: Final = frozenset(("in", "dollar", "dollars", "currency"))


# Each load asks for the same few hundred names of profiles, several times each.
@lru_cache(maxsize=8192)
def normal(name: str) -> str:
    """Return a name in lower case, without accents, spaces, punctuation, articles, and the currency of its amounts.

    Abbreviations and words for number are one: no., nr, n°, number, numéro, Nummer.

    Examples
    --------
    >>> normal("Order ID"), normal("order_id"), normal("Straße (1)")
    ('orderid', 'orderid', 'strasse1')
    >>> normal("N° de la commande") == normal("Numero de commande"), normal("Betrag in EUR") == normal("Betrag (€)")
    (True, True)
    """
    parts = [
        part for part in re.split(r"[\W_]+", unaccented(_SIGNS.sub("no ", _without_currency(name)))) if part
    ]
    # At the end of a name an article has a meaning: commandé le.
    kept = [part for part in parts[:-1] if part not in _ARTICLES] + parts[-1:]
    return _NUMBER.sub("no", "".join(_NUMBER_WORDS.get(part, part) for part in kept))


def unaccented(text: str) -> str:
    """Return a text in lower case and without accents.

    Examples
    --------
    >>> unaccented("Zamówienie"), unaccented("ØRE")
    ('zamowienie', 'ore')
    """
    spelt = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in spelt if not unicodedata.combining(char)).translate(_LETTERS)


def _without_currency(name: str) -> str:
    without = _CURRENCY.sub("", name)
    return without if re.search(r"\w", without) else name


def words(name: str) -> list[str]:
    """Return the words of a name, in lower case: of order_date, Order Date and orderDate the same two."""
    return [word for word in re.split(r"[\W_]+", _CAMEL.sub(" ", name).casefold()) if word]


def has_word(name: str, pattern: str) -> bool:
    """Tell whether a word of the name matches a pattern wholly."""
    return bool(pattern) and any(re.fullmatch(pattern, word) for word in words(name))


def listed(names: Iterable[str]) -> str:
    """Return names for a message, shortened: a file that is no table can have thousands, of any length."""
    shown = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names]
    more = f", and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
    return ", ".join(shown[:_MOST]) + more


def unit_of(name: str) -> Unit | None:
    """Return what the name of a column of amounts says that one of them stands for: a millionth or a hundredth.

    Examples
    --------
    >>> unit_of("cost_micros"), unit_of("Total (cents)"), unit_of("costInMicros"), unit_of("percent")
    ('micros', 'cents', 'micros', None)
    """
    return next((_UNITS[word] for word in words(name) if word in _UNITS), None)


def without_unit(name: str) -> str:
    """Return a name without the unit and the currency of its amounts, to be compared with names that have neither.

    Examples
    --------
    >>> without_unit("spend_in_micro_dollar"), without_unit("Cost (USD)"), without_unit("Total spent")
    ('spend', 'Cost', 'Total spent')
    """
    bare = _without_currency(name)
    if unit_of(bare) is None:
        return bare
    return " ".join(word for word in words(bare) if word not in _UNITS and word not in _BESIDE_UNITS)
