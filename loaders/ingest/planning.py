"""Files of several kinds in one load: by which profile each is read, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.entity import entities
from martlet.loaders.ingest.loading import Job
from martlet.loaders.ingest.profile_files import load_profile, profile_names
from martlet.loaders.ingest.ranking import rank
from martlet.loaders.ingest.reading.limits import Limits
from martlet.loaders.ingest.reading.source import open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["AUTO", "Plan", "family", "plan"]

# What stands for a profile where each file is to be recognised.
AUTO = "auto"


@dataclass(frozen=True)
class Plan:
    """What is to be loaded, in order.

    Attributes
    ----------
    jobs
        Files and their profiles, what others refer to first.
    left_out
        Files that are not loaded, each with the reason.
    """

    jobs: tuple[Job, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def paths(self) -> list[Path]:
        """The files, those that are left out by their names alone."""
        return [*(job.source.path for job in self.jobs), *(Path(name) for name, _ in self.left_out)]

    def summary(self) -> str:
        """Return the plan as lines of plain text."""
        wide = max(len(job.source.name) for job in self.jobs)
        lines = [
            f"{number:>3}. {job.source.name:<{wide}}  by {job.profile.name}"
            for number, job in enumerate(self.jobs, start=1)
        ]
        lines += [f"left out: {name}, since {why}" for name, why in self.left_out]
        return "\n".join(lines)


def family(name: str) -> list[str]:
    """Return the profiles of a set of files: all for `auto`, those called `<name>_...` for a name that is none itself."""
    if name == AUTO:
        return profile_names()
    if name in profile_names():
        return []
    found = [profile for profile in profile_names() if profile.startswith(f"{name}_")]
    return found if len(found) > 1 else []


def plan(name: str, paths: Sequence[Path], limits: Limits = Limits()) -> Plan:  # noqa: B008 - it is immutable
    """Recognise files among the profiles of a family.

    Raises
    ------
    IngestError
        If no file is recognised.
    """
    among = family(name)
    jobs, left_out = [], []
    for path in paths:
        try:
            fits = [fit for fit in rank(open_source(path, limits=limits)) if fit.profile in among]
        except IngestError as error:
            left_out.append((path.name, str(error)))
            continue
        # Whoever names a family says what the files are: then little of a wide file is enough.
        named = [fit for fit in fits if name != AUTO and not fit.missing and fit.exact > 1]
        proposed = next((fit for fit in fits if fit.is_proposal or fit in named), None)
        if proposed is None:
            left_out.append((path.name, "no profile fits; martlet profiles new begins one"))
            continue
        profile = load_profile(proposed.profile)
        jobs.append(Job(profile, open_source(path, profile.read, limits)))
    if not jobs:
        reasons = "; ".join(f"{name}: {why}" for name, why in left_out)
        raise IngestError(f"none of the {len(left_out)} files is of a known kind. {reasons}")
    order = list(entities())
    jobs.sort(key=lambda job: (order.index(job.profile.main.entity), job.source.name))
    return Plan(tuple(jobs), tuple(left_out))
