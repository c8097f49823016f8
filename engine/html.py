"""An answer as a table of HTML, for notebooks and pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from martlet.engine.tables.cells import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

__all__ = ["table"]


def table(answer: pa.Table, *, caption: str = "", rows: int = 50) -> str:
    """Return the first rows of an answer as a table, and a note of those left out. Texts of the data are no markup."""
    columns = columns_of(answer.slice(0, rows))
    numbers = [column.is_number for column in columns]

    def cells(texts: Iterable[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f'<{tag}{scope} class="number">{escape(text)}</{tag}>'
            if is_number
            else f"<{tag}{scope}>{escape(text)}</{tag}>"
            for text, is_number in zip(texts, numbers, strict=True)
        )

    body = "\n".join(
        f"<tr>{cells((text or '' for text in row), 'td')}</tr>"
        for row in zip(*(column.texts for column in columns), strict=True)
    )
    more = f"<p>{answer.num_rows - rows:,} more rows are left out.</p>" if answer.num_rows > rows else ""
    head = f"<thead><tr>{cells(answer.column_names, 'th')}</tr></thead>"
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{told}{head}<tbody>\n{body}\n</tbody></table>{more}"
