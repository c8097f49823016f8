"""The people who were forgotten: known again when a source still sends them, by salted hashes of what they were called.

A source goes on exporting a person long after the warehouse has forgotten them. `Forgotten` is laid over what a load brings, before
it reaches the star: their rows take the name that stands for them, and nothing that says who they are is loaded. So the same
export merges with what is there, the totals stay right, and the person stays forgotten.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.relations import relation_of
from martlet.loaders.privacy import _hashes
from martlet.loaders.privacy._mentions import (
    found_in,
    is_text,
    may_be_name,
    mention,
    spans,
    stands_out,
    words,
)
from martlet.loaders.privacy.addresses import ADDRESS, AT, plain, replaced
from martlet.loaders.privacy.veil import HIDDEN
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

__all__ = ["NAMING", "SALT", "Forgotten", "personal_columns", "remember", "salt"]

# Name of the setting that holds the salt; a file in which nobody was forgotten has none.
SALT: Final = "forgotten_salt"
_LENGTH: Final = 16
# Fields that name a person or their browser, with the kinds of identifier that each may hold: an address may serve as id.
NAMING: Final = {
    "customer_id": ("customer_id", "email"),
    "email": ("customer_id", "email"),
    "visitor_id": ("visitor_id",),
}
_KINDS: Final = ("customer_id", "email", "visitor_id", "name")
# A browser's id is drawn by lot, and each visit brings a new one.
_QUICK: Final = "visitor_id"
# Fields of a source that say who a person is, and have no column of their own in the star.
_FIELDS: Final = ("phone", "birth_year")
# Fields in which somebody else may be called the same.
_NAMES: Final = ("first_name", "last_name")
# Characters before the @ (RFC 5321).
_LONGEST_LOCAL: Final = 64
# So many are hashed at once; of more, those that are customers are not.
_FEW: Final = 20


def salt(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the salt of the open file, made when it is first asked for."""
    known = star.setting(connection, SALT)
    if known is not None:
        return known
    made = secrets.token_hex(_LENGTH)
    star.record_settings(connection, {SALT: made})
    return made


def remember(
    connection: duckdb.DuckDBPyConnection, identifiers: Iterable[tuple[str, str, str]], salted: str
) -> None:
    """Write identifiers (kind, identifier, the name that stands for it) into `meta.forgotten`, as hashes."""
    marked = "SELECT kind, count(*) FROM meta.forgotten WHERE mark IS NOT NULL GROUP BY kind"
    earlier: dict[str, int] = dict(connection.execute(marked).fetchall())
    known = set(connection.execute("SELECT kind, identifier_hash FROM meta.forgotten").fetchall())
    rows = []
    for kind, text, name in identifiers:
        is_quick = kind == _QUICK
        hashed = _hashes.quick(kind, text, salted) if is_quick else _hashes.slow(kind, [text], salted)[0]
        if (kind, hashed) in known:
            continue
        known.add((kind, hashed))
        mark = None if is_quick else _hashes.mark(kind, text, salted, earlier.get(kind, 0))
        earlier[kind] = earlier.get(kind, 0) + 1
        rows.append({"kind": kind, "identifier_hash": hashed, "token": name, "mark": mark})
    schema = dict.fromkeys(("kind", "identifier_hash", "token", "mark"), pl.String)
    star.insert(connection, "meta.forgotten", pl.DataFrame(rows, schema=schema))


def personal_columns(relation: str) -> tuple[str, ...]:
    """Return the columns of a relation that say who a person is, as its header declares."""
    return tuple(relation_of(relation).unit.header.get("personal", ()))


class Forgotten:
    """The people who were forgotten in an open warehouse; false if there are none. One serves a whole load: it remembers whom it knew."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        sql = "SELECT kind, identifier_hash, token, mark FROM meta.forgotten"
        rows = connection.execute(sql).fetchall()
        self._connection: Final = connection
        self._tokens: Final = {(kind, hashed): name for kind, hashed, name, _ in rows}
        # Kinds of which some are known by a quick hash alone, and marks by kind and length.
        self._quick: Final = {kind for kind, *_, mark in rows if mark is None}
        self._marks: Final[dict[str, dict[int, set[int]]]] = {}
        for kind, *_, mark in rows:
            if mark is not None:
                self._marks.setdefault(kind, {}).setdefault(32 - len(mark), set()).add(int(mark, 2))
        self._salt: Final = salt(connection) if rows else ""
        self._seen: Final[dict[tuple[str, str], str | None]] = {}

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def rows(self, frame: pl.DataFrame, *, is_customers: bool = False) -> pl.DataFrame:
        """Return what a load brings without what it says of forgotten people.

        In their rows, found by `customer_id`, `email` or `visitor_id`, these become the names that stand for them, on their own and
        inside other identifiers (columns that end in `_id`), as they were replaced in the star, and of customers all personal fields are
        gone. Their addresses, ids that stand out, and full names are replaced inside any text of any row.

        Parameters
        ----------
        frame
            Rows of an entity, columns being its fields; those that matter are text.
        is_customers
            Whether each row describes a customer.
        """
        if not self:
            return frame
        texts = [name for name, kind in frame.schema.items() if kind == pl.String]
        naming = [name for name in NAMING if name in texts]
        stand_ins = {name: self._stand_ins(frame[name], NAMING[name]) for name in naming}
        nobody = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        is_theirs = pl.select(
            pl.any_horizontal(pl.lit(value=False), *(names.is_not_null() for names in stand_ins.values()))
        ).to_series()
        changed = {name: self._unnamed(frame[name], is_theirs) for name in texts if name not in naming}
        if all(names.is_null().all() for names in stand_ins.values()):
            return frame.with_columns(changed.values())
        frame = frame.with_columns(changed.values())
        who = stand_ins.get("customer_id", nobody).fill_null(stand_ins.get("email", nobody))
        for name in changed:
            if name.endswith("_id"):
                changed[name] = self._renamed(frame, name, naming, stand_ins)
        for name in naming:
            # A row is of a person by whichever of their identifiers it has.
            stand_in = who if name == "customer_id" else stand_ins[name]
            changed[name] = stand_in.fill_null(frame[name]).alias(name)
        if is_customers:
            for name in (*personal_columns("star.dim_customer"), *_FIELDS):
                if name in frame.columns:
                    changed[name] = (
                        pl.select(pl.when(who.is_null()).then(frame[name])).to_series().alias(name)
                    )
        return frame.with_columns(changed.values())

    def tells(self, cells: pl.DataFrame, texts: pl.Series) -> pl.Series:
        """Tell of rows whether a cell is an identifier of a forgotten person, or the text of the row holds an address of theirs."""
        by_cell = [
            self._stand_ins(cells[name].cast(pl.String).str.strip_chars(), _KINDS).is_not_null()
            for name in (cells.columns if self else ())
        ]
        found = (
            self._without_addresses(texts).ne_missing(texts)
            if self
            else texts.is_null() & texts.is_not_null()
        )
        return pl.select(pl.any_horizontal(found, *by_cell)).to_series()

    def unsaid(self, text: str) -> str:
        """Return a short text, such as the name of a file, with the names that stand for forgotten people in place of what names them."""
        if not self:
            return text
        text = self._without_addresses(pl.Series([text], dtype=pl.String))[0]
        parts = spans(text)
        known = {
            **self._known([part for part in parts if " " not in part], ("customer_id", "visitor_id")),
            **self._known(parts, ("name",)),
        }
        return found_in(text, known)

    def told(self, text: str) -> str:
        """Return what is told of a load without forgotten people, and without an address that is one of theirs with something around it."""
        text = self.unsaid(text)
        return re.sub(ADDRESS, HIDDEN, text) if self._holds_address(text) else text

    def _holds_address(self, text: str) -> bool:
        """Tell whether a text holds a forgotten address, be it within a longer word."""
        within = []
        for found in re.finditer(ADDRESS, text):
            local, _, domain = plain(found[0]).rpartition("@")
            local = local[-_LONGEST_LOCAL:]
            ends = [part.end() for part in re.finditer(r"[^\W_]+", domain)]
            within += [f"{local[begin:]}@{domain[:end]}" for begin in range(len(local)) for end in ends]
        return bool(self._known(within, ("customer_id", "email")))

    def _known(self, texts: Iterable[str | None], kinds: Iterable[str]) -> dict[str | None, str]:
        """Return the names that stand for those of some texts that are identifiers of forgotten people."""
        distinct = [text for text in dict.fromkeys(texts) if text]
        found: dict[str | None, str] = {}
        # Of several kinds the first counts.
        for kind in reversed([kind for kind in _KINDS if kind in set(kinds)]):
            if kind in self._quick:
                hashed = ((text, (kind, _hashes.quick(kind, text, self._salt))) for text in distinct)
                found.update((text, self._tokens[key]) for text, key in hashed if key in self._tokens)
            likely = [text for text in distinct if self._has_mark(kind, text)]
            self._see(kind, [text for text in likely if (kind, text) not in self._seen])
            found.update((text, name) for text in likely if (name := self._seen[kind, text]))
        return found

    def _has_mark(self, kind: str, text: str) -> bool:
        marks = self._marks.get(kind)
        # An address that serves as id is known as an address.
        if marks is None or (kind == "email" and "@" not in text) or (kind == "customer_id" and "@" in text):
            return False
        bits = _hashes.mark_of(kind, text, self._salt)
        return any(bits >> rest in held for rest, held in marks.items())

    def _see(self, kind: str, texts: list[str]) -> None:
        """Hash identifiers, and keep who they are."""
        living = self._living(texts) if len(texts) > _FEW else set()
        asked = [text for text in texts if text.strip().lower() not in living]
        self._seen.update(((kind, text), None) for text in texts)
        for text, hashed in zip(asked, _hashes.slow(kind, asked, self._salt), strict=True):
            self._seen[kind, text] = self._tokens.get((kind, hashed))

    def _living(self, texts: list[str]) -> set[str]:
        """Return those who are customers under that name: whoever was forgotten is none."""
        sql = (
            "SELECT lower(unnest([customer_id, email])) AS name FROM star.dim_customer "
            "WHERE list_contains($asked, lower(customer_id)) OR list_contains($asked, lower(email))"
        )
        asked = [text.strip().lower() for text in texts]
        return {name for (name,) in self._connection.execute(sql, {"asked": asked}).fetchall()}

    def _stand_ins(self, values: pl.Series, kinds: Iterable[str]) -> pl.Series:
        found = self._known(values.unique().drop_nulls(), kinds)
        return (
            values.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)
            if found
            else pl.repeat(None, len(values), dtype=pl.String, eager=True).alias(values.name)
        )

    def _without_addresses(self, texts: pl.Series) -> pl.Series:
        """Return texts in which forgotten addresses are the names that stand for them."""
        holding = texts.filter(texts.str.contains(AT)).unique().drop_nulls()
        addresses: list[str] = []
        for text in holding:
            replaced(text, addresses.append)
        known = self._known(addresses, ("customer_id", "email"))
        return _replaced(texts, {text: replaced(text, known.get) for text in holding} if known else {})

    def _unnamed(self, texts: pl.Series, is_theirs: pl.Series) -> pl.Series:
        """Return the texts of a column that names nobody by itself."""
        freed = self._without_addresses(texts)
        is_spoken = texts.name not in _NAMES and is_text(texts.name)
        return self._without_words(freed, is_theirs) if is_spoken else freed

    def _without_words(self, texts: pl.Series, is_theirs: pl.Series) -> pl.Series:
        """Return texts in which forgotten ids that stand out, and full names, are the names that stand for them.

        Each part of a text that may be an id costs a hash, and one of some hundred parts a slow one. So in rows of others only what stands
        between spaces, slashes and the like is asked for.
        """
        theirs = set(texts.filter(is_theirs).drop_nulls())
        every = texts.unique().drop_nulls().to_list()
        ids = [part for text in every for part in (spans(text) if text in theirs else words(text))]
        names = [part for text in every for part in spans(text) if may_be_name(part)]
        known = {
            **self._known([part for part in ids if stands_out(part)], ("customer_id",)),
            **self._known(names, ("name",)),
        }
        return _replaced(texts, {text: found_in(text, known) for text in every} if known else {})

    def _renamed(
        self, frame: pl.DataFrame, name: str, naming: list[str], stand_ins: dict[str, pl.Series]
    ) -> pl.Series:
        """Return a column of identifiers, those that hold the identifier of a forgotten person being as they are in the star."""
        texts = frame[name].to_list()
        for other in naming:
            theirs = stand_ins[other].is_not_null().arg_true()
            pairs = zip(theirs, frame[other].gather(theirs), stand_ins[other].gather(theirs), strict=True)
            for row, identifier, stand_in in pairs:
                if texts[row] is not None:
                    texts[row] = re.sub(mention(identifier.strip()), rf"\g<1>{stand_in}\g<2>", texts[row])
        return pl.Series(name, texts, dtype=pl.String)


def _replaced(texts: pl.Series, new: dict[str, str]) -> pl.Series:
    return texts.replace(list(new), list(new.values())).alias(texts.name) if new else texts
