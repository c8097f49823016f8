"""How a cell is spoilt: one function for each kind of defect, from right values to wrong ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    from martlet.loaders.extract._tables import Role

__all__ = ["CELL_KINDS", "spoil_cells"]

_PLACEHOLDERS: Final = ("n/a", "NULL", "-")
_SHOWN: Final = pl.col("value")
# A number in [0, 1) that decides between variants.
_DRAW: Final = pl.col("draw")
_OLDEST: Final = 133
_ABSURD_INCOME: Final = "666666.00"
# Identifiers above all those of a company with fewer than nine million customers.
_NEVER_ISSUED: Final = 9_000_000


def _blank(_role: Role, _year: int) -> pl.Expr:
    return pl.lit(None, pl.String)


def _placeholder(_role: Role, _year: int) -> pl.Expr:
    return _one_of(_PLACEHOLDERS)


def _currency_sign(_role: Role, _year: int) -> pl.Expr:
    return (
        pl.when(_DRAW < 0.7).then(pl.format("${}", _SHOWN)).otherwise(pl.format("{} USD", _SHOWN))  # noqa: PLR2004
    )


def _thousands(_role: Role, _year: int) -> pl.Expr:
    millions = _SHOWN.str.replace(r"^(-?\d{1,3})(\d{3})(\d{3})(\.\d+)?$", "${1},${2},${3}${4}")
    return millions.str.replace(r"^(-?\d{1,3})(\d{3})(\.\d+)?$", "${1},${2}${3}")


def _spaces(_role: Role, _year: int) -> pl.Expr:
    padded = ("{} ", " {}", "  {}", "{}\u00a0")
    choice = (_DRAW * len(padded)).cast(pl.Int32)
    first, *others = (
        pl.when(choice == number).then(pl.format(pattern, _SHOWN)) for number, pattern in enumerate(padded)
    )
    return pl.coalesce(first, *others)


def _letter_case(_role: Role, _year: int) -> pl.Expr:
    upper, lower = _SHOWN.str.to_uppercase(), _SHOWN.str.to_lowercase()
    return pl.when((_DRAW < 0.5) & (lower != _SHOWN)).then(lower).otherwise(upper)  # noqa: PLR2004


def _other_date(role: Role, _year: int) -> pl.Expr:
    clock = " %H:%M:%S" if role == "moment" else ""
    moment = _SHOWN.str.to_datetime(f"%Y-%m-%d{clock}", strict=False, time_unit="us")
    # Most of the others write the day first, some the month first, a few its name.
    return (
        pl.when(_DRAW < 0.55)  # noqa: PLR2004
        .then(moment.dt.strftime(f"%d/%m/%Y{clock}"))
        .when(_DRAW < 0.85)  # noqa: PLR2004
        .then(moment.dt.strftime(f"%m/%d/%Y{clock}"))
        .otherwise(moment.dt.strftime(f"%d %b %Y{clock}"))
    )


def _outlier(role: Role, year: int) -> pl.Expr:
    if role == "birth":
        # Not every year has a 29th of February.
        return pl.format("{}{}", pl.lit(year - _OLDEST), _SHOWN.str.slice(4).str.replace("02-29", "02-28"))
    if role == "income":
        return pl.lit(_ABSURD_INCOME)
    if role == "money":
        return pl.format(
            "{}.00", _SHOWN.str.replace(".", "", literal=True).str.replace(r"^(-?)0+(\d)", "${1}${2}")
        )
    return pl.when(_SHOWN.str.contains(r"^0+$")).then(_SHOWN).otherwise(pl.format("{}00", _SHOWN))


def _orphan(_role: Role, _year: int) -> pl.Expr:
    number = _NEVER_ISSUED + (_DRAW * 1_000_000).cast(pl.Int64)
    return pl.format("CU{}", number)


_SPOILING: Final[dict[str, Callable[[Role, int], pl.Expr]]] = {
    "missing_value": _blank,
    "placeholder": _placeholder,
    "currency_sign": _currency_sign,
    "thousands_separator": _thousands,
    "stray_spaces": _spaces,
    "letter_case": _letter_case,
    "date_format": _other_date,
    "outlier": _outlier,
    "orphan": _orphan,
}
CELL_KINDS: Final = tuple(_SPOILING)


def spoil_cells(values: pl.Series, draws: pl.Series, *, kind: str, role: Role, year: int) -> pl.DataFrame:
    """Spoil right values in one way.

    Parameters
    ----------
    values, draws
        Right values as text, and a number in [0, 1) for each.
    kind, role
        One of `CELL_KINDS`, and what the column holds.
    year
        Year in which the data end, from which an impossible age counts.

    Returns
    -------
    polars.DataFrame
        `spoilt`, and `kind`, which is `ambiguous_date` for dates that can be read in two ways. A value that this kind
        can't change comes back as it is.
    """
    frame = pl.DataFrame({"value": values, "draw": draws})
    frame = frame.with_columns(spoilt=_SPOILING[kind](role, year), kind=pl.lit(kind))
    if kind != "date_format":
        return frame.select("spoilt", "kind")
    numbers = frame["spoilt"].str.extract_groups(r"^(?P<one>\d\d)/(?P<two>\d\d)/").struct.unnest()
    either = (numbers["one"] <= "12") & (numbers["two"] <= "12") & (numbers["one"] != numbers["two"])
    return frame.select(
        "spoilt", kind=pl.when(either.fill_null(value=False)).then(pl.lit("ambiguous_date")).otherwise("kind")
    )


def _one_of(words: tuple[str, ...]) -> pl.Expr:
    numbered = dict(enumerate(words))
    return (_DRAW * len(words)).cast(pl.Int32).replace_strict(numbered, return_dtype=pl.String)
