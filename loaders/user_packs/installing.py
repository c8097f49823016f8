"""The packs of a folder, installed in a warehouse file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine import user_packs
from martlet.engine.connection import connect, refuse_foreign
from martlet.loaders.user_packs.binding import bound
from martlet.loaders.warehouse import own_packs, star
from martlet.loaders.warehouse.atomic import rewriting

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["install_packs"]


def install_packs(folder: str | Path, warehouse: str | Path = "warehouse.duckdb") -> list[str]:
    """Install the packs of a folder in a warehouse file, in the place of those that were installed before.

    Each query becomes a view and a table macro. It can then be asked without the folder, and later loads keep it.

    Returns
    -------
    list
        The `pack/name` of each query that is installed now.

    Raises
    ------
    ParameterError
        If the folder holds no pack, or a pack has the name of one of Martlet's or of a schema.
    UnitError
        If a file of the packs is malformed.
    QueryError
        If the SQL of a query fails; nothing is changed then.
    WarehouseError
        If there is no such warehouse, or it can't be written.

    Examples
    --------
    >>> query = folder / "packs" / "mine" / "per_day.sql"
    >>> query.parent.mkdir(parents=True)
    >>> _ = query.write_text('''/*
    ... question = "How many orders are there on a day?"
    ... doc = "One row per day that has orders."
    ... grain = ["date_key"]
    ... [columns]
    ... date_key = "The day, yyyymmdd."
    ... orders = "Orders placed on it."
    ... */
    ... SELECT date_key, count(*) AS orders FROM star.fact_order GROUP BY date_key ORDER BY date_key
    ... ''')
    >>> martlet.install_packs(folder / "packs", path)
    ['mine/per_day']
    """
    files = user_packs.files_of(folder)
    packs = user_packs.read(folder)
    # Mistakes are told before anything is written.
    _ = packs.by_name
    with connect(warehouse) as connection:
        refuse_foreign(connection, warehouse)
        for path in packs.own:
            bound(connection, packs.get(path), {})
    with rewriting(warehouse, start_from_existing=True) as connection:
        own_packs.replace(connection, files)
        own_packs.refresh(connection)
        star.write_catalogue(connection)
    return list(packs.own)
