"""Whether what a profile says fits together: columns that exist, fields of the entities, types that agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from martlet.engine.errors import IngestError, UnknownNameError, did_you_mean
from martlet.loaders.ingest.cleaning.field_parsers import constant
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.headers import normal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.entity import Field
    from martlet.loaders.ingest.profile import Column, EntityMapping, FieldSource, Profile
    from martlet.loaders.ingest.types import FieldType

__all__ = ["check"]

_TEXT: Final = frozenset(("id", "text", "word", "name", "email", "phone", "url"))
_NUMBERS: Final = frozenset(("money", "number", "share", "count", "year"))
_ADDABLE: Final = frozenset(("money", "number", "count"))
_DATES: Final = frozenset(("date", "timestamp"))
# Types between which a declared one and that of a field may differ; a day can mark that something is so.
_ALIKE: Final = (
    _NUMBERS,
    _DATES,
    frozenset(("word", "status")),
    frozenset(("bool", "mark")),
    _DATES | {"mark"},
)
# Which keys of a column make sense for which types.
_ONLY: Final = {
    "dates": _DATES | {"mark"},
    "zone": frozenset(("timestamp", "mark")),
    "decimal": _NUMBERS,
    "min": _NUMBERS,
    "max": _NUMBERS,
    "impossible": _NUMBERS,
    "currency": frozenset(("money",)),
    "steps": frozenset(("path",)),
}


def check(profile: Profile, name: str) -> None:
    """Raise an IngestError that begins with the file's `name` if a profile contradicts itself or the entities."""
    _names(profile, name)
    for number, mapping in enumerate(profile.mappings, 1):
        _mapping(profile, mapping, name, f"mappings[{number}]")
    for number, note in enumerate(profile.notes, 1):
        keys = [*note.conditions, *(key for source in note.amounts.values() for key in source.keys)]
        for column in keys:
            _declared(profile, column, f"{name}: notes[{number}]")


def _names(profile: Profile, name: str) -> None:
    owners: dict[str, str] = {}
    for column in profile.columns.values():
        place = f"{name}: columns.{column.key}"
        if not column.names:
            raise IngestError(f"{place}.names is empty; say how the source calls the column")
        for header in column.names:
            owner = owners.setdefault(normal(header) or header, column.key)
            if owner != column.key:
                raise IngestError(
                    f"{place}.names: {header!r} is a name of columns.{owner} already; one column may feed several fields"
                )
        if column.currency and column.currency not in profile.columns:
            hint = did_you_mean(column.currency, profile.columns)
            raise IngestError(f"{place}.currency: there is no column {column.currency!r}.{hint}")
        for other in column.otherwise:
            if other not in profile.columns:
                hint = did_you_mean(other, profile.columns)
                raise IngestError(f"{place}.otherwise: there is no column {other!r}.{hint}")
        if column.min is not None and column.max is not None and column.min > column.max:
            raise IngestError(f"{place}.min is {column.min}, more than its max, {column.max}")


def _mapping(profile: Profile, mapping: EntityMapping, name: str, place: str) -> None:
    entity = entities()[mapping.entity]
    for column in mapping.conditions:
        condition = "where" if column in (*mapping.given, *mapping.where) else "unless"
        _declared(profile, column, f"{name}: {place}.{condition}")
    for key, source in mapping.fields.items():
        where = f"{name}: {place}.{key}"
        try:
            field = entity.field(key)
        except UnknownNameError as error:
            raise IngestError(f"{where}: {error}") from error
        for column in source.keys:
            declared = _declared(profile, column, where)
            if column != source.over:
                _fits(declared, field, where)
        _addable(source, field, where)
        _readable(source, field, where)
        for column in source.columns:
            _meaningful(profile.columns[column], field, f"{name}: columns.{column}", key)
    for key in mapping.sum:
        if entity.field(key).type not in _ADDABLE:
            raise IngestError(
                f"{name}: {place}.sum: {key} is a {entity.field(key).type}, which can't be added up"
            )
    lacking = [
        key
        for key, field in entity.fields.items()
        if field.required and not field.may_lack and key not in mapping.fields
    ]
    lacking += [
        " or ".join(group) for group in entity.needs if not any(name in mapping.fields for name in group)
    ]
    if lacking:
        hint = f'{lacking[0]} = "column"'
        raise IngestError(
            f"{name}: {place} ({mapping.entity}) lacks {lacking[0]}, without which there are no {mapping.entity}; add {hint}, or {{ constant = ... }}"
        )


def _addable(source: FieldSource, field: Field, where: str) -> None:
    if (source.plus or source.less or source.over) and field.type not in _ADDABLE:
        raise IngestError(
            f"{where} is a {field.type}, which can't be reckoned with; plus, less and over are for amounts"
        )


def _declared(profile: Profile, key: str, where: str) -> Column:
    if key not in profile.columns:
        raise IngestError(
            f"{where}: there is no column {key!r} under [columns].{did_you_mean(key, profile.columns)}"
        )
    return profile.columns[key]


def _fits(column: Column, field: Field, where: str) -> None:
    if column.type is not None and not _compatible(column.type, field.type):
        raise IngestError(
            f"{where} is a {field.type}, but columns.{column.key} is declared as a {column.type}; feed it from another column, or change the type"
        )
    for option, types in _ONLY.items():
        if getattr(column, option) not in (None, "", ()) and field.type not in types | _TEXT:
            kinds = ", ".join(sorted(types))
            raise IngestError(
                f"{where} is a {field.type}, but columns.{column.key}.{option} is for these types: {kinds}"
            )
    if column.unit != "units" and field.type not in _NUMBERS | _TEXT:
        raise IngestError(f"{where} is a {field.type}, but columns.{column.key}.unit is for numbers")


def _compatible(column: FieldType, field: FieldType) -> bool:
    return column == field or field in _TEXT or any({column, field} <= kind for kind in _ALIKE)


def _meaningful(column: Column, field: Field, where: str, key: str) -> None:
    """Hold what a column's words and default mean against the type of a field that it feeds."""
    for option, text in _said(column.words, {"default": column.default}):
        problem = constant(text, field)[1]
        if problem is not None:
            raise IngestError(f"{where}.{option} is {text!r}, which feeds {key}: {problem}")


def _readable(source: FieldSource, field: Field, where: str) -> None:
    """Hold what the profile itself says, constants and defaults, against the type of the field."""
    options = {"constant": source.constant, "default": source.default}
    options |= {f"files.{part}": text or None for part, text in source.files.items()}
    for option, text in _said(source.words, options):
        problem = constant(text, field)[1]
        if problem is not None:
            raise IngestError(f"{where}.{option} is {text!r}: {problem}; the field is a {field.type}")


def _said(words: Mapping[str, str], options: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """Return the texts of a profile that become values, each with its key."""
    meant = [(f"words.{word}", text) for word, text in words.items() if text]
    return meant + [(option, text) for option, text in options.items() if text is not None]
