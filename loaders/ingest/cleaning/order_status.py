"""What the columns of a source say of an order: words for its status, marks such as a day of cancellation, all of them together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.changes import edits_of
from martlet.loaders.ingest.cleaning.parser import Read
from martlet.loaders.ingest.cleaning.words import FALSE_WORDS, fold
from martlet.loaders.ingest.statuses import SAYABLE, STATUSES, UNKNOWN, meaning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from martlet.loaders.ingest.cleaning.changes import Edit
    from martlet.loaders.ingest.cleaning.mapping import FieldPlan, Filled

__all__ = ["MarkReader", "StatusReader", "decided"]

# A column of more unexplained words than these is no column of statuses; they are unknown all the same.
_MOST_WORDS: Final = 1_000
_NOT_SET: Final = FALSE_WORDS | {"not cancelled", "not canceled", "not deleted", "active", "never"}
# How programs write a day that there is not.
_NO_DAY: Final = r"^(?:0{4}|0001)[-/.]|^[0\s:/.-]+$"


class StatusReader:
    """Reads words for the status of an order by `statuses.toml`; one that is not in it is `unknown`, and counted.

    Parameters
    ----------
    turns
        What some statuses mean in this field.
    is_strict
        Whether a word that nobody explains is a mistake, as in a profile.
    """

    surveys: Final = True

    def __init__(self, turns: Mapping[str, str], *, is_strict: bool = False) -> None:
        self._turns: Final = turns
        self._strict: Final = is_strict
        self.unexplained: Final[Counter[str]] = Counter()
        self.empty = 0

    def survey(self, text: pl.Series) -> None:
        """Count the empty cells, and the words that nobody explains."""
        self.empty += text.null_count()
        for word, times in text.drop_nulls().value_counts(name="times").iter_rows():
            is_room = len(self.unexplained) < _MOST_WORDS or word in self.unexplained
            if is_room and meaning(word) in (None, UNKNOWN):
                self.unexplained[word] += times

    def decide(self) -> list[str]:
        """Decide nothing: what is unexplained is told before all else."""
        return []

    def read(self, text: pl.Series) -> Read:
        """Read a batch; there are problems only in a profile's own words."""
        words = text.unique().drop_nulls()
        meant = {word: self._meaning(word) for word in words}
        values = text.replace_strict(meant, default=None, return_dtype=pl.String)
        changed = (("word", values.is_not_null() & (values != text)),)
        if not self._strict:
            return Read(values, changed=changed)
        wrong = text.is_not_null() & values.is_null()
        problem = pl.when(wrong).then(pl.lit(f"unreadable word: none of {', '.join(SAYABLE)}"))
        return Read(values, pl.select(problem).to_series(), changed)

    def _meaning(self, word: str) -> str | None:
        found = meaning(word)
        if self._strict:
            return found
        found = found or UNKNOWN
        return self._turns.get(found, found)


class MarkReader:
    """Reads whether something is said to be so: by yes, a day, a reason; not by no or a day that there is not."""

    surveys: Final = False

    def survey(self, text: pl.Series) -> None:
        """Take no evidence: each cell speaks for itself."""

    def decide(self) -> list[str]:
        """Decide nothing."""
        return []

    def read(self, text: pl.Series) -> Read:
        """Read a batch, without problems."""
        words = text.unique().drop_nulls()
        unset = words.str.contains(_NO_DAY) | pl.Series(
            [fold(word) in _NOT_SET for word in words], dtype=pl.Boolean
        )
        return Read(text.replace_strict(words, ~unset, default=None, return_dtype=pl.Boolean))


def decided(
    target: str, plans: Sequence[FieldPlan], filled: Mapping[str, Filled]
) -> tuple[pl.Series, list[Edit]]:
    """Return the status of each row of a batch by all fields that help to decide it, and where they did.

    Of all that is said, what speaks most against a sale counts; but an order that waits though it is paid is in the works.
    """
    helping = [plan for plan in plans if plan.field.decides == target]
    said = {plan.name: _said(plan, filled[plan.name].values) for plan in helping}
    own = filled[target].values if target in filled else None
    if own is not None:
        is_paid = said.get("payment_status")
        waits = pl.DataFrame({"own": own, "paid": own if is_paid is None else is_paid})
        is_in_works = (pl.col("own") == "pending") & (pl.col("paid") == "completed")
        own = waits.select(
            pl.when(is_in_works).then(pl.lit("open")).otherwise("own").alias(target)
        ).to_series()
    frame = pl.DataFrame(said | ({} if own is None else {target: own}))
    whole = pl.coalesce(
        pl.when(pl.any_horizontal(pl.all() == status)).then(pl.lit(status)) for status in STATUSES
    )
    values = frame.select(whole.alias(target)).to_series()
    edits: list[Edit] = []
    for plan in helping:
        mine = said[plan.name]
        differs = values.is_not_null() & (mine == values)
        if own is not None:
            differs &= own.ne_missing(values)
            before = own
        else:
            # Where a file has no other status, words were told as such already; a mark was not.
            differs &= pl.repeat(plan.field.means is not None, len(values), eager=True, dtype=pl.Boolean)
            before = pl.repeat("", len(values), eager=True, dtype=pl.String)
        name = plan.inputs[0].name if plan.inputs else plan.name
        edits.extend(edits_of("order_status", name, differs, before, values))
    return values, edits


def _said(plan: FieldPlan, values: pl.Series) -> pl.Series:
    if plan.field.means is None:
        return values
    return pl.DataFrame({"set": values}).select(pl.when("set").then(pl.lit(plan.field.means))).to_series()
