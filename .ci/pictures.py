"""Draw the pictures of the README and of docs/gallery.md, and write the gallery: python .ci/pictures.py docs.duckdb.

The warehouse is that of the pages on the packs (CONTRIBUTING). Charts are the same bytes each time: their letters have the widths of a font
that the converter brings along. What Chromium takes of pages is not; `pages.toml` keeps what words each page had, so that a test sees
when a page says something else than its picture.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import martlet
from martlet.engine import packs
from martlet.engine.charts.converting import svg_of
from martlet.engine.telling import Chart
from martlet.reports import slim

if TYPE_CHECKING:
    from martlet.engine.result import Result
    from martlet.engine.warehouse import Warehouse

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / "docs" / "pictures"
GALLERY: Final = ROOT / "docs" / "gallery.md"
WORDS: Final = FOLDER / "pages.toml"
# The converter has it built in; others have the same widths.
FONT: Final = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH: Final = 480
_PADDING: Final = 12


@dataclass(frozen=True)
class Shown:
    """A kind of picture: its name for people, when to take it, and the query that shows it."""

    kind: str
    name: str
    when: str
    query: str

    @property
    def file(self) -> str:
        """Name of its picture."""
        return f"{self.kind}.svg"


KINDS: Final = [
    Shown(
        "bar",
        "Bars",
        "Sizes of categories. Several columns of `y` stand side by side; times stand along the bottom.",
        "segmentation/rfm_segments",
    ),
    Shown(
        "line",
        "Lines",
        "What changes with time, or with a number; a line for each value of `series`, at most eight.",
        "spend/weekly_panel",
    ),
    Shown(
        "dumbbell",
        "Dumbbells",
        "The gap between two figures of each category: share of spend and share of revenue, plan and fact.",
        "spend/mix",
    ),
    Shown("funnel", "Funnel", "How many are left after each step.", "funnel/stages"),
    Shown(
        "heat",
        "Heat map",
        "A number for each pair of two things. Few great values don't make all others pale.",
        "web/hours",
    ),
    Shown(
        "interval",
        "Intervals",
        "An estimate and how sure it is. `reference` is the value at which nothing happens; zero is drawn where it lies within.",
        "product/discounts",
    ),
    Shown(
        "response",
        "Response curve",
        "How people answer to a dose (mails, days, price), each point with its interval.",
        "email/fatigue",
    ),
    Shown(
        "scatter",
        "Scatter with quadrants",
        "Two numbers of each item. `quadrants` names the four corners between the lines at the medians; without it there are dots alone.",
        "product/ratings_and_sales",
    ),
    Shown(
        "box",
        "Boxes",
        "A distribution for each category: the box is its middle half, the mark the median, the whiskers end where `least` and `most` say.",
        "product/price_distribution",
    ),
    Shown(
        "lorenz",
        "Lorenz curve",
        "How much the best bring together; on the dashed line all would bring the same.",
        "segmentation/pareto",
    ),
    Shown(
        "survival",
        "Survival curve",
        "The share to whom it has not happened yet, in steps down from 1, with its interval.",
        "retention/survival",
    ),
    Shown(
        "sankey",
        "Sankey",
        "From where to where how many go; a column `step_number` makes more than two columns of names.",
        "journey/life_moves",
    ),
]


def chart(result: Result) -> str:
    """Return the picture of an answer as small SVG that stands alone, on white."""
    spec = result.chart(width=WIDTH)
    spec["config"] = {**spec["config"], "font": FONT}
    drawn = slim.slim(svg_of(spec), themed=False)
    top, body = drawn.split(">", 1)
    box = re.search(r'viewBox="([^"]+)"', top)[1].split()  # type: ignore[index]
    size = f'width="{box[2]}" height="{box[3]}"'
    ground = f'<rect {size} fill="#fff"/>'
    return f'{top} xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONT}">{ground}{body}\n'


def gallery(warehouse: Warehouse) -> dict[Path, str]:
    """Return the text of every chart, and of the gallery, by its file."""
    found, told = {}, [_INTRODUCTION]
    for shown in KINDS:
        result = warehouse.query(shown.query)
        found[FOLDER / shown.file] = chart(result)
        told.append(_section(shown, result.chart()["description"]))
    return {**found, GALLERY: "\n".join(told)}


_INTRODUCTION: Final = """# The gallery

Every query of the packs says in its header which picture fits its answer. Here is each kind, with a query that draws it, its `[chart]`, and the
command. The title is the finding of the answer, and the question where the answer supports no finding. The company is a small one (300
customers, 400 days), so that intervals are wide.

A picture is a file (`.svg`, `.png`, `.pdf`, `.html`, or `.json`: Vega-Lite) by `martlet chart`, which needs `pip install 'martlet[report]'`; in Python it
is `result.chart()`, and a notebook shows it by itself. Reports and dashboards draw the same pictures in the colours of their pages.
"""


def _section(shown: Shown, words: str) -> str:
    query = packs.get(shown.query)
    same = [
        f"[{one.path}](packs/{one.path.split('/')[0]}.md#{one.name})"
        for one in map(packs.get, packs.queries())
        if one.chart and one.chart.kind == shown.kind and one.path != shown.query
    ]
    pack = shown.query.split("/")[0]
    lines = [
        f"## {shown.name}",
        "",
        shown.when,
        "",
        f"![{words.replace('[', '(').replace(']', ')')}](pictures/{shown.file})",
        "",
        f"{query.question} It is the answer to [{shown.query}](packs/{pack}.md#{query.name}):",
        "",
        "```sh",
        f"martlet chart {shown.query} -o {query.name}.svg",
        "```",
        "",
        "```toml",
        _header(query.chart),
        "```",
        "",
    ]
    if same:
        lines += [f"Also: {', '.join(same)}.", ""]
    return "\n".join(lines)


def _header(chart: Any) -> str:
    """Return a chart as its header says it."""
    lines = ["[chart]"]
    for field in fields(Chart):
        value = getattr(chart, field.name)
        if value in (None, ()):
            continue
        if isinstance(value, tuple):
            words = [f'"{one}"' for one in value]
            told = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
        else:
            told = f'"{value}"' if isinstance(value, str) else str(value)
        lines.append(f"{field.name} = {told}")
    return "\n".join(lines)


# Pages that the README shows: the width and height of the window, and how far the page is scrolled.
PAGES: Final = {"report": (1000, 860), "dashboard": (1250, 900)}


def pages(path: Path, folder: Path) -> dict[str, str]:
    """Return the pages of which the README shows pictures."""
    # A page names its file.
    named = Path(shutil.copy(path, folder / "warehouse.duckdb"))
    martlet.dashboard(folder, warehouse=named)
    return {
        "report": martlet.report(named).html(),
        "dashboard": (folder / "product.html").read_text(encoding="utf-8"),
    }


def words_of(page: str) -> str:
    """Return a digest of the words that a person reads in a page; where letters stand depends on the fonts of a machine."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", text)
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def _take(shown: dict[str, str], folder: Path) -> None:
    """Take the pictures of the pages by Chromium."""
    sys.path.insert(0, str(ROOT))
    from tests.reports.browser import Browser  # noqa: PLC0415 - only where there is one

    browser = Browser(folder / "profile")
    try:
        for name, page in shown.items():
            (folder / f"{name}.html").write_text(page, encoding="utf-8")
            browser.look(*PAGES[name])
            browser.open((folder / f"{name}.html").as_uri(), is_still=name == "report")
            browser.window(FOLDER / f"{name}.webp")
    finally:
        browser.close()
    told = "".join(f'{name} = "{words_of(page)}"\n' for name, page in shown.items())
    WORDS.write_text(f"# What words the pages had of which these are pictures.\n{told}", encoding="utf-8")


def main() -> None:
    """Write all pictures and the gallery."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("warehouse", type=Path, help="the warehouse of the pages on the packs")
    asked.add_argument("--charts-only", action="store_true", help="leave out what needs Chromium")
    given = asked.parse_args()
    FOLDER.mkdir(exist_ok=True)
    with martlet.open(given.warehouse) as warehouse:
        for file, text in gallery(warehouse).items():
            file.write_text(text, encoding="utf-8")
    if not given.charts_only:
        with tempfile.TemporaryDirectory() as folder:
            _take(pages(given.warehouse, Path(folder)), Path(folder))


if __name__ == "__main__":
    main()
