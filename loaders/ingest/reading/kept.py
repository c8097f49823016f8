"""Batches that are gone through twice: the first pass surveys them, the second cleans them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from martlet.loaders.ingest.reading.source import Batch, Source

__all__ = ["KEPT", "Kept"]

# What is read of a file may stay for the second pass up to so many bytes.
KEPT: Final = 1 << 28


class Kept:
    """The batches of a source, read once if they fit into little memory; else anew for each pass."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._batches: list[Batch] | None = None

    def batches(self) -> Iterator[Batch]:
        """Yield all batches; of the first pass they are kept, and the second lets them go one by one."""
        if self._batches is not None:
            while self._batches:
                yield self._batches.pop(0)
            self._batches = None
            return
        kept: list[Batch] = []
        size = 0
        for batch in self._source.batches():
            size += batch.size
            if size <= KEPT:
                kept.append(batch)
            else:
                kept.clear()
            yield batch
        if 0 < size <= KEPT:
            self._batches = kept
