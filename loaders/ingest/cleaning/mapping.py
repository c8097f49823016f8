"""Fields of one mapping, made of its inputs: which of several columns counts, what stands where nothing is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from martlet.loaders.ingest.cleaning.changes import Edit, rule_of
from martlet.loaders.ingest.cleaning.field_parsers import constant, staged_as
from martlet.loaders.ingest.cleaning.words import fold, folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from martlet.loaders.ingest.cleaning.inputs import Input, Inputs
    from martlet.loaders.ingest.entity import Field
    from martlet.loaders.ingest.profile import EntityMapping, FieldSource, Note

__all__ = ["FieldPlan", "Filled", "chosen_rows"]


@dataclass(frozen=True)
class Filled:
    """One field in one batch: values, and where there are none, what is wrong, in which column, and the text itself."""

    values: pl.Series
    problems: pl.Series | None
    columns: pl.Series
    texts: pl.Series
    defaulted: pl.Series | None

    def emptied(self, rows: pl.Series) -> Iterator[Edit]:
        """Yield what was emptied, or took a default, in the given rows (a mask)."""
        if self.problems is not None:
            yield from self._edits(rows & self.problems.is_not_null(), rule_of(self.problems), None)
        if self.defaulted is not None:
            rules = pl.repeat("default", len(rows), dtype=pl.String, eager=True)
            yield from self._edits(rows & self.defaulted, rules, self.values)

    def _edits(self, mask: pl.Series, rules: pl.Series, after: pl.Series | None) -> Iterator[Edit]:
        positions = mask.arg_true()
        if positions.is_empty():
            return
        named = {"rule": rules.gather(positions), "column": self.columns.gather(positions)}
        for (rule, column), rows in pl.DataFrame({"row": positions, **named}).group_by("rule", "column"):
            at = rows["row"].sort()
            new = pl.repeat("", len(at), eager=True) if after is None else after.gather(at)
            yield Edit(str(rule), str(column), at, self.texts.gather(at), new)


class FieldPlan:
    """How one field of a mapping is filled."""

    def __init__(
        self,
        field: Field,
        source: FieldSource,
        name: str,
        inputs: tuple[Input, ...],
        *,
        added: tuple[tuple[Input, bool], ...] = (),
        over: Input | None = None,
    ) -> None:
        self.field: Final = field
        self.name: Final = name
        # Whether another file is to tell the field.
        self.is_later: Final = source.later
        self.required: Final = (field.required or source.required) and not self.is_later
        self.inputs: Final = inputs
        # Further amounts, and whether each is taken away.
        self.added: Final = added
        self.over: Final = over
        self._source: Final = source
        self._constant: Final[Any] = None if source.constant is None else constant(source.constant, field)[0]
        self._default: Final[Any] = None if source.default is None else constant(source.default, field)[0]

    @property
    def has_default(self) -> bool:
        """Whether something stands where nothing is given."""
        return self._default is not None

    def fill(self, read: Mapping[Input, Inputs], rows: pl.Series) -> Filled:
        """Return the field in a batch whose rows have these numbers."""
        height, dtype = len(rows), staged_as(self.field)
        nothing = pl.repeat(None, height, dtype=pl.String, eager=True)
        if self._source.row_number:
            numbers = rows.cast(pl.String)
            return Filled(self._source.prefix + numbers, None, nothing, nothing, None)
        if not self.inputs:
            value = self._constant if self._source.constant is not None else self._default
            return Filled(pl.repeat(value, height, dtype=dtype, eager=True), None, nothing, nothing, None)
        first = read[self.inputs[0]]
        names = pl.repeat(self.inputs[0].name, height, dtype=pl.String, eager=True)
        filled = Filled(first.values, first.problems, names, first.text, None)
        for further in self.inputs[1:]:
            filled = _else(filled, read[further], further.name)
        values = filled.values.cast(dtype)
        for made, is_less in self.added:
            values = _added(values, read[made].values, is_less=is_less)
        if self.over is not None:
            values = _of_one(values, read[self.over].values)
        if self._default is None or not values.null_count():
            return Filled(values, filled.problems, filled.columns, filled.texts, None)
        empty = values.is_null() & filled.texts.is_null()
        default = pl.repeat(self._default, height, dtype=dtype, eager=True)
        frame = pl.DataFrame({"value": values, "default": default, "empty": empty})
        values = frame.select(pl.when("empty").then("default").otherwise("value")).to_series()
        return Filled(values, filled.problems, filled.columns, filled.texts, empty)


def _else(one: Filled, other: Inputs, name: str) -> Filled:
    """Take the other column where the first was not given."""
    empty = pl.lit(None, pl.String)
    frame = pl.DataFrame(
        {"v1": one.values, "v2": other.values, "t1": one.texts, "t2": other.text, "c1": one.columns}
    )
    frame = frame.with_columns(
        (one.problems if one.problems is not None else empty).alias("p1"),
        (other.problems if other.problems is not None else empty).alias("p2"),
    )
    mine = pl.col("t1").is_not_null() | pl.col("t2").is_null()
    found = frame.select(
        value=pl.when(mine).then("v1").otherwise("v2"),
        problem=pl.when(mine).then("p1").otherwise("p2"),
        column=pl.when(mine).then("c1").otherwise(pl.lit(name)),
        text=pl.coalesce("t1", "t2"),
    )
    problems = found["problem"] if found["problem"].null_count() < found.height else None
    return Filled(found["value"], problems, found["column"], found["text"], None)


def _added(values: pl.Series, further: pl.Series, *, is_less: bool) -> pl.Series:
    """Add amounts, or take them away, where any is given."""
    frame = pl.DataFrame({"value": values, "further": further.cast(values.dtype)})
    amount = -pl.col("further") if is_less else pl.col("further")
    is_given = pl.any_horizontal(pl.col("value", "further").is_not_null())
    together = pl.sum_horizontal("value", amount, ignore_nulls=True).cast(values.dtype)
    return frame.select(pl.when(is_given).then(together)).to_series()


def _of_one(values: pl.Series, units: pl.Series) -> pl.Series:
    """Return what one of so many units costs. Rounded up, so that the amount of all is never more than what they cost."""
    kind = values.dtype
    step = 10 ** (kind.scale if isinstance(kind, pl.Decimal) else 2)
    frame = pl.DataFrame({"value": values.cast(pl.Float64), "units": units.cast(pl.Float64)})
    one = ((pl.col("value") / pl.col("units") * step - 1e-6).ceil() / step).cast(kind)
    return frame.select(pl.when(pl.col("units") > 0).then(one)).to_series()


def chosen_rows(
    mapping: EntityMapping | Note, texts: Mapping[str, pl.Series], height: int
) -> tuple[pl.Series, pl.Series]:
    """Return which rows of a batch a mapping takes, and of the others why it doesn't."""
    given = [key for key in mapping.given if key in texts]
    reasons = []
    if given:
        any_given = pl.any_horizontal(pl.col(key).is_not_null() for key in given)
        reasons.append((any_given, pl.lit(f"no {' or '.join(given)}")))
    for key, among in mapping.where.items():
        if not among:
            if key in texts:
                reasons.append(
                    (
                        pl.col(key).is_null(),
                        pl.format(f"{key} is '{{}}', not empty", pl.col(key).fill_null("")),
                    )
                )
            continue
        fits = _holds(key, among)
        here = pl.format(f"{key} is '{{}}', not {' or '.join(among)}", pl.col(key).fill_null(""))
        reasons.append((fits, here))
    unless = {key: among for key, among in mapping.unless.items() if key in texts}
    for key, among in unless.items():
        reasons.append((~_holds(key, among), pl.format(f"{key} is '{{}}'", pl.col(key).fill_null(""))))
    if not reasons:
        nothing = pl.repeat(None, height, dtype=pl.String, eager=True)
        return pl.repeat(value=True, n=height, dtype=pl.Boolean, eager=True), nothing
    keys = [key for key in dict.fromkeys((*given, *mapping.where, *unless)) if key in texts]
    found = pl.DataFrame({key: texts[key] for key in keys}).select(
        chosen=pl.all_horizontal(fits for fits, _ in reasons),
        why=pl.coalesce(pl.when(~fits).then(why) for fits, why in reasons),
    )
    return found["chosen"], found["why"]


def _holds(key: str, among: tuple[str, ...]) -> pl.Expr:
    """Return whether a column holds one of the words, in which `*` stands for any letters."""
    text = folded(pl.col(key))
    plain = [fold(word) for word in among if "*" not in word]
    holds = text.is_in(plain)
    for word in among:
        if "*" in word:
            parts = (re.escape(part.lower()) for part in word.split("*"))
            holds |= pl.col(key).str.to_lowercase().str.contains(f"(?s)^{'.*'.join(parts)}$")
    return holds.fill_null(value=False)
