"""What can be foretold, as TOML declares it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003 (read by `declared`)
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Final, Literal

from martlet.engine.declared import Name, Place, read
from martlet.engine.declared_types import Count, Number, Texts  # noqa: TC001 (read by `declared`)
from martlet.engine.errors import FitError

__all__ = ["TASKS", "Subject", "Task", "task"]


@dataclass(frozen=True)
class Subject:
    """What a row is of: the column that tells it, the one that names it in its source, and what many are called.

    Scores of customers are kept. Visits are too many, and over: theirs are asked for. Those of a time are the rows of its end, where
    customers are asked at its start.
    """

    key: str
    named_by: str
    many: str
    is_kept: bool
    is_of_a_time: bool


_SUBJECTS: Final = {
    "customers": Subject("customer_key", "customer_id", "customers", is_kept=True, is_of_a_time=False),
    "visits": Subject("session_id", "session_id", "visits", is_kept=False, is_of_a_time=True),
}


@dataclass(frozen=True)
class Task:
    """A task; `tasks.toml` says what each key means."""

    name: Annotated[str, Name()]
    question: str
    event: str
    features: Texts
    outcome: str
    label: str
    population: str
    population_words: str
    kind: Literal["class", "amount"]
    not_for: str
    leave_out: Texts
    horizon: Count | None = None
    gap: Count | None = None
    value: str | None = None
    value_of: str | None = None
    value_words: str | None = None
    offer_cost: Number | None = None
    offer_success: Number | None = None
    truth: str | None = None
    truth_words: str | None = None
    rows: Literal["customers", "visits"] = "customers"

    @property
    def subject(self) -> Subject:
        """What a row is of."""
        return _SUBJECTS[self.rows]

    @property
    def has_time(self) -> bool:
        """Whether outcomes come after a moment of asking; else rows are split at random."""
        return self.horizon is not None

    @property
    def is_class(self) -> bool:
        """Whether a class is foretold, else an amount."""
        return self.kind == "class"


@dataclass(frozen=True)
class _File:
    tasks: Mapping[str, Task]


@cache
def _declared() -> Mapping[str, Task]:
    text = resources.files(__package__).joinpath("tasks.toml").read_text(encoding="utf-8")
    return read(_File, tomllib.loads(text), Place("the file of tasks", FitError, "tasks.toml")).tasks


def task(name: str) -> Task:
    """Return the task of a name out of `TASKS`."""
    return _declared()[name]


TASKS: Final = ("churn", "purchase", "next_value", "visit", "lead", "response")
