"""A task of subject lines fitted on an open warehouse."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from martlet.engine.summed import Summed
from martlet.loaders.fitting._told import figure_rows
from martlet.loaders.fitting.wording import lines, opens, types

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb
    import polars as pl

    from martlet.loaders.fitting.wording.worded import Found

__all__ = ["TASKS", "WordingReport", "report"]

TASKS: Final = ("subject_type", "opens")


@dataclass(frozen=True, repr=False)
class WordingReport(Summed):
    """What was fitted to subject lines; `at` is when the last of them was sent."""

    name: str
    task: str
    at: datetime
    found: Found
    data_digest: str

    @property
    def frame(self) -> pl.DataFrame:
        """The figures, one a row."""
        return figure_rows(self.name, ((one.kind, one.figures) for one in self.found.models))

    def summary(self) -> str:
        """Return which model was chosen, from how many lines, and its figures on the test beside what is simpler."""
        found = self.found
        return (
            f"{self.name}.{found.models[0].kind}: learnt from {found.lines.training.height:,} subject lines of {found.lines.training['sent_at'][0]:%Y-%m-%d} to "
            f"{found.lines.training['sent_at'][-1]:%Y-%m-%d}, tested on the {found.lines.test.height:,} from {found.lines.tested_from:%Y-%m-%d} on\n{found.told}"
        )


def report(connection: duckdb.DuckDBPyConnection, name: str, task: str, *, seed: int) -> WordingReport:
    """Fit the models of a task on an open warehouse; see `fit`.

    Raises
    ------
    FitError
        If there are too few lines, or one kind of campaign alone, or scikit-learn is missing.
    """
    read = lines.read(connection)
    found = types.fitted(read, seed=seed) if task == "subject_type" else opens.fitted(connection, read)
    digest = hashlib.sha256(read.drop("words").write_csv().encode()).hexdigest()[:16]
    return WordingReport(name, task, read["sent_at"][-1], found, digest)
