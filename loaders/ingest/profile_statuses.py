"""A profile whose words for the status of an order are explained by whoever loads the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from martlet.engine.errors import ParameterError, did_you_mean
from martlet.loaders.ingest.cleaning.words import fold
from martlet.loaders.ingest.entity import entity
from martlet.loaders.ingest.statuses import SAYABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from martlet.loaders.ingest.profile import Column, Profile

__all__ = ["with_statuses"]


def with_statuses(profile: Profile, statuses: Mapping[str, str]) -> Profile:
    """Return a profile in which these words mean these statuses, whatever it says itself.

    Raises
    ------
    ParameterError
        If a status is none, or the profile feeds none.
    """
    for word, status in statuses.items():
        if status not in SAYABLE:
            hint = did_you_mean(status, SAYABLE)
            raise ParameterError(
                f"the status {word!r} is said to mean {status!r}.{hint} It must be one of {', '.join(SAYABLE)}."
            )
    fed = {
        key: column.decides is None
        for mapping in profile.mappings
        for name, source in mapping.fields.items()
        if (column := entity(mapping.entity).field(name)).type == "status"
        for key in source.columns
    }
    if not fed:
        raise ParameterError(f"statuses are given, but {profile.name} feeds no status of an order")
    said = {word: status for word, status in statuses.items() if word.strip()}
    nothing = next((status for word, status in statuses.items() if not word.strip()), None)
    changed = {
        key: _explained(profile.columns[key], said, nothing if is_own else None)
        for key, is_own in fed.items()
    }
    return replace(profile, columns={**profile.columns, **changed})


def _explained(column: Column, said: Mapping[str, str], nothing: str | None) -> Column:
    explained = {fold(word) for word in said}
    kept = {word: meant for word, meant in column.words.items() if fold(word) not in explained}
    return replace(column, words={**kept, **said}, default=nothing or column.default)
