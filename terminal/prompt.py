"""Lines that somebody types: with colours, a history, and Tab for names of the warehouse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from martlet.engine import cache
from martlet.engine.errors import ParameterError
from martlet.terminal.shell import GIVEN_UP, is_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from martlet.engine.warehouse import Warehouse

__all__ = ["typed", "words_of"]

_PROMPT: Final = "martlet> "
_MORE: Final = "    ...> "
_HISTORY: Final = "shell-history"
_WORD: Final = re.compile(r"[\w./:=]+")
_KEYWORDS: Final = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "ORDER",
    "BY",
    "HAVING",
    "LIMIT",
    "JOIN",
    "LEFT",
    "JOIN",
    "USING",
    "ON",
    "AS",
    "WITH",
    "UNION",
    "ALL",
    "DISTINCT",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "NULL",
    "BETWEEN",
    "LIKE",
    "count",
    "sum",
    "avg",
    "min",
    "max",
    "round",
    "coalesce",
    "date_trunc",
    "DESCRIBE",
    "SUMMARIZE",
]
_NAMES = """
SELECT DISTINCT name FROM (
    SELECT CASE schema_name WHEN 'main' THEN table_name ELSE schema_name || '.' || table_name END AS name FROM duckdb_columns() WHERE NOT internal
    UNION ALL
    SELECT column_name FROM duckdb_columns() WHERE NOT internal
    UNION ALL
    SELECT schema_name || '.' || function_name || '(' FROM duckdb_functions() WHERE NOT internal AND function_type LIKE '%macro'
) ORDER BY name
"""


def words_of(warehouse: Warehouse, commands: Sequence[str]) -> list[str]:
    """Return what may be typed: commands, queries of the packs, tables, columns, macros, and words of SQL."""
    queries = [f"{pack}/{name}" for pack, names in warehouse.packs().items() for name in names]
    return [*commands, *queries, *(name for (name,) in warehouse.sql(_NAMES).rows()), *_KEYWORDS]


def typed(warehouse: Warehouse, commands: Sequence[str]) -> Iterator[str]:
    """Yield the lines that somebody types at a terminal, until Ctrl-D; Ctrl-C begins the line anew.

    Raises
    ------
    ParameterError
        If the extra `shell` is not installed.
    """
    session = _session(words_of(warehouse, commands))
    is_open = False
    while True:
        try:
            line = session.prompt(_MORE if is_open else _PROMPT)
        except KeyboardInterrupt:
            yield GIVEN_UP
            is_open = False
            continue
        except EOFError:
            return
        text = line.strip()
        is_open = (
            not text.endswith(";")
            if is_open
            else bool(text) and not (text.startswith("--") or is_whole(text))
        )
        yield line


def _session(words: Sequence[str]) -> Any:
    try:
        from prompt_toolkit import PromptSession  # noqa: PLC0415 - heavy, and an extra
        from prompt_toolkit.completion import WordCompleter  # noqa: PLC0415
        from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415
        from prompt_toolkit.lexers import PygmentsLexer  # noqa: PLC0415
        from pygments.lexers.sql import SqlLexer  # noqa: PLC0415
    except ImportError:
        raise ParameterError(
            "a prompt takes: pip install 'martlet[shell]'; without it statements are read from a file or a pipe: martlet shell < questions.sql"
        ) from None
    kept = cache.folder()
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
    return PromptSession(
        lexer=PygmentsLexer(SqlLexer),
        completer=WordCompleter(words, ignore_case=True, pattern=_WORD),
        complete_while_typing=False,
        history=InMemoryHistory() if kept is None else FileHistory(str(kept / _HISTORY)),
    )
