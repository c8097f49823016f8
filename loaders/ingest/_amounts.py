"""Amounts of money as people and programs write them, to whole cents.

Read are currency signs and codes on either side, minus signs of every kind, before and behind, parentheses for
negatives, thousands grouped by comma, point, space, apostrophe or in lakhs, and a decimal point or comma. What a single
mark before three digits means (1,234) is decided for the whole column by the other amounts, and announced if they
don't say.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from martlet.loaders.ingest._kinds import NULL_WORDS

__all__ = ["Amounts", "parse_amounts"]

_CURRENCY = (
    r"[A-Z]{3}|[A-Za-z]{0,3}\p{Sc}|[Kk]r\.?|[Rr]s\.?|zł|Kč|Ft|\u043b\u0432\.?|\u0440\u0443\u0431\.?|Fr\.?"
)
_AMOUNT = (
    rf"^(?P<head>[-+(\s]*(?P<before>{_CURRENCY})?[-+(\s]*)"
    r"(?P<number>\d[\d.,'\u2019_\s]*|[.,]\d+)(?:[eE](?P<exponent>[-+]?\d{1,3}))?"
    rf"(?P<tail>[-+)\s]*(?P<after>{_CURRENCY})?[-+)\s]*)$"
)
_PLAIN = r"^-?\d{1,16}(\.\d{1,2})?$"
_GROUPED = r"^(\d+|\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3})?(\.\d*)?$"
_SOFT = r"[\s'\u2019_]"
_SAME = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "¥": "JPY", "Rs": "INR"}
_CENTS_LIMIT = 10**18
_MOST_DIGITS = 16
# One notation must be this many times as frequent as the other to speak for amounts that could be either.
_CLEAR_MAJORITY = 20
# Sums of money rarely have exactly three decimals: this many of them, and no others, are thousands.
_ENOUGH_TO_BE_THOUSANDS = 3


@dataclass(frozen=True)
class Amounts:
    """Cents (Int64), `currency` and `problem` (text or NULL) row for row, and what a person should know."""

    frame: pl.DataFrame
    notes: tuple[str, ...]


def parse_amounts(cells: pl.Series, *, declared: bool = False) -> Amounts:
    """Read a column of amounts.

    Parameters
    ----------
    cells
        Text; empty cells and words for nothing become the problem "no amount".
    declared
        The file declares the column as numbers, so that a point is a decimal point.

    Returns
    -------
    Amounts
        More than two decimals are rounded to the cent, halves away from zero, and counted in the notes.
    """
    column = pl.DataFrame({"text": cells.fill_null("").str.strip_chars()})
    distinct = column.unique().filter(pl.col("text") != "")
    plain = pl.col("text").str.contains(_PLAIN)
    simple = distinct.filter(plain).with_columns(
        currency=pl.lit(None, pl.String), canonical=pl.col("text").str.strip_prefix("-")
    )
    simple = simple.with_columns(
        negative=pl.col("text").str.starts_with("-"), exponent=pl.lit(None, pl.String)
    )
    shaped = _shaped(distinct.filter(~plain))
    points = simple.select(pl.col("canonical").str.contains(".", literal=True).sum()).item()
    ambiguous = shaped.filter("ambiguous")
    mark, notes = (".", []) if declared else _decide(shaped, ambiguous, points)
    shaped = shaped.with_columns(decimal=pl.when("ambiguous").then(pl.lit(mark)).otherwise("decimal"))
    read = pl.concat([simple, _canonical(shaped)], how="diagonal").pipe(_cents)
    frame = column.join(read, on="text", how="left", maintain_order="left").select(
        "cents",
        "currency",
        "rounded",
        problem=pl.coalesce("problem", pl.when(pl.col("text") == "").then(pl.lit("no amount"))),
    )
    rounded = int(frame["rounded"].sum())
    if rounded:
        notes.append(f"amounts with more than two decimals were rounded to the cent: {rounded:,}")
    return Amounts(frame.drop("rounded"), tuple(notes))


def _shaped(distinct: pl.DataFrame) -> pl.DataFrame:
    """Take texts apart: number, sign, currency, and which mark is the decimal one as far as the text itself says."""
    minus = pl.col("text").str.replace_all(r"[\u2212\u2013\ufe63\uff0d]", "-")
    groups = minus.str.extract_groups(_AMOUNT)
    parts = distinct.with_columns(groups.alias("parts")).unnest("parts")
    number = pl.col("number").str.strip_chars()
    hard = number.str.replace_all(_SOFT, "")
    points, commas = hard.str.count_matches(".", literal=True), hard.str.count_matches(",", literal=True)
    last_is_comma = hard.str.contains(r",[^.]*$")
    softly = number.str.contains(_SOFT)
    one = (points + commas) == 1
    around = pl.concat_str("head", "tail")
    parts = parts.with_columns(
        number=hard,
        negative=around.str.contains("[-(]"),
        currency=pl.coalesce("before", "after"),
        # A sign, or a pair of parentheses, but not two of them.
        whole=pl.col("number").is_not_null()
        & around.str.replace_all(r"[^-+()]", "").str.contains(r"^(?:[-+]?|\(\))$")
        & (~softly | number.str.contains(rf"^\d{{1,3}}({_SOFT}\d{{3}})+([.,]\d*)?$")),
        ambiguous=(one & ~softly & hard.str.contains(r"^[1-9]\d{0,2}[.,]\d{3}$")).fill_null(value=False),
        # The last of two kinds of mark is the decimal one, as is a single mark; one that repeats groups thousands.
        decimal=pl.when((points > 0) & (commas > 0))
        .then(pl.when(last_is_comma).then(pl.lit(",")).otherwise(pl.lit(".")))
        .when((commas == 1) | (points > 1))
        .then(pl.lit(","))
        .otherwise(pl.lit(".")),
        marked=(points + commas) > 0,
    )
    return parts.select(
        "text", "number", "negative", "currency", "exponent", "whole", "ambiguous", "decimal", "marked"
    )


def _decide(shaped: pl.DataFrame, ambiguous: pl.DataFrame, points: int) -> tuple[str | None, list[str]]:
    """Return the decimal mark for amounts such as 1,234, or None where they can't be told."""
    evident = shaped.filter(pl.col("whole") & pl.col("marked") & ~pl.col("ambiguous"))["decimal"]
    points += int((evident == ".").sum())
    commas = int((evident == ",").sum())
    if ambiguous.is_empty() or points > _CLEAR_MAJORITY * commas or commas > _CLEAR_MAJORITY * points:
        return ("." if points >= commas else ","), []
    example = ambiguous["text"].sort()[0]
    with_point = ambiguous["number"].str.contains(".", literal=True)
    if points or commas or with_point.n_unique() > 1:
        note = f"amounts such as {example!r} are set aside: the column holds decimal points and decimal commas, so they could be either"
        return None, [note]
    if not with_point[0]:
        mark, meaning = ".", "thousands"
    elif len(ambiguous) >= _ENOUGH_TO_BE_THOUSANDS:
        mark, meaning = ",", "thousands"
    else:
        mark, meaning = ".", "decimals"
    return mark, [
        f"in amounts such as {example!r} the last three digits were read as {meaning}; nothing in the column says which"
    ]


def _canonical(shaped: pl.DataFrame) -> pl.DataFrame:
    """Rewrite numbers with a decimal point and no grouping; where that is impossible, say why."""
    number = pl.col("number")
    swapped = (
        number.str.replace_all(",", ";", literal=True)
        .str.replace_all(".", ",", literal=True)
        .str.replace_all(";", ".", literal=True)
    )
    grouped = pl.when(pl.col("decimal") == ",").then(swapped).otherwise(number)
    readable = pl.col("whole") & pl.col("decimal").is_not_null() & grouped.str.contains(_GROUPED)
    return shaped.select(
        "text",
        "negative",
        "currency",
        "exponent",
        canonical=pl.when(readable).then(grouped.str.replace_all(",", "", literal=True)),
        problem=pl.when(pl.col("text").str.to_lowercase().is_in(NULL_WORDS))
        .then(pl.lit("no amount"))
        .when(pl.col("decimal").is_null())
        .then(pl.lit("ambiguous amount: the mark may be a decimal one or group thousands"))
        .when(~readable.fill_null(value=False))
        .then(pl.lit("unreadable amount")),
    )


def _cents(read: pl.DataFrame) -> pl.DataFrame:
    """Turn canonical numbers into whole cents."""
    whole = pl.col("canonical").str.extract(r"^0*(\d*)", 1)
    decimals = pl.col("canonical").str.extract(r"\.(\d*)$", 1).fill_null("")
    three = pl.concat_str(decimals, pl.lit("000")).str.slice(0, 3).cast(pl.Int64, strict=False)
    exact = whole.str.replace(r"^$", "0").cast(pl.Int64, strict=False) * 100 + (three + 5) // 10
    scientific = pl.concat_str("canonical", pl.lit("e"), "exponent").cast(pl.Float64, strict=False) * 100
    fits = scientific.is_finite() & (scientific < _CENTS_LIMIT)
    cents = (
        pl.when(pl.col("exponent").is_null() & (whole.str.len_chars() <= _MOST_DIGITS))
        .then(exact)
        .when(fits)
        .then(scientific.round().cast(pl.Int64, strict=False))
    )
    sized = pl.when(cents < _CENTS_LIMIT).then(cents)
    currency = pl.col("currency").str.strip_suffix(".").replace(_SAME)
    unsized = pl.col("canonical").is_not_null() & sized.is_null()
    return read.select(
        "text",
        cents=pl.when("negative").then(-sized).otherwise(sized),
        currency=currency,
        rounded=decimals.str.slice(2).str.strip_chars("0") != "",
        problem=pl.coalesce(
            "problem", pl.when(unsized).then(pl.lit("amount too large: it needs more than 18 digits"))
        ),
    )
