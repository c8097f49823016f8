"""Who is to be forgotten, and the SQL that tells whether a text names them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from martlet.engine.relation import quote
from martlet.loaders.privacy._mentions import full_name, is_telling, mention, named_apart, stands_out
from martlet.loaders.privacy.addresses import SEPARATOR, written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["NEVER", "OLD", "Person", "any_of"]

# Name under which the file that holds the person is attached.
OLD: Final = "before"
NEVER: Final = "(false)"
_QUOTED: Final = '(?i)"[[:space:]]*{}[[:space:]]*"'
# What may stand before an identifier that is not a part of a longer one.
_BEFORE: Final = f"(?i)(^|{SEPARATOR}|[^0-9A-Za-z._%+@-])"


def any_of(conditions: Iterable[str]) -> str:
    """Join conditions by OR; without any it is false."""
    return "(" + (" OR ".join(one for one in conditions if one != NEVER) or "false") + ")"


@dataclass(frozen=True)
class Person:
    """Who is to be forgotten: one person's accounts by key, and all that they are called.

    Attributes
    ----------
    accounts
        For each `customer_key` the customer id and the name that will stand for it; none of somebody who is no customer.
    emails
        Their addresses in lower case, with the name that will stand for each.
    visitors
        The ids of their browsers in the sources, with the names that will stand for them.
    names
        Pairs of first and last name, with the name that will stand for each.
    things
        Such pairs that are the names of things too.
    left
        For each of these, the columns where the name is left.
    sources
        Identifiers of rows of theirs, as the source wrote them, that hold one of the above.
    """

    accounts: Mapping[int, tuple[str, str]]
    emails: Mapping[str, str]
    visitors: Mapping[str, str]
    names: Mapping[tuple[str, str], str]
    things: Mapping[tuple[str, str], str] = field(default_factory=dict)
    left: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    sources: tuple[str, ...] = ()

    def at(self, place: str) -> Person:
        """Return who they are at a table or a column of one: called there as a thing is, but where the thing itself is named.

        Rows that were set aside tell of things too.
        """
        if not self.things or place.startswith("quarantine."):
            return self
        called = {pair: name for pair, name in self.things.items() if place not in self.left.get(pair, ())}
        return replace(self, names={**self.names, **called})

    @property
    def keys(self) -> str:
        """The keys of the accounts, as a list in SQL; no row has the key -1."""
        return ", ".join(map(str, self.accounts)) or "-1"

    def owns(self, columns: Iterable[str]) -> str:
        """Return the SQL whether a row of a table with these columns is theirs, or of a browser of theirs."""
        theirs = f"customer_key IN ({self.keys})"
        if "visitor_id" not in columns:
            return theirs
        browsers = f"SELECT visitor_id FROM {OLD}.star.bridge_visitor WHERE {theirs}"
        return f"({theirs} OR visitor_id IN ({browsers}))"

    @property
    def token(self) -> str:
        """The name that stands for them in the first place."""
        (_, name), *_ = self.accounts.values() or self.emails.items()
        return name

    def remembered(self) -> Iterator[tuple[str, str, str]]:
        """Yield all by which they are known again: its kind, what they were called, and the name that stands for it."""
        yield from (("customer_id", name, stand_in) for name, stand_in in self.accounts.values())
        yield from (("email", email, stand_in) for email, stand_in in self.emails.items())
        yield from (("visitor_id", visitor, stand_in) for visitor, stand_in in self.visitors.items())
        yield from (("name", " ".join(pair), stand_in) for pair, stand_in in self.names.items())

    @property
    def identifiers(self) -> dict[str, str]:
        """All that they are called but their names, with the name that stands for each; an id that is an address is an id."""
        return {**self.visitors, **self.emails, **dict(self.accounts.values())}

    def renamed(self, text: str, *, is_theirs: bool = True) -> str:
        """Return the SQL of a text with the names that stand for them; where it is not theirs, a short number is none."""
        patterns = [
            (mention(identifier), name)
            for identifier, name in self.identifiers.items()
            if is_theirs or is_telling(identifier)
        ]
        patterns += [(full_name(*pair), name) for pair, name in self.names.items()]
        for pattern, stand_in in patterns:
            old, new = quote(pattern), quote("\\1" + stand_in + "\\2")
            # Twice, since of two that share what stands between them the second is not seen at first.
            text = f"regexp_replace(regexp_replace({text}, {old}, {new}, 'g'), {old}, {new}, 'g')"
        return text

    def named_in(self, text: str) -> str:
        """Return the SQL whether a text of one of their own rows names them."""
        patterns = [*map(mention, self.identifiers), *(full_name(*pair) for pair in self.names)]
        return any_of(f"regexp_matches({text}, {quote(pattern)})" for pattern in patterns)

    def known_in(self, text: str) -> str:
        """Return the SQL whether a text of any row holds an address or a browser of theirs, and not as the end of a longer one."""
        return any_of(
            _found(text, word, f"{_BEFORE}{written(word)}($|[^0-9A-Za-z_-])")
            for word in sorted({*self.visitors, *self.emails})
        )

    def held_in(self, text: str) -> str:
        """Return the SQL whether a text holds an address of theirs, be it within a longer word."""
        return any_of(_found(text, email, f"(?i){written(email)}") for email in sorted(self.emails))

    def called_in(self, text: str) -> str:
        """Return the SQL whether a text of any row holds their first and last name together."""
        return any_of(_found(text, last, full_name(first, last)) for first, last in self.names)

    def labelled_in(self, text: str) -> str:
        """Return the SQL whether a text of any row holds an id of theirs that stands out as a word."""
        return any_of(
            _found(text, identifier, mention(identifier))
            for identifier, _ in self.accounts.values()
            if stands_out(identifier)
        )

    def numbered_in(self, text: str) -> str:
        """Return the SQL whether a text about loads holds an id of theirs as a word."""
        ids = (identifier for identifier, _ in self.accounts.values() if is_telling(identifier))
        return any_of(f"regexp_matches({text}, {quote(mention(identifier))})" for identifier in ids)

    def quoted_in(self, text: str) -> str:
        """Return the SQL whether a JSON text holds their first or their last name as a value: one cell of a row tells nothing of its others."""
        names = {name for pair in self.names for name in pair}
        return any_of(
            f"regexp_matches({text}, {quote(_QUOTED.format(re.escape(name)))})" for name in sorted(names)
        )

    def mentioned_in(self, text: str) -> str:
        """Return the SQL whether a text that may be about anybody is about them."""
        # Not a part of a number either.
        after = "($|[^0-9A-Za-z._%+@-]|[.]($|[^0-9A-Za-z]))"
        # What is flagged may be called by the number of its row, which is nobody's id.
        words = (
            f"(regexp_matches({text}, {quote(f'{_BEFORE}{re.escape(word)}{after}')}) AND {text} <> {quote(f'row {word}')})"
            for word, _ in self.accounts.values()
        )
        apart = (
            " AND ".join(f"regexp_matches({text}, {quote(named_apart(name))})" for name in pair)
            for pair in self.names
        )
        return any_of((*words, *(f"({both})" for both in apart), self.known_in(text), self.called_in(text)))


def _found(text: str, word: str, pattern: str) -> str:
    """Return the SQL whether a text matches the pattern of a word, asked only where it holds the longest part of it that is never encoded."""
    part = max(re.findall("[0-9a-z]+", word.lower()), key=len, default="")
    return f"(contains(lower({text}), {quote(part)}) AND regexp_matches({text}, {quote(pattern)}))"
