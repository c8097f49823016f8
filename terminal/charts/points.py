"""What a picture shows of an answer: labels and numbers, by series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from martlet.engine.tables.cells import columns_of

if TYPE_CHECKING:
    import pyarrow as pa

    from martlet.engine.telling import Chart

__all__ = ["Points", "Series", "points_of"]

_NOTHING = "-"


@dataclass(frozen=True)
class Series:
    """Labels with their numbers, in the order of the answer; a NULL is 0."""

    name: str
    labels: tuple[str, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Points:
    """All series of an answer, in the order in which they come first."""

    series: tuple[Series, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels."""
        return tuple(label for one in self.series for label in one.labels)


def points_of(chart: Chart, answer: pa.Table) -> Points:
    """Return what the first column of `y` is at each `x`, by series; without series its name is that of `y`."""
    labels = [text or _NOTHING for text in columns_of(answer.select([chart.x]))[0].texts]
    values = [float(value or 0) for value in answer.column(chart.y[0]).to_pylist()]
    names = [chart.y[0]] * len(labels)
    if chart.series is not None:
        names = [text or _NOTHING for text in columns_of(answer.select([chart.series]))[0].texts]
    found: dict[str, list[tuple[str, float]]] = {}
    for name, label, value in zip(names, labels, values, strict=True):
        found.setdefault(name, []).append((label, value))
    return Points(tuple(Series(name, *map(tuple, zip(*rows, strict=True))) for name, rows in found.items()))
