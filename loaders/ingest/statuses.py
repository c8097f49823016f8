"""What the words of shops and payment services say of an order: the table `statuses.toml`, and how a word is found in it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from martlet.engine.declared import Place
from martlet.engine.declared_types import texts
from martlet.engine.errors import UnitError
from martlet.loaders.ingest.headers import unaccented

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SAYABLE", "STATUSES", "UNKNOWN", "meaning", "vocabulary"]

UNKNOWN: Final = "unknown"
# What words can say, that which speaks most against a sale first: where several things are said of an order, the first counts.
STATUSES: Final = (
    "failed", "cancelled", "refunded", "pending", UNKNOWN, "partially_refunded", "open", "completed",
)  # fmt: skip
# The same as people think of them, for messages.
SAYABLE: Final = (
    "open", "completed", "partially_refunded", "refunded", "cancelled", "pending", "failed", UNKNOWN,
)  # fmt: skip
# Words that say the same whatever stands beside them.
_VOID: Final = ("failed", "cancelled", "refunded", "pending")
_PREFIX: Final = re.compile(r"^(?:wc|os|status|order_?status|payment_?status|state)[-_:.]+", re.IGNORECASE)
_PARTS: Final = re.compile(r"\s+[-\u2013\u2014]\s+|[/|,;:()+>]+")
# What the word is about, in the languages of the table.
_FILLERS: Final = frozenset(
    [
        "order",
        "orders",
        "payment",
        "transaction",
        "status",
        "is",
        "the",
        "bestellung",
        "zahlung",
        "auftrag",
        "commande",
        "pedido",
        "ordine",
        "bestelling",
        "zamowienie",
        "ordre",
    ]
)


@cache
def vocabulary() -> Mapping[str, str]:
    """Return each word that some language or tool has, plain, with the status that it stands for.

    Raises
    ------
    UnitError
        If a group names what is no status, or a word stands for two.
    """
    file = files("martlet.loaders.ingest") / "statuses.toml"
    place = Place("the statuses", UnitError, file="loaders/ingest/statuses.toml")
    found = {_plain(status): status for status in STATUSES}
    for group, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
        here = place.to(group)
        for key, words in here.table(table).items():
            status = here.to(key).one_of(key, STATUSES)
            for word in texts(words, here.to(key)):
                other = found.setdefault(_plain(word), status)
                if other != status:
                    raise here.to(key).error(f" has {word!r}, which stands for {other} in another group")
    return found


@cache
def meaning(word: str) -> str | None:
    """Return the status that a word stands for; None if nobody explains it.

    Examples
    --------
    >>> [meaning(word) for word in ("wc-on-hold", "ANNULÉE", "Shipped - Delivered to Buyer", "Order cancelled", "on a break")]
    ['pending', 'cancelled', 'completed', 'cancelled', None]
    """
    known = _whole(word)
    if known is not None:
        return known
    parts = [part for part in _PARTS.split(word) if part.strip()]
    meanings = [_whole(part) for part in parts] if len(parts) > 1 else []
    said = [status for status in STATUSES if status in meanings]
    # Of several things that are said, one that nobody explains can make no sale, nor spoil what is none.
    return said[0] if said and (None not in meanings or said[0] in _VOID) else None


def _whole(word: str) -> str | None:
    bare = _PREFIX.sub("", word.strip())
    tokens = re.findall(r"[^\W_]+", unaccented(bare))
    about = [token for token in tokens if token not in _FILLERS]
    for candidate in (_plain(word), _plain(bare), "".join(about)):
        if candidate in vocabulary():
            return vocabulary()[candidate]
    return None


def _plain(word: str) -> str:
    return re.sub(r"[\W_]+", "", unaccented(word))
