"""Rows of a source to rows of entities, in two passes: `survey` every batch, `decide`, then `clean` every batch.

What has to be known of the whole file (the order of dates, decimal marks, spellings) is decided between the passes, so
that batches of any size give the same rows. A row that cannot feed the profile's main mapping is rejected, with the column
and the reason; a value that cannot be read elsewhere is emptied. Each change is counted by rule and column.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

import polars as pl

from martlet.loaders.ingest.cleaning.cells import tidied
from martlet.loaders.ingest.cleaning.changes import Change, Edit, tally
from martlet.loaders.ingest.cleaning.dates import UTC
from martlet.loaders.ingest.cleaning.field_parsers import bounds, reader
from martlet.loaders.ingest.cleaning.inputs import Input
from martlet.loaders.ingest.cleaning.mapping import FieldPlan, chosen_rows
from martlet.loaders.ingest.cleaning.own_sums import OwnSums
from martlet.loaders.ingest.cleaning.row_checks import RowCheck
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.headers import unit_of
from martlet.loaders.ingest.reading.kept import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from martlet.loaders.ingest.cleaning.cells import Tidy
    from martlet.loaders.ingest.cleaning.currencies import Rates
    from martlet.loaders.ingest.cleaning.inputs import Inputs
    from martlet.loaders.ingest.cleaning.own_sums import OwnSum
    from martlet.loaders.ingest.entity import Field
    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.profile import FieldSource, Note, Profile
    from martlet.loaders.ingest.reading.options import Batch
    from martlet.loaders.ingest.reading.source import Source
    from martlet.loaders.ingest.types import DateOrder, Unit

__all__ = ["Cleaned", "Cleaner"]

# A header that says in which zone its times are, such as "Created (UTC)".
_NAMES_UTC: Final = re.compile(r"(?:^|[^a-z])(?:utc|gmt)(?:$|[^a-z])", re.IGNORECASE)

# Cells that may stay tidy between the passes.
_MOST_REMEMBERED: Final = 1 << 22


@dataclass(frozen=True)
class Cleaned:
    """One batch, cleaned.

    Attributes
    ----------
    rows
        By entity: `row`, the number of the row in the file, and the fields that the profile feeds, typed as
        `readers.STAGED` says; only rows that are not rejected. An entity with several mappings has several rows per `row`.
    rejected
        `row`, `column_name` (as the source calls it, NULL for the row as a whole), `reason`, and `detail` or NULL.
    changes
        What was changed in rows that are not rejected.
    """

    rows: dict[str, pl.DataFrame]
    rejected: pl.DataFrame
    changes: list[Change]


class _Told:
    """A note of the profile, and what of the file it is about."""

    def __init__(self, note: Note) -> None:
        self.note: Final = note
        self.rows = 0
        self._sums: Final[dict[str, Decimal]] = dict.fromkeys(note.amounts, Decimal(0))

    def take(self, texts: Mapping[str, pl.Series], kept: pl.Series, amounts: Mapping[str, pl.Series]) -> None:
        """Count the rows of a batch."""
        chosen = chosen_rows(self.note, texts, len(kept))[0] & kept
        self.rows += int(chosen.sum())
        for name, values in amounts.items():
            self._sums[name] += Decimal(str(values.filter(chosen).sum() or 0))

    def text(self) -> str:
        """Return the note."""
        shown = {name: f"{self._sums[name]:,.2f}" for name in self.note.amounts}
        return self.note.text.format(rows=f"{self.rows:,}", **shown)


class Cleaner:
    """Cleans the batches of one source by a profile.

    Parameters
    ----------
    profile, source, matching
        The profile, the source, and which of its columns is which.
    date_order
        Order of day, month and year in dates such as 3/4/2024, for columns whose profile names none.
    timezone
        Zone of the warehouse, whose clocks all moments follow.
    as_of
        Day of the load, from which the bounds of birth dates and the like count back; None holds nothing against them.
    currency
        The company's currency; the commonest of the file if None.
    rates
        What amounts of other currencies are converted by; rows with such amounts are rejected if None.
    """

    def __init__(
        self,
        profile: Profile,
        source: Source,
        matching: Matching,
        *,
        date_order: DateOrder | None = None,
        as_of: date | None = None,
        timezone: str = UTC,
        currency: str | None = None,
        rates: Rates | None = None,
    ) -> None:
        self._profile: Final = profile
        self._found: Final = matching.columns
        # What the file is called, and what it was called before its name was hidden, which may say what it holds.
        self._file: Final = _stem(source.name)
        self._own_name: Final = _stem(source.path.name).lower()
        self._numeric: Final = source.numeric
        self._date_order: Final = date_order
        self._as_of: Final = as_of
        self._timezone: Final = timezone
        self._rates: Final = rates
        # The company's currency, and after `decide` what the file tells of it, if that is certain.
        self.currency = currency
        codes = {column.currency for column in profile.columns.values() if column.currency in self._found}
        self._only_code: Final = codes.pop() if len(codes) == 1 else None
        self._inputs: Final[dict[tuple[object, ...], Input]] = {}
        self._units: Final[dict[str, Unit]] = {}
        self._mappings: Final = [
            (
                mapping,
                [
                    self._plan(mapping.entity, name, of)
                    for name, of in mapping.fields.items()
                    if self._has(of)
                ],
            )
            for mapping in matching.mappings
        ]
        self._notes: Final = [
            (_Told(note), {name: self._plan("orders", "margin", of) for name, of in note.amounts.items()})
            for note in profile.notes
            if all(key in matching.columns for key in (*note.where, *note.given))
            and all(self._has(of) for of in note.amounts.values())
        ]
        used = {key for made in self._inputs.values() for key in made.columns}
        used |= {key for told, _ in self._notes for key in told.note.conditions}
        used |= {key for mapping in matching.mappings for key in mapping.conditions}
        used |= {code for made in self._inputs.values() if (code := made.code_column)}
        self._used: Final = sorted(used)
        self._columns: Final = [self._found[key] for key in self._used if key in self._found]
        self._surveyed: Final = sorted({key for made in self._inputs.values() for key in made.surveyed})
        # What the survey tidied, by the first row of the batch, for the pass that cleans.
        self._remembered: Final[dict[int, tuple[pl.DataFrame | None, Mapping[str, Tidy]]]] = {}
        self._remembered_cells = 0
        self._surveyed_bytes = 0
        fill = profile.read.fill_down
        self._own_sums: Final = OwnSums(
            self._mappings,
            filled_down=frozenset(fill.columns if fill else ()),
            run=fill.key if fill else None,
        )

    def own_sums(self, total_rows: Sequence[Mapping[str, str]]) -> tuple[OwnSum, ...]:
        """Return what the file's own columns come to, as far as it was cleaned, beside what its rows of totals say."""
        return self._own_sums.sums(total_rows)

    @property
    def surveys(self) -> bool:
        """Whether anything is decided by the whole file, which takes a pass over all of it."""
        return bool(self._surveyed)

    def has_time(self, entity_name: str, field: str) -> bool:
        """Tell whether any row has a time of day in a field, after the survey; without one its moments are only days."""
        plans = [plan for mapping, plans in self._mappings if mapping.entity == entity_name for plan in plans]
        return any(made.has_time for plan in plans if plan.name == field for made in plan.inputs)

    def survey(self, batch: Batch) -> None:
        """Take evidence from a batch for what is decided by the whole file."""
        whole = batch.problems_in(self._columns).is_null()
        cells = batch.cells if whole.all() else batch.cells.filter(whole)
        tidy = self._tidied(cells, self._surveyed)
        self._surveyed_bytes += batch.size
        if self._surveyed_bytes > KEPT:
            # The second pass reads the file anew, and what is remembered would only keep its batches alive.
            self._remembered.clear()
        elif cells is batch.cells and self._remembered_cells < _MOST_REMEMBERED:
            self._remembered[batch.first_row] = (cells, tidy)
            self._remembered_cells += cells.height * len(tidy)
        texts = {key: made.text for key, made in tidy.items()}
        for made in self._inputs.values():
            made.survey(texts)

    def decide(self) -> list[str]:
        """Decide what the file as a whole decides; return what a person should know."""
        notes = [
            f"{name}: amounts are read as {unit}, as the name says" for name, unit in self._units.items()
        ]
        notes += [note for made in self._inputs.values() for note in made.decide()]
        self._decide_currency()
        if self._as_of is None:
            fields = {plan.name for _, plans in self._mappings for plan in plans if _counts_back(plan.field)}
            if fields:
                notes.append(
                    f"not held against their bounds, which count back from the day of the load: {', '.join(sorted(fields))}"
                )
        notes.extend(self._without_status())
        return list(dict.fromkeys(notes))

    def _without_status(self) -> Iterator[str]:
        """Yield what empty cells of the column that tells an order's status were taken for."""
        for _, plans in self._mappings:
            for plan in plans:
                inputs = [made for made in plan.inputs if made.statuses is not None]
                if len(inputs) == 1 and plan.field.decides is None and not plan.has_default:
                    empty = inputs[0].statuses.empty if inputs[0].statuses else 0
                    if empty:
                        yield (
                            f"{inputs[0].name}: rows without a status: {empty:,}; they count as completed, unless another column, a refund or an earlier "
                            "load says otherwise. If that is wrong, say what nothing means, such as --status '=pending'"
                        )

    def unexplained(self) -> dict[str, int]:
        """Return the words for the status of an order that nobody explains, with their rows, after the survey."""
        together: Counter[str] = Counter()
        for made in self._inputs.values():
            if made.statuses is not None:
                together.update(made.statuses.unexplained)
        return dict(together.most_common())

    def clean(self, batch: Batch) -> Cleaned:
        """Clean a batch, after `decide`."""
        height = batch.cells.height
        rows = pl.int_range(batch.first_row, batch.first_row + height, dtype=pl.Int64, eager=True)
        cells, known = self._remembered.pop(batch.first_row, (None, {}))
        if cells is not batch.cells:
            # The file is read anew.
            known = {}
            self._remembered.clear()
        tidy = self._tidied(batch.cells, self._used, known)
        texts = {key: made.text for key, made in tidy.items()}
        read = self._read(texts)
        row_checks = [RowCheck(mapping, plans, texts, read, rows) for mapping, plans in self._mappings]
        deciding = [check for check in row_checks if check.mapping.entity == self._profile.main.entity]
        problems = batch.problems_in(self._columns)
        rejected = row_checks[0].rejected(problems)
        for further in deciding[1:]:
            rejected = further.instead(rejected, problems)
        kept = rejected["reason"].is_null()
        self._own_sums.add(batch.cells, read, kept)
        edits: list[Edit] = []
        frames: dict[str, list[pl.DataFrame]] = {}
        for number, row_check in enumerate(row_checks):
            frame, changes = row_check.rows(kept, is_main=number == 0 and len(deciding) == 1)
            frames.setdefault(row_check.mapping.entity, []).append(frame)
            edits.extend(changes)
        edits.extend(_in_use(row_checks, tidy, read, kept))
        for told, plans in self._notes:
            told.take(texts, kept, {name: plan.fill(read, rows).values for name, plan in plans.items()})
        together = {
            name: parts[0]
            if len(parts) == 1
            else pl.concat(parts, how="diagonal").sort("row", maintain_order=True)
            for name, parts in frames.items()
        }
        return Cleaned(together, rejected.filter(~kept), tally(edits, kept))

    def told(self) -> list[str]:
        """Return what the profile has the report say of the rows that were cleaned."""
        return [told.text() for told, _ in self._notes if told.rows]

    def _has(self, source: FieldSource) -> bool:
        if source.over and source.over not in self._found:
            return False
        stands_alone = not source.columns or source.default is not None or source.file_name or source.files
        return bool(stands_alone) or any(key in self._found for key in source.columns)

    def _plan(self, entity_name: str, name: str, source: FieldSource) -> FieldPlan:
        field = entity(entity_name).field(name)
        found = tuple(key for key in source.columns if key in self._found)
        if source.file_name:
            source = replace(source, default=self._file)
        told = [text for part, text in source.files.items() if part.lower() in self._own_name]
        if told:
            source = replace(source, default=told[0] or None)
        groups = [found] if source.join and found else [(key,) for key in found]
        inputs = tuple(self._input(field, keys, source) for keys in groups)
        # A profit that is taken from the sales, to know the cost, may be a loss.
        signed = replace(field, min=None)
        added = tuple(
            (self._input(signed if key in source.less else field, (key,), source), key in source.less)
            for key in (*source.plus, *source.less)
            if key in self._found
        )
        over = (
            self._input(entity("order_lines").field("quantity"), (source.over,), source)
            if source.over in self._found
            else None
        )
        return FieldPlan(field, source, name, inputs, added=added, over=over)

    def _input(self, field: Field, keys: tuple[str, ...], source: FieldSource) -> Input:
        """Return the input of a field: fields that read the same columns in the same way share one."""
        words, spelt = tuple(source.words.items()), tuple(field.words.items())
        limits = (field.min, field.max, field.min_years_ago, field.max_years_ago, field.impossible)
        spelt += tuple(field.turns.items())
        identity = (keys, field.type, field.decimals, words, spelt, field.is_open, field.other, limits)
        if identity not in self._inputs:
            column = self._profile.columns[keys[0]]
            name = self._found[keys[0]]
            unit = unit_of(name) if field.type == "money" and column.unit == "units" else None
            if unit is not None:
                column = replace(column, unit=unit)
                self._units[name] = unit
            made = reader(
                field,
                column,
                is_numeric=name in self._numeric,
                date_order=self._date_order,
                zone=UTC if _NAMES_UTC.search(name) else "",
                home=self._timezone,
            )
            code = column.currency if column.currency in self._found else None
            if field.type == "money" and column.currency is None:
                # An amount is in the currency of its row.
                code = self._only_code
            limit = bounds(field, column, self._as_of)
            self._inputs[identity] = Input(keys, name, made, limit, words=source.words, currency=code)
        return self._inputs[identity]

    def _decide_currency(self) -> None:
        """Tell all amounts the company's currency: the one that is known, or the commonest of the first amounts that name any."""
        inputs = [made for _, plans in self._mappings for plan in plans for made in plan.inputs]
        told = next((found for made in inputs if (found := made.currency)), None)
        company = self.currency or (told[0] if told else None)
        for made in inputs:
            made.company, made.is_known = company, self.currency is not None
        if self.currency is None and told is not None and told[1]:
            self.currency = told[0]

    def _read(self, texts: Mapping[str, pl.Series]) -> dict[Input, Inputs]:
        if self._rates is None:
            return {made: made.read(texts) for made in self._inputs.values()}
        mapping, plans = self._mappings[0]
        at = next(
            (plan.inputs for plan in plans if plan.name == entity(mapping.entity).at and plan.inputs), ()
        )
        days = at[0].read(texts).values if at else None
        return {made: made.read(texts, self._rates, days) for made in self._inputs.values()}

    def _tidied(
        self, cells: pl.DataFrame, keys: list[str], known: Mapping[str, Tidy] | None = None
    ) -> dict[str, Tidy]:
        return {
            key: known[key]
            if known and key in known
            else tidied(cells[self._found[key]], self._profile.columns[key], self._found[key])
            for key in keys
            if key in self._found
        }


def _in_use(
    row_checks: list[RowCheck], tidy: Mapping[str, Tidy], read: Mapping[Input, Inputs], kept: pl.Series
) -> Iterator[Edit]:
    """Yield what was changed in cells that some row took its value from, or that decided which rows a mapping takes."""
    used: dict[Input | str, pl.Series] = {
        key: kept for row_check in row_checks for key in row_check.mapping.conditions
    }
    for row_check in row_checks:
        for made, rows in row_check.used():
            keys: tuple[Input | str, ...] = (made, *made.columns)
            for key in keys:
                used[key] = used[key] | rows if key in used else rows
    changed: list[tuple[Input | str, tuple[Edit, ...]]] = [(key, cells.edits) for key, cells in tidy.items()]
    changed.extend((made, cells.edits) for made, cells in read.items())
    for key, edits in changed:
        yield from (edit.only(used[key]) for edit in edits if key in used)


def _stem(name: str) -> str:
    return PurePath(re.sub(r"\.(gz|zst)$", "", name)).stem


def _counts_back(field: Field) -> bool:
    return field.max_years_ago is not None or field.min_years_ago is not None
