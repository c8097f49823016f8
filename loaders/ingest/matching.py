"""Which column of a source is which of a profile: by name, by words of its name, by what it holds, or as the caller says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from martlet.engine.errors import IngestError
from martlet.loaders.ingest._search import Search
from martlet.loaders.ingest.contents import Contents
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.headers import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from martlet.loaders.ingest.profile import EntityMapping, Note, Profile
    from martlet.loaders.ingest.ranking import Fit
    from martlet.loaders.ingest.reading.source import Source

__all__ = ["Matching", "attempt", "lacking", "match"]

_LONGEST_SHOWN: Final = 40
_NO_ORDER_ID: Final = (
    "no order id found: orders are told apart by customer, moment and amount, so a corrected file adds instead of replacing; "
    "name the column with --column order_id=..."
)


@dataclass(frozen=True)
class Matching:
    """What was found of a profile in a source.

    Attributes
    ----------
    columns
        By key of the profile, the source's column.
    mappings
        The mappings for which there are columns, the main one first.
    unused
        The source's columns that feed nothing.
    notes
        What was chosen among several, or guessed, in words.
    missing
        Keys of columns, or fields of the main mapping, that must be there and aren't; empty for what `match` returns.
    loud
        What a person should know before anything else, in words.
    """

    columns: dict[str, str]
    mappings: tuple[EntityMapping, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]
    missing: tuple[str, ...] = ()
    loud: tuple[str, ...] = ()


def match(
    profile: Profile,
    source: Source,
    overrides: Mapping[str, str | int] | None = None,
    *,
    rank: Callable[[Source], Sequence[Fit]] | None = None,
) -> Matching:
    """Find the columns of a profile in a source.

    Parameters
    ----------
    overrides
        By key of the profile, the source's column by name, or by position from 1.
    rank
        Ranks the profiles by how they fit a source, so that an error can name a better one.

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
        raise IngestError(_complaint(profile, source, contents, matching, rank))
    return matching


def attempt(
    profile: Profile,
    source: Source,
    contents: Contents,
    overrides: Mapping[str, str | int] | None = None,
) -> Matching:
    """Return what can be found of a profile in a source, whatever is missing; else as `match`."""
    search = Search(profile, source, contents)
    search.override(overrides or {})
    if source.has_header:
        search.by_name()
        search.alone()
    else:
        search.by_content()
        search.by_position()
    search.stand_ins()
    found = search.found
    missing = [
        key
        for key, column in profile.columns.items()
        if column.required and key not in found and not any(other in found for other in column.otherwise)
    ]
    # A file may have the columns of one way to feed the main entity alone.
    deciding = [mapping for mapping in profile.mappings if mapping.entity == profile.main.entity]
    main = next((mapping for mapping in deciding if not lacking(mapping, found)), profile.main)
    missing = missing or lacking(main, found)
    mappings, notes, loud = [main], search.notes, list[str]()
    for mapping in profile.mappings:
        absent = lacking(mapping, found)
        if mapping is main:
            continue
        if not absent:
            mappings.append(mapping)
        elif _is_alone(mapping, profile) and any(
            key in found for of in mapping.fields.values() for key in of.columns
        ):
            notes.append(
                f"no {mapping.entity} are made of these rows, since there is no column for {' and '.join(absent)}"
            )
    if _lacks_order_id(mappings, found):
        loud.append(_NO_ORDER_ID)
    used = {found[key] for mapping in mappings for key in _keys(mapping) if key in found}
    used |= {found[key] for note in profile.notes for key in _keys_of_note(note) if key in found}
    used |= {found[key] for key in found if any(c.currency == key for c in profile.columns.values())}
    unused = tuple(name for name in source.columns if name not in used)
    return Matching(dict(found), tuple(mappings), unused, tuple(notes), tuple(missing), tuple(loud))


def _is_alone(mapping: EntityMapping, profile: Profile) -> bool:
    """Tell whether no other mapping feeds the same entity."""
    return [other.entity for other in profile.mappings].count(mapping.entity) == 1


def _keys(mapping: EntityMapping) -> list[str]:
    return [*(key for of in mapping.fields.values() for key in of.keys), *mapping.conditions]


def _keys_of_note(note: Note) -> list[str]:
    return [*(key for of in note.amounts.values() for key in of.keys), *note.conditions]


def _lacks_order_id(mappings: Sequence[EntityMapping], found: Mapping[str, str]) -> bool:
    """Tell whether orders are made of rows in which no column was found for their number."""
    orders = [mapping for mapping in mappings if mapping.entity == "orders" and "order_id" in mapping.fields]
    columns = [mapping.fields["order_id"].columns for mapping in orders]
    return any(keys and not any(key in found for key in keys) for keys in columns)


def lacking(mapping: EntityMapping, found: Mapping[str, str]) -> list[str]:
    """Return the required fields and conditions of a mapping for which there is no column."""
    fields = entity(mapping.entity)
    lacking = [
        name
        for name, of in mapping.fields.items()
        if (of.required or (fields.field(name).required and not fields.field(name).may_lack))
        and of.columns
        and of.default is None
        and not of.file_name
        and (not any(key in found for key in of.columns) or (of.over and of.over not in found))
    ]
    for group in fields.needs:
        fed = [mapping.fields[name] for name in group if name in mapping.fields]
        if not any(not of.columns or any(key in found for key in of.columns) for of in fed):
            lacking.append(" or ".join(group))
    if mapping.given and not any(key in found for key in mapping.given):
        lacking.append(" or ".join(mapping.given))
    return [*lacking, *(key for key, among in mapping.where.items() if among and key not in found)]


def _complaint(
    profile: Profile,
    source: Source,
    contents: Contents,
    matching: Matching,
    rank: Callable[[Source], Sequence[Fit]] | None,
) -> str:
    # What names no known column may be a row of data, taken for a header.
    shown = range(1, len(source.columns) + 1) if source.is_hidden else source.columns
    held = listed(
        f"{str(name)[:_LONGEST_SHOWN]} ({contents.commonest(column)})"
        for name, column in zip(shown, source.columns, strict=True)
    )
    wanted = " and ".join(matching.missing)
    options = " ".join(f"--column {key}=COLUMN" for key in matching.missing if key in profile.columns)
    known = "; ".join(
        f"{key} is known as {listed(profile.columns[key].names[:5])}"
        for key in matching.missing
        if key in profile.columns
    )
    text = f"{source.name}: no column was recognised for {wanted} of the profile {profile.name}. "
    if source.has_header:
        text += f"Columns are: {held}."
    else:
        text += (
            "No line that names the columns was found, so they go by number. They hold: "
            f"{held}. Put a line of names above the first row, or say which is which by its number."
        )
    if options:
        text += f" Name the right ones: {options}. ({known})"
    fits = rank(source) if rank is not None else ()
    better = [fit.profile for fit in fits if not fit.missing and fit.profile != profile.name]
    return f"{text} The profile {better[0]} would fit." if better else text
