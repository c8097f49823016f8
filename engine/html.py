"""An answer as a table of HTML, for notebooks and pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["table"]


def table(answer: pa.Table, *, caption: str = "", rows: int = 50) -> str:
    """Return the first rows of an answer as a table, and a note of those left out. Texts of the data are no markup."""
    numbers = [_is_number(field.type) for field in answer.schema]

    def cells(values: list[Any], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f'<{tag}{scope} class="number">{escape(text)}</{tag}>'
            if is_number
            else f"<{tag}{scope}>{escape(text)}</{tag}>"
            for text, is_number in zip(map(_text, values), numbers, strict=True)
        )

    body = "\n".join(
        f"<tr>{cells(list(row.values()), 'td')}</tr>" for row in answer.slice(0, rows).to_pylist()
    )
    more = f"<p>{answer.num_rows - rows:,} more rows are left out.</p>" if answer.num_rows > rows else ""
    head = f"<thead><tr>{cells(list(answer.column_names), 'th')}</tr></thead>"
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{told}{head}<tbody>\n{body}\n</tbody></table>{more}"


def _is_number(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - heavy, and there when there is a table

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
