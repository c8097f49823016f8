"""A person forgotten: erased from a warehouse for good, with all totals as they were."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from martlet.engine import install, user_packs
from martlet.engine.connection import connect, refuse_foreign
from martlet.engine.errors import UnknownNameError, WarehouseError, did_you_mean
from martlet.engine.relation import quote
from martlet.engine.relations import relations
from martlet.engine.summed import Summed
from martlet.loaders import fitting
from martlet.loaders.privacy._erasing import columns_of, copied, erased_rows, tables
from martlet.loaders.privacy._person import OLD, Person
from martlet.loaders.privacy._promises import hold_to_promise, hold_to_totals
from martlet.loaders.privacy._things import things_called
from martlet.loaders.privacy.forgotten import remember, salt
from martlet.loaders.warehouse import empty, star
from martlet.loaders.warehouse.atomic import rewriting

__all__ = ["ForgetReport", "forget"]

# Bytes of the name that stands for somebody.
_LENGTH: Final = 8

# Who was asked for, by id or address, and the others who have one address with them; those who were asked for first.
_ACCOUNTS = f"""
WITH asked AS (
    SELECT customer_key, lower(trim(email)) AS email FROM {OLD}.star.dim_customer
    WHERE customer_key <> 0
        AND (customer_id = $asked OR lower(trim(email)) = lower(trim($asked)) OR contains($asked, '@') AND lower(customer_id) = lower(trim($asked)))
),
addresses AS (SELECT email FROM asked WHERE email IS NOT NULL UNION SELECT lower(trim($asked)) WHERE contains($asked, '@'))
SELECT person.customer_key, person.customer_id, person.first_name, person.last_name, lower(trim(person.email))
FROM {OLD}.star.dim_customer AS person
WHERE person.customer_key IN (SELECT customer_key FROM asked)
    OR person.customer_key <> 0
    AND EXISTS (SELECT 1 FROM asked)
    AND (lower(trim(person.email)) IN (SELECT email FROM addresses) OR lower(person.customer_id) IN (SELECT email FROM addresses))
ORDER BY
    person.customer_id <> $asked, person.customer_key NOT IN (SELECT customer_key FROM asked), person.customer_key
"""


@dataclass(frozen=True, repr=False)
class ForgetReport(Summed):
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
    left
        Columns that hold their first and last name still, because something that is not theirs alone is called so.
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
    left: tuple[str, ...]
    is_dry_run: bool
    seconds: float

    def summary(self) -> str:
        """Return the report as lines of plain text, for a person."""
        would = "would be " if self.is_dry_run else ""
        others = f", with {', '.join(self.others)} of the same address," if self.others else ""
        lines = [f"{self.customer_id}{others} {would or 'is '}forgotten"]
        lines += [f"  {would}erased in {rows:,} of {table}" for table, rows in self.erased.items()]
        lines += [
            f"  {rows:,} of {table} {'would ' if would else ''}stay, without a name"
            for table, rows in self.kept.items()
        ]
        if self.left:
            lines.append(
                f"  their name {would or 'was '}left in {', '.join(self.left)}, since something that is not theirs alone is called so; "
                "--everywhere erases it there too"
            )
        if not self.is_dry_run:
            lines.append(f"{self.token} stands for the customer now; {self.seconds:.1f} s")
        return "\n".join(lines)


def forget(
    customer_id: str,
    *,
    warehouse: str | Path = "warehouse.duckdb",
    dry_run: bool = False,
    everywhere: bool = False,
) -> ForgetReport:
    """Erase a person from a warehouse, in one atomic step, and keep the totals.

    The file is written anew without them, so that nothing of them is left in it, not in free blocks either. Facts stay, of a
    customer without a name or attributes. Other accounts with the same address are taken for the same person. The new file
    knows the person by slow salted hashes, so that they do not come back when a source sends them again (`docs/privacy.md`).
    Copies of the old file, exports and backups are not reached, nor what the disk keeps of a deleted file.

    Parameters
    ----------
    customer_id
        The customer, by the id in `star.dim_customer` or by the address; the address of somebody who is no customer, but stands in a
        row that was set aside, or in any other text.
    warehouse
        The file.
    dry_run
        Only say what would be erased.
    everywhere
        Erase first and last name together also from the names of things that rows of others refer to, such as a campaign.

    Raises
    ------
    UnknownNameError
        If there is no such customer and no such address; the message gives the nearest.
    WarehouseError
        If the file is not Martlet's, can't be written, or holds tables that Martlet did not make.
    CheckError
        If a total would change, or an address would be left; the file is as it was then.

    Examples
    --------
    >>> report = martlet.forget("CU0000001", warehouse=path, dry_run=True)
    >>> report.erased
    {'star.dim_customer': 1, 'star.dim_customer_history': 3}
    """
    started = time.monotonic()
    path = Path(warehouse).absolute()
    with connect(path) as connection:
        refuse_foreign(connection, path)
    if dry_run:
        with duckdb.connect() as connection:
            star.create_tables(connection)
            connection.execute(f"ATTACH {quote(str(path))} AS {OLD} (READ_ONLY)")
            person, left = _found(connection, customer_id, everywhere=everywhere)
            erased, kept = _counts(connection, person)
    else:
        with rewriting(path, carries_over=True, empty=empty.put) as connection:
            created = star.create_tables(connection)
            connection.execute(f"ATTACH {quote(str(path))} AS {OLD} (READ_ONLY)")
            try:
                person, left = _found(connection, customer_id, everywhere=everywhere)
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
            fitting.create_macros(connection)
            star.write_catalogue(connection)
            hold_to_promise(connection, person)
    main, *others = [name for name, _ in person.accounts.values()] or [customer_id]
    seconds = time.monotonic() - started
    return ForgetReport(
        path, main, tuple(others), person.token, erased, kept, left, is_dry_run=dry_run, seconds=seconds
    )


def _found(
    connection: duckdb.DuckDBPyConnection, asked: str, *, everywhere: bool
) -> tuple[Person, tuple[str, ...]]:
    """Return who is asked for, and where their name is left because it is also that of a thing."""
    accounts = connection.execute(_ACCOUNTS, {"asked": asked}).fetchall()
    if not accounts:
        return _without_account(connection, asked), ()
    keys = ", ".join(str(key) for key, *_ in accounts)
    visitors = connection.execute(
        f"SELECT source_id FROM {OLD}.star.bridge_visitor WHERE customer_key IN ({keys}) AND source_id IS NOT NULL ORDER BY 1"
    ).fetchall()
    tokens = {key: _token() for key, *_ in accounts}
    main = tokens[accounts[0][0]]
    names = {pair: main for _, _, first, last, _ in accounts if (pair := _full_name(first, last))}
    # An address that is the id of an account stands for that one.
    emails = {email: main for *_, email in accounts if email}
    emails |= {name.strip().lower(): tokens[key] for key, name, *_ in accounts if "@" in name}
    person = Person(
        accounts={key: (name, tokens[key]) for key, name, *_ in accounts},
        emails=emails,
        visitors={name: _token() for (name,) in visitors},
        names=names,
    )
    things = {} if everywhere else things_called(connection, person)
    person = replace(
        person,
        names={pair: name for pair, name in names.items() if pair not in things},
        things={pair: names[pair] for pair in things},
        left=things,
    )
    left = sorted({place for places in things.values() for place in places})
    return replace(person, sources=_sources(connection, person)), tuple(left)


def _without_account(connection: duckdb.DuckDBPyConnection, asked: str) -> Person:
    """Return somebody who is no customer, but whose address the file holds: in a row that was set aside, say."""
    address = asked.strip().lower()
    person = Person(accounts={}, emails={address: _token()}, visitors={}, names={})
    if "@" in address and any(erased_rows(connection, relation, person) for relation in tables()):
        return person
    ids = connection.execute(
        f"SELECT customer_id FROM {OLD}.star.dim_customer WHERE customer_key <> 0"
    ).fetchall()
    near = did_you_mean(asked, [name for (name,) in ids])
    raise UnknownNameError(
        f"there is no customer {asked!r} in the warehouse, and no text holds it as an address.{near}"
    )


def _token() -> str:
    """Return a name that will stand for an identifier, drawn by lot: made of it, it could be guessed from."""
    return f"forgotten-{secrets.token_hex(_LENGTH)}"


def _full_name(first: str | None, last: str | None) -> tuple[str, str] | None:
    """Return first and last name; a source may have written both into one cell."""
    words = " ".join(part for part in (first, last) if part).split()
    if first and last:
        return first.strip(), last.strip()
    return (words[0], " ".join(words[1:])) if len(words) > 1 else None


def _sources(connection: duckdb.DuckDBPyConnection, person: Person) -> tuple[str, ...]:
    """Return the identifiers of the person's rows in the sources that hold an identifier of the person."""
    found = set()
    for relation in tables():
        columns = {column.name for column in columns_of(connection, relation)}
        if {"customer_key", "source_id"} <= columns:
            sql = (
                f"SELECT DISTINCT source_id FROM {OLD}.{relation.qualified} "
                f"WHERE {person.owns(columns)} AND {person.named_in('source_id')}"
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
    remember(connection, [*person.remembered()], salt(connection))
    load = {"load_id": star.next_load_id(connection), "kind": "forget", "source": person.token}
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
