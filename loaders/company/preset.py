"""Presets: a TOML file of numbers, read into `Preset`, every key and every range checked."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from martlet.loaders.company._consistency import check_consistency
from martlet.loaders.company._offers import Preset
from martlet.sql.errors import ParameterError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from martlet.loaders.company._sections import Between

__all__ = ["Preset", "load_preset", "read_preset"]

_FOLDER: Final = Path(__file__).parent


def load_preset(preset: str | Path) -> Preset:
    """Return a preset by its name (`ecommerce`), or from a TOML file.

    Raises
    ------
    UnknownNameError
        When no preset has that name.
    ParameterError
        When the file can't be read, lacks a key, has one too many, or a value is out of its range; the message names the key.
    """
    if isinstance(preset, Path) or preset.endswith(".toml"):
        path = Path(preset)
    else:
        path = _FOLDER / f"{preset}.toml"
        if not path.is_file():
            raise UnknownNameError(f"no preset is named {preset!r}.{did_you_mean(preset, _names())}")
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise ParameterError(f"the preset {path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ParameterError(f"the preset {path} is not TOML: {error}") from error
    return read_preset(table)


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
            raise ParameterError(f"{prefix}{name} is no key of a preset.{did_you_mean(name, known)}")
    missing = [name for name, field in known.items() if field.default is MISSING and name not in value]
    if missing:
        raise ParameterError(f"the preset lacks {prefix}{missing[0]}")
    return kind(**{name: _read(hints[name], entry, f"{prefix}{name}") for name, entry in value.items()})


def _read_scalar(kind: Any, value: Any, key: str, allowed: Between | None) -> Any:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(kind, type) or type(value) is not kind:
        raise ParameterError(f"{key} must be {_WORDS.get(str(kind), str(kind))}, not {value!r}")
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
