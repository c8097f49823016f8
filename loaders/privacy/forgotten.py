"""The people who were forgotten: known again when a source still sends them, by salted hashes of what they were called.

A source goes on exporting a person long after the warehouse has forgotten them. `Forgotten` is laid over what a load brings, before
it reaches the star: their rows take the name that stands for them, and nothing that says who they are is loaded. So the same
export merges with what is there, the totals stay right, and the person stays forgotten.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.relations import relation_of
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

__all__ = ["SALT", "Forgotten", "anonymous", "mention", "personal_columns", "remember", "salt", "token"]

# Name of the setting that holds the salt; a file in which nobody was forgotten has none.
SALT: Final = "forgotten_salt"
_LENGTH: Final = 16
# Fields that name a person or their browser, with the kinds of identifier that each may hold: an address may serve as id.
_NAMING: Final = {
    "customer_id": ("customer_id", "email"),
    "email": ("customer_id", "email"),
    "visitor_id": ("visitor_id",),
}
_KINDS: Final = ("customer_id", "email", "visitor_id")
# Fields of a source that say who a person is, and have no column of their own in the star.
_FIELDS: Final = ("phone", "birth_year")


def salt(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the salt of the open file, made when it is first asked for."""
    known = star.setting(connection, SALT)
    if known is not None:
        return known
    made = secrets.token_hex(_LENGTH)
    star.record_settings(connection, {SALT: made})
    return made


def token(kind: str, identifier: str, salted: str) -> str:
    """Return the name that will stand for an identifier."""
    return f"forgotten-{_hash(kind, identifier, salted)[:_LENGTH]}"


def mention(identifier: str) -> str:
    """Return the pattern, for RE2 and Python, of an identifier as a word, with what stands before and after as groups."""
    return rf"(?i)(^|[^0-9A-Za-z]){re.escape(identifier)}($|[^0-9A-Za-z])"


def remember(
    connection: duckdb.DuckDBPyConnection, identifiers: Iterable[tuple[str, str, str]], salted: str
) -> None:
    """Write identifiers (kind, identifier, the name that stands for it) into `meta.forgotten`, as hashes."""
    rows = [
        {"kind": kind, "identifier_hash": _hash(kind, text, salted), "token": name}
        for kind, text, name in identifiers
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("kind", "identifier_hash", "token"), pl.String))
    known = connection.sql("SELECT kind, identifier_hash FROM meta.forgotten").pl()
    key = ["kind", "identifier_hash"]
    star.insert(
        connection,
        "meta.forgotten",
        frame.unique(key, keep="first", maintain_order=True).join(
            known, on=key, how="anti", maintain_order="left"
        ),
    )


def personal_columns(relation: str) -> tuple[str, ...]:
    """Return the columns of a relation that say who a person is, as its header declares."""
    return tuple(relation_of(relation).unit.header.get("personal", ()))


def anonymous(
    connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, *, is_customers: bool = False
) -> pl.DataFrame:
    """Return what a load brings without what it says of people who were forgotten in this warehouse; see `Forgotten.rows`."""
    return Forgotten(connection).rows(frame, is_customers=is_customers)


class Forgotten:
    """The people who were forgotten in an open warehouse; false if there are none."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        known = connection.execute("SELECT kind, identifier_hash, token FROM meta.forgotten").fetchall()
        self._tokens: dict[tuple[str, str], str] = {(kind, hashed): name for kind, hashed, name in known}
        self._salt = salt(connection) if known else ""

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def stands_for(self, identifier: str | None, kinds: Iterable[str] = _KINDS) -> str | None:
        """Return the name that stands for an identifier; None if it is nobody's who was forgotten."""
        for kind in kinds if identifier else ():
            name = self._tokens.get((kind, _hash(kind, identifier or "", self._salt)))
            if name is not None:
                return name
        return None

    def rows(self, frame: pl.DataFrame, *, is_customers: bool = False) -> pl.DataFrame:
        """Return what a load brings without what it says of forgotten people.

        In their rows, found by `customer_id`, `email` or `visitor_id`, these become the names that stand for them, on their own and
        inside other identifiers (columns that end in `_id`), as they were replaced in the star; of customers all personal fields are
        gone. All other rows are as they were.

        Parameters
        ----------
        frame
            Rows of an entity, columns being its fields; those that matter are text.
        is_customers
            Whether each row describes a customer.
        """
        naming = [name for name in _NAMING if name in frame.columns and frame.schema[name] == pl.String]
        stand_ins = {name: self._stand_ins(frame[name], _NAMING[name]) for name in naming} if self else {}
        if all(names.is_null().all() for names in stand_ins.values()):
            return frame
        changed = {
            name: self._renamed(frame, name, naming, stand_ins) for name in _identifiers(frame, naming)
        }
        nobody = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
        who = stand_ins.get("customer_id", nobody).fill_null(stand_ins.get("email", nobody))
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

    def tells(self, cells: pl.DataFrame) -> pl.Series:
        """Tell of each row of a file, as text cells, whether one of the cells is an identifier of a forgotten person."""
        if not self or not cells.width:
            return pl.repeat(value=False, n=cells.height, dtype=pl.Boolean, eager=True)
        texts = (cells[name].cast(pl.String).str.strip_chars() for name in cells.columns)
        return pl.select(
            pl.any_horizontal(self._stand_ins(text, _KINDS).is_not_null() for text in texts)
        ).to_series()

    def _stand_ins(self, values: pl.Series, kinds: Iterable[str]) -> pl.Series:
        found = {value: self.stands_for(value, kinds) for value in values.unique().drop_nulls()}
        names = pl.Series(list(found.values()), dtype=pl.String)
        return values.replace_strict(list(found), names, default=None, return_dtype=pl.String)

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


def _identifiers(frame: pl.DataFrame, naming: list[str]) -> list[str]:
    return [
        name
        for name, kind in frame.schema.items()
        if kind == pl.String and name.endswith("_id") and name not in naming
    ]


def _hash(kind: str, text: str, salted: str) -> str:
    plain = text.strip().lower() if kind == "email" else text.strip()
    return hashlib.sha256(f"{salted}:{kind}:{plain}".encode()).hexdigest()
