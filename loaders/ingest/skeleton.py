"""The profile of a file that none fits, begun: what could be guessed is filled in, the rest is there to be named."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from martlet.loaders.ingest._search import Search
from martlet.loaders.ingest.contents import MOSTLY, Contents
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.headers import has_word, words
from martlet.loaders.ingest.hidden import hides
from martlet.loaders.ingest.matching import lacking
from martlet.loaders.ingest.profile_files import load_profile, profile_names
from martlet.loaders.privacy.addresses import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from martlet.loaders.ingest.profile import Column, EntityMapping, Profile
    from martlet.loaders.ingest.reading.source import Source

__all__ = ["Skeleton", "skeleton"]

_LONGEST_EXAMPLE: Final = 40
# What is guessed by content, the surest first; and words of names that stand for nothing of it.
_GUESSED: Final = ("date", "email", "money", "recurring", "unique")
_NEITHER: Final = (
    r"phone|tel\w*|mobile|fax|zip|post\w*|timezone|zone|balance|fee|fees|latitude|longitude|ip|rating"
)


@dataclass(frozen=True)
class Skeleton:
    """A profile begun.

    Attributes
    ----------
    text
        The TOML.
    guessed
        Keys of columns whose names told nothing, so that what they hold decided.
    missing
        Fields that must be fed, and for which no column was found.
    """

    text: str
    guessed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Candidate:
    profile: Profile
    by_name: dict[str, str]
    found: dict[str, str]
    missing: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, bool]:
        """How much speaks for it: names that say so, then what the columns hold; orders where nothing decides."""
        required = sum(key in self.by_name for key, column in self.profile.columns.items() if column.required)
        return (len(self.by_name) + 2 * required + 6 * (not self.missing), self.profile.name == "orders")


def skeleton(source: Source) -> Skeleton:
    """Return a profile for a source, of the kind of row that its columns tell of most."""
    contents = Contents(source)
    kinds = [load_profile(name) for name in profile_names() if name in entities()]
    best = max((_candidate(kind, source, contents) for kind in kinds), key=lambda one: one.rank)
    name = re.sub(r"\W+", "_", PurePath(source.name).stem.lower()).strip("_")
    name = name if name[:1].isalpha() else f"my_{name}".rstrip("_")
    lines = [*_head(name, source, best), *_columns(source, best), *_mappings(best)]
    guessed = tuple(key for key in best.found if key not in best.by_name)
    return Skeleton("\n".join(lines) + "\n", guessed, best.missing)


def _candidate(profile: Profile, source: Source, contents: Contents) -> _Candidate:
    search = Search(profile, source, contents)
    if not source.has_header:
        search.by_content()
        return _Candidate(profile, {}, search.found, tuple(lacking(profile.main, search.found)))
    search.by_name()
    by_name = {key: name for key, name in search.found.items() if not has_word(name, _NEITHER)}
    found = dict(by_name)
    for key, column in profile.columns.items():
        if key not in found and (name := _holding_a_name(column, source, contents, found)):
            found[key] = name
    for content in _GUESSED:
        for key in _still_needed(profile, found):
            if profile.columns[key].guess.content == content:
                found.update((key, name) for name in _guesses(profile, key, source, contents, found)[:1])
    return _Candidate(profile, by_name, found, tuple(lacking(profile.main, found)))


def _holding_a_name(column: Column, source: Source, contents: Contents, found: dict[str, str]) -> str | None:
    """Return a free column among whose words are all of a known name: of several words, or of a required column's."""
    known = [words(name) for name in (*column.names, column.key)]
    known = [name for name in known if len(name) > 1 or column.required]
    free = [name for name in source.columns if name not in found.values() and not _is_barred(column, name)]
    if column.guess.content != "email":
        free = [name for name in free if contents.share(name, "email") < MOSTLY]
    for wanted in sorted(known, key=len, reverse=True):
        for name in free:
            if set(wanted) <= set(words(name)):
                return name
    return None


def _still_needed(profile: Profile, found: dict[str, str]) -> list[str]:
    """Return the keys of columns without one of which the main mapping can't be."""
    fields = profile.main.fields
    absent = [name for names in lacking(profile.main, found) for name in names.split(" or ")]
    needed = [key for name in absent if name in fields for key in fields[name].columns]
    return [key for key in needed if key not in found]


def _guesses(
    profile: Profile, key: str, source: Source, contents: Contents, found: dict[str, str]
) -> list[str]:
    column = profile.columns[key]
    content = column.guess.content
    if content is None:
        return []
    free = [n for n in source.columns if n not in found.values() and not _is_barred(column, n)]
    # A whole number may be anything.
    return contents.only_decimals(free)[::-1] if content == "money" else contents.holding(content, free)


def _is_barred(column: Column, name: str) -> bool:
    return has_word(name, column.guess.unless) or has_word(name, _NEITHER)


def _head(name: str, source: Source, of: _Candidate) -> Iterator[str]:
    yield f"# A profile for files such as {source.name}, begun by martlet profiles new. Mend it, then try:"
    yield f"#     martlet ingest {name}.toml {source.name} --totals-only"
    yield "# docs/ingest.md says all that can stand here; martlet profiles NAME shows what others say."
    yield f"name  = {_text(name)}"
    title = f"{source.name}: {of.profile.main.entity.replace('_', ' ')}"
    yield f"title = {_text(title)}"
    yield f"row   = {_text(entities()[of.profile.main.entity].doc)}"
    yield ""


def _columns(source: Source, of: _Candidate) -> Iterator[str]:
    sample = source.sample()
    keys = {name: key for key, name in of.found.items()}
    taken = set(keys.values())
    yield "[columns]"
    for name in source.columns:
        if name in keys:
            key = keys[name]
            example = "" if _tells_of_people(of.profile, key) else _example(sample[name])
            shown = f", example = {_text(example)}" if example else ""
            guess = "" if key in of.by_name else "   # guessed by what it holds"
            required = ", required = true" if of.profile.columns[key].required else ""
            currency = of.profile.columns[key].currency
            paid_in = f", currency = {_text(currency)}" if currency in of.found else ""
            yield f"{key} = {{ names = [{_text(name)}]{required}{paid_in}{shown} }}{guess}"
        else:
            key = _free_key(name, taken)
            taken.add(key)
            # Nobody knows what it holds: a phone number, say. A profile is passed on, and is to quote nobody.
            yield f"# {key} = {{ names = [{_text(name)}] }}   # feeds nothing yet"
    yield ""


def _tells_of_people(profile: Profile, key: str) -> bool:
    """Tell whether a column feeds a field that says who people are, or any field of a list of them."""
    return any(
        mapping.entity == "customers" or hides(entities()[mapping.entity], name) is not None
        for mapping in profile.mappings
        for name, source in mapping.fields.items()
        if key in source.columns
    )


def _example(cells: Iterable[str | None]) -> str:
    """Return the first cell that is given and holds no address."""
    given = (cell for cell in cells if cell and cell.strip() and not re.search(ADDRESS, cell))
    return next(given, "")[:_LONGEST_EXAMPLE]


def _mappings(of: _Candidate) -> Iterator[str]:
    for mapping in of.profile.mappings:
        absent = lacking(mapping, of.found)
        if absent and mapping is not of.profile.main:
            continue
        fields = entities()[mapping.entity].fields
        yield "[[mappings]]"
        yield f"entity = {_text(mapping.entity)}"
        if mapping.given:
            yield f"where = {_list(key for key in mapping.given if key in of.found)}"
        for name, source in mapping.fields.items():
            columns = [key for key in source.columns if key in of.found]
            if not columns:
                continue
            required = source.required and not fields[name].required
            value = _text(columns[0]) if len(columns) == 1 else _list(columns)
            yield f"{name} = {{ from = {value}, required = true }}" if required else f"{name} = {value}"
        for names in absent:
            name, *others = names.split(" or ")
            instead = f" (or {', or '.join(others)})" if others else ""
            yield f'# {name} = "COLUMN"   # must be fed{instead}: {fields[name].doc if name in fields else name}'
        unfed = [
            name
            for name in fields
            if not any(key in of.found for key in _feeding(mapping, name))
            and not any(name in names.split(" or ") for names in absent)
        ]
        if unfed:
            yield f"# {mapping.entity} have these fields too: {', '.join(unfed)}"
        yield ""


def _feeding(mapping: EntityMapping, name: str) -> tuple[str, ...]:
    return mapping.fields[name].columns if name in mapping.fields else ()


def _free_key(name: str, taken: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_") or "column"
    base = base if base[0].isalpha() else f"column_{base}"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(_text(text) for text in texts)}]"


def _text(text: str | None) -> str:
    # What JSON escapes, TOML escapes alike, but for DEL, which JSON leaves bare.
    return json.dumps(text or "", ensure_ascii=False).replace("\x7f", "\\u007f")
