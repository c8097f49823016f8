"""A dashboard: linked pages in a folder, made of a warehouse and of templates."""

from __future__ import annotations

import base64
import gzip
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from martlet.engine.charts import converting
from martlet.engine.errors import MartletError, ParameterError
from martlet.engine.paths import printable
from martlet.engine.replacing import replacing
from martlet.engine.warehouse import Warehouse
from martlet.reports import slim
from martlet.reports.dashboards.filling import PREVIOUS, answer, filled, words_of
from martlet.reports.dashboards.page import Data, data_of, written
from martlet.reports.dashboards.template import PERIOD, pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pyarrow as pa

    from martlet.reports.dashboards.template import Cube, Page

__all__ = ["Dashboard", "dashboard"]

_GRAINS: Final = ("week", "month", "quarter", "year")
# More periods than these are too many to choose from, and to see; with fewer months, weeks tell more.
_MOST_PERIODS: Final = 60
_FEW_MONTHS: Final = 7
# Bytes of the data of a page: with script, pictures and tables it stays below 1.2 MB.
_MOST_DATA: Final = 520_000
_MOST_WORDS: Final = 14


@dataclass(frozen=True)
class Dashboard:
    """The pages that were written.

    Attributes
    ----------
    files
        The page of each template, the first one to begin with.
    grain
        The span of a period: week, month, quarter or year.
    lacking
        What the warehouse lacks for parts of the pages.
    """

    files: tuple[Path, ...]
    grain: str
    lacking: tuple[str, ...]


def dashboard(
    folder: str | Path,
    *,
    warehouse: str | Path | Warehouse = "warehouse.duckdb",
    templates: Iterable[str | Path] = (),
) -> Dashboard:
    """Write a dashboard into a folder: the pages overview, campaigns, journey and product, linked, with filters that need no network.

    Parameters
    ----------
    folder
        Where the pages go; made if it is not there. Pages of the same names are replaced.
    warehouse
        The warehouse, or its file.
    templates
        Template files of further pages; `docs/dashboards.md` tells how to write one.

    Raises
    ------
    ParameterError
        If a template is wrong, a file can't be written, or the extra `report` is not installed.
    WarehouseError
        If there is no such warehouse.
    QueryError
        If the SELECT of a template fails.

    Examples
    --------
    >>> made = martlet.dashboard(folder, warehouse=path)
    >>> [file.name for file in made.files]
    ['overview.html', 'campaigns.html', 'journey.html', 'product.html']
    """
    asked = pages(templates)
    if isinstance(warehouse, Warehouse):
        texts, grain, lacking = _made(warehouse, asked)
    else:
        with Warehouse(warehouse) as opened:
            texts, grain, lacking = _made(opened, asked)
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ParameterError(f"{printable(target)} can't be made: {error.strerror or error}") from error
    for name, text in texts.items():
        with replacing(target / name) as file:
            file.write(text.encode())
    return Dashboard(tuple(target / name for name in texts), grain, lacking)


def _made(warehouse: Warehouse, asked: list[Page]) -> tuple[dict[str, str], str, tuple[str, ...]]:
    """Return the pages by the names of their files, the grain, and what the warehouse lacks."""
    cubes = {
        (page.name if name in page.cubes else "", name): page.cube(name)
        for page in asked
        for name in page.used
    }
    lacking = {key: warehouse.lacking(cube.needs) for key, cube in cubes.items()}
    answered = {key: cube for key, cube in cubes.items() if not lacking[key]}
    data = _data(warehouse, asked, answered, {key: needs for key, needs in lacking.items() if needs})
    vega = _vega()
    texts = {f"{page.name}.html": written(page, asked, data, _drawing(), vega) for page in asked}
    return texts, data.grain, tuple(dict.fromkeys(need for needs in lacking.values() for need in needs))


def _data(
    warehouse: Warehouse,
    asked: list[Page],
    cubes: dict[tuple[str, str], Cube],
    lacking: dict[tuple[str, str], tuple[str, ...]],
) -> Data:
    """Return the data of all pages, in the finest grain in which each page is light enough."""
    answers = {key: _answer(warehouse, key, cube, "month") for key, cube in cubes.items()}
    first = _first_grain(cubes, answers)
    missing = cache(warehouse.lacking)
    asked_by = "month"
    for grain in _GRAINS[_GRAINS.index(first) :]:
        if grain != asked_by:
            answers = {key: _answer(warehouse, key, cube, grain) for key, cube in cubes.items()}
            asked_by = grain
        data = _coded(asked, cubes, answers, grain, lacking, missing=missing)
        if max(len(data_of(page, data)) for page in asked) <= _MOST_DATA:
            break
    return data


def _answer(warehouse: Warehouse, key: tuple[str, str], cube: Cube, grain: str) -> pa.Table:
    with _named(key):
        return answer(warehouse, cube, grain)


@contextmanager
def _named(key: tuple[str, str]) -> Iterator[None]:
    """Say in an error of which cube it is."""
    try:
        yield
    except MartletError as error:
        raise type(error)(f"cube {key[1]}{f' of the page {key[0]}' if key[0] else ''}: {error}") from error


def _first_grain(cubes: dict[tuple[str, str], Cube], answers: dict[tuple[str, str], pa.Table]) -> str:
    months = len(_periods(cubes, answers, "month"))
    if months <= _FEW_MONTHS:
        return "week"
    return "month" if months <= _MOST_PERIODS else "quarter" if months <= 3 * _MOST_PERIODS else "year"


def _periods(
    cubes: dict[tuple[str, str], Cube], answers: dict[tuple[str, str], pa.Table], grain: str
) -> list[date]:
    """Return the first day of each period from the first that a cube knows to the last, without a gap."""
    days = {
        day
        for key, cube in cubes.items()
        for name in ((PERIOD, PREVIOUS) if cube.distinct else (PERIOD,))
        if PERIOD in cube.dimensions
        for day in answers[key].column(name).unique().to_pylist()
        if day is not None
    }
    found = [min(days)] if days else []
    while found and found[-1] < max(days):
        found.append(_next(found[-1], grain))
    return found


def _next(day: date, grain: str) -> date:
    if grain == "week":
        return day + timedelta(days=7)
    months = day.year * 12 + day.month - 1 + {"month": 1, "quarter": 3, "year": 12}[grain]
    return date(months // 12, months % 12 + 1, 1)


def _written_as(day: date, grain: str) -> str:
    if grain == "week":
        return day.isoformat()
    if grain == "quarter":
        return f"{day.year} Q{(day.month + 2) // 3}"
    return f"{day.year}" if grain == "year" else f"{day:%Y-%m}"


def _coded(
    asked: list[Page],
    cubes: dict[tuple[str, str], Cube],
    answers: dict[tuple[str, str], pa.Table],
    grain: str,
    lacking: dict[tuple[str, str], tuple[str, ...]],
    *,
    missing: Callable[[Sequence[str]], tuple[str, ...]],
) -> Data:
    periods = _periods(cubes, answers, grain)
    words, folded = {}, {}
    for name in dict.fromkeys(name for page in asked for name in page.filters if name != PERIOD):
        words[name], folded[name] = words_of(
            [(cube, answers[key]) for key, cube in cubes.items()], name, _MOST_WORDS
        )
    coded = {}
    for key, cube in cubes.items():
        with _named(key):
            coded[key] = filled(cube, answers[key], periods, words, folded)
    return Data(
        coded,
        lacking,
        missing,
        grain,
        [day.isoformat() for day in periods],
        [_written_as(day, grain) for day in periods],
        words,
        folded,
    )


def _drawing() -> Callable[[dict[str, Any]], str]:
    """Return what draws the pictures of one page as SVG, each with names of its own for the marks that it refers to."""
    numbers = count(1)
    return lambda spec: slim.slim(converting.svg_of(spec), prefix=f"p{next(numbers)}")


def _vega() -> str:
    """Return Vega and Vega-Lite for the browser, packed, in base64."""
    packed = gzip.compress(converting.library().encode(), 9, mtime=0)
    return base64.b64encode(packed).decode()
