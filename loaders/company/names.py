"""Pools of names, drawn once with Faker and then picked from by number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import polars as pl

__all__ = ["NamePools", "name_pools"]

_GIVEN: Final = 700
_FAMILY: Final = 1500


@dataclass(frozen=True)
class NamePools:
    """Given names by gender, and family names; a frequent name stands there several times."""

    female: pl.Series
    male: pl.Series
    family: pl.Series


@cache
def name_pools(seed: int) -> NamePools:
    """Return the pools of a seed. They depend on the version of Faker, which `Company.settings` notes."""
    from faker import Faker  # noqa: PLC0415  (slow to import, and wanted here only)

    faker = Faker("en_US")
    faker.seed_instance(seed)
    return NamePools(
        female=pl.Series([faker.first_name_female() for _ in range(_GIVEN)]),
        male=pl.Series([faker.first_name_male() for _ in range(_GIVEN)]),
        family=pl.Series([faker.last_name() for _ in range(_FAMILY)]),
    )
