"""The folder of an extract: written beside its target, which it replaces when it is complete.

Only an empty folder is replaced, or one that holds nothing but an extract: other files may be somebody's work.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import filelock

from martlet.engine import interrupts, permissions
from martlet.engine.errors import ParameterError
from martlet.engine.paths import is_utf8, printable, refuse_special

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DEFECTS_FILE", "MANIFEST", "read_manifest", "replacing", "resolved"]

MANIFEST: Final = "manifest.json"
DEFECTS_FILE: Final = "_truth/defects.parquet"
_MADE_BY: Final = "martlet extract"


@contextmanager
def replacing(target: str | Path) -> Iterator[Path]:
    """Yield an empty folder beside `target`, and put it in the place of `target` when the block ends well.

    The old folder is moved aside and the new one moved in, two renames with nothing between them. A crash before leaves
    the old folder as it was.

    Raises
    ------
    ParameterError
        If `target` is a file, holds what is no extract, can't be written, or is being written by another process.
    """
    target = resolved(target)
    refuse(target)
    building, old = (target.with_name(f".{target.name}.{word}") for word in ("extracting", "replaced"))
    with interrupts.held(), _only_writer(target):
        try:
            if not target.exists() and old.is_dir():
                old.rename(target)
            _remove(building, old)
            # What replaces a private folder is private while it is written.
            building.mkdir(0o700 if target.exists() else 0o777)
            (building / DEFECTS_FILE).parent.mkdir()
            with interrupts.allowed():
                yield building
            # Files that were added while the extract was made may be somebody's work, too.
            refuse(target)
            _publish(building, target, old)
        except OSError as error:
            raise ParameterError(f"{target} could not be written: {error.strerror or error}") from error
        finally:
            _remove(building)


def resolved(target: str | Path) -> Path:
    """Return the folder that a path means, with every link followed.

    Raises
    ------
    ParameterError
        If its name is not UTF-8 or too long, or its links lead in a circle.
    """
    try:
        folder = Path(target).resolve()
        # A name that is too long, or a circle of links, shows here.
        folder.exists()
        if not is_utf8(str(folder)):
            raise ValueError("its name is not UTF-8")  # noqa: TRY301 - told like the others
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ParameterError(f"{printable(target)} can't be the path of a folder: {reason}") from error
    return folder


@contextmanager
def _only_writer(target: Path) -> Iterator[None]:
    lock = filelock.FileLock(target.with_name(f".{target.name}.lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise ParameterError(f"another process is extracting to {target} right now") from None
    except OSError as error:
        raise ParameterError(f"{target.parent} can't be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        with suppress(OSError):
            Path(lock.lock_file).unlink()
        lock.release()


def _publish(building: Path, target: Path, old: Path) -> None:
    if target.exists():
        permissions.keep(target, building)
        target.rename(old)
    try:
        building.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    _remove(old)


def _remove(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def refuse(target: Path) -> None:
    """Raise a `ParameterError` if an extract must not be written to `target`."""
    if not target.parent.is_dir():
        raise ParameterError(f"there is no folder {target.parent}; make it first, or choose another one")
    if not target.exists():
        return
    if not target.is_dir():
        raise ParameterError(f"{target} is a file; give the path of a folder")
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir()}
    if not found:
        return
    manifest = _manifest(target)
    if manifest is None:
        raise ParameterError(
            f"{target} holds files that are not of an extract, so it is not replaced; give an empty folder, or a new one"
        )
    foreign = sorted(found - {*manifest["files"], MANIFEST, DEFECTS_FILE})
    if foreign:
        raise ParameterError(
            f"{target} holds {foreign[0]!r} beside an extract, so it is not replaced; move it, or choose another folder"
        )


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Return the manifest of an extract.

    Raises
    ------
    ParameterError
        If the folder is not an extract.
    """
    manifest = _manifest(Path(folder))
    if manifest is None:
        raise ParameterError(
            f"{folder} is not an extract: it has no valid {MANIFEST}; make one with: martlet extract {folder}"
        )
    return manifest


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        refuse_special(folder / MANIFEST, ValueError)
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("made_by") == _MADE_BY else None
