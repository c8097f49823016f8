"""A part of an answer: the columns that somebody names, numbers with fewer decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from martlet.engine.errors import ParameterError, UnknownNameError, did_you_mean, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

__all__ = ["chosen", "rounded"]

_DIGITS = 38


def chosen(answer: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return these columns, in this order.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    ParameterError
        If none is named.
    """
    wanted = [name.strip() for name in names if name.strip()]
    if not wanted:
        raise ParameterError(f"name columns, with commas, of: {', '.join(answer.column_names)}")
    for name in wanted:
        if name not in answer.column_names:
            raise UnknownNameError(
                f"the answer has no column {shown(name)}.{did_you_mean(name, answer.column_names)}"
            )
    return answer.select([answer.column_names.index(name) for name in wanted])


def rounded(answer: pa.Table, decimals: int) -> pa.Table:
    """Return the answer with at most so many decimals; halves go away from zero, as in money."""
    import pyarrow as pa  # noqa: PLC0415 - heavy
    import pyarrow.compute as pc  # noqa: PLC0415 - heavy

    columns = []
    for column in answer.columns:
        kind = column.type
        if pa.types.is_floating(kind):
            columns.append(pc.round(column, decimals, round_mode="half_towards_infinity"))
        elif pa.types.is_decimal(kind) and kind.scale > decimals:
            # Of all the digits that there can be: 99.5 becomes 100.
            whole = column.cast(pa.decimal128(_DIGITS, kind.scale))
            fewer = pc.round(whole, decimals, round_mode="half_towards_infinity")
            columns.append(fewer.cast(pa.decimal128(_DIGITS, decimals)))
        else:
            columns.append(column)
    return pa.table(columns, names=answer.column_names)
