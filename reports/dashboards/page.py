"""A page as HTML: figures, pictures and tables of the whole period, and the data with which its script answers what is chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from martlet.engine import needs
from martlet.reports.dashboards import pictures
from martlet.reports.dashboards.filling import ALL, OTHERS
from martlet.reports.dashboards.summing import Row, rows_of, shown, totals
from martlet.reports.dashboards.template import FILTERS, PERIOD
from martlet.reports.shell import document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from martlet.reports.dashboards.filling import Filled
    from martlet.reports.dashboards.template import Kpi, Page, Tile

__all__ = ["Data", "data_of", "written"]

# More rows than somebody reads make a page heavy.
_TABLE_ROWS: Final = 200
_WIDE, _NARROW = 860, 330
_SPANS: Final = {"week": "weeks", "month": "months", "quarter": "quarters", "year": "years"}


@dataclass(frozen=True)
class Data:
    """What all pages of a dashboard share.

    Attributes
    ----------
    cubes
        By the name of their page (empty for those that come with Martlet) and their own, those that the warehouse can answer.
    lacking
        What the others need and the warehouse has not, by the same names; and what single tiles need.
    grain, periods, labels
        The span of a period, and of each its first day and how it is written.
    words, folded
        The words of the filters, and how many of each are together in `OTHERS`.
    """

    cubes: Mapping[tuple[str, str], Filled]
    lacking: Mapping[tuple[str, str], tuple[str, ...]]
    missing: Callable[[Sequence[str]], tuple[str, ...]]
    grain: str
    periods: list[str]
    labels: list[str]
    words: dict[str, list[str]]
    folded: dict[str, int]

    def filters(self, page: Page) -> list[str]:
        """Return the filters of a page that have a word to choose."""
        return [name for name in page.filters if name == PERIOD or self.words.get(name)]

    def filled(self, page: Page, name: str) -> Filled | None:
        """Return a cube of a page, None if the warehouse can't answer it."""
        return self.cubes.get((page.name if name in page.cubes else "", name))


def written(
    page: Page, pages: Sequence[Page], data: Data, draw: Callable[[dict[str, Any]], str], vega: str
) -> str:
    """Return a page; `draw` makes SVG of a specification, `vega` is the packed library for the browser."""
    inlined = data_of(page, data)
    filters = data.filters(page)
    kpis = "\n".join(_kpi(number, kpi, page, data) for number, kpi in enumerate(page.kpis))
    tiles = "\n".join(_tile(number, tile, page, data, draw) for number, tile in enumerate(page.tiles))
    links = "\n".join(
        f'<li><a href="{one.name}.html"{" aria-current=page" if one is page else ""}>{escape(one.title)}</a></li>'
        for one in pages
    )
    span = f"{data.labels[0]} to {data.labels[-1]}" if data.labels else "No data yet"
    body = f"""<a class="skip" href="#main">To the figures</a>
<header><nav aria-label="Dashboards"><ul>
{links}
</ul></nav></header>
<main id="main">
<h1>{escape(page.title)}</h1>
<p class="sub">{escape(page.summary)}</p>
{_form(filters, data)}
<p id="said" role="status">{escape(span)}.</p>
<dl class="kpis">
{kpis}
</dl>
<div class="grid tiles">
{tiles}
</div>
</main>
<footer>{_footer(data)}</footer>"""
    script = f"""<script type="application/json" id="data">{inlined}</script>
<script type="text/plain" id="packed">{vega}</script>
<script>
{_text("dashboard.js")}</script>
"""
    return document(page.title, body, script=script, style=_text("dashboard.css"))


@cache
def _text(name: str) -> str:
    return (resources.files("martlet.reports.dashboards") / name).read_text(encoding="utf-8")


def data_of(page: Page, data: Data) -> str:
    """Return what the script of a page reads, as JSON that can stand in HTML."""
    cubes = {name: filled for name in page.used if (filled := data.filled(page, name)) is not None}
    filters = data.filters(page)
    told = {
        "periods": data.periods,
        "labels": data.labels,
        "filters": filters,
        "filterLabels": {name: _label(name) for name in filters},
        "words": {name: data.words[name] for name in filters if name != PERIOD},
        "rest": OTHERS,
        "tableRows": _TABLE_ROWS,
        "cubes": {name: _cube(filled) for name, filled in cubes.items()},
        "kpis": [
            {"cube": kpi.cube, "measure": kpi.measure, "label": _kpi_label(kpi, page)}
            for kpi in page.kpis
            if kpi.cube in cubes
        ],
        "tiles": [_told_tile(tile, page, data) for tile in page.tiles],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _cube(filled: Filled) -> dict[str, Any]:
    cube = filled.cube
    return {
        "dimensions": cube.dimensions,
        "either": cube.either,
        "distinct": bool(cube.distinct),
        "words": filled.words,
        "measures": {
            name: {
                "label": measure.label,
                "unit": measure.unit,
                "kind": measure.kind,
                "digits": filled.digits[name],
            }
            for name, measure in cube.measures.items()
        },
        "ratios": {
            name: {"label": one.label, "unit": one.unit, "of": one.of, "per": one.per}
            for name, one in cube.ratios.items()
        },
        "length": len(filled),
        "columns": filled.columns,
    }


def _told_tile(tile: Tile, page: Page, data: Data) -> dict[str, Any] | None:
    filled = data.filled(page, tile.cube)
    if filled is None or _lacks(tile, page, data):
        return None
    series = pictures.series_of(filled, tile)
    return {
        "title": tile.title,
        "kind": tile.kind,
        "cube": tile.cube,
        "by": tile.by,
        "where": _places(filled, tile),
        "measures": tile.measures,
        "top": tile.top,
        "least": dict(tile.least),
        "series": series,
        "spec": None if tile.kind == "table" else pictures.specification(filled, tile, series),
    }


def _places(filled: Filled, tile: Tile) -> dict[str, int]:
    """Return the places of the words that a tile is fixed to; of one that the data have not, a place that no row has."""
    return {
        name: filled.words[name].index(word) if word in filled.words[name] else ALL - 1
        for name, word in tile.where.items()
    }


def _lacks(tile: Tile, page: Page, data: Data) -> tuple[str, ...]:
    key = (page.name if tile.cube in page.cubes else "", tile.cube)
    return data.lacking.get(key, ()) or data.missing(tile.needs)


def _label(name: str) -> str:
    return FILTERS.get(name, name.replace("_", " ").capitalize())


def _kpi_label(kpi: Kpi, page: Page) -> str:
    return kpi.label or page.cube(kpi.cube).figures[kpi.measure].label


def _form(filters: list[str], data: Data) -> str:
    """Return the filters; without a script they would do nothing, so it is the script that shows them."""

    def options(words: Sequence[str], chosen: int) -> str:
        return "".join(
            f'<option value="{place}"{" selected" if place == chosen else ""}>{escape(word)}</option>'
            for place, word in enumerate(words)
        )

    fields = [
        f'<label>From <select name="from">{options(data.labels, 0)}</select></label>',
        f'<label>Until <select name="until">{options(data.labels, len(data.labels) - 1)}</select></label>',
    ]
    fields += [
        f'<label>{escape(_label(name))} <select name="{escape(name, quote=True)}"><option value="">All</option>'
        f"{options(data.words[name], ALL)}</select></label>"
        for name in filters
        if name != PERIOD
    ]
    return f'<form id="filters" aria-label="Filters" autocomplete="off" hidden>{"".join(fields)}<button type="reset">Show all</button></form>'


def _kpi(number: int, kpi: Kpi, page: Page, data: Data) -> str:
    label, filled = escape(_kpi_label(kpi, page)), data.filled(page, kpi.cube)
    if filled is None:
        lacks = data.lacking[page.name if kpi.cube in page.cubes else "", kpi.cube]
        return f'<div><dt>{label}</dt><dd>{shown(None, "")}</dd><dd class="note">Needs {escape(", ".join(lacks))}.</dd></div>'
    figure, rows = filled.cube.figures[kpi.measure], totals(filled)
    value = rows[0].values[kpi.measure] if rows else None
    exact = "" if value is None else repr(value)
    place = sum(1 for one in page.kpis[:number] if data.filled(page, one.cube) is not None)
    return (
        f'<div><dt>{label}</dt><dd id="kpi-{place}" data-value="{exact}" title="{shown(value, figure.unit)}">{shown(value, figure.unit, short=True)}</dd>'
        f'<dd class="note" id="kpi-note-{place}"></dd></div>'
    )


def _tile(number: int, tile: Tile, page: Page, data: Data, draw: Callable[[dict[str, Any]], str]) -> str:
    heading = f'<h2 id="title-{number}">{escape(tile.title)}</h2>'
    begins = f'<section class="card tile{" wide" if tile.is_wide else ""}{" listed" if tile.kind == "table" else ""}" id="tile-{number}" aria-labelledby="title-{number}">{heading}'
    filled = data.filled(page, tile.cube)
    if lacks := _lacks(tile, page, data):
        load = page.cube(tile.cube).load
        how = f" Load it: <code>{escape(load)}</code>" if load else ""
        return (
            f'{begins}<p class="note">{escape(str(needs.note_of(lacks, 0))).capitalize()}.{how}</p></section>'
        )
    assert filled is not None  # noqa: S101 - what a cube lacks is known
    rows, series = rows_of(filled, tile), pictures.series_of(filled, tile)
    marks = pictures.marks(filled, tile, rows, data.periods, series)
    filters = data.filters(page)
    shows = [name for name in filters if name in filled.cube.dimensions]
    off = [name for name in filters if name not in shows]
    notes = [tile.doc] if tile.doc else []
    notes += [
        f"{_label(name)}: the {len(filled.words[name]) - 1} with the most; {count:,} others are together in {OTHERS}."
        for name, count in filled.folded.items()
        if count and name in tile.by and name not in data.words
    ]
    if series and tile.kind != "drop_off" and len(series) < len({row.key[-1] for row in rows}):
        notes.append(f"Drawn are the {len(series)} with the most; the table has all.")
    told = "".join(f'<p class="note">{escape(note)}</p>' for note in notes)
    one_at_a_time = (
        ", one of these at a time" if filled.cube.distinct and len(set(shows) - {PERIOD}) > 1 else ""
    )
    applies = (
        f"Filters: {', '.join(_label(name).lower() for name in shows)}{one_at_a_time}."
        if shows
        else "No filter applies."
    )
    applies += (
        f" <s>{', '.join(_label(name).lower() for name in off)}</s> <span>(not these)</span>" if off else ""
    )
    return f"""{begins}
{_picture(tile, filled, marks, series, draw)}
<p class="warned"></p>{told}
<details{" open" if tile.kind == "table" else ""}><summary>Table</summary><div class="rows" tabindex="0" role="region" aria-label="Table: {escape(tile.title, quote=True)}">
{_table(filled, tile, rows, data)}
</div></details>
<p class="applies">{applies}</p></section>"""


def _picture(
    tile: Tile,
    filled: Filled,
    marks: list[dict[str, Any]],
    series: list[int],
    draw: Callable[[dict[str, Any]], str],
) -> str:
    if tile.kind == "table":
        return ""
    few = "; ".join(f"{mark.get('name') or mark['at'][:10]} {mark['told']}" for mark in marks[:4])
    label = escape(f"{tile.title}: {few}{'; and more in the table' if len(marks) > 4 else ''}.", quote=True)  # noqa: PLR2004
    if not any(mark.get("value", mark.get("x")) is not None for mark in marks):
        return f'<figure class="picture" role="img" aria-label="{label}" hidden></figure>'
    spec = pictures.specification(filled, tile, series)
    sizes = ((_WIDE, "broad"), (_NARROW, "narrow")) if tile.is_wide else ((_NARROW, "any"),)
    drawn = "".join(
        f'<div class="{name}">{draw({**spec, "width": width, "data": {"values": marks}})}</div>'
        for width, name in sizes
    )
    return f'<figure class="picture" role="img" aria-label="{label}">{drawn}</figure>'


def _table(filled: Filled, tile: Tile, rows: list[Row], data: Data) -> str:
    figures = [filled.cube.figures[name] for name in tile.measures]
    head = "".join(f'<th scope="col">{escape(_label(name))}</th>' for name in tile.by)
    head += "".join(
        f'<th scope="col" class="n"{f" title={json.dumps(escape(figure.doc, quote=True), ensure_ascii=False)}" if figure.doc else ""}>{escape(figure.label)}</th>'
        for figure in figures
    )
    lines = []
    for row in rows[:_TABLE_ROWS]:
        words = [
            data.labels[place] if name == PERIOD else filled.words[name][place]
            for name, place in zip(tile.by, row.key, strict=True)
        ]
        cells = "".join(f'<th scope="row">{escape(word)}</th>' for word in words)
        cells += "".join(
            f'<td class="n">{shown(row.values[name], figure.unit)}</td>'
            for name, figure in zip(tile.measures, figures, strict=True)
        )
        lines.append(f"<tr>{cells}</tr>")
    body = "\n".join(lines)
    return f"<table><caption>{escape(tile.title)}</caption><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _footer(data: Data) -> str:
    """Return what holds for all pages: the span of the data, what a sale is, and words that are together."""
    told = []
    if data.labels:
        told.append(
            f"The data are in {_SPANS[data.grain]}, from {data.labels[0]} to {data.labels[-1]}; the first and the last may be incomplete."
        )
    told.append(
        "Revenue is that of sales, orders that were paid and are not void, after discounts and before refunds, in the warehouse's currency."
    )
    told += [
        f"{_label(name)}: {count:,} words with little are together in {OTHERS}."
        for name, count in data.folded.items()
        if count
    ]
    told.append(f"{shown(None, '')} is what is not known.")
    return " ".join(map(escape, told))
