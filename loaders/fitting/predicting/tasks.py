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

__all__ = ["TASKS", "Task", "task"]


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


TASKS: Final = ("churn", "purchase", "next_value", "response")
