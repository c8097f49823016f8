"""Which profile fits a source, and why: what `martlet sniff` tells."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from martlet.engine.errors import IngestError
from martlet.loaders.ingest._search import DATES, NUMBERS, type_of
from martlet.loaders.ingest.contents import MOSTLY, Contents
from martlet.loaders.ingest.matching import attempt
from martlet.loaders.ingest.profile_files import load_profile, profile_names
from martlet.loaders.ingest.reading.options import Reading
from martlet.loaders.ingest.reading.source import open_source

if TYPE_CHECKING:
    from martlet.loaders.ingest.matching import Matching
    from martlet.loaders.ingest.profile import Profile
    from martlet.loaders.ingest.reading.source import Source

__all__ = ["Fit", "rank"]

# What is told apart by: how much of the file the profile uses, how much of the profile the file has, and how many
# headers are letter for letter those that the source documents.
_OF_FILE, _OF_PROFILE, _EXACT = 0.5, 0.2, 0.3
# A profile is proposed if it explains at least so much of a file, or has so many of its headers letter for letter.
_PROPOSED_SHARE, _PROPOSED_EXACT = 0.25, 4
# What a profile is worth of which a required column is missing.
_INCOMPLETE: Final = 0.3


@dataclass(frozen=True)
class Fit:
    """How well a profile fits a source.

    Attributes
    ----------
    profile, title
        Its name and title.
    score
        0 to 1; profiles that can't be used for lack of a column have less than 0.3.
    columns
        By key of the profile, the source's column.
    missing
        What must be there and isn't.
    unused
        The source's columns that the profile doesn't use.
    reasons
        Why, in words.
    exact
        How many of the source's headers are letter for letter those that the profile knows.
    is_proposal
        Whether nothing is missing, and enough of the file is explained for a load to be tried.
    """

    profile: str
    title: str
    score: float
    columns: dict[str, str]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    reasons: tuple[str, ...]
    exact: int = 0
    is_proposal: bool = False


def rank(source: Source) -> list[Fit]:
    """Return the profiles of which a source has any column, the best first; of equals first by name."""
    plain = Contents(source)
    fits = []
    for profile in map(load_profile, profile_names()):
        if profile.read == Reading():
            fits.append(_fit(profile, source, plain))
            continue
        # What a profile says of reading, such as nested parameters that become columns, is part of its fit.
        with suppress(IngestError):
            opened = open_source(source.path, profile.read, source.limits)
            fits.append(_fit(profile, opened, Contents(opened)))
    return sorted((fit for fit in fits if fit.columns), key=lambda fit: (-fit.score, fit.profile))


def _fit(profile: Profile, source: Source, contents: Contents) -> Fit:
    matching = attempt(profile, source, contents)
    found = matching.columns
    odd = [name for key, name in found.items() if not _agrees(profile, key, name, contents)]
    exact = [name for key, name in found.items() if name in profile.columns[key].names]
    used = len(source.columns) - len(matching.unused)
    score = (
        _OF_FILE * used / max(1, len(source.columns))
        + _OF_PROFILE * len(found) / len(profile.columns)
        + _EXACT * len(exact) / max(1, len(found))
    )
    score *= 1 - len(odd) / max(1, len(found))
    return Fit(
        profile=profile.name,
        title=profile.title,
        score=round(score * (_INCOMPLETE if matching.missing else 1.0), 4),
        columns=found,
        missing=matching.missing,
        unused=matching.unused,
        reasons=_reasons(source, matching, exact, odd),
        exact=len(exact),
        is_proposal=not matching.missing
        and (_explains(used, len(exact), len(source.columns)) or 1 < len(profile.columns) == len(exact)),
    )


def _explains(used: int, exact: int, columns: int) -> bool:
    several = used > 1 or used == columns
    return several and (used >= _PROPOSED_SHARE * columns or exact >= _PROPOSED_EXACT)


def _agrees(profile: Profile, key: str, name: str, contents: Contents) -> bool:
    kind = type_of(profile, key)
    if contents.is_empty(name) or profile.columns[key].words:
        return True
    if kind in DATES:
        return contents.share(name, "date") + contents.share(name, "number") >= MOSTLY
    if kind == "email":
        return contents.share(name, "email") >= MOSTLY
    return kind not in NUMBERS or contents.share(name, "number") + contents.share(name, "date") >= MOSTLY


def _reasons(source: Source, matching: Matching, exact: list[str], odd: list[str]) -> tuple[str, ...]:
    used = len(source.columns) - len(matching.unused)
    reasons = [f"uses {used} of the {len(source.columns)} columns, {len(exact)} of them named exactly so"]
    if matching.missing:
        reasons.append(f"lacks {', '.join(matching.missing)}")
    if odd:
        reasons.append(f"holds something else than expected in {', '.join(odd)}")
    return tuple(reasons)
