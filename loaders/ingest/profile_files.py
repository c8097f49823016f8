"""The files of profiles: those that Martlet ships, by name, and anybody's own, by path."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from martlet.engine.declared import Place, read
from martlet.engine.errors import IngestError, UnknownNameError, did_you_mean
from martlet.engine.paths import refuse_special
from martlet.loaders.ingest._profile_sense import check
from martlet.loaders.ingest.profile import Profile

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["load_profile", "profile_names"]

_FOLDER: Final = files("martlet.loaders.ingest") / "profiles"


def profile_names() -> list[str]:
    """Return the names of the profiles that Martlet ships."""
    return sorted(
        path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if path.name.endswith(".toml")
    )


def load_profile(name_or_path: str | Path) -> Profile:
    """Return a profile that Martlet ships, by name, or one of a file whose name ends in .toml.

    Raises
    ------
    UnknownNameError
        If Martlet ships none of that name; the message gives the nearest.
    IngestError
        If the file can't be read or is no profile; the message names the file, the key, and what would be right.
    """
    if str(name_or_path).lower().endswith(".toml"):
        return _read(Path(name_or_path))
    if name_or_path not in profile_names():
        hint = did_you_mean(str(name_or_path), profile_names())
        raise UnknownNameError(
            f"there is no profile {str(name_or_path)!r}.{hint} A profile of your own is a file that ends in .toml."
        )
    return _shipped(str(name_or_path))


@cache
def _shipped(name: str) -> Profile:
    return _read(_FOLDER / f"{name}.toml")


def _read(path: Path | Traversable) -> Profile:
    if isinstance(path, Path):
        refuse_special(path, IngestError)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise IngestError(
            f"the profile {path} can't be read: {getattr(error, 'strerror', None) or error}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise IngestError(f"the profile {path.name} is not TOML: {error}") from error
    # Older profiles call them so.
    if "feeds" in table:
        table.setdefault("mappings", table.pop("feeds"))
    profile = read(Profile, table, Place("a profile", IngestError, file=path.name))
    check(profile, path.name)
    return profile
