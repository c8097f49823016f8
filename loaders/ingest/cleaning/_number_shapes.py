"""Numbers as text taken apart: digits, sign, currency, exponent, and what the text itself says about its decimal mark."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import polars as pl

from martlet.loaders.ingest.cleaning.digits import western

__all__ = ["canonical", "take_apart"]

_CURRENCY: Final = (
    r"[A-Z]{3}|[A-Za-z]{0,3}\p{Sc}|[Kk]r\.?|[Rr]s\.?|zł|Kč|Ft|\u043b\u0432\.?|\u0440\u0443\u0431\.?|Fr\.?"
)
_NUMBER: Final = (
    rf"^(?P<head>[-+(\s]*(?P<before>{_CURRENCY})?[-+(\s]*)"
    r"(?P<number>\d[\d.,'\u2019_\s]*|[.,]\d+)(?:[eE](?P<exponent>[-+]?\d{1,3}))?"
    rf"(?P<tail>[-+)\s]*(?:(?P<after>{_CURRENCY})|(?P<percent>%))?[-+)\s]*)$"
)
_GROUPED: Final = r"^(\d+|\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})?(\.\d*)?$"
_SOFT: Final = r"[\s'\u2019_]"
_SAME: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "¥": "JPY", "Rs": "INR"}


def take_apart(distinct: pl.Series) -> pl.DataFrame:
    """Take different texts apart.

    Returns
    -------
    polars.DataFrame
        `text`; `number`, digits and marks alone; `negative`; `currency`, its code, or sign where that has no code;
        `percent`; `exponent`; `whole`, whether the text as a whole has the shape of a number; `decimal`, which of point
        and comma is the decimal mark; `marked`, whether there is one at all; `ambiguous`, whether a single mark before
        three digits could as well group thousands.
    """
    minus = pl.col("western").str.replace_all(r"[\u2212\u2013\ufe63\uff0d]", "-")
    parts = pl.DataFrame({"text": distinct, "western": western(distinct)}).with_columns(
        minus.str.extract_groups(_NUMBER).alias("parts")
    )
    parts = parts.unnest("parts")
    number = pl.col("number").str.strip_chars()
    hard = number.str.replace_all(_SOFT, "")
    points, commas = hard.str.count_matches(".", literal=True), hard.str.count_matches(",", literal=True)
    softly = number.str.contains(_SOFT)
    around = pl.concat_str("head", "tail")
    currency = pl.coalesce("before", "after").str.strip_suffix(".")
    return parts.select(
        "text",
        "exponent",
        number=hard,
        negative=around.str.contains("[-(]"),
        currency=currency.replace(_SAME),
        percent=pl.col("percent").is_not_null(),
        # A sign, or a pair of parentheses, but not two of them.
        whole=pl.col("number").is_not_null()
        & around.str.replace_all(r"[^-+()]", "").str.contains(r"^(?:[-+]?|\(\))$")
        & (~softly | number.str.contains(rf"^\d{{1,3}}({_SOFT}\d{{3}})+([.,]\d*)?$")),
        ambiguous=(
            (points + commas == 1) & ~softly & hard.str.contains(r"^[1-9]\d{0,2}[.,]\d{3}$")
        ).fill_null(value=False),
        # The last of two kinds of mark is the decimal one, as is a single mark; one that repeats groups thousands.
        decimal=pl.when((points > 0) & (commas > 0))
        .then(pl.when(hard.str.contains(r",[^.]*$")).then(pl.lit(",")).otherwise(pl.lit(".")))
        .when((commas == 1) | (points > 1))
        .then(pl.lit(","))
        .otherwise(pl.lit(".")),
        marked=(points + commas) > 0,
    )


def canonical(parts: pl.DataFrame) -> pl.DataFrame:
    """Add `canonical`, the digits with a decimal point, without grouping, sign or exponent; NULL if that is impossible."""
    number = pl.col("number")
    swapped = (
        number.str.replace_all(",", ";", literal=True)
        .str.replace_all(".", ",", literal=True)
        .str.replace_all(";", ".", literal=True)
    )
    grouped = pl.when(pl.col("decimal") == ",").then(swapped).otherwise(number)
    readable = pl.col("whole") & pl.col("decimal").is_not_null() & grouped.str.contains(_GROUPED)
    plain = grouped.str.replace_all(",", "", literal=True).str.strip_suffix(".")
    parts = parts.with_columns(canonical=pl.when(readable).then(plain))
    scientific = parts.filter(pl.col("exponent").is_not_null() & pl.col("canonical").is_not_null())
    if scientific.is_empty():
        return parts
    spelt = [
        f"{Decimal(f'{digits}e{exponent}'):f}"
        for digits, exponent in scientific.select("canonical", "exponent").iter_rows()
    ]
    known = scientific.select("text", spelt=pl.Series(spelt, dtype=pl.String))
    joined = parts.join(known, on="text", how="left", maintain_order="left")
    return joined.with_columns(canonical=pl.coalesce("spelt", "canonical")).drop("spelt")
