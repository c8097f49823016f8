"""A page around a picture: what it says, the picture for wide and narrow screens, and the rows behind it. No script, no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from martlet.engine import html
from martlet.reports import pictures, shell

if TYPE_CHECKING:
    from martlet.engine.result import Result

__all__ = ["of_picture"]

# More rows than somebody reads make a page heavy.
ROWS: Final = 200


def of_picture(result: Result, width: int) -> str:
    """Return a page with the picture of an answer, so many pixels wide where there is room, and what is said of it."""
    told, said = result.telling, result.finding
    assert told is not None  # noqa: S101 - a picture is drawn of an answer that can be told
    drawn = []
    for number, (kind, pixels) in enumerate((("broad", width), ("narrow", pictures.NARROW))):
        picture = pictures.spec_of(result, width=pixels, rows=ROWS)
        label = escape(
            f"{said or told.question} {picture.words} The rows are in the table below.", quote=True
        )
        svg = picture.svg(f"p{number}").replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
        note = f'<figcaption class="note">{escape(picture.note)}</figcaption>' if picture.note else ""
        drawn.append(f'<figure class="{kind}">{svg}{note}</figure>')
    body = f"""<main class="card wide alone">
<h1>{escape(said or told.question)}</h1>
{f'<p class="q">{escape(told.question)}</p>' if said else ""}
{drawn[0]}
{drawn[1]}
<p>{escape(told.doc)}</p>
<details><summary>The rows behind the picture</summary>
<div class="rows" tabindex="0" role="region" aria-label="Rows">
{html.table(result.arrow(), caption=told.path, rows=ROWS)}
</div>
</details>
</main>"""
    return shell.document(said or told.question, body)
