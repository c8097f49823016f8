"""The search for the columns of a profile: by name, by words of the name, by what the columns hold, by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.engine.errors import IngestError, ParameterError, did_you_mean
from martlet.loaders.ingest.contents import MOSTLY
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.headers import has_word, listed, normal, without_unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.contents import Contents
    from martlet.loaders.ingest.profile import Column, Profile
    from martlet.loaders.ingest.reading.source import Source
    from martlet.loaders.ingest.types import FieldType

__all__ = ["DATES", "NUMBERS", "Search", "type_of"]

NUMBERS: Final = ("money", "number", "share", "count", "year")
DATES: Final = ("date", "timestamp")


def type_of(profile: Profile, key: str) -> FieldType | None:
    """Return what a column of a profile holds: as it declares, or as the first field that it feeds."""
    declared = profile.columns[key].type
    if declared is not None:
        return declared
    for mapping in profile.mappings:
        for name, of in mapping.fields.items():
            if key in of.columns and not of.join:
                return entity(mapping.entity).field(name).type
    return None


class Search:
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
            if self._is_done(key, column):
                continue
            named = [name for name in known[key] if name in self._free()]
            found = [name for name in named if self._fit(key, name) >= MOSTLY]
            if not found:
                others = [n for n in self._free() if n not in owned and self._fit(key, n) >= MOSTLY]
                found = self._in_a_unit(key, column, others) or self._alike(key, column, others)
            # A column of a known name may be mostly spoilt; its rows will say so.
            found = found or named
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
            if content == "status" and key not in self.found:
                self._status(key)
            if self._is_done(key, column) or content not in ("date", "money", "email"):
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

    def _status(self, key: str) -> None:
        """Take the column that alone holds words for the status of orders, where none of a known name does."""
        if any(type_of(self._profile, other) == "status" for other in self.found):
            return
        fitting = self._contents.holding("status", self._free())
        if len(fitting) == 1:
            self.found[key] = fitting[0]
            self.notes.append(f"{key} is read from {fitting[0]!r}, whose words say how far orders have come")

    def by_content(self) -> None:
        """Guess columns without names by what they hold, in the order in which contents tell most."""
        order = ("date", "email", "money", "status", "recurring", "unique", "quantity")
        keyed = [(c.guess.content, key) for key, c in self._profile.columns.items() if c.guess.content]
        for content, key in sorted(keyed, key=lambda pair: order.index(pair[0])):
            if self._is_done(key, self._profile.columns[key]):
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
            if self._is_done(key, column):
                continue
            for name in column.guess.stand_ins:
                stand_in = self.found.get(name) or self._undated(name)
                if stand_in:
                    self.found[key] = stand_in
                    self.notes.append(f"{key} is read from {stand_in!r}, since no other column holds it")
                    break

    def _is_done(self, key: str, column: Column) -> bool:
        return key in self.found or any(other in self.found for other in column.otherwise)

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

    def _in_a_unit(self, key: str, column: Column, names: list[str]) -> list[str]:
        """Return columns of amounts that have a known name but for a unit or a currency, such as cost_micros or Cost (USD)."""
        if type_of(self._profile, key) != "money":
            return []
        ranks = {normal(name): rank for rank, name in reversed(list(enumerate(column.names)))}
        bare = {name: normal(without_unit(name)) for name in names}
        return sorted((n for n in names if bare[n] in ranks), key=lambda name: ranks[bare[name]])

    def _alike(self, key: str, column: Column, names: list[str]) -> list[str]:
        if not column.guess.words:
            return []
        # Only a date may be full of dates.
        is_date = type_of(self._profile, key) in DATES
        possible = [n for n in names if is_date or self._contents.share(n, "date") < MOSTLY]
        return [
            n for n in possible if has_word(n, column.guess.words) and not has_word(n, column.guess.unless)
        ]

    def _fit(self, key: str, name: str) -> float:
        """Return the share of cells that can be what the column's name says; an empty column can."""
        column = self._profile.columns[key]
        if self._contents.is_empty(name):
            return 0.0 if column.required else 1.0
        if type_of(self._profile, key) in (*DATES, *NUMBERS) and not column.words:
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
