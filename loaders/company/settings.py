"""All keys of a preset, with their values and what is allowed: what `--set` can change."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin, get_type_hints

from martlet.loaders.company.overrides import SEASON, as_text, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from martlet.loaders.company._offers import Preset

__all__ = ["Setting", "settings"]

_WORDS = {float: "a number", int: "a whole number", str: "text", bool: "true or false"}


@dataclass(frozen=True)
class Setting:
    """One key of a preset, as `--set` takes it; its value as text; what is allowed, in words."""

    key: str
    value: str
    allowed: str


def settings(preset: Preset) -> list[Setting]:
    """Return all keys of a preset, the switch first, then in the order of the file; an entry of a list by its own name."""
    return [Setting(SEASON, "on", "on or off"), *_of_table(preset, "")]


def _of_table(table: Any, prefix: str) -> Iterator[Setting]:
    hints = get_type_hints(type(table), include_extras=True)
    for field in fields(table):
        yield from _of_value(getattr(table, field.name), hints[field.name], f"{prefix}{field.name}")


def _of_value(value: Any, hint: Any, key: str) -> Iterator[Setting]:
    if is_dataclass(value):
        yield from _of_table(value, f"{key}.")
    elif isinstance(value, tuple) and value and is_dataclass(value[0]):
        names = names_of([vars(entry) for entry in value])
        for position, entry in enumerate(value):
            step = f".{_quoted(names[position])}" if names else f"[{position}]"
            yield from _of_table(entry, f"{key}{step}.")
    else:
        given = list(value) if isinstance(value, tuple) else value
        yield Setting(key, as_text(given), _allowed(hint))


def _quoted(name: str) -> str:
    return f'"{name}"' if any(letter in name for letter in '.[]"=') else name


def _allowed(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return " or ".join(get_args(hint))
    between = None
    if get_origin(hint) is Annotated:
        hint, between = get_args(hint)
    origin, args = get_origin(hint), get_args(hint)
    bounds = f" from {between.low:g} to {between.high:g}" if between else ""
    if origin is dict:
        return f"a table of numbers{bounds}"
    if origin is tuple:
        inner = args[0]
        return (
            f"a list of numbers{bounds}"
            if inner is float
            else "a list of texts"
            if inner is str
            else "a list"
        )
    return f"{_WORDS[hint]}{bounds}"
