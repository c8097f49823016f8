"""Whether a file tells of orders or of their lines: an order number that comes again with other content is of lines.

The generic profiles `orders` and `order_lines` take much the same columns; which of them a file is of shows in its rows,
whichever was named. Rows that give money back repeat an order too, and are left out of account.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.contents import Contents
from martlet.loaders.ingest.matching import attempt, match
from martlet.loaders.ingest.profile_files import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.ranking import Fit
    from martlet.loaders.ingest.reading.source import Source

__all__ = ["match_all"]

_ORDERS, _LINES = "orders", "order_lines"
# Lines of an order share its customer and its day, in nearly all orders; an amount that they share too is of the whole order.
_NEARLY_ALL: Final = 0.9
# Without products to tell lines by, so many orders, and such a share of them, must come again.
_ENOUGH, _MANY = 2, 0.1
_SURELY: Final = 3
_MONEY_BACK: Final = r"^\s*[-\u2212(]|[-)]\s*$"
_BACK_WORDS: Final = r"(?i)refund|return|erstatt|rembours|reembols|rimbors|retour|credit|storno"


def match_all(
    profile: Profile,
    sources: Sequence[Source],
    overrides: Mapping[str, str | int],
    *,
    rank: Callable[[Source], Sequence[Fit]],
) -> tuple[Profile, list[Matching]]:
    """Find the columns of each source; the profile returned is that of lines where `orders` was named for a file of lines.

    Raises
    ------
    IngestError
        As `matching.match`, and if a list of orders is given as order lines.
    """
    if profile.name == _ORDERS:
        lines = _relaxed(load_profile(_LINES))
        known = {key: name for key, name in overrides.items() if key in lines.columns}
        found = [_as_lines(lines, source, known) for source in sources]
        if any(found) and len(known) == len(overrides):
            return lines, [
                one or match(lines, source, known, rank=rank)
                for one, source in zip(found, sources, strict=True)
            ]
    if profile.name == _LINES:
        profile = _relaxed(profile)
    matchings = [match(profile, source, overrides, rank=rank) for source in sources]
    if profile.name == _LINES:
        matchings = [_checked(source, one) for source, one in zip(sources, matchings, strict=True)]
    return profile, matchings


def _relaxed(lines: Profile) -> Profile:
    """Return the profile of lines for files without products, which are lines only if their orders come again."""
    product = replace(lines.columns["product_id"], required=False)
    return replace(lines, columns={**lines.columns, "product_id": product})


def _as_lines(lines: Profile, source: Source, overrides: Mapping[str, str | int]) -> Matching | None:
    """Return the columns of lines if the source is a file of lines, else None."""
    matching = attempt(lines, source, Contents(source), overrides)
    if matching.missing or "ordered_at" not in matching.columns:
        return None
    again = _Again(source, matching)
    if not again.are_lines:
        return None
    note = f"an order number comes again with other content in {again.repeated:,} of {again.orders:,} orders: read as lines, by the profile {_LINES}"
    if again.amount_is_of_order and "unit_price" in matching.columns:
        matching = _without_amount(matching)
        note += "; the amount is the same in all rows of an order, so it is the order's, and is not used"
    elif again.amount_is_of_order:
        return None
    return replace(matching, notes=(note, *matching.notes))


def _checked(source: Source, matching: Matching) -> Matching:
    """Return the columns of a source that was named as lines, as far as they are of lines."""
    again = _Again(source, matching)
    if "product_id" not in matching.columns and not again.repeated:
        raise IngestError(
            f"{source.name}: each order number stands in one row, and no column names a product: it is a list of orders; "
            f"load it by the profile {_ORDERS}, or name the column: --column product_id=COLUMN"
        )
    if again.amount_is_of_order and "unit_price" in matching.columns and "net_revenue" in matching.columns:
        name = matching.columns["net_revenue"]
        note = f"{name} is the same in all rows of an order, so it is the order's, and is not used"
        without = _without_amount(matching)
        return replace(without, notes=(note, *without.notes))
    return matching


def _without_amount(matching: Matching) -> Matching:
    columns = {key: name for key, name in matching.columns.items() if key != "net_revenue"}
    return replace(matching, columns=columns, unused=(*matching.unused, matching.columns["net_revenue"]))


class _Again:
    """The orders of a source that come again: `orders` in all, `repeated` those in several rows."""

    def __init__(self, source: Source, matching: Matching) -> None:
        columns = matching.columns
        self._has_product = "product_id" in columns
        keys = [
            key
            for key in (
                "order_id",
                "customer_id",
                "ordered_at",
                "product_id",
                "quantity",
                "unit_price",
                "net_revenue",
                "status",
            )
            if key in columns
        ]
        groups = _groups(source.sample(), columns, keys)
        if self._has_product and not (groups["rows"] > 1).any():
            # Rows in another order than that of the orders, such as by product.
            whole = [batch.cells.select({columns[key] for key in keys}) for batch in source.batches()]
            groups = _groups(pl.concat(whole), columns, keys)
        again = groups.filter(pl.col("rows") > 1)
        self.orders, self.repeated = groups.height, again.height
        self._are_one = [
            _share(again[key] == 1)
            for key in ("customer_id", "ordered_at")
            if key in again.columns and again.height
        ]
        amount = (
            again["net_revenue"] == 1 if "net_revenue" in again.columns else pl.Series([], dtype=pl.Boolean)
        )
        self.amount_is_of_order = len(amount) >= _SURELY and _share(amount) >= _NEARLY_ALL

    @property
    def are_lines(self) -> bool:
        if not self.repeated or min(self._are_one, default=1.0) < _NEARLY_ALL:
            return False
        return self._has_product or (self.repeated >= _ENOUGH and self.repeated >= _MANY * self.orders)


def _share(holds: pl.Series) -> float:
    """Return the share of what is true, 0 of nothing."""
    return int(holds.sum()) / max(1, len(holds))


def _groups(cells: pl.DataFrame, columns: Mapping[str, str], keys: Sequence[str]) -> pl.DataFrame:
    """Return a row for each order: in how many different `rows` it stands, and how many different values each column has there."""
    told = cells.select(pl.col(columns[key]).str.strip_chars().alias(key) for key in keys)
    told = told.filter(pl.col("order_id").fill_null("") != "")
    amounts = [key for key in ("quantity", "unit_price", "net_revenue") if key in keys]
    back = pl.any_horizontal(pl.col(key).str.contains(_MONEY_BACK).fill_null(value=False) for key in amounts)
    if "status" in keys:
        back |= pl.col("status").str.contains(_BACK_WORDS).fill_null(value=False)
    if "ordered_at" in keys:
        # Lines may be scanned minutes apart: what they share is the day.
        told = told.with_columns(pl.col("ordered_at").str.extract(r"^(\S+)", 1))
    others = [key for key in keys if key not in ("order_id", "status")]
    different = told.filter(~back).unique()
    return different.group_by("order_id").agg(
        pl.len().alias("rows"), *(pl.col(key).n_unique() for key in others)
    )
