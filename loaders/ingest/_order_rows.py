"""Cells of an export to orders: typed, cleaned, and repeats within the file recognised.

Whatever can't be an order leaves with its row, its column and a reason; whatever repeats an order of the same file is
merged into it. The remaining orders carry all that the star needs, but no keys yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from martlet.loaders.ingest._amounts import parse_amounts
from martlet.loaders.ingest._dates import parse_dates
from martlet.loaders.ingest._kinds import NULL_WORDS
from martlet.loaders.ingest._repeats import REJECTED, merge_by_content, merge_by_number

if TYPE_CHECKING:
    from martlet.loaders.ingest._column_names import Role
    from martlet.loaders.ingest._columns import Columns
    from martlet.loaders.ingest._dates import DateOrder
    from martlet.loaders.ingest._reading import Table

__all__ = ["OrderRows", "order_rows"]

# Dates this many years away from all others, in less than this share of the rows, are typing mistakes: one of them
# would be "the last moment in the data", and spoil every recency.
_LONELY_YEARS, _LONELY_SHARE = 20, 0.01


@dataclass(frozen=True)
class OrderRows:
    """Orders of one file.

    Attributes
    ----------
    orders
        `row` (from 0), `customer_id`, `ordered_at`, `cents`, `units`, `order_ref` (the source's number of the order, or
        NULL), `repeat` (which of the rows that agree in customer, moment and amount it is, from 1), `email`,
        `first_name`, `last_name`.
    rejected
        `row`, `column_name`, `reason`, and `detail` or NULL.
    merged
        How many rows repeat another row of the file.
    readable
        How many rows could be understood, refunds included.
    notes
        What a person should know.
    """

    orders: pl.DataFrame
    rejected: pl.DataFrame
    merged: int
    readable: int
    notes: tuple[str, ...]


def order_rows(table: Table, columns: Columns, *, date_order: DateOrder | None) -> OrderRows:
    """Read the orders of a table."""
    of = columns.of
    notes: list[str] = []
    dates = parse_dates(table.cells[of["date"]], order=date_order)
    amounts = parse_amounts(table.cells[of["amount"]], declared=of["amount"] in table.numeric)
    rows = pl.DataFrame(
        {
            "problem": table.problems,
            "customer_id": _identifiers(table, of.get("customer"), notes),
            "ordered_at": dates.frame["moment"],
            "date_problem": dates.frame["problem"],
            "cents": amounts.frame["cents"],
            "amount_problem": amounts.frame["problem"],
            "currency": pl.select(
                pl.coalesce(_text(table, of.get("currency")).str.to_uppercase(), amounts.frame["currency"])
            ).to_series(),
            "order_ref": _identifiers(table, of.get("order_id"), notes),
            "units": _units(table, of.get("quantity"), notes),
            "email": _text(table, of.get("email")).str.to_lowercase(),
            "first_name": _text(table, of.get("first_name")),
            "last_name": _text(table, of.get("last_name")),
        }
    ).with_row_index("row")
    rows = rows.with_columns(_verdict(of))
    readable = int((rows["reason"].is_null() | (rows["reason"] == _REFUND)).sum())
    rows = _reject_lonely_dates(rows, of["date"])
    rows = _reject_other_currencies(rows, of)
    good = rows.filter(pl.col("reason").is_null())
    good, conflicts, repeats = merge_by_number(good, of)
    good, copies = merge_by_content(good, table, notes, has_time=dates.has_time)
    rejected = pl.concat([rows.filter(pl.col("reason").is_not_null()).select(REJECTED), conflicts])
    keep = (
        "row",
        "customer_id",
        "ordered_at",
        "cents",
        "units",
        "order_ref",
        "repeat",
        "email",
        "first_name",
        "last_name",
    )
    return OrderRows(
        good.select(keep),
        rejected.sort("row"),
        repeats + copies,
        readable,
        (*dates.notes, *amounts.notes, *notes),
    )


_REFUND = "negative amount: looks like a refund"


def _verdict(of: dict[Role, str]) -> list[pl.Expr]:
    """Return what is wrong with a row, first its shape, then customer, date and amount; NULL if nothing is."""
    checks = [
        (pl.col("problem"), None),
        (pl.when(pl.col("customer_id").is_null()).then(pl.lit("no customer")), of["customer"]),
        (pl.col("date_problem"), of["date"]),
        (pl.col("amount_problem"), of["amount"]),
        (pl.when(pl.col("cents") < 0).then(pl.lit(_REFUND)), of["amount"]),
    ]
    whose = pl.coalesce(
        *(pl.when(reason.is_not_null()).then(pl.lit(i)) for i, (reason, _) in enumerate(checks))
    )
    names = {i: name for i, (_, name) in enumerate(checks)}
    full = pl.coalesce(reason for reason, _ in checks)
    is_refund = full == _REFUND
    parts = full.str.splitn(": ", 2)
    return [
        whose.replace_strict(names, default=None, return_dtype=pl.String).alias("column_name"),
        pl.when(is_refund).then(full).otherwise(parts.struct.field("field_0")).alias("reason"),
        pl.when(~is_refund).then(parts.struct.field("field_1")).alias("detail"),
    ]


def _text(table: Table, column: str | None) -> pl.Series:
    """Return a column's cells, words for nothing as NULL."""
    if column is None:
        return pl.repeat(None, table.cells.height, dtype=pl.String, eager=True)
    cell = pl.col(column).str.strip_chars()
    return table.cells.select(pl.when(~cell.str.to_lowercase().is_in(NULL_WORDS)).then(cell)).to_series()


def _identifiers(table: Table, column: str | None, notes: list[str]) -> pl.Series:
    """Return a column of identifiers; whole numbers that a program turned into 17850.0 become 17850 again."""
    cells = _text(table, column)
    filled = cells.drop_nulls()
    if len(filled) and filled.str.contains(r"^\d+\.0$").all():
        notes.append(f"{column!r} holds numbers such as {filled[0]}; they were read without the .0")
        return cells.str.strip_suffix(".0")
    return cells


def _units(table: Table, column: str | None, notes: list[str]) -> pl.Series:
    number = _text(table, column).cast(pl.Float64, strict=False)
    units = number.cast(pl.Int32, strict=False)
    whole = (units >= 0) & (units == number)
    spoilt = table.cells.height - int(whole.sum()) if column else 0
    if spoilt:
        notes.append(f"{column!r} is no whole number in rows that count as one item: {spoilt:,}")
    return pl.select(pl.when(whole).then(units).otherwise(1)).to_series().cast(pl.Int32)


def _reject(
    rows: pl.DataFrame, bad: pl.Expr, column: str | None, reason: str, detail: pl.Expr
) -> pl.DataFrame:
    bad = bad & pl.col("reason").is_null()
    return rows.with_columns(
        reason=pl.when(bad).then(pl.lit(reason)).otherwise("reason"),
        column_name=pl.when(bad).then(pl.lit(column)).otherwise("column_name"),
        detail=pl.when(bad).then(detail).otherwise("detail"),
    )


def _reject_lonely_dates(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    years = (
        rows.filter(pl.col("reason").is_null())
        .group_by(year=pl.col("ordered_at").dt.year())
        .len()
        .sort("year")
    )
    below = years["len"].cum_sum() / max(1, int(years["len"].sum()))
    gap = years["year"].diff().fill_null(0) > _LONELY_YEARS
    # The years from a gap on are lonely if few rows lie there; those before it, if few lie below.
    early = years.filter(gap.shift(-1, fill_value=False) & (below < _LONELY_SHARE))["year"].max()
    late = years.filter(gap & (1 - below.shift(1, fill_value=0.0) < _LONELY_SHARE))["year"].min()
    year = pl.col("ordered_at").dt.year()
    lonely = (year <= (early if early is not None else 0)) | (year >= (late if late is not None else 9999))
    return _reject(
        rows,
        lonely,
        column,
        "absurd date",
        pl.format("{} is more than {} years from all other dates", year, pl.lit(_LONELY_YEARS)),
    )


def _reject_other_currencies(rows: pl.DataFrame, of: dict[Role, str]) -> pl.DataFrame:
    found = rows.filter(pl.col("reason").is_null() & pl.col("currency").is_not_null())
    counts = found.group_by("currency").len().sort(["len", "currency"], descending=[True, False])
    if counts.height <= 1:
        return rows
    commonest = counts["currency"][0]
    other = (pl.col("currency") != commonest).fill_null(value=False)
    detail = pl.format("{}, where most amounts are in {}", "currency", pl.lit(commonest))
    return _reject(rows, other, of.get("currency", of["amount"]), "another currency", detail)
