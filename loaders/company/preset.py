"""Presets: a TOML file of numbers, read into `Preset`, every key and every range checked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

from martlet.engine import declared
from martlet.engine.errors import ParameterError, UnknownNameError, did_you_mean
from martlet.engine.paths import refuse_special
from martlet.loaders.company._consistency import check_consistency
from martlet.loaders.company._offers import Preset
from martlet.loaders.company.overrides import SEASON, as_text, changed, nested, value_of

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
    return _shipped(str(preset)) if _is_name(preset) else _source(Path(preset), is_file=True)


def _is_name(preset: str | Path) -> bool:
    return not isinstance(preset, Path) and not preset.endswith(".toml")


def settings_of(preset: str | Path | Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, str]:
    """Return what must be kept to load a preset again: its name, what its file said, and each change; see `recalled`."""
    if isinstance(preset, Mapping):
        said = dict(preset)
    else:
        said = {} if _is_name(preset) else source_of(preset).table
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
    refuse_special(path, ParameterError)
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
    preset = declared.read(Preset, table, declared.Place("a preset", ParameterError, elsewhere=_elsewhere))
    check_consistency(preset)
    return preset


def _elsewhere(name: str) -> str:
    """Return a hint to the keys of that name in the tables of a preset."""
    tables = {field: kind for field, kind in get_type_hints(Preset).items() if is_dataclass(kind)}
    found = [f"{table}.{name}" for table, kind in tables.items() if name in (f.name for f in fields(kind))]
    return f" Did you mean {' or '.join(repr(key) for key in found)}?" if found else ""
