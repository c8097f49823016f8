"""A warehouse file that a process holds open: by how many threads it is being asked, how it is closed, and what a fork may not do."""

from __future__ import annotations

import ctypes
import gc
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakSet

from martlet.engine import interrupts
from martlet.engine.connection import open_read_only, refuse_foreign
from martlet.engine.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

__all__ = ["OpenFile"]


class OpenFile:
    """A warehouse file, open read-only. It is closed by `close`, or when nobody holds it any more.

    Raises
    ------
    WarehouseError
        If there is no such file, Martlet did not make it, or it was rebuilt while this process holds the old one open.
    """

    _all: ClassVar[WeakSet[OpenFile]] = WeakSet()
    _registering: ClassVar = threading.Lock()

    def __init__(self, path: Path) -> None:
        self.path = path
        self._changed = threading.Condition()
        self._asking: dict[duckdb.DuckDBPyConnection, int] = {}
        self._why_closed = ""
        self.connection: duckdb.DuckDBPyConnection | None = open_read_only(path)
        try:
            refuse_foreign(self.connection, path)
            self.inode = path.stat().st_ino
            self._register()
        except WarehouseError:
            self.connection.close()
            raise

    def _register(self) -> None:
        """Refuse to mix files: within a process DuckDB hands out the old instance while any connection holds it."""
        for is_last in (False, True):
            with self._registering:
                known = {other.inode for other in self._all if other.path == self.path}
                if known <= {self.inode}:
                    self._all.add(self)
                    return
            if not is_last:
                # What nobody can reach may still be open, in a circle of references.
                gc.collect()
        message = f"{self.path} was rebuilt while this process holds the old file open; close that first"
        raise WarehouseError(message)

    @property
    def is_closed(self) -> bool:
        """Whether it was closed, or is being closed."""
        return bool(self._why_closed)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a cursor, for the length of a block.

        Raises
        ------
        WarehouseError
            If the file is closed, before or during the block.
        """
        with self._changed:
            if self._why_closed or self.connection is None:
                raise WarehouseError(f"{self.path} {self._why_closed}")
            cursor = self.connection.cursor()
            self._asking[cursor] = threading.get_ident()
        try:
            with interrupts.stopping(cursor):
                yield cursor
        except Exception as error:
            if self._why_closed:
                raise WarehouseError(f"{self.path} was closed while it was asked") from error
            raise
        finally:
            with self._changed:
                cursor.close()
                del self._asking[cursor]
                self._changed.notify_all()

    def close(self) -> None:
        """Close the file: what is being asked of it, by whatever thread, is interrupted. Closing again does nothing.

        Raises
        ------
        WarehouseError
            If the thread itself is asking, as in a signal's handler.
        """
        with self._changed:
            if threading.get_ident() in self._asking.values():
                raise WarehouseError(f"{self.path} can't be closed by what interrupts an answer")
            self._why_closed = self._why_closed or "is closed"
            while self._asking:
                for cursor in self._asking:
                    cursor.interrupt()
                self._changed.wait(interrupts.AGAIN_SECONDS)
            if self.connection is not None:
                self.connection.close()
                self.connection = None
        with self._registering:
            self._all.discard(self)

    def disown(self) -> None:
        """In a fork, let go of the file: the engine's threads are not there, and to close it would crash the process."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self.connection))
        self.connection = None
        self._why_closed = "was opened before this process was forked; open it again in this one"
        self._changed, self._asking = threading.Condition(), {}

    @classmethod
    def disown_all(cls) -> None:
        """In a fork, let go of all files that its parent has open."""
        for one in list(cls._all):
            one.disown()
        cls._all, cls._registering = WeakSet(), threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=OpenFile.disown_all)
