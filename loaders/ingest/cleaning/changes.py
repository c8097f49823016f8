"""What cleaning did to cells: each change under a rule, counted by column, with examples of before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EXAMPLES", "OTHER_CURRENCY", "RULES", "Change", "Edit", "edits_of", "merged", "rule_of", "tally"]

EXAMPLES: Final = 3
_LONGEST: Final = 80
# How the problem of an amount in another currency than the company's begins.
OTHER_CURRENCY: Final = "another currency"

# In the order in which they act on a cell.
RULES: Final = {
    "spaces": "Spaces around a value, doubled within it, or of unusual kinds.",
    "spreadsheet_text": 'The marks by which spreadsheets keep a value as text: \'0049 or ="0049".',
    "empty_word": "A word that stands for nothing, such as N/A, null or -.",
    "word": "A word replaced by the one that it stands for, as the profile or the field says.",
    "default": "An empty cell that took the profile's default.",
    "letter_case": "Letters turned small, as in an email address, or as the profile says.",
    "spelling": "Words that differ in letter case, accents or spaces alone: the commonest spelling of the file.",
    "id_decimals": "A number such as 17850.0 that identifies something: 17850.",
    "number_format": "Currency signs, thousands separators, decimal commas, parentheses, trailing signs, exponents, percent.",
    "rounded": "More than two decimals of money, rounded to the cent, halves to the even one.",
    "date_format": "A date or time written otherwise than by ISO 8601, or with a time zone other than UTC: converted to the warehouse's zone.",
    "time_zone": "A time converted from the zone that it names, or that its column is in, to the warehouse's.",
    "skipped_hour": "A time in the hour that summer time skips in the warehouse's zone: kept as it is written.",
    "order_status": "A status that another column decides: it says that the order is void, not paid, refunded or in the works.",
    "yes_no": "A word for yes or no.",
    "email_format": "An email address taken out of what was written around it.",
    "path_format": "A path written otherwise than with ' > ' between its steps.",
    "phone_format": "A phone number without its spaces, hyphens and parentheses.",
    "unreadable": "A value of an optional field that can't be read: the cell is empty now.",
    "ambiguous": "A value of an optional field that could mean two things: the cell is empty now.",
    "impossible": "A value of an optional field that can't be true: the cell is empty now.",
    "converted": "An amount of another currency, converted by the rate of its day that was given.",
    "left_out": "A row that could not feed this table, since a value that it must have is missing or wrong there.",
}


@dataclass(frozen=True)
class Change:
    """How many values of a column were changed by a rule, and up to three different examples, before and after."""

    rule: str
    column: str
    count: int
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Edit:
    """Cells of one batch that a rule changed: their positions in the batch, from 0, with the text before and after."""

    rule: str
    column: str
    rows: pl.Series
    before: pl.Series
    after: pl.Series

    def only(self, mask: pl.Series) -> Edit:
        """Return the edit of only those cells whose row is in a mask of the batch."""
        here = mask.gather(self.rows)
        return Edit(
            self.rule, self.column, self.rows.filter(here), self.before.filter(here), self.after.filter(here)
        )


def edits_of(rule: str, column: str, mask: pl.Series, before: pl.Series, after: pl.Series) -> Iterator[Edit]:
    """Yield the edit of the cells where `mask` is true, if there are any."""
    mask = mask.fill_null(value=False)
    if mask.any():
        yield Edit(rule, column, mask.arg_true(), before.filter(mask), after.filter(mask))


def rule_of(problems: pl.Series) -> pl.Series:
    """Return the rule by which a cell with a problem is emptied, told by the first word of the problem."""
    first = problems.str.extract(r"^(\w+)", 1)
    return first.replace_strict(
        {"ambiguous": "ambiguous", "no": "empty_word"}
        | dict.fromkeys(("impossible", "absurd", "negative"), "impossible"),
        default="unreadable",
        return_dtype=pl.String,
    )


def tally(found: Iterable[Edit], kept: pl.Series) -> list[Change]:
    """Count edits by rule and column, in rows that are kept; a cell that several fields read counts once."""
    groups: dict[tuple[str, str], list[Edit]] = {}
    for edit in found:
        groups.setdefault((edit.rule, edit.column), []).append(edit)
    changes = []
    for (rule, column), members in groups.items():
        frame = pl.concat(
            pl.DataFrame(
                {"row": t.rows.cast(pl.UInt32), "before": _shown(t.before), "after": _shown(t.after)}
            )
            for t in members
        )
        frame = frame.filter(kept.gather(frame["row"]))
        if len(members) > 1:
            frame = frame.unique("row", keep="first").sort("row")
        if frame.height:
            examples = frame.select("before", "after").unique(maintain_order=True).head(EXAMPLES)
            changes.append(Change(rule, column, frame.height, tuple(examples.rows())))
    return _sorted(changes)


def merged(changes: Iterable[Change]) -> list[Change]:
    """Return the changes of several batches as one list, with the first different examples."""
    together: dict[tuple[str, str], Change] = {}
    for change in changes:
        key = (change.rule, change.column)
        before = together.get(key, Change(change.rule, change.column, 0, ()))
        examples = tuple(dict.fromkeys((*before.examples, *change.examples)))[:EXAMPLES]
        together[key] = Change(change.rule, change.column, before.count + change.count, examples)
    return _sorted(together.values())


def _sorted(changes: Iterable[Change]) -> list[Change]:
    order = {rule: position for position, rule in enumerate(RULES)}
    return sorted(changes, key=lambda change: (order[change.rule], change.column))


def _shown(cells: pl.Series) -> pl.Series:
    text = cells.cast(pl.String).fill_null("")
    if isinstance(cells.dtype, pl.Decimal):
        # An amount has more decimals than people write.
        text = text.str.replace(r"(\.\d\d)0+$", "${1}")
    if isinstance(cells.dtype, pl.Datetime):
        text = text.str.strip_suffix(".000000").str.strip_suffix(" 00:00:00")
    return pl.select(
        pl.when(text.str.len_chars() > _LONGEST).then(text.str.slice(0, _LONGEST) + "...").otherwise(text)
    ).to_series()
