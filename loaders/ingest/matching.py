"""Which column of a source is which of a profile: by name, by words of its name, by what it holds, or as the caller says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest.contents import MOSTLY, Contents
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.headers import has_word, listed, normal
from martlet.sql.errors import IngestError, ParameterError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.entity import FieldType
    from martlet.loaders.ingest.profile import Column, Feed, Profile
    from martlet.loaders.ingest.reading.source import Source

__all__ = ["Matching", "attempt", "match"]

_NUMBERS: Final = ("money", "number", "share", "count", "year")
_DATES: Final = ("date", "timestamp")
_LONGEST_SHOWN: Final = 40


@dataclass(frozen=True)
class Matching:
    """What was found of a profile in a source.

    Attributes
    ----------
    columns
        By key of the profile, the source's column.
    feeds
        The feeds for which there are columns, the main one first.
    unused
        The source's columns that feed nothing.
    notes
        What was chosen among several, or guessed, in words.
    missing
        Keys of columns, or fields of the main feed, that must be there and aren't; empty for what `match` returns.
    """

    columns: dict[str, str]
    feeds: tuple[Feed, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...] = ()


def match(profile: Profile, source: Source, overrides: Mapping[str, str | int] | None = None) -> Matching:
    """Find the columns of a profile in a source.

    Parameters
    ----------
    overrides
        By key of the profile, the source's column by name, or by position from 1.

    Raises
    ------
    ParameterError
        If the profile has no such column.
    IngestError
        If the source hasn't a named column, one column is asked for twice, or a required one isn't found; the message
        says what the source has.
    """
    contents = Contents(source)
    matching = attempt(profile, source, contents, overrides)
    if matching.missing:
        raise IngestError(_complaint(profile, source, contents, matching))
    return matching


def attempt(
    profile: Profile,
    source: Source,
    contents: Contents,
    overrides: Mapping[str, str | int] | None = None,
) -> Matching:
    """Return what can be found of a profile in a source, whatever is missing; else as `match`."""
    search = _Search(profile, source, contents)
    search.override(overrides or {})
    if source.has_header:
        search.by_name()
        search.alone()
    else:
        search.by_content()
        search.by_position()
    search.stand_ins()
    found = search.found
    missing = [key for key, column in profile.columns.items() if column.required and key not in found]
    for name in () if missing else _lacking(profile.main, found):
        missing.append(name)
    feeds, notes = [profile.main], search.notes
    for feed in profile.feeds[1:]:
        lacking = _lacking(feed, found)
        if not lacking:
            feeds.append(feed)
        elif any(key in found for of in feed.fields.values() for key in of.columns):
            notes.append(
                f"no {feed.entity} are made of these rows, since there is no column for {' and '.join(lacking)}"
            )
    used = {found[key] for feed in feeds for key in _keys(feed) if key in found}
    used |= {found[key] for key in found if any(c.currency == key for c in profile.columns.values())}
    unused = tuple(name for name in source.columns if name not in used)
    return Matching(dict(found), tuple(feeds), unused, tuple(notes), tuple(missing))


def _keys(feed: Feed) -> list[str]:
    return [*(key for of in feed.fields.values() for key in of.columns), *feed.conditions]


def _lacking(feed: Feed, found: Mapping[str, str]) -> list[str]:
    """Return the required fields and conditions of a feed for which there is no column."""
    fields = entity(feed.entity)
    lacking = [
        name
        for name, of in feed.fields.items()
        if (of.required or fields.field(name).required)
        and of.columns
        and not any(key in found for key in of.columns)
    ]
    if feed.given and not any(key in found for key in feed.given):
        lacking.append(" or ".join(feed.given))
    return [*lacking, *(key for key in feed.where if key not in found)]


def type_of(profile: Profile, key: str) -> FieldType | None:
    """Return what a column of a profile holds: as it declares, or as the first field that it feeds."""
    declared = profile.columns[key].type
    if declared is not None:
        return declared
    for feed in profile.feeds:
        for name, of in feed.fields.items():
            if key in of.columns and not of.join:
                return entity(feed.entity).field(name).type
    return None


class _Search:
    """The search for columns: `found` by key, and `notes`."""

    def __init__(self, profile: Profile, source: Source, contents: Contents) -> None:
        self._profile: Final = profile
        self._source: Final = source
        self._contents: Final = contents
        self.found: dict[str, str] = {}
        self.notes: list[str] = []

    def override(self, overrides: Mapping[str, str | int]) -> None:
        for key, wanted in overrides.items():
            if key not in self._profile.columns:
                hint = did_you_mean(key, self._profile.columns)
                raise ParameterError(f"the profile {self._profile.name} has no column {key!r}.{hint}")
            name = self._named(key, wanted)
            twice = [other for other, taken in self.found.items() if taken == name]
            if twice:
                raise IngestError(f"{self._source.name}: column {name!r} can't be both {twice[0]} and {key}")
            self.found[key] = name

    def by_name(self) -> None:
        """Take columns by known names, then by words of their names, then those of known names but odd content."""
        known = {key: self._known(column) for key, column in self._profile.columns.items()}
        owned = {name for names in known.values() for name in names}
        for key, column in self._profile.columns.items():
            if key in self.found:
                continue
            fitting = [name for name in known[key] if name in self._free() and self._fit(key, name) >= MOSTLY]
            others = [n for n in self._free() if n not in owned and self._fit(key, n) >= MOSTLY]
            found = fitting or self._alike(key, column, others)
            # A column of a known name may be mostly spoilt; its rows will say so.
            found = found or [name for name in known[key] if name in self._free()]
            if not found:
                continue
            self.found[key] = found[0]
            if len(found) > 1 and column.required:
                rest = ", ".join(map(repr, found[1:]))
                self.notes.append(f"{key} is read from {found[0]!r}; {rest} would fit as well")

    def alone(self) -> None:
        """Take a column of unknown name if it alone holds what a key is looking for."""
        for key, column in self._profile.columns.items():
            content = column.guess.content
            if key in self.found or content not in ("date", "money", "email"):
                continue
            free = self._free()
            alike = (
                self._contents.only_decimals(free)
                if content == "money"
                else self._contents.holding(content, free)
            )
            fitting = [name for name in alike if not has_word(name, column.guess.unless)]
            if len(fitting) == 1 and column.required:
                self.found[key] = fitting[0]
                self.notes.append(f"{key} is read from {fitting[0]!r}, the only column that looks like it")

    def by_content(self) -> None:
        """Guess columns without names by what they hold, in the order in which contents tell most."""
        order = ("date", "email", "money", "recurring", "unique", "quantity")
        keyed = [(c.guess.content, key) for key, c in self._profile.columns.items() if c.guess.content]
        for content, key in sorted(keyed, key=lambda pair: order.index(pair[0])):
            if key in self.found:
                continue
            candidates = self._contents.holding(content, self._free())
            if content == "recurring":
                candidates = candidates or self._contents.holding("unique", self._free())
            if not candidates:
                continue
            self.found[key] = candidates[0]
            if len(candidates) > 1 and self._profile.columns[key].required:
                rest = ", ".join(candidates[1:])
                self.notes.append(
                    f"{key} is read from column {candidates[0]}; column {rest} would fit as well: say {key}={candidates[1]} for it"
                )

    def by_position(self) -> None:
        """Take the columns of a file without header in the profile's order, if there are as many and all fit."""
        keys, names = list(self._profile.columns), self._source.columns
        if self.found or len(keys) != len(names):
            return
        if all(self._fit(key, name) >= MOSTLY for key, name in zip(keys, names, strict=True)):
            self.found.update(zip(keys, names, strict=True))
            self.notes.append("the file has no header; its columns were taken in the order of the profile")

    def stand_ins(self) -> None:
        """Take other columns for what was not found, even such as have another key."""
        for key, column in self._profile.columns.items():
            if key in self.found:
                continue
            for name in column.guess.stand_ins:
                stand_in = self.found.get(name) or self._undated(name)
                if stand_in:
                    self.found[key] = stand_in
                    self.notes.append(f"{key} is read from {stand_in!r}, since no other column holds it")
                    break

    def _undated(self, name: str) -> str | None:
        same = [
            n for n in self._free() if normal(n) == normal(name) and self._contents.share(n, "date") < MOSTLY
        ]
        return same[0] if same and self._source.has_header else None

    def _free(self) -> list[str]:
        taken = set(self.found.values())
        return [name for name in self._source.columns if name not in taken]

    def _known(self, column: Column) -> list[str]:
        """Return the source's columns of a known name, the surest first; an exact name before a similar one."""
        exact = {name: rank for rank, name in reversed(list(enumerate(column.names)))}
        alike = {normal(name) or name: rank for rank, name in reversed(list(enumerate(column.names)))}
        ranks = {
            name: (0, exact[name]) if name in exact else (1, alike[normal(name)])
            for name in self._source.columns
            if name in exact or (normal(name) and normal(name) in alike)
        }
        return sorted(ranks, key=ranks.__getitem__)

    def _alike(self, key: str, column: Column, names: list[str]) -> list[str]:
        # Only a date may be full of dates.
        is_date = type_of(self._profile, key) in _DATES
        possible = [n for n in names if is_date or self._contents.share(n, "date") < MOSTLY]
        return [
            n for n in possible if has_word(n, column.guess.words) and not has_word(n, column.guess.unless)
        ]

    def _fit(self, key: str, name: str) -> float:
        """Return the share of cells that can be what the column's name says; an empty column can."""
        column = self._profile.columns[key]
        if self._contents.is_empty(name):
            return 0.0 if column.required else 1.0
        if type_of(self._profile, key) in (*_DATES, *_NUMBERS) and not column.words:
            # Numbers may count days or seconds, and eight digits of an amount look like a date: the name tells.
            return self._contents.share(name, "date") + self._contents.share(name, "number")
        return 1.0

    def _named(self, key: str, wanted: str | int) -> str:
        source, text = self._source, str(wanted).strip()
        if isinstance(wanted, str):
            for name in source.columns:
                if name == text:
                    return name
            for name in source.columns:
                if normal(text) and normal(name) == normal(text):
                    return name
        if text.isdecimal() and 1 <= int(text) <= len(source.columns):
            return source.columns[int(text) - 1]
        if not source.has_header:
            raise IngestError(
                f"{source.name} has no header, so its {len(source.columns)} columns go by number; there is no column {text!r} for {key}"
            )
        hint = did_you_mean(text, source.columns)
        listing = f" There are: {listed(source.columns)}." if "Did you" in hint else ""
        raise IngestError(f"{source.name} has no column {text!r} for {key}.{hint}{listing}")


def _complaint(profile: Profile, source: Source, contents: Contents, matching: Matching) -> str:
    from martlet.loaders.ingest.ranking import rank  # noqa: PLC0415  (it asks this module)

    held = listed(f"{name[:_LONGEST_SHOWN]} ({contents.commonest(name)})" for name in source.columns)
    wanted = " and ".join(matching.missing)
    options = " ".join(f"--column {key}=COLUMN" for key in matching.missing if key in profile.columns)
    known = "; ".join(
        f"{key} is known as {listed(profile.columns[key].names[:5])}"
        for key in matching.missing
        if key in profile.columns
    )
    text = f"{source.name}: no column was recognised for {wanted} of the profile {profile.name}. Columns are: {held}."
    if options:
        text += f" Name the right ones: {options}. ({known})"
    better = [fit.profile for fit in rank(source) if not fit.missing and fit.profile != profile.name]
    return f"{text} The profile {better[0]} would fit." if better else text
