"""What a page of a dashboard is, as its template says: key figures and pictures, each drawn from a cube.

A cube is one SELECT whose rows are sums at the grain of its dimensions, so that a browser can filter them and add them up again. A template is
a TOML file; `docs/dashboards.md` tells how to write one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003 (read by `declared`)
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from martlet.engine.declared import Between, Place, read
from martlet.engine.declared_types import Texts, Word  # noqa: TC001 (read by `declared`)
from martlet.engine.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "FILTERS",
    "OWN",
    "PERIOD",
    "Cube",
    "Kpi",
    "Measure",
    "Page",
    "Ratio",
    "Tile",
    "cube_of",
    "page_of",
    "pages",
]

PERIOD: Final = "period"
# The filters of a page, in their order, and their labels; one that a template adds is labelled by its name.
FILTERS: Final = {PERIOD: "Period", "channel": "Channel", "device": "Device", "category": "Category"}
OWN: Final = ("overview", "campaigns", "journey", "product")
_FOLDER: Final = Path(__file__).parent

Unit = Literal["count", "money", "number", "percent", "minutes"]


@dataclass(frozen=True)
class Measure:
    """A column of a cube that is a number.

    A `sum` adds up over rows. A `last` adds up within the last period that is shown, as a stock does. A `figure` does not add up at all, as a
    median: it is shown where one row tells it. Of a cube with `distinct` it counts whoever is met. What `overlaps` counts may lie in several
    words of a dimension in `either`, as an order does: of words that are together it is not known.
    """

    label: str
    unit: Unit = "count"
    kind: Literal["sum", "last", "figure"] = "sum"
    overlaps: bool = False
    doc: str = ""


@dataclass(frozen=True)
class Ratio:
    """The sum of one measure by the sum of another; unknown where the second is zero."""

    label: str
    of: str
    per: str
    unit: Unit = "percent"
    doc: str = ""


@dataclass(frozen=True)
class Cube:
    """A SELECT, what its columns are, and what it needs.

    Attributes
    ----------
    sql
        The SELECT. It may name `$period`, the word week, month, quarter or year. A column `period` holds the first day of such a span.
    dimensions
        Its columns to filter and group by.
    either
        Those of them whose rows overlap (an order has goods of several categories): a row without a word there is of all words together.
    distinct
        A column of ids: instead of measures of its own the cube counts these, each once in whatever span is chosen, by one other dimension at most.
    most
        How many words of a dimension are kept, those with the most of the first measure; the rest is one word more.
    load
        The command that loads what it needs.
    """

    doc: str
    sql: str
    measures: Mapping[str, Measure]
    ratios: Mapping[str, Ratio] = field(default_factory=dict)
    dimensions: Texts = ()
    either: Texts = ()
    distinct: str | None = None
    most: Mapping[str, Annotated[int, Between(1, 2000)]] = field(default_factory=dict)
    needs: Texts = ()
    load: str = ""

    @property
    def overlapping(self) -> set[str]:
        """The dimensions whose rows overlap: what one row counts, another may count too."""
        return set(self.dimensions) - {PERIOD} if self.distinct else set(self.either)

    @property
    def figures(self) -> dict[str, Measure | Ratio]:
        """All that can be shown of it, by name."""
        return {**self.measures, **self.ratios}


@dataclass(frozen=True)
class Kpi:
    """A key figure: one measure or ratio of a cube, over all that is chosen."""

    cube: str
    measure: str
    label: str | None = None


@dataclass(frozen=True)
class Tile:
    """A picture and its table.

    Attributes
    ----------
    kind
        `bar` (of words), `column` (of words that have an order), `line` (over periods), `funnel` and `drop_off` (whose steps are the measures),
        `interval` (measures: low, middle, high), `scatter` (measures: across, upwards), `table` (no picture).
    measures
        Columns of the table; the picture draws the first, or those that its kind says.
    by
        Dimensions that make the rows. Of a line or a column a second one makes the series.
    where
        Words that the tile is fixed to.
    top
        So many rows with the most of the first measure.
    least
        Rows with less of a measure are left out, as a mean of two ratings would be.
    needs
        What it needs beside its cube.
    is_wide
        Whether it takes the whole width.
    """

    title: str
    kind: Literal["bar", "column", "line", "funnel", "drop_off", "interval", "scatter", "table"]
    cube: str
    measures: Texts
    by: Texts = ()
    where: Mapping[str, Word] = field(default_factory=dict)
    top: Annotated[int, Between(1, 200)] | None = None
    least: Mapping[str, Annotated[int, Between(0, 10**9)]] = field(default_factory=dict)
    needs: Texts = ()
    doc: str = ""
    is_wide: bool = False


@dataclass(frozen=True)
class Page:
    """A page: its name (of the file, too), title, key figures and pictures, and cubes of its own."""

    name: str
    title: str
    summary: str
    tiles: tuple[Tile, ...]
    kpis: tuple[Kpi, ...] = ()
    filters: Texts = tuple(FILTERS)
    cubes: Mapping[str, Cube] = field(default_factory=dict)

    @property
    def used(self) -> list[str]:
        """Names of the cubes that it draws from, each once."""
        return list(dict.fromkeys([*(kpi.cube for kpi in self.kpis), *(tile.cube for tile in self.tiles)]))

    def cube(self, name: str) -> Cube:
        """Return a cube of the page, or one that comes with Martlet."""
        return self.cubes[name] if name in self.cubes else cube_of(name)


def pages(templates: Iterable[str | Path] = ()) -> list[Page]:
    """Return the pages that come with Martlet, and those of template files.

    Raises
    ------
    ParameterError
        If a file can't be read or is no template, or two pages have one name; the message names the file and the key.
    """
    found = [page_of(_FOLDER / "pages" / f"{name}.toml") for name in OWN]
    for file in map(Path, templates):
        page = page_of(file)
        if page.name in {other.name for other in found}:
            raise ParameterError(
                f"{file}: name is {page.name!r}, as that of another page; give it a name of its own"
            )
        found.append(page)
    return found


def page_of(file: Path) -> Page:
    """Return the page of a template file.

    Raises
    ------
    ParameterError
        If the file can't be read or is no template; the message names the file and the key.
    """
    place = Place("a page", ParameterError, str(file))
    page = read(Page, _toml(file), place)
    if not page.name.replace("_", "").replace("-", "").isalnum() or not page.name.isascii():
        raise place.to("name").error(
            f" becomes the name of a file; take letters, digits, - and _, not {page.name!r}"
        )
    if PERIOD not in page.filters:
        raise place.to("filters").error(f" lacks {PERIOD!r}, which every page has")
    for name, cube in page.cubes.items():
        _refuse_wrong(cube, place.to("cubes").to(name))
    known = [*page.cubes, *_shared()]
    for number, kpi in enumerate(page.kpis):
        here = place.to("kpis").at(number)
        here.to("cube").one_of(kpi.cube, known)
        here.to("measure").one_of(kpi.measure, page.cube(kpi.cube).figures)
    for number, tile in enumerate(page.tiles):
        here = place.to("tiles").at(number)
        here.to("cube").one_of(tile.cube, known)
        _refuse_wrong_tile(tile, page.cube(tile.cube), here)
    return page


@cache
def cube_of(name: str) -> Cube:
    """Return a cube that comes with Martlet."""
    file = _FOLDER / "cubes" / f"{name}.toml"
    place = Place("a cube", ParameterError, str(file))
    cube = read(Cube, _toml(file), place)
    _refuse_wrong(cube, place)
    return cube


@cache
def _shared() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (_FOLDER / "cubes").glob("*.toml")))


def _refuse_wrong(cube: Cube, place: Place) -> None:
    for key, names in (("either", cube.either), ("most", cube.most)):
        for name in names:
            place.to(key).one_of(name, cube.dimensions)
    for name, ratio in cube.ratios.items():
        for key, measure in (("of", ratio.of), ("per", ratio.per)):
            place.to("ratios").to(name).to(key).one_of(measure, cube.measures)
    if twice := set(cube.measures) & {*cube.ratios, *cube.dimensions} | set(cube.ratios) & set(
        cube.dimensions
    ):
        raise place.error(f" names {min(twice)!r} twice; measures, ratios and dimensions need a name each")
    if cube.distinct and (len(cube.measures) != 1 or PERIOD not in cube.dimensions):
        raise place.error(" has distinct: it needs the dimension period, and one measure, the count")


def _refuse_wrong_tile(tile: Tile, cube: Cube, place: Place) -> None:
    for key, names in (("by", tile.by), ("where", tile.where)):
        for name in names:
            place.to(key).one_of(name, cube.dimensions)
    for name in tile.measures:
        place.to("measures").one_of(name, cube.figures)
    for name in tile.least:
        place.to("least").one_of(name, cube.figures)
    least, most = _ROWS_BY[tile.kind]
    if not least <= len(tile.by) <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}"
        raise place.to("by").error(f" must name {wanted} dimensions for a {tile.kind}, not {len(tile.by)}")
    if len(tile.measures) < _MEASURES.get(tile.kind, 1):
        raise place.to("measures").error(f" must name at least {_MEASURES[tile.kind]} for a {tile.kind}")
    if tile.kind == "line" and tile.by[0] != PERIOD:
        raise place.to("by").error(f" must begin with {PERIOD!r} for a line")


# How many dimensions a kind of picture takes, least and most, and how many measures at least.
_ROWS_BY: Final = {
    "bar": (1, 1),
    "column": (1, 2),
    "line": (1, 2),
    "funnel": (0, 0),
    "drop_off": (0, 1),
    "interval": (1, 1),
    "scatter": (1, 1),
    "table": (1, 3),
}
_MEASURES: Final = {"funnel": 2, "drop_off": 2, "interval": 3, "scatter": 2}


def _toml(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"{file} can't be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ParameterError(f"{file} is no text in UTF-8: {error.reason} at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{file} is no TOML: {error}") from error
