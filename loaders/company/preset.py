"""Presets: a TOML file of numbers, read into `Preset`, every key and every range checked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from martlet.engine.errors import ParameterError, UnknownNameError, did_you_mean
from martlet.loaders.company._consistency import check_consistency
from martlet.loaders.company._offers import Preset
from martlet.loaders.company.overrides import SEASON, as_text, changed, nested, value_of

if TYPE_CHECKING:
    from martlet.loaders.company._sections import Between

__all__ = ["Preset", "Source", "load_preset", "read_preset", "recalled", "settings_of", "source_of"]

_FOLDER: Final = Path(__file__).parent
_BASE: Final = "base"
# Names in meta.setting.
_SAID: Final = "preset_file"
_SET: Final = "set."


@dataclass(frozen=True)
class Source:
    """What a preset was read from: `text` as it stands there, `table` the same parsed, `is_file` unless it ships with Martlet."""

    text: str
    table: dict[str, Any]
    is_file: bool


def load_preset(preset: str | Path | Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> Preset:
    """Return a preset by its name (`ecommerce`), from a TOML file, or from such a file's table.

    A file may begin with `base = "ecommerce"` and say only what differs from that preset.

    Parameters
    ----------
    preset
        Name, path or table.
    changes
        Values by dotted key, laid over it: `{"visits.prospects": 3, "season": "off"}`.

    Raises
    ------
    UnknownNameError
        When no preset has that name.
    ParameterError
        When the file can't be read, lacks a key, has one too many, or a value is out of its range; the message names the key.
    """
    table = dict(preset) if isinstance(preset, Mapping) else source_of(preset).table
    base = table.pop(_BASE, None)
    season = {SEASON: table.pop(SEASON)} if SEASON in table else {}
    table = changed(_shipped(str(base)).table, table | season) if base is not None else changed(table, season)
    for change in nested(changes or {}):
        table = changed(table, change)
    return read_preset(table)


def source_of(preset: str | Path) -> Source:
    """Return what a preset's file holds; raises as `load_preset` does."""
    if not isinstance(preset, Path) and not preset.endswith(".toml"):
        return _shipped(preset)
    return _source(Path(preset), is_file=True)


def settings_of(preset: str | Path | Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, str]:
    """Return what must be kept to load a preset again: its name, what its file said, and each change; see `recalled`."""
    if isinstance(preset, Mapping):
        said = dict(preset)
    else:
        source = source_of(preset)
        said = source.table if source.is_file else {}
    name = said.get("name", said.get(_BASE)) if said else preset
    kept = {"preset": str(name)} | ({_SAID: json.dumps(said, ensure_ascii=False)} if said else {})
    return kept | {f"{_SET}{key}": as_text(value_of(given)) for key, given in sorted(changes.items())}


def recalled(settings: Mapping[str, str]) -> tuple[str | dict[str, Any], dict[str, Any]]:
    """Return the preset, by name or as a table, and the changes, that `settings_of` kept."""
    preset = json.loads(settings[_SAID]) if _SAID in settings else settings["preset"]
    changes = {key.removeprefix(_SET): text for key, text in settings.items() if key.startswith(_SET)}
    return preset, changes


def _shipped(name: str) -> Source:
    if name not in _names():
        raise UnknownNameError(f"no preset is named {name!r}.{did_you_mean(name, _names())}")
    return _source(_FOLDER / f"{name}.toml", is_file=False)


def _source(path: Path, *, is_file: bool) -> Source:
    try:
        text = path.read_text(encoding="utf-8")
        return Source(text, tomllib.loads(text), is_file)
    except OSError as error:
        raise ParameterError(f"the preset {path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"the preset {path} is not TOML: {error}") from error


def _names() -> list[str]:
    return [path.stem for path in _FOLDER.glob("*.toml")]


def read_preset(table: dict[str, Any]) -> Preset:
    """Return the preset that a parsed TOML table describes; raises as `load_preset` does."""
    preset = _read(Preset, table, "")
    if not isinstance(preset, Preset):
        raise TypeError(preset)
    check_consistency(preset)
    return preset


def _read(kind: Any, value: Any, key: str, allowed: Between | None = None) -> Any:
    """Return `value` as the type `kind`, with `key` as its name in messages."""
    origin = get_origin(kind)
    if origin is Annotated:
        inner, between = get_args(kind)
        return _read(inner, value, key, between)
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_table(kind, value, key)
    if origin is tuple:
        if not isinstance(value, list):
            raise ParameterError(f"{key} must be a list, not {value!r}")
        (item, _) = get_args(kind)
        return tuple(_read(item, entry, f"{key}[{number}]", allowed) for number, entry in enumerate(value))
    if origin is dict:
        if not isinstance(value, dict):
            raise ParameterError(f"{key} must be a table, not {value!r}")
        return {name: _read(float, entry, f"{key}.{name}", allowed) for name, entry in value.items()}
    if origin is Literal:
        words = get_args(kind)
        if value not in words:
            raise ParameterError(
                f"{key} is {value!r}.{did_you_mean(str(value), words)} Allowed: {', '.join(words)}"
            )
        return value
    return _read_scalar(kind, value, key, allowed)


def _read_table(kind: type, value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        raise ParameterError(f"{key or 'a preset'} must be a table, not {value!r}")
    hints = get_type_hints(kind, include_extras=True)
    prefix = f"{key}." if key else ""
    known = {field.name: field for field in fields(kind)}
    for name in value:
        if name not in known:
            near = (not key and _elsewhere(name)) or did_you_mean(name, known)
            raise ParameterError(f"{prefix}{name} is no key of a preset.{near}")
    missing = [name for name, field in known.items() if field.default is MISSING and name not in value]
    if missing:
        raise ParameterError(f"the preset lacks {prefix}{missing[0]}")
    return kind(**{name: _read(hints[name], entry, f"{prefix}{name}") for name, entry in value.items()})


def _elsewhere(name: str) -> str:
    """Return a hint to the keys of that name in the tables of a preset."""
    tables = {field: kind for field, kind in get_type_hints(Preset).items() if is_dataclass(kind)}
    found = [f"{table}.{name}" for table, kind in tables.items() if name in (f.name for f in fields(kind))]
    return f" Did you mean {' or '.join(repr(key) for key in found)}?" if found else ""


def _read_scalar(kind: Any, value: Any, key: str, allowed: Between | None) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(kind, type) or type(value) is not kind:
        bounds = f"; allowed are {allowed.low:g} to {allowed.high:g}" if allowed else ""
        raise ParameterError(f"{key} must be {_WORDS.get(str(kind), str(kind))}, not {value!r}{bounds}")
    number: Any = value
    if allowed is not None and not allowed.low <= number <= allowed.high:
        raise ParameterError(f"{key} is {value}; allowed are {allowed.low:g} to {allowed.high:g}")
    return value


_WORDS: Final = {
    str(float): "a number",
    str(int): "a whole number",
    str(str): "text",
    str(bool): "true or false",
}
