"""A person forgotten: erased from a warehouse for good, with all totals as they were."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from martlet.engine import install, user_packs
from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import UnknownNameError, WarehouseError, did_you_mean
from martlet.engine.relation import quote
from martlet.engine.relations import relations
from martlet.loaders.privacy._erasing import OLD, Person, columns_of, copied, erased_rows, tables
from martlet.loaders.privacy._promises import hold_to_promise, hold_to_totals
from martlet.loaders.privacy.forgotten import SALT, remember, salt, token
from martlet.loaders.warehouse import star
from martlet.loaders.warehouse.atomic import rewriting

__all__ = ["ForgetReport", "forget"]

_ACCOUNTS = f"""
WITH asked AS (
    SELECT customer_key, lower(trim(email)) AS email FROM {OLD}.star.dim_customer
    WHERE customer_id = $customer_id AND customer_key <> 0
)
SELECT person.customer_key, person.customer_id, person.first_name, person.last_name, lower(trim(person.email))
FROM {OLD}.star.dim_customer AS person
CROSS JOIN asked
WHERE person.customer_key = asked.customer_key OR lower(trim(person.email)) = asked.email OR lower(person.customer_id) = asked.email
    OR lower(trim(person.email)) = lower($customer_id)
ORDER BY person.customer_key <> asked.customer_key, person.customer_key
"""


@dataclass(frozen=True)
class ForgetReport:
    """What was erased, or would be.

    Attributes
    ----------
    warehouse
        The file.
    customer_id
        The customer who was asked for.
    others
        Other accounts with the same address, which were forgotten with them.
    token
        The name that stands for the customer now.
    erased
        Rows by table in which something was erased.
    kept
        Rows by fact that stay, of the customer without a name.
    is_dry_run
        Whether nothing was changed.
    seconds
        How long it took.
    """

    warehouse: Path
    customer_id: str
    others: tuple[str, ...]
    token: str
    erased: dict[str, int]
    kept: dict[str, int]
    is_dry_run: bool
    seconds: float


def forget(
    customer_id: str, *, warehouse: str | Path = "warehouse.duckdb", dry_run: bool = False
) -> ForgetReport:
    """Erase a person from a warehouse, in one atomic step, and keep the totals.

    The file is written anew without them, so that nothing of them is left in it, not in free blocks either. Facts stay, of a
    customer without a name or attributes. Other accounts with the same address are taken for the same person. The new file
    knows the person by salted hashes, so that they do not come back when a source sends them again (`loaders.forgotten`).
    Copies of the old file, exports and backups are not reached, nor what the disk keeps of a deleted file.

    Parameters
    ----------
    customer_id
        The customer, by the id in `star.dim_customer`.
    warehouse
        The file.
    dry_run
        Only say what would be erased.

    Raises
    ------
    UnknownNameError
        If there is no such customer; the message gives the nearest.
    WarehouseError
        If the file is not Martlet's, can't be written, or holds tables that Martlet did not make.
    CheckError
        If a total would change, or an address would be left; the file is as it was then.

    Examples
    --------
    >>> report = martlet.forget("CU0000001", warehouse=path, dry_run=True)
    >>> report.erased
    {'star.dim_customer': 1, 'star.dim_customer_history': 2}
    """
    started = time.monotonic()
    path = Path(warehouse).absolute()
    with connect(path) as connection:
        refuse_foreign(connection, path)
    if dry_run:
        with duckdb.connect() as connection:
            star.create_tables(connection)
            connection.execute(f"ATTACH {quote(str(path))} AS {OLD} (READ_ONLY)")
            person = _found(connection, customer_id)
            erased, kept = _counts(connection, person)
    else:
        with rewriting(path) as connection:
            created = star.create_tables(connection)
            connection.execute(f"ATTACH {quote(str(path))} AS {OLD} (READ_ONLY)")
            try:
                person = _found(connection, customer_id)
                erased, kept = _counts(connection, person)
                for relation in created:
                    if columns_of(connection, relation):
                        connection.execute(copied(connection, relation, person))
                views = _own_views(connection, path)
                hold_to_totals(connection)
            finally:
                connection.execute(f"DETACH {OLD}")
            _record(connection, person)
            star.finish(connection, star.next_load_id(connection) - 1)
            for view in views:
                connection.execute(view)
            star.write_catalogue(connection)
            hold_to_promise(connection, person)
    (main, stand_in), *others = person.accounts.values()
    seconds = time.monotonic() - started
    return ForgetReport(
        path, main, tuple(name for name, _ in others), stand_in, erased, kept, dry_run, seconds
    )


def _found(connection: duckdb.DuckDBPyConnection, customer_id: str) -> Person:
    accounts = connection.execute(_ACCOUNTS, {"customer_id": customer_id}).fetchall()
    if not accounts:
        ids = connection.execute(
            f"SELECT customer_id FROM {OLD}.star.dim_customer WHERE customer_key <> 0"
        ).fetchall()
        near = did_you_mean(customer_id, [name for (name,) in ids])
        raise UnknownNameError(f"there is no customer {customer_id!r} in the warehouse.{near}")
    keys = ", ".join(str(key) for key, *_ in accounts)
    visitors = connection.execute(
        f"SELECT source_id FROM {OLD}.star.bridge_visitor WHERE customer_key IN ({keys}) AND source_id IS NOT NULL ORDER BY 1"
    ).fetchall()
    known = connection.execute(f"SELECT value FROM {OLD}.meta.setting WHERE name = '{SALT}'").fetchall()
    salted = known[0][0] if known else salt(connection)
    main = token("customer_id", customer_id, salted)
    person = Person(
        accounts={key: (name, token("customer_id", name, salted)) for key, name, *_ in accounts},
        emails={email: main for *_, email in accounts if email},
        visitors={name: token("visitor_id", name, salted) for (name,) in visitors},
        names=tuple((first, last) for _, _, first, last, _ in accounts if first and last),
    )
    return replace(person, sources=_sources(connection, person))


def _sources(connection: duckdb.DuckDBPyConnection, person: Person) -> tuple[str, ...]:
    """Return the identifiers of the person's rows in the sources that hold an identifier of the person."""
    found = set()
    for relation in tables():
        columns = {column.name for column in columns_of(connection, relation)}
        if {"customer_key", "source_id"} <= columns:
            sql = (
                f"SELECT DISTINCT source_id FROM {OLD}.{relation.qualified} "
                f"WHERE customer_key IN ({person.keys}) AND {person.named_in('source_id')}"
            )
            found |= {name for (name,) in connection.execute(sql).fetchall()}
    return tuple(sorted(found))


def _counts(connection: duckdb.DuckDBPyConnection, person: Person) -> tuple[dict[str, int], dict[str, int]]:
    """Return the rows by table in which something is erased, and those of facts that stay."""
    erased, kept = {}, {}
    for relation in tables():
        columns = [column.name for column in columns_of(connection, relation)]
        if rows := erased_rows(connection, relation, person):
            erased[relation.qualified] = rows
        if relation.unit.folder == "facts" and "customer_key" in columns:
            sql = f"SELECT count(*) FROM {OLD}.{relation.qualified} WHERE customer_key IN ({person.keys})"
            if rows := int(connection.execute(sql).fetchall()[0][0]):
                kept[relation.qualified] = rows
    return erased, kept


def _record(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Write whom the new file must know again, and that it was made by forgetting."""
    identifiers = [
        *(("customer_id", name, stand_in) for name, stand_in in person.accounts.values()),
        *(("email", email, stand_in) for email, stand_in in person.emails.items()),
        *(("visitor_id", visitor, stand_in) for visitor, stand_in in person.visitors.items()),
    ]
    _, stand_in = next(iter(person.accounts.values()))
    remember(connection, identifiers, salt(connection))
    load = {"load_id": star.next_load_id(connection), "kind": "forget", "source": stand_in}
    star.record_load(connection, load)


def _own_views(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Return the statements of the views that somebody added to the old file.

    Raises
    ------
    WarehouseError
        If they added tables, which may hold the person in a way that only they understand.
    """
    ours = {relation.qualified for relation in (*relations(), *install.relations())}
    ours |= {path.replace("/", ".") for path in user_packs.stored(connection, "warehouse").own}
    sql = f"SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = '{OLD}' ORDER BY 1"
    strange = [name for (name,) in connection.execute(sql).fetchall() if name not in ours]
    if strange:
        raise WarehouseError(
            f"{path} holds tables that Martlet did not make, and can't search for the person: {', '.join(strange)}; "
            "drop them, or move them to another file, then forget again"
        )
    sql = (
        f"SELECT schema_name || '.' || view_name, sql FROM duckdb_views() WHERE database_name = '{OLD}' "
        "AND NOT internal ORDER BY view_oid"
    )
    return [statement for name, statement in connection.execute(sql).fetchall() if name not in ours]
