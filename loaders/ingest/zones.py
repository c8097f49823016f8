"""The zone whose clocks the moments of a warehouse follow: settled by its first load, the same for all later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

import duckdb

from martlet.engine.connection import connect, is_martlet
from martlet.engine.errors import ParameterError, WarehouseError, did_you_mean
from martlet.engine.paths import resolved
from martlet.loaders.warehouse import star

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["UTC", "refuse_another", "refuse_unknown", "settle", "zone_of"]

UTC: Final = "UTC"
_SETTING: Final = "timezone"


def refuse_unknown(name: str) -> None:
    """Refuse what is no zone.

    Raises
    ------
    ParameterError
        If there is no such zone; the message gives the nearest.
    """
    if name not in available_timezones():
        raise ParameterError(
            f"timezone is {name!r}, which is no time zone.{did_you_mean(name, available_timezones())} "
            "It must be a name of the IANA database, such as Europe/Berlin or UTC."
        )


def zone_of(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Return the zone that a warehouse has settled on; UTC if it has loads and says nothing, None if it is still free."""
    said = star.setting(connection, _SETTING)
    if said is not None:
        return said
    return UTC if connection.execute("SELECT 1 FROM meta.load LIMIT 1").fetchall() else None


def settle(connection: duckdb.DuckDBPyConnection, warehouse: Path, asked: str | None, *, stores: bool) -> str:
    """Return the zone of a warehouse, and keep it there if the load is the first and `stores`.

    Raises
    ------
    WarehouseError
        If another is asked for than the warehouse has.
    """
    known = zone_of(connection)
    if known is not None:
        _refuse(known, asked, warehouse)
        return known
    zone = asked or UTC
    if stores:
        star.record_settings(connection, {_SETTING: zone})
    return zone


def refuse_another(warehouse: Path, asked: str | None) -> None:
    """Refuse a zone that is not the one of a warehouse; what else is wrong with the file shows on writing.

    Raises
    ------
    WarehouseError
        If another is asked for than the warehouse has.
    """
    if asked is None or not resolved(warehouse).is_file():
        return
    try:
        with connect(warehouse) as connection:
            known = zone_of(connection) if is_martlet(connection) else None
    except (WarehouseError, duckdb.Error):
        return
    if known is not None:
        _refuse(known, asked, warehouse)


def _refuse(known: str, asked: str | None, warehouse: Path) -> None:
    if asked is not None and asked != known:
        raise WarehouseError(
            f"the moments of {warehouse} follow the clocks of {known}, not of {asked}: its days would be of two kinds. "
            "Load into a new warehouse, all files with the zone that you want, or leave timezone out"
        )
