"""Whether a text is exactly one statement that only reads, as DuckDB's own parser has it.

Its type alone does not tell: a SELECT may write by `WITH x AS (COPY ...)`, and a PIVOT that finds its columns in the data has the
type MULTI, as `COPY (PIVOT ...) TO ...` has. So a SELECT is judged by its parsed tree. DuckDB gives no tree of a MULTI: it must parse after
DESCRIBE, which takes nothing but reading statements, and is then judged by its tokens.
"""

from __future__ import annotations

import re
from itertools import pairwise

import duckdb

from martlet.engine.errors import QueryError

__all__ = ["reading"]

_ONE = "the SQL must be exactly one SELECT statement"
# Statements that a WITH clause may hold beside SELECT, as the tree calls them, and as they are written.
_WRITING_NODE = re.compile(r'"type":"([A-Z]+)_QUERY_NODE"')
_WRITING_WORDS = frozenset({"copy", "delete", "insert", "merge", "update"})
# They run text as SQL, which no tree shows, or change the engine and write its files.
_ACTING = re.compile(
    r"query|json_execute_serialized_sql|write_log|checkpoint|force_checkpoint|import_database|copy_database"
    r"|(?:enable|disable|verify|add|remove|register|deregister|create|destroy|truncate)_\w+"
)
_FUNCTION = re.compile(r'"function_name":"((?:[^"\\]|\\.)*)"')
# What has none of these words has nothing of the above.
_SUSPICIOUS = re.compile("|".join([*_WRITING_WORDS, _ACTING.pattern]), re.IGNORECASE)


def reading(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Return the one statement of `sql`, which only reads.

    Raises
    ------
    QueryError
        If it is anything else.
    duckdb.Error
        If it is malformed.
    """
    if not isinstance(sql, str):
        raise QueryError(f"{_ONE}, as text, but is of type {type(sql).__name__}")
    try:
        text = sql.encode()
    except UnicodeEncodeError as error:
        raise QueryError(f"the SQL has half a character (a lone surrogate) at {error.start}") from None
    try:
        statements = connection.extract_statements(sql)
        kinds = [statement.type for statement in statements]
    except (ValueError, TypeError):
        # The client does not know the types of all statements that the parser does.
        raise QueryError(f"{_ONE}, but is of another kind") from None
    if kinds == [duckdb.StatementType.SELECT]:
        wrong = _in_tree(connection, sql, text) if _SUSPICIOUS.search(sql) else None
    elif kinds == [duckdb.StatementType.MULTI]:
        wrong = _around(connection, statements[0].query) or _in_tokens(text)
    else:
        wrong = "but is " + (", ".join(kind.name for kind in kinds) or "nothing")
    if wrong:
        raise QueryError(f"{_ONE}, {wrong}")
    return statements[0]


def _in_tree(connection: duckdb.DuckDBPyConnection, sql: str, text: bytes) -> str | None:
    """Return in words what a SELECT does besides reading."""
    ((tree,),) = connection.execute("SELECT json_serialize_sql($sql)", {"sql": sql}).fetchall()
    if tree.startswith('{"error":true'):
        return _in_tokens(text)
    writing = _WRITING_NODE.search(tree)
    if writing:
        return f"but has {writing[1]}"
    acting = (name for name in _FUNCTION.findall(tree) if _ACTING.fullmatch(name.lower()))
    return next((f"but calls {name}()" for name in acting), None)


def _around(connection: duckdb.DuckDBPyConnection, statement: str) -> str | None:
    """Return in words that a PIVOT stands in a statement that does not read."""
    try:
        connection.extract_statements(f"DESCRIBE {statement}")
    except duckdb.ParserException:
        return "but is a PIVOT within another statement"
    return None


def _in_tokens(text: bytes) -> str | None:
    """Return in words by what a statement may do more than read."""
    starts = duckdb.tokenize(text.decode())
    ends = [start for start, _ in starts[1:]] + [len(text)]
    words = [
        text[start:end].decode().strip().lower()
        for (start, kind), end in zip(starts, ends, strict=True)
        if kind != duckdb.token_type.comment
    ]
    for word, following in pairwise([*words, ""]):
        if word in _WRITING_WORDS:
            return f"but has {word.upper()} (a column of this name is written in double quotes)"
        if following == "(" and _ACTING.fullmatch(word.strip('"')):
            return f"but calls {word}()"
    return None
