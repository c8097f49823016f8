"""A unit: one SQL file, its TOML header in the leading comment, and its statement below.

The header is read strictly: an unknown key, a missing one or a wrong type is an error that names file and line.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from martlet.engine.errors import UnitError, did_you_mean
from martlet.engine.paths import refuse_special

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from importlib.resources.abc import Traversable

__all__ = ["Unit", "parse_unit", "read_folder", "walk"]


@dataclass(frozen=True)
class Unit:
    """One SQL file: `path` as shown in errors, the checked `header`, and the statement in `body`.

    `body` keeps an empty line for each line of the header, so that line numbers in it are those of the file.
    """

    path: str
    header: Mapping[str, Any]
    header_text: str
    body: str

    @property
    def name(self) -> str:
        """The file's name without its ending, which is the relation's or the query's name."""
        return self.path.rsplit("/", 1)[-1].removesuffix(".sql")

    @property
    def folder(self) -> str:
        """The name of the folder that holds the file; of a relation of Martlet the path below `sql/`."""
        if self.path.startswith("sql/"):
            return self.path.removeprefix("sql/").rpartition("/")[0]
        return self.path.rsplit("/", 2)[-2]

    @property
    def comment(self) -> str:
        """What the comment of the relation in the file says: what it is, and when it misleads."""
        return "\n".join(str(self.header[key]) for key in ("doc", "misleads") if key in self.header)

    @property
    def columns(self) -> dict[str, str]:
        """Doc of each output column, in output order."""
        return dict(self.header.get("columns", {}))

    def line_of(self, key: str) -> int:
        """Return the line of the header that gives `key` (or the table `[key]`), 1 if there is none."""
        pattern = re.compile(rf"^\s*(\[{re.escape(key)}\]|{re.escape(key)}\s*=)")
        lines = self.header_text.split("\n")
        return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 1)

    def refuse_strange(
        self, key: str, names: Collection[object], known: Collection[str], *, what: str = "column"
    ) -> None:
        """Refuse a key that names what there is not; the message gives the line and the nearest name.

        Raises
        ------
        UnitError
            If it does.
        """
        for name in names:
            if name not in known:
                message = f"{key} names {name!r}, which is no {what}.{did_you_mean(str(name), known)}"
                raise self.error(message, line=self.line_of(key))

    def error(self, message: str, *, line: int | None = None) -> UnitError:
        """Return a UnitError that names this file, and the line where it is known."""
        return UnitError(f"{self.path}:{line or 1}: {message}")


def parse_unit(path: str, text: str, *, keys: Mapping[str, type], required: frozenset[str]) -> Unit:
    """Split one SQL file into header and statement, and check the header.

    Parameters
    ----------
    path
        How errors name the file.
    text
        The whole file.
    keys
        The keys that the header may have, with the type of each.
    required
        The keys that it must have.

    Raises
    ------
    UnitError
        If there is no header, if it is no TOML, or if a key is unknown, missing or of the wrong type.
    """
    opening = text.find("/*")
    closing = text.find("*/")
    if opening < 0 or closing < 0 or text[:opening].strip():
        raise UnitError(
            f"{path}:1: the file must begin with a comment /* ... */ that holds its header in TOML"
        )
    toml = "\n" * text.count("\n", 0, opening) + text[opening + 2 : closing]
    try:
        header = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"at line (\d+)", str(error))
        raise UnitError(f"{path}:{where.group(1) if where else 1}: the header is no TOML: {error}") from None
    body = "\n" * text.count("\n", 0, closing) + text[closing + 2 :].rstrip().removesuffix(";")
    unit = Unit(path=path, header=header, header_text=toml, body=body)
    for key, value in header.items():
        if key not in keys:
            raise unit.error(
                f"unknown key {key!r} in the header.{did_you_mean(key, keys)}", line=unit.line_of(key)
            )
        if not isinstance(value, keys[key]):
            message = f"{key!r} must be a {keys[key].__name__}, not {value!r}"
            raise unit.error(message, line=unit.line_of(key))
    for key in sorted(required - header.keys()):
        raise unit.error(f"the header lacks {key!r}")
    if not body.strip():
        raise unit.error("there is no statement below the header", line=text.count("\n", 0, closing) + 1)
    return unit


def walk(folder: Traversable, prefix: str, *, ending: str = ".sql") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every file below `folder` with this ending, sorted by path; works from a zipped wheel too."""
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{prefix}/{entry.name}"
        if entry.is_dir():
            yield from walk(entry, path, ending=ending)
        elif entry.name.endswith(ending):
            if isinstance(entry, Path):
                refuse_special(entry, UnitError)
            yield path, entry.read_text(encoding="utf-8")


def read_folder(folder: str, *, ending: str = ".sql") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of the files with this ending below a folder of Martlet, such as `queries`."""
    yield from walk(resources.files("martlet") / folder, folder, ending=ending)
