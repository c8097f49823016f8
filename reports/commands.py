"""How a reader asks a question of a report again, at a terminal."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from martlet.reports.asking import Answer

__all__ = ["command"]


def command(answer: Answer) -> str:
    """Return the command that gives an answer; of SQL of one's own, the SQL."""
    if answer.query is None:
        return answer.block.sql.strip()
    words = ["martlet", "query", answer.query.path]
    for name, value in answer.given.items():
        if value is not None:
            words += ["-p", shlex.quote(f"{name}={_text(value)}")]
    return " ".join(words)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_text, value)) if isinstance(value, list) else str(value)
