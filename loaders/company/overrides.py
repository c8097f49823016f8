"""Changes to a preset: what `--set key=value` says, and what a file with a `base` says, laid over the base's table.

A key is a dotted path. An entry of a list is named by its position or by its own name: `channels[4].effect` and
`channels.Email.effect` are the same number. Where a change gives a list, it replaces the whole list.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from martlet.engine.errors import ParameterError, did_you_mean

__all__ = ["SEASON", "as_text", "changed", "from_text", "names_of", "nested", "value_of"]

# A switch, not a key: it stands for all that shapes demand over time.
SEASON: Final = "season"
_FLAT: Final = {"month": 12, "weekday": 7, "hour": 24, "hour_weekend": 24}
_SWITCH: Final = {"on": True, "off": False, True: True, False: False}
# Keys by which the entries of a list are told apart, in order of preference.
_NAMING: Final = ("name", "type", "platform", "title", "city", "channel")
_STEP: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^."\[\]]+))((?:\[\d+\])*)\s*(\.|$)')


def from_text(text: str) -> Any:
    """Return the value that a text stands for, read as TOML: `3`, `0.5`, `true`, `[1, 2]`; else the text itself."""
    try:
        table = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    return table["value"] if set(table) == {"value"} else text


def value_of(given: Any) -> Any:
    """Return the value that a change gives: a text as TOML reads it, anything else as it is."""
    return from_text(given) if isinstance(given, str) else deepcopy(given)


def as_text(value: Any) -> str:
    """Return a value as the text from which `from_text` reads it again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if isinstance(from_text(value), str) and from_text(value) == value else _quoted(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_inner(item) for item in value)}]"
    if isinstance(value, Mapping):
        pairs = (f"{_quoted(str(name))} = {_inner(item)}" for name, item in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return repr(value)


def _inner(value: Any) -> str:
    return _quoted(value) if isinstance(value, str) else as_text(value)


def _quoted(text: str) -> str:
    """Return a text as TOML quotes it: JSON's escapes, but for signs beyond the first plane, of which JSON makes two halves."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def nested(changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return changes by dotted key as tables, shorter keys first: what is set within a list comes after the list.

    Texts are read as TOML; see `from_text`.

    Raises
    ------
    ParameterError
        If a key is no dotted path.
    """
    tables = []
    # The switch flattens what other keys may shape again.
    for key, given in sorted(
        changes.items(), key=lambda item: (item[0] != SEASON, len(_steps(item[0])), item[0])
    ):
        value = value_of(given)
        for step in reversed(_steps(key)):
            value = {step: value}
        tables.append(value)
    return tables


def _steps(key: str) -> list[str]:
    steps: list[str] = []
    at, going_on = 0, True
    while going_on:
        found = _STEP.match(key, at)
        if not found:
            raise ParameterError(
                f"{key!r} is no key of a preset; write it with dots, such as visits.prospects"
            )
        quoted, bare, positions, dot = found.groups()
        steps.append(bare.strip() if quoted is None else json.loads(f'"{quoted}"'))
        steps += re.findall(r"\[\d+\]", positions)
        at, going_on = found.end(), dot == "."
    return steps


def changed(table: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a preset's table with changes laid over it; both stay as they are.

    `season = "off"` makes demand flat: months, weekdays and hours alike, of all categories too, no holidays, no trend,
    promotions that draw nobody, and nothing that acts from outside. Sign-ups still grow. Calendar time is operational time then.

    Raises
    ------
    ParameterError
        If a change names an entry that a list does not have, or the switch is neither on nor off. Whether keys exist and
        values are possible is found out when the table is read.
    """
    switch, rest = changes.get(SEASON, "on"), {k: v for k, v in changes.items() if k != SEASON}
    if not isinstance(switch, (str, bool)) or switch not in _SWITCH:
        raise ParameterError(f"{SEASON} is {switch!r}; allowed are on and off")
    merged = deepcopy(dict(table))
    if not _SWITCH[switch]:
        _flatten(merged)
    for name, change in rest.items():
        merged[name] = _laid_over(merged[name], change, name) if name in merged else change
    return merged


def _laid_over(old: Any, change: Any, key: str) -> Any:
    if not isinstance(change, Mapping):
        return change
    if isinstance(old, list):
        entries = list(old)
        for name, inner in change.items():
            position = _position(entries, str(name), key)
            entries[position] = _laid_over(entries[position], inner, f"{key}[{position}]")
        return entries
    if not isinstance(old, Mapping) or not change:
        return change
    merged = dict(old)
    for name, inner in change.items():
        merged[name] = _laid_over(merged[name], inner, f"{key}.{name}") if name in merged else inner
    return merged


def _position(entries: list[Any], name: str, key: str) -> int:
    """Return the position of the entry that a step of a key names."""
    if name.startswith("["):
        if int(name[1:-1]) >= len(entries):
            raise ParameterError(
                f"{key}{name} does not exist; allowed are {key}[0] to {key}[{len(entries) - 1}]"
            )
        return int(name[1:-1])
    names = names_of(entries)
    if name not in names:
        near = did_you_mean(name, names)
        allowed = ", ".join(names) if names else f"positions such as {key}[0]"
        raise ParameterError(f"{key} has no entry {name!r}.{near} Allowed: {allowed}")
    return names.index(name)


def names_of(entries: list[Any]) -> list[str]:
    """Return the names of a list's entries; none if no key tells them all apart."""
    if not all(isinstance(entry, Mapping) for entry in entries):
        return []
    for naming in _NAMING:
        found = [str(entry[naming]) for entry in entries if naming in entry]
        if found and len(set(found)) == len(entries):
            return found
    return []


def _flatten(table: dict[str, Any]) -> None:
    clock = table.get("clock")
    if isinstance(clock, dict):
        clock |= {name: [1.0] * length for name, length in _FLAT.items()}
        clock |= {"holidays": {}, "demand_growth_per_year": 0.0}
    external = table.get("external")
    if isinstance(external, dict):
        external |= {name: 0.0 for name in external if name.endswith("_effect")}
    catalogue = table.get("catalogue")
    for curve in catalogue.get("seasons", ()) if isinstance(catalogue, dict) else ():
        if isinstance(curve, dict):
            curve["month"] = [1.0] * _FLAT["month"]
    promotions = table.get("promotions")
    for promotion in promotions if isinstance(promotions, list) else ():
        if isinstance(promotion, dict):
            promotion["demand"] = 1.0
