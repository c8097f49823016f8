"""Which files were meant: paths, patterns and folders to a sorted list of files."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.engine.errors import IngestError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["find_files"]


def find_files(given: Sequence[str | Path]) -> list[Path]:
    """Return the files that paths, patterns (`*`, `?`, `[ab]`, `**`) and folders stand for, sorted, each once.

    A folder stands for the files in it, not for those of folders below, nor for hidden ones, nor for those whose names
    begin with an underscore, which programs write as markers (`_SUCCESS`) beside the data.

    Raises
    ------
    IngestError
        If nothing is given, or something given stands for no file.
    """
    if not given:
        raise IngestError(
            "no file was given; give at least one file, folder or pattern such as exports/*.csv"
        )
    found: dict[Path, Path] = {}
    for one in given:
        for path in _meant(one):
            found.setdefault(path.resolve(), path)
    return sorted(found.values())


def _meant(given: str | Path) -> list[Path]:
    path = Path(given)
    try:
        if path.is_dir():
            inside = [file for file in path.iterdir() if file.is_file() and file.name[0] not in "._"]
            if not inside:
                raise IngestError(f"there is no file in the folder {path}")
            return inside
        if path.exists():
            return [path]
        if glob.has_magic(str(given)):
            names = glob.glob(str(given), recursive=True)  # noqa: PTH207 - `Path.glob` takes no absolute pattern
            matching = [Path(name) for name in names if Path(name).is_file()]
            if not matching:
                raise IngestError(f"no file matches the pattern {given}")
            return matching
    except (OSError, ValueError) as error:
        raise IngestError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
    raise IngestError(f"there is no file {path}")
