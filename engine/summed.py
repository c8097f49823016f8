"""Reports that people read: as the words of their summary wherever they are shown."""

from __future__ import annotations

from html import escape

__all__ = ["Summed", "size_in_words"]

_UNITS = (("GB", 2**30), ("MB", 2**20), ("kB", 2**10))


class Summed:
    """What has a `summary()`: `print` and notebooks show it whole, an interpreter its first line."""

    def summary(self) -> str:
        """Return the report as lines of plain text, for a person."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.summary().partition(chr(10))[0]}>"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.summary())}</pre>"


def size_in_words(size: int) -> str:
    """Return a number of bytes as a person says it, units being powers of 1024."""
    for unit, bytes_ in _UNITS:
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}"
    return f"{size} bytes"
