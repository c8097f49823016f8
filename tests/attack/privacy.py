"""A person whose names, address and number are planted everywhere: pseudonymised or forgotten, none of it is shown or kept."""

import csv

import duckdb

from .case import Fault, several
from .invariants import command, ends_well

__all__ = ["cases", "run"]

ALL = 40
TIMEOUT = 180
_FIRST, _LAST = "Zebulon", "Quixworth"
_KEY = "a key of more than sixteen letters"
_COLUMNS = (
    "order_id",
    "customer_id",
    "date",
    "amount",
    "email",
    "first_name",
    "last_name",
    "city",
    "campaign",
    "status",
)


def cases(seed, scale):
    return several(
        "privacy",
        (
            "pseudonymised",
            "pseudonymised, set aside",
            "forgotten",
            "forgotten, set aside",
            "forgotten, sent again",
        ),
        seed,
        round(ALL * scale),
    )


def run(case, room):
    chance = case.random()
    address = chance.choice(
        (
            "zeb.quixworth@privmail.example",
            "Zeb.Quixworth@Privmail.Example",
            " ZEB.QUIXWORTH@PRIVMAIL.EXAMPLE ",
            "zeb.quixworth+tag@privmail.example",
        )
    )
    first, last = chance.choice(
        ((_FIRST, _LAST), (_FIRST.upper(), _LAST.lower()), (f" {_FIRST}  ", f"{_LAST} "))
    )
    aside = "set aside" in case.kind
    rows = [
        (
            f"A{n}",
            f"C{n}",
            "2024-01-05",
            "5",
            f"c{n}@example.com",
            "Ann",
            "Other",
            "Lisbon",
            "Sale",
            "completed",
        )
        for n in range(20)
    ]
    person = "QX-1" if "forgotten" in case.kind else "Q1"
    rows += [
        (
            f"Z{n}",
            person,
            "2024-02-05" if not aside or n else chance.choice(("never", "")),
            "9",
            address,
            first,
            last,
            "Lisbon",
            "Sale",
            "completed",
        )
        for n in range(3)
    ]
    chance.shuffle(rows)
    path = room.folder / chance.choice(
        ("plain.csv", f"orders of {_FIRST} {_LAST}.csv", f"{address.strip().lower()}.csv")
    )
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([_COLUMNS, *rows])
    warehouse = room.folder / "w.duckdb"
    if "pseudonymised" in case.kind:
        key = room.folder / "key"
        key.write_text(_KEY, encoding="utf-8")
        end = command(
            "ingest", "orders", path, "-w", warehouse, "--pseudonymise", "--pseudonym-key-file", key
        )
        ends_well(end, (0,))
        _not_in(end.out + end.err.replace(str(path), "").replace(path.name, ""), "what the command says")
    else:
        ends_well(command("ingest", "orders", path, "-w", warehouse), (0,))
        ends_well(command("forget", person, "-w", warehouse, "-q"), (0,))
    if "sent again" in case.kind:
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(
                ("Z9", person, "2024-03-05", "9", address, first, last, "Lisbon", "Sale", "completed")
            )
        ends_well(command("ingest", "orders", path, "-w", warehouse, "-q"), (0,))
        again = command("forget", person, "-w", warehouse, "-q")
        _in_file(warehouse) if again.code == 0 else _in_file(warehouse, apart=("meta.load", "quarantine"))
        return ""
    _in_file(warehouse)
    _not_in(warehouse.read_bytes().decode("latin-1"), "the bytes of the file")
    return ""


def _not_in(text, where):
    for word in (_LAST, _FIRST, "privmail", "QX-1"):
        at = text.lower().find(word.lower())
        if at >= 0:
            raise Fault(f"{word} is in {where}: {text[max(0, at - 80) : at + 80]!r}")


def _in_file(path, apart=()):
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal"
        ).fetchall()
        for (table,) in tables:
            if not table.startswith(tuple(apart)) or not apart:
                _not_in(str(connection.execute(f"FROM {table}").fetchall()), table)
