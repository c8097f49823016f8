"""Arrow's batches to frames: types that Polars lacks become others, and text that is none stays bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["framed"]

_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAY: Final = 86_400
_SHORT: Final = 32


def framed(batch: pa.RecordBatch) -> pl.DataFrame:
    """Return a batch as a frame.

    Decimals of more digits than 38 become text, and a column of text that is not valid UTF-8, which Parquet does not
    check, becomes one of bytes.
    """
    columns = {}
    for name, column in zip(_different(batch.schema.names), batch.columns, strict=True):
        known = _timed(_cast(column, _known(column.type)))
        columns[name] = known if _is_valid(known) else _cast(known, _bytes(known.type))
    made = pl.from_arrow(pa.table(columns))
    return made if isinstance(made, pl.DataFrame) else made.to_frame()


def _different(names: list[str]) -> list[str]:
    """Return names of which the repeated ones are numbered."""
    found: dict[str, None] = {}
    for name in names:
        new, count = name, 1
        while new in found:
            count += 1
            new = f"{name}_{count}"
        found[new] = None
    return list(found)


def _cast(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    return column if column.type == wanted else column.cast(wanted)


def _is_valid(column: pa.Array) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _timed(column: pa.Array) -> pa.Array:
    """Return times of day as text if some are beyond the day, which Polars would take for nothing."""
    kind = column.type
    if not pa.types.is_time(kind):
        return column
    numbers = column.view(pa.int32() if kind.bit_width == _SHORT else pa.int64())
    is_time = pc.and_(pc.greater_equal(numbers, 0), pc.less(numbers, _DAY * _PER_SECOND[kind.unit]))
    if pc.all(is_time, min_count=0).as_py():
        return column
    beyond = pc.binary_join_element_wise(numbers.cast(pa.string()), "(out of range)", " ")
    return pc.if_else(is_time, pc.if_else(is_time, column, None).cast(pa.string()), beyond)


def _known(kind: pa.DataType) -> pa.DataType:
    """Return the type that Polars is given."""
    if isinstance(kind, pa.BaseExtensionType):
        return _known(kind.storage_type)
    if pa.types.is_decimal256(kind):
        return pa.string()
    return _deep(kind, _known)


def _bytes(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _bytes(kind.value_type)
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_string(kind) or pa.types.is_string_view(kind):
        return pa.binary()
    return _deep(kind, _bytes)


def _deep(kind: pa.DataType, change: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    """Return a nested type with the types within it changed."""
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(change(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.list_(pa.struct({"key": change(kind.key_type), "value": change(kind.item_type)}))
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(change(kind.value_type)))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(change(kind.value_type)), kind.list_size)
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(change(kind.value_type)))
    return kind
