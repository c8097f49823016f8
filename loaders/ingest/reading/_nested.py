"""Columns of nested values, in frames: structs become columns with dotted names, keys of a list become columns."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.reading._values import as_text, possible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.reading.options import Param

__all__ = ["exploded", "flat", "json_lines", "unwrapped", "with_firsts", "with_params"]

_ROW: Final = "\0row"


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace each struct, however deep, by its fields, named with dots."""
    while structs := [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]:
        taken = set(frame.columns)
        selected: list[pl.Expr] = []
        for name in frame.columns:
            dtype = frame.schema[name]
            if name not in structs or not isinstance(dtype, pl.Struct):
                selected.append(pl.col(name))
                continue
            for field in dtype.fields:
                dotted = f"{name}.{field.name}"
                while dotted in taken:
                    dotted += "_2"
                taken.add(dotted)
                selected.append(pl.col(name).struct.field(field.name).alias(dotted))
        frame = frame.select(selected)
    return frame


def unwrapped(frame: pl.DataFrame) -> pl.DataFrame:
    """Undo the wrapping {list: [{element: ...}]} that BigQuery writes around lists in Parquet."""
    for name, dtype in frame.schema.items():
        cell = pl.col(name)
        inner: object = dtype
        if isinstance(dtype, pl.Struct) and [field.name for field in dtype.fields] == ["list"]:
            cell, inner = cell.struct.field("list"), dtype.to_schema()["list"]
        if isinstance(inner, pl.List) and isinstance(inner.inner, pl.Struct):
            fields = inner.inner.fields
            if len(fields) == 1 and fields[0].name in ("element", "item", "array"):
                cell = cell.list.eval(pl.element().struct.field(fields[0].name))
        frame = frame.with_columns(cell.alias(name))
    return frame


def exploded(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, pl.Series]:
    """Make a row of each element of a list, one of an empty list; return the row that each came from, too."""
    numbered = frame.with_row_index(_ROW)
    if isinstance(frame.schema.get(column), pl.List):
        numbered = numbered.explode(column, empty_as_null=True)
    return numbered.drop(_ROW), numbered[_ROW]


def with_firsts(frame: pl.DataFrame, params: Mapping[str, Param]) -> pl.DataFrame:
    """Add a column for each field that is looked for in the first element of a list."""
    found = []
    for column, param in params.items():
        dtype = frame.schema.get(param.list or "")
        inner = dtype.inner if isinstance(dtype, pl.List) else None
        if param.list and param.first and isinstance(inner, pl.Struct) and param.first in inner.to_schema():
            found.append(pl.col(param.list).list.first().struct.field(param.first).alias(column))
    return frame.with_columns(found)


def with_params(frame: pl.DataFrame, params: Mapping[str, Param]) -> pl.DataFrame:
    """Add a text column for each key that is looked for in a list of {key, value}."""
    wanted: dict[str, dict[str, str]] = {}
    for column, param in params.items():
        if param.list is not None and param.key is not None:
            wanted.setdefault(param.list, {})[column] = param.key
    found = [frame]
    for name, keys in wanted.items():
        if _is_key_value(frame.schema.get(name)):
            found.append(_values(frame[name], keys))
    added = {column for values in found[1:] for column in values.columns}
    return pl.concat([frame.drop(added & set(frame.columns)), *found[1:]], how="horizontal")


def _is_key_value(dtype: pl.DataType | None) -> bool:
    return (
        isinstance(dtype, pl.List)
        and isinstance(dtype.inner, pl.Struct)
        and {"key", "value"} <= {field.name for field in dtype.inner.fields}
    )


def _values(lists: pl.Series, keys: Mapping[str, str]) -> pl.DataFrame:
    pairs = (
        pl.DataFrame({"pair": lists})
        .with_row_index(_ROW)
        .cast({_ROW: pl.UInt32})
        .explode("pair")
        .select(
            _ROW,
            key=pl.col("pair").struct.field("key").cast(pl.String),
            value=pl.col("pair").struct.field("value"),
        )
        .filter(pl.col("key").is_in(list(keys.values())))
    )
    values = flat(pairs.select("value"))
    text = pl.DataFrame([as_text(cells)[0] for cells in values]).select(pl.coalesce(pl.all()).alias("value"))
    pairs = pairs.with_columns(text.to_series()).unique([_ROW, "key"], keep="first", maintain_order=True)
    rows = pl.DataFrame({_ROW: pl.int_range(len(lists), dtype=pl.UInt32, eager=True)})
    columns = [
        rows.join(pairs.filter(pl.col("key") == key), on=_ROW, how="left", maintain_order="left")[
            "value"
        ].alias(column)
        for column, key in keys.items()
    ]
    return pl.DataFrame(columns)


def json_lines(frame: pl.DataFrame) -> pl.Series:
    """Return each row as a JSON object."""
    return pl.Series(
        "row_text",
        [
            json.dumps(row, ensure_ascii=False, default=_as_word)
            for row in possible(frame).iter_rows(named=True)
        ],
        dtype=pl.String,
    )


def _as_word(value: object) -> str:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)
