"""Names of people, by the frequency that Faker's lists give them in the language of a country."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["NamePools", "Pool", "name_pools"]


@dataclass(frozen=True)
class Pool:
    """Names with the share of people who bear one of those up to it."""

    names: pl.Series
    shares: Floats

    @classmethod
    def of(cls, names: Mapping[str, float] | Iterable[str]) -> Pool:
        """Read a list of Faker's: names with weights, or names that are all as frequent."""
        weights = names if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
        shares = np.array(list(accumulate(map(float, weights.values()))))
        return cls(pl.Series(list(weights)), shares / shares[-1])

    def pick(self, uniform: Floats) -> pl.Series:
        """Return a name for each number."""
        return self.names.gather(np.searchsorted(self.shares[:-1], uniform, side="right"))


@dataclass(frozen=True)
class NamePools:
    """Given names by gender, and family names."""

    female: Pool
    male: Pool
    family: Pool


@cache
def name_pools(locale: str) -> NamePools:
    """Return the pools of a locale. They depend on the version of Faker, which `Company.settings` notes."""
    # The lists alone: Faker itself would draw one name at a time. Imported here, since it is slow and wanted here only.
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return NamePools(
        female=Pool.of(provider.first_names_female),
        male=Pool.of(provider.first_names_male),
        family=Pool.of(provider.last_names),
    )
