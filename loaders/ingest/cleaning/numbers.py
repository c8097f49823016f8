"""Numbers as people and programs write them: amounts of money to the exact cent, counts, years, shares, measures.

Read are currency signs and codes on either side, minus signs of every kind, before and behind, parentheses for
negatives, thousands grouped by comma, point, space, apostrophe or in lakhs, a decimal point or comma, exponents, percent.
What a single mark before three digits means (1,234) is decided for the whole column by its other numbers.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from martlet.loaders.ingest.cleaning._number_shapes import canonical, take_apart
from martlet.loaders.ingest.cleaning.parser import Read, spread

if TYPE_CHECKING:
    from martlet.loaders.ingest.types import Unit

__all__ = ["NumberReader", "NumberType"]

NumberType = Literal["money", "number", "share", "count", "year"]

_NOUN: Final = {
    "money": "amount",
    "number": "number",
    "share": "share",
    "count": "whole number",
    "year": "year",
}
# What needs no second look, digits of other scripts aside: the mark in 1.234 could group thousands, but more or fewer decimals than three can't.
_PLAIN_NUMBER: Final = r"^-?[0-9]{1,15}(?:\.(?:[0-9]{1,2}|[0-9]{4,9}))?$"
_PLAIN_WHOLE: Final = r"^-?[0-9]{1,18}$"
_PLAIN: Final[dict[NumberType, str]] = {
    "money": r"^-?[0-9]{1,16}(?:\.[0-9]{1,2})?$",
    "number": _PLAIN_NUMBER,
    "share": _PLAIN_NUMBER,
    "count": _PLAIN_WHOLE,
    "year": _PLAIN_WHOLE,
}
_PLAIN_WITHOUT_MARK: Final = {**dict.fromkeys(_PLAIN, _PLAIN_WHOLE), "money": r"^-?[0-9]{1,16}$"}
_AS_WRITTEN: Final = r"^-?[0-9]+(?:\.[0-9]+)?$"
_SHIFT: Final[dict[Unit, int]] = {"units": 0, "cents": 2, "micros": 6, "percent": 2}
_MOST_DIGITS: Final = {"money": 16, "count": 18, "year": 18}
# One notation must be this many times as frequent as the other to speak for numbers that could be either.
_CLEAR_MAJORITY: Final = 20
# Sums of money rarely have exactly three decimals: this many of them, and no others, are thousands.
_ENOUGH_TO_BE_THOUSANDS: Final = 3


class NumberReader:
    """Reads a column of numbers; `survey` all batches, `decide`, then `read` them.

    Parameters
    ----------
    kind
        Type of the field: money becomes Decimal(18, 2), count and year Int64, number and share Float64.
    decimal
        The decimal mark, if the profile or the file itself declares it; else it is decided.
    unit
        What one stands for: a cent or a millionth of the currency's unit, or a hundredth.
    decimals
        Decimals of money that are kept; three at least may group thousands, and are looked at closely.
    """

    surveys: Final = True

    def __init__(
        self, kind: NumberType, *, decimal: str | None = None, unit: Unit = "units", decimals: int = 2
    ) -> None:
        self._kind: Final = kind
        self._declared: Final = decimal
        self._unit: Final[Unit] = unit
        self._decimals: Final = decimals
        # Beyond so many digits before the mark the whole would not fit.
        self._most_digits: Final = _MOST_DIGITS.get(kind, 0) - (decimals - 2 if kind == "money" else 0)
        plain = (_PLAIN_WITHOUT_MARK if decimal == "," else _PLAIN)[kind]
        if kind == "money" and decimals > 2:  # noqa: PLR2004
            plain = plain.replace("16", str(self._most_digits)).replace(
                "[0-9]{1,2}", f"(?:[0-9]{{1,2}}|[0-9]{{4,{decimals}}})"
            )
        self._plain: Final = plain
        self._points = self._commas = self._percents = 0
        self._percent: str | None = None
        self._example: str | None = None
        self._ambiguous: set[str] = set()
        self._ambiguous_marks: set[str] = set()
        self._mark: str | None = decimal or "."
        self.currencies: Counter[str] = Counter()
        self.currency: str | None = None

    def survey(self, text: pl.Series) -> None:
        """Take evidence from a batch: which decimal marks and which currencies there are."""
        plain = text.str.contains(self._plain).fill_null(value=True)
        if self._declared is None:
            self._points += int((plain & text.str.contains(".", literal=True)).sum())
        if plain.all():
            return
        times = text.filter(~plain).value_counts(name="times").rename({text.name: "text"})
        parts = take_apart(times["text"]).join(times, on="text", how="left").filter("whole")
        percents = parts.filter("percent") if self._kind == "money" else parts.clear()
        if percents.height:
            self._percents += int(percents["times"].sum())
            smallest = str(percents["text"].min())
            self._percent = smallest if self._percent is None else min(self._percent, smallest)
        found = parts.filter(pl.col("currency").is_not_null()).group_by("currency").agg(pl.col("times").sum())
        self.currencies.update(dict(found.iter_rows()))
        evident = parts.filter(pl.col("marked") & ~pl.col("ambiguous"))
        self._points += int(evident.filter(pl.col("decimal") == ".")["times"].sum())
        self._commas += int(evident.filter(pl.col("decimal") == ",")["times"].sum())
        ambiguous = parts.filter("ambiguous")
        if ambiguous.height:
            smallest = str(ambiguous["text"].min())
            self._example = smallest if self._example is None else min(self._example, smallest)
            self._ambiguous_marks |= set(ambiguous["number"].str.extract(r"([.,])", 1))
            self._ambiguous |= set(ambiguous["text"].sort().head(_ENOUGH_TO_BE_THOUSANDS))

    def decide(self) -> list[str]:
        """Decide what the survey left open, and return what a person should know."""
        return [*self._percentages(), *self._decide_mark()]

    def _percentages(self) -> list[str]:
        """Return what to tell of percentages where amounts should be."""
        if not self._percents:
            return []
        note = (
            f"cells such as {self._percent!r} are percentages where amounts should be: {self._percents:,}; they are left empty, so "
            "nothing is taken off for them: write amounts instead, or in the whole column rates such as 0.1"
        )
        return [note]

    def _decide_mark(self) -> list[str]:
        """Decide which mark is the decimal one."""
        if self.currencies:
            # The commonest, and of equals the first by name, lest the order of rows decide.
            self.currency = min(self.currencies, key=lambda code: (-self.currencies[code], code))
        if self._declared is not None:
            return []
        points, commas = self._points, self._commas
        if not self._ambiguous or points > _CLEAR_MAJORITY * commas or commas > _CLEAR_MAJORITY * points:
            self._mark = "." if points >= commas else ","
            return []
        noun = f"numbers such as {self._example!r}"
        if points or commas or len(self._ambiguous_marks) > 1:
            self._mark = None
            return [
                f"{noun} are set aside: the column holds decimal points and decimal commas, so they could be either"
            ]
        (only,) = self._ambiguous_marks
        many = len(self._ambiguous) >= _ENOUGH_TO_BE_THOUSANDS and self._kind == "money"
        thousands = only == "," or many or self._kind in ("count", "year")
        self._mark = {",": ".", ".": ","}[only] if thousands else only
        meaning = "thousands" if thousands else "decimals"
        return [
            f"in {noun} the last three digits were read as {meaning}; nothing in the column says which: if that is wrong, the profile's column can say decimal"
        ]

    def read(self, text: pl.Series) -> Read:
        """Read a batch; problems are "unreadable ...", "ambiguous ..." and "impossible ..." in words."""
        plain = text.str.contains(self._plain)
        given = text.is_not_null()
        fast = None
        if self._is_cast:
            if (plain | ~given).all():
                return Read(self._cast(text))
            fast = self._cast(pl.select(pl.when(plain).then(text)).to_series())
            given &= ~plain
        return spread(text, given, fast, self._slow(text.filter(given).unique()))

    @property
    def _is_cast(self) -> bool:
        """Whether plain text only has to be cast: no exact value has to be shifted."""
        return self._unit == "units" or self._kind in ("number", "share")

    def _cast(self, text: pl.Series) -> pl.Series:
        if self._kind == "money":
            return text.cast(pl.Decimal(18, self._decimals))
        if self._kind in ("count", "year"):
            return text.cast(pl.Int64)
        return text.cast(pl.Float64) / float(10 ** _SHIFT[self._unit])

    def _slow(self, distinct: pl.Series) -> pl.DataFrame:
        """Return `text`, `value`, `problem`, `rule` and `rule_2`, `currency` of different texts that are not plain."""
        parts = take_apart(distinct)
        if self._declared is not None:
            parts = parts.with_columns(decimal=pl.lit(self._declared), ambiguous=pl.lit(value=False))
        mark = pl.lit(self._mark, pl.String)
        parts = parts.with_columns(decimal=pl.when("ambiguous").then(mark).otherwise("decimal"))
        unclear = pl.col("decimal").is_null() & pl.col("whole")
        sensible = ~pl.col("percent") if self._kind in _MOST_DIGITS else pl.lit(value=True)
        problem = (
            pl.when(unclear)
            .then(pl.lit(f"ambiguous {_NOUN[self._kind]}: the mark may be a decimal one or group thousands"))
            .when(pl.col("canonical").is_null() | ~sensible)
            .then(pl.lit(f"unreadable {_NOUN[self._kind]}"))
        )
        parts = canonical(parts).with_columns(problem=problem)
        read = self._valued(parts.with_columns(pl.when(pl.col("problem").is_null()).then("canonical")))
        written = pl.col("text").str.contains(_AS_WRITTEN) & (
            pl.col("text").str.strip_prefix("-") == pl.col("canonical")
        )
        return read.with_columns(rule=pl.when(~written).then(pl.lit("number_format")))

    def _valued(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Turn `canonical` digits, whether `negative` and of `percent`, into values of the type."""
        shift = _SHIFT[self._unit]
        moved = pl.when("percent").then(2).otherwise(shift)
        sign = pl.when("negative").then(-1).otherwise(1)
        problem = pl.col("problem") if "problem" in parts.columns else pl.lit(None, pl.String)
        if self._kind in ("number", "share"):
            number = pl.col("canonical").cast(pl.Float64, strict=False)
            value = sign * number / pl.lit(10.0).pow(moved)
            not_held = pl.when(~value.is_finite()).then(
                pl.lit(f"impossible {_NOUN[self._kind]}: it is more than a computer's numbers hold")
            )
            return parts.with_columns(
                value=pl.when(value.is_finite()).then(value),
                problem=pl.coalesce(problem, not_held),
                rule_2=pl.lit(None, pl.String),
            )
        digits = pl.col("canonical").str.extract(r"^0*(\d*)", 1)
        decimals = pl.col("canonical").str.extract(r"\.(\d*)$", 1).fill_null("")
        padded = digits.str.zfill(shift + 1)
        whole = padded.str.head(padded.str.len_bytes().cast(pl.Int64) - shift).str.replace(r"^0+(\d)", "${1}")
        decimals = pl.concat_str(padded.str.tail(shift) if shift else pl.lit(""), decimals)
        fits = whole.str.len_bytes() <= self._most_digits
        number = pl.when(fits).then(whole).cast(pl.Int64, strict=False)
        if self._kind == "money":
            scaled, rounded = _scaled(number, decimals, self._decimals)
            value = (sign * scaled).cast(pl.Decimal(20, 0)) * pl.lit(Decimal(1).scaleb(-self._decimals))
            value = value.cast(pl.Decimal(18, self._decimals))
        else:
            rounded = pl.lit(value=False)
            value = sign * pl.when(decimals.str.strip_chars("0") == "").then(number)
        frame = parts.with_columns(value=value, fits=fits, rounded=rounded)
        too_large = f"impossible {_NOUN[self._kind]}: it needs more than {self._most_digits} digits"
        lost = pl.col("canonical").is_not_null() & pl.col("value").is_null()
        return frame.with_columns(
            problem=pl.coalesce(
                problem,
                pl.when(~pl.col("fits") | (lost if self._kind == "money" else pl.lit(value=False))).then(
                    pl.lit(too_large)
                ),
                pl.when(lost).then(pl.lit(f"unreadable {_NOUN[self._kind]}: it has decimals")),
            ),
            rule_2=pl.when("rounded").then(pl.lit("rounded")),
        )


def _scaled(whole: pl.Expr, decimals: pl.Expr, places: int) -> tuple[pl.Expr, pl.Expr]:
    """Return whole units of the last decimal that is kept, halves rounded to the even one, and whether anything was rounded off."""
    long = pl.concat_str(decimals, pl.lit("0" * (places + 1)))
    scaled = whole * 10**places + long.str.slice(0, places).cast(pl.Int64)
    beyond = long.str.slice(places, 1).cast(pl.Int64)
    further = decimals.str.slice(places + 1).str.strip_chars("0") != ""
    up = (beyond > 5) | ((beyond == 5) & (further | (scaled % 2 == 1)))  # noqa: PLR2004
    exact = scaled + up.cast(pl.Int64)
    return pl.when(exact < 10**18).then(exact), (beyond > 0) | further
