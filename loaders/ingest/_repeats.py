"""Orders that one file holds twice: told apart from equal orders, merged, or rejected where they contradict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from martlet.loaders.ingest._column_names import Role
    from martlet.loaders.ingest._reading import Table

__all__ = ["REJECTED", "merge_by_content", "merge_by_number"]

REJECTED = ("row", "column_name", "reason", "detail")
_SAME_ORDER = ("customer_id", "ordered_at", "cents")


def merge_by_number(good: pl.DataFrame, of: dict[Role, str]) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Merge rows with the same order number and the same content; reject those whose content differs from the first."""
    numbered = good.filter(pl.col("order_ref").is_not_null())
    repeated = numbered.filter(~pl.col("order_ref").is_first_distinct())
    if repeated.is_empty():
        return good, good.clear().select(REJECTED), 0
    firsts = numbered.filter(pl.col("order_ref").is_first_distinct())
    compared = (*_SAME_ORDER, "units")
    pairs = repeated.join(
        firsts.select("row", "order_ref", *compared),
        on="order_ref",
        how="left",
        suffix="_first",
        maintain_order="left",
    )
    same = pl.all_horizontal(pl.col(c) == pl.col(f"{c}_first") for c in compared)
    money = [
        pl.format("{}.{}", pl.col(c) // 100, (pl.col(c) % 100).cast(pl.String).str.zfill(2))
        for c in ("cents_first", "cents")
    ]
    detail = pl.format(
        "order {} is in row {} already, as {}, {}, {}; here it is {}, {}, {}",
        "order_ref",
        pl.col("row_first") + 1,
        "customer_id_first",
        pl.col("ordered_at_first").dt.to_string("%Y-%m-%d %H:%M:%S"),
        money[0],
        "customer_id",
        pl.col("ordered_at").dt.to_string("%Y-%m-%d %H:%M:%S"),
        money[1],
    )
    conflicts = pairs.filter(~same).with_columns(
        column_name=pl.lit(of.get("order_id")),
        reason=pl.lit("order number repeated with other content"),
        detail=detail,
    )
    kept = good.filter(~pl.col("row").is_in(repeated["row"].implode()))
    return kept, conflicts.select(REJECTED), repeated.height - conflicts.height


def merge_by_content(
    good: pl.DataFrame, table: Table, notes: list[str], *, has_time: bool
) -> tuple[pl.DataFrame, int]:
    """Count up rows that agree in customer, moment and amount; merge those equal in all, if moments have a time of day."""
    good = good.with_columns(repeat=pl.lit(1, pl.Int64))
    bare = good.filter(pl.col("order_ref").is_null())
    equal = bare.filter(pl.struct(_SAME_ORDER).is_duplicated())
    if equal.is_empty():
        return good, 0
    copies = equal.clear()
    if has_time:
        copies = equal.filter(
            ~table.cells[equal["row"]].select(pl.struct(pl.all()).is_first_distinct()).to_series()
        )
    kept = equal.filter(~pl.col("row").is_in(copies["row"].implode()))
    kept = kept.with_columns(
        repeat=pl.int_range(1, pl.len() + 1).over(_SAME_ORDER, order_by="row").cast(pl.Int64)
    )
    further = int((kept["repeat"] > 1).sum())
    if further:
        what = "moment" if has_time else "day"
        notes.append(
            f"rows that equal an earlier one in customer, {what} and amount, kept as orders of their own: {further:,}"
        )
    others = good.filter(~pl.col("row").is_in(equal["row"].implode()))
    return pl.concat([others, kept]).sort("row"), copies.height
