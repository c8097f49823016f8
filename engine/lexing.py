"""Strings, comments and parentheses of a SQL text: enough to find its parameters and to cut it up, and quicker than parsing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["parameters", "split_expressions"]

_STRING = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"""
_COMMENT = r"--[^\n]*|/\*.*?\*/"
_PARAMETER = re.compile(rf"{_STRING}|{_COMMENT}|\$(?P<name>[A-Za-z_]\w*)", re.DOTALL)
_PARENTHESIS = re.compile(rf"{_STRING}|{_COMMENT}|(?P<parenthesis>[()])", re.DOTALL)
_BLANK = re.compile(rf"(?:\s|{_COMMENT})*", re.DOTALL)
_WITH = re.compile(r"WITH\s+(RECURSIVE\s)?", re.IGNORECASE)
_AS = re.compile(r"\bAS\s*(?:(?:NOT\s+)?MATERIALIZED\s*)?$", re.IGNORECASE)


def parameters(sql: str) -> Iterator[tuple[str, int]]:
    """Yield the name of each `$name` that stands in no string or comment, and the line it stands in, counted from 1."""
    line, counted = 1, 0
    for match in _PARAMETER.finditer(sql):
        if match["name"]:
            line += sql.count("\n", counted, match.start())
            counted = match.start()
            yield match["name"], line


def split_expressions(sql: str) -> tuple[bool, list[str], str]:
    """Cut a statement up into its common table expressions and the rest.

    Returns
    -------
    tuple
        Whether it is `WITH RECURSIVE`, the text of each expression (`name AS (...)`), and what follows them. Of a text of
        another form all is rest. Joined again, the texts are the statement, but for blanks and comments between them.
    """
    whole: tuple[bool, list[str], str] = (False, [], sql)
    beginning = _WITH.match(sql, _after_blank(sql, 0))
    if beginning is None:
        return whole
    expressions: list[str] = []
    start, depth, is_body = beginning.end(), 0, False
    for match in _PARENTHESIS.finditer(sql, start):
        if match["parenthesis"] == "(":
            if depth == 0:
                is_body = _AS.search(sql, start, match.start()) is not None
            depth += 1
        elif match["parenthesis"] == ")":
            depth -= 1
            if depth == 0 and is_body:
                expressions.append(sql[start : match.end()])
                start = _after_blank(sql, match.end())
                if sql[start : start + 1] != ",":
                    return bool(beginning[1]), expressions, sql[start:]
                start += 1
    return whole


def _after_blank(sql: str, place: int) -> int:
    blank = _BLANK.match(sql, place)
    return blank.end() if blank else place
