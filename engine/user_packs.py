"""A user's own packs: in a folder, or stored in a warehouse file, beside those of Martlet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.engine import packs
from martlet.engine.errors import ParameterError
from martlet.engine.packs import Packs
from martlet.engine.relation import SCHEMAS
from martlet.engine.units import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

__all__ = ["CASES", "TABLE", "VARIABLE", "files_of", "read", "refuse_name", "stored"]

# The environment variable that names the folder.
VARIABLE = "MARTLET_PACKS"
# The folder beside the packs that holds their cases.
CASES = "cases"
TABLE = "meta.pack_file"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TAKEN = {*SCHEMAS, "main", "information_schema", "pg_catalog", "temp", "system", CASES}


def refuse_name(name: str, *, what: str) -> None:
    """Refuse a name that a pack, or a query, can't have.

    Raises
    ------
    ParameterError
        If it is no plain word in small letters, or if a pack is named like one of Martlet's or like another schema.
    """
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f"a {what} can't be named {name!r}: its name must be small letters, digits and _, such as by_week"
        )
    if what == "pack" and name in packs.packs():
        raise ParameterError(f"a pack of yours can't be named {name!r}: Martlet has one of that name")
    if what == "pack" and name in _TAKEN:
        raise ParameterError(f"a pack can't be named {name!r}: that is {_meaning(name)}")


def _meaning(name: str) -> str:
    return "the folder of the cases" if name == CASES else "a schema of the warehouse"


def files_of(folder: str | Path) -> dict[str, str]:
    """Return the text of each file of the packs in a folder, by its path below it, such as `mine/by_week.sql`.

    Raises
    ------
    ParameterError
        If there is no such folder, it holds no pack, or a pack has a name that it can't have.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ParameterError(
            f"there is no folder {folder}; martlet new query PACK/NAME --packs {folder} makes it"
        )
    found: dict[str, str] = {}
    for pack in sorted(path for path in folder.iterdir() if path.is_dir() and path.name != CASES):
        files = {
            path: text for ending in (".sql", ".toml") for path, text in walk(pack, pack.name, ending=ending)
        }
        if files:
            refuse_name(pack.name, what="pack")
            found |= files
    for path in found:
        name = path.rsplit("/", 1)[1]
        if name.endswith(".sql") and not name.startswith("_"):
            refuse_name(name.removesuffix(".sql"), what="query")
    if not any(path.endswith(".sql") for path in found):
        raise ParameterError(
            f"{folder} holds no pack: a pack is a folder in it with a SQL file for each query, such as {folder}/mine/by_week.sql"
        )
    return found


def read(folder: str | Path) -> Packs:
    """Return the packs of a folder beside Martlet's; see `files_of` for the errors."""
    # As a whole path: two folders of one name are two, whatever folder the process stands in.
    return _beside(Path(folder).resolve().as_posix(), files_of(folder).items())


def stored(connection: duckdb.DuckDBPyConnection, name: str) -> Packs:
    """Return the packs that were installed in an open warehouse file beside Martlet's; `name` is the file in errors."""
    schema, table = TABLE.split(".")
    exists = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = $schema AND table_name = $table",
        {"schema": schema, "table": table},
    ).fetchall()
    files = connection.execute(f"SELECT path, text FROM {TABLE} ORDER BY path").fetchall() if exists else []
    return _beside(name, files)


def _beside(where: str, files: Iterable[tuple[str, str]]) -> Packs:
    prefixed = {f"{where}/{path}": text for path, text in files}
    return Packs(prefixed, base=packs.shipped())
