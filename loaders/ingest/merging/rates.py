"""Discounts that are a share of the amount, not an amount: 0.2 where 20 % are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

    from martlet.loaders.ingest.merging.staging import Staged

__all__ = ["is_rate"]

# A discount of less than one beside amounts so much larger, in all rows that have one, is no amount of money.
_TIMES_LARGER: Final = 5


def is_rate(connection: duckdb.DuckDBPyConnection, staged: Staged, stated: str) -> bool:
    """Tell whether the discounts of staged rows are rates, by `stated`, the SQL of the amount beside them."""
    highest, discount, amount = connection.execute(
        f"SELECT max(abs(discount_amount)), median(abs(discount_amount)), median(abs({stated})) "
        f"FROM {staged.all_fields()} WHERE discount_amount <> 0"
    ).fetchall()[0]
    return highest is not None and highest <= 1 and amount is not None and amount > _TIMES_LARGER * discount
