"""A veil over what is said of a load under pseudonyms: file names and email addresses, wherever a text holds them.

Reports, errors and the tables that log loads are read by more people than the key. So nothing there may quote a cell; what still comes
through as the name of a file or of a column is veiled here.
"""

from __future__ import annotations

import hmac
import re
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from martlet.engine.errors import MartletError
from martlet.loaders.privacy.addresses import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["HIDDEN", "Veil"]

HIDDEN: Final = "(hidden)"
_LENGTH: Final = 12
# Endings that say what a file is; any other may be a part of its name.
_ENDINGS: Final = frozenset(
    [
        ".csv",
        ".tsv",
        ".txt",
        ".tab",
        ".json",
        ".jsonl",
        ".ndjson",
        ".parquet",
        ".pq",
        ".xlsx",
        ".xls",
        ".xlsm",
        ".gz",
        ".gzip",
        ".zst",
        ".zip",
    ]
)
# What a reader stumbled over is quoted after these; a line alone may be no header.
_QUOTED: Final = re.compile(r"(?s)(is not valid JSON|has a header and no rows).*")


class Veil:
    """Hides what a key hides.

    Parameters
    ----------
    key
        The key of the pseudonyms; without one nothing is hidden.
    paths
        Files of the load, whose names are replaced in texts.
    """

    def __init__(self, key: bytes | None, paths: Iterable[Path] = ()) -> None:
        self.key: Final = key
        self._named: Final[dict[str, str]] = {}
        self.hide(paths)

    def __bool__(self) -> bool:
        return self.key is not None

    def hide(self, paths: Iterable[Path]) -> None:
        """Replace the names of further files."""
        for path in paths:
            if path.name:
                self._named.update(dict.fromkeys((str(path), path.name), self.file_name(path.name)))

    def file_name(self, name: str) -> str:
        """Return the name that stands for that of a file: a keyed hash, and the endings that say what it is."""
        if self.key is None:
            return name
        endings: list[str] = []
        for ending in reversed(PurePath(name).suffixes):
            if ending.lower() not in _ENDINGS:
                break
            endings.insert(0, ending.lower())
        hashed = hmac.digest(self.key, f"file\0{name}".encode(errors="surrogateescape"), "sha256").hex()
        return f"file-{hashed[:_LENGTH]}{''.join(endings)}"

    def text(self, text: str) -> str:
        """Return a text without names of files and without addresses."""
        if self.key is None:
            return text
        if self._named:
            # A path before its last part, and no part of a longer name.
            names = "|".join(map(re.escape, sorted(self._named, key=len, reverse=True)))
            text = re.sub(rf"(?<![\w.-])(?:{names})(?![\w-])", lambda found: self._named[found[0]], text)
        return re.sub(ADDRESS, HIDDEN, _QUOTED.sub(r"\1", text))

    @contextmanager
    def over_errors(self) -> Iterator[None]:
        """Veil the message of an error that leaves the block."""
        try:
            yield
        except MartletError as error:
            if self.key is None:
                raise
            raise type(error)(self.text(str(error))) from None
