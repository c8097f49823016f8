"""A page around a picture: what it says, the picture for wide and narrow screens, and the rows behind it. No script, no network."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from martlet.engine import html

if TYPE_CHECKING:
    import pyarrow as pa

    from martlet.engine.telling import Telling

__all__ = ["of_picture"]

# More rows than somebody reads make a page heavy.
ROWS: Final = 200

_STYLE: Final = """
:root { color-scheme: light dark; --text: #222; --soft: #555; --ground: #fff; --line: #ddd; }
@media (prefers-color-scheme: dark) { :root { --text: #eee; --soft: #bbb; --ground: #1b1d20; --line: #444; }
  figure svg { filter: invert(.89) hue-rotate(180deg); } }
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: var(--text); background: var(--ground);
  max-width: 58rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 1rem 0; } figure svg { max-width: 100%; height: auto; } .narrow { display: none; }
@media (max-width: 640px) { .wide { display: none; } .narrow { display: block; } }
@media print { body { margin: 0; max-width: none; } details { display: none; } figure svg { filter: none; } }
p.doc { color: var(--soft); } .rows { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; } summary { cursor: pointer; } code { font-size: 14px; }
"""


def of_picture(telling: Telling, answer: pa.Table, said: str | None, *, wide: str, narrow: str) -> str:
    """Return a page with the picture of an answer, given as SVG for a wide and for a narrow screen, and what is said of it."""
    label = escape(f"{said} {telling.question}" if said else telling.question, quote=True)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(said or telling.question)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(telling.question)}</h1>
<figure class="wide" role="img" aria-label="{label}">{wide}</figure>
<figure class="narrow" role="img" aria-label="{label}">{narrow}</figure>
<p class="doc">{escape(telling.doc)}</p>
<details><summary>The rows behind the picture</summary>
<div class="rows" tabindex="0" role="region" aria-label="Rows">
{html.table(answer, caption=telling.path, rows=ROWS)}
</div>
</details>
</main>
</body>
</html>
"""
