"""The people who were forgotten: known again when a source still sends them, by salted hashes of what they were called.

A source goes on exporting a person long after the warehouse has forgotten them. `anonymous` is laid over what a load brings,
before it reaches the star: their rows take the name that stands for them, and nothing that says who they are is loaded. So the same
export merges with what is there, the totals stay right, and the person stays forgotten.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders import star
from martlet.sql.relations import quote, relations

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

__all__ = ["SALT", "anonymous", "mention", "personal_columns", "remember", "salt", "token", "token_sql"]

# Name of the setting that holds the salt; a file in which nobody was forgotten has none.
SALT: Final = "forgotten_salt"
_LENGTH: Final = 16
_IDENTIFIERS: Final = ("customer_id", "email", "visitor_id")
# Fields of a source that say who a person is, and have no column of their own in the star.
_FIELDS: Final = ("phone", "birth_year")


def salt(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the salt of the open file, made when it is first asked for."""
    sql = "SELECT value FROM meta.setting WHERE name = $name"
    found: list[tuple[str]] = connection.execute(sql, {"name": SALT}).fetchall()
    if found:
        return found[0][0]
    made = secrets.token_hex(_LENGTH)
    star.record_settings(connection, {SALT: made})
    return made


def token_sql(text: str, salted: str) -> str:
    """Return the SQL of the name that stands for a text that would tell who a person was; `text` is SQL."""
    return f"'forgotten-' || left(sha256({quote(f'{salted}:text:')} || {text}), {_LENGTH})"


def token(text: str, salted: str) -> str:
    """Return what `token_sql` computes."""
    return f"forgotten-{_hash('text', text, salted)[:_LENGTH]}"


def mention(identifier: str) -> str:
    """Return the pattern, for RE2 and Python, of a text of a person's own row that holds their identifier as a word."""
    return rf"(?i)(^|[^0-9A-Za-z]){re.escape(identifier)}($|[^0-9A-Za-z])"


def remember(
    connection: duckdb.DuckDBPyConnection, identifiers: Iterable[tuple[str, str, str]], salted: str
) -> None:
    """Write the hashes of identifiers (kind, identifier, token) into `meta.forgotten`."""
    rows = [
        {"kind": kind, "identifier_hash": _hash(kind, text, salted), "token": name}
        for kind, text, name in identifiers
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("kind", "identifier_hash", "token"), pl.String))
    star.insert(
        connection,
        "meta.forgotten",
        frame.unique(["kind", "identifier_hash"], keep="first", maintain_order=True),
    )


def personal_columns(relation: str) -> tuple[str, ...]:
    """Return the columns of a relation that say who a person is, as its header declares."""
    return next(
        tuple(found.unit.header.get("personal", ())) for found in relations() if found.qualified == relation
    )


def anonymous(
    connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, *, is_customers: bool = False
) -> pl.DataFrame:
    """Return what a load brings without what it says of people who were forgotten in this warehouse.

    In their rows, found by `customer_id` or `email`, the customer is the name that stands for them, the address is gone, and
    identifiers (columns that end in `_id`) that hold either are replaced as they were in the star; of customers all personal
    fields are gone. Their browsers, found by `visitor_id`, have the name that stands for these. All other rows are as they were.

    Parameters
    ----------
    connection
        The warehouse that is loaded into.
    frame
        Rows of an entity, columns being its fields; those that matter are text.
    is_customers
        Whether each row describes a customer.
    """
    known = connection.sql("SELECT kind, identifier_hash, token FROM meta.forgotten").pl()
    present = [name for name in _IDENTIFIERS if name in frame.columns]
    if known.is_empty() or not present:
        return frame
    salted = salt(connection)
    tokens = {(kind, hashed): name for kind, hashed, name in known.iter_rows()}
    nobody = pl.repeat(None, frame.height, dtype=pl.String, eager=True)
    stand_ins = {name: _stand_ins(frame[name], name, tokens, salted) for name in present}
    who = pl.select(
        pl.coalesce(stand_ins.get("customer_id", nobody), stand_ins.get("email", nobody))
    ).to_series()
    if who.is_null().all() and stand_ins.get("visitor_id", nobody).is_null().all():
        return frame
    marked = frame.with_columns(_who=who, _browser=stand_ins.get("visitor_id", nobody))
    renamed = [
        _renamed(marked, name, salted)
        for name, kind in frame.schema.items()
        if kind == pl.String and name.endswith("_id")
    ]
    telling = (*personal_columns("star.dim_customer"), *_FIELDS) if is_customers else ("email",)
    emptied = [
        pl.when(pl.col("_who").is_null()).then(name).alias(name) for name in telling if name in frame.columns
    ]
    return marked.with_columns(*renamed, *emptied).select(frame.columns)


def _stand_ins(values: pl.Series, name: str, tokens: Mapping[tuple[str, str], str], salted: str) -> pl.Series:
    """Return for each identifier the name that stands for it, NULL where it is not of a forgotten person."""
    # A source may use the address as the customer's id.
    kinds = ("customer_id", "email") if name == "customer_id" else (name,)
    found = {
        value: next(
            (tokens[key] for kind in kinds if (key := (kind, _hash(kind, value, salted))) in tokens), None
        )
        for value in values.unique().drop_nulls()
    }
    return values.replace_strict(
        list(found), pl.Series(list(found.values()), dtype=pl.String), default=None, return_dtype=pl.String
    )


def _renamed(marked: pl.DataFrame, name: str, salted: str) -> pl.Expr:
    """Return a column of identifiers, those of forgotten people's rows as they are in the star."""
    if name == "customer_id":
        return pl.coalesce("_who", name).alias(name)
    if name == "visitor_id":
        return pl.coalesce("_browser", name).alias(name)
    tells = [other for other in ("customer_id", "email") if other in marked.columns]
    theirs = marked.with_row_index("_row").filter(pl.col("_who").is_not_null() & pl.col(name).is_not_null())
    changed = {
        row: token(text, salted)
        for row, text, *identifiers in theirs.select("_row", name, *tells).iter_rows()
        if any(word and re.search(mention(word.strip()), text) for word in identifiers)
    }
    texts = marked[name].to_list()
    for row, text in changed.items():
        texts[row] = text
    return pl.lit(pl.Series(name, texts, dtype=pl.String)).alias(name)


def _hash(kind: str, text: str, salted: str) -> str:
    plain = text.strip(" ").lower() if kind == "email" else text
    return hashlib.sha256(f"{salted}:{kind}:{plain}".encode()).hexdigest()
