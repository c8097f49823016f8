"""The features by which clusters are told apart, as TOML declares them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003 (read by `declared`)
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from martlet.engine.declared import Place, read
from martlet.engine.declared_types import Texts  # noqa: TC001 (read by `declared`)
from martlet.engine.errors import ParameterError, did_you_mean, shown
from martlet.loaders.warehouse.segments import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["ALL_SHARES", "COLUMNS", "MOST_SHARES", "SHARE", "Feature", "Features", "declared"]

# Their places are those of the columns in queries/segmentation/_points.sql.
COLUMNS: Final = NUMBERS
MOST_SHARES: Final = 12
SHARE: Final = "share:"
ALL_SHARES: Final = "share:*"


@dataclass(frozen=True)
class _Declared:
    scale: Literal["log", "linear", "rank"]
    high: str
    low: str


@dataclass(frozen=True)
class Feature:
    """A feature with its scale, and what customers are called who have much or little of it."""

    name: str
    scale: str
    high: str
    low: str


@dataclass(frozen=True)
class Features:
    """What a file declares: features by name, those taken where none are named, and how shares are treated."""

    default: Texts
    features: Mapping[str, _Declared]
    shares: _Declared = _Declared("linear", "much {category}", "little {category}")

    def chosen(self, names: Sequence[str] | None, categories: Iterable[str]) -> tuple[Feature, ...]:
        """Return the features of these names, the default ones where none are given; `categories` are those of `share:*`.

        Raises
        ------
        ParameterError
            If one is not declared, or named twice, or there are too many shares.
        """
        found: list[str] = []
        for name in names or self.default:
            found += [SHARE + category for category in categories] if name == ALL_SHARES else [name]
        if twice := sorted({name for name in found if found.count(name) > 1}):
            raise ParameterError(f"features name {shown(twice[0])} twice")
        if sum(name.startswith(SHARE) for name in found) > MOST_SHARES:
            raise ParameterError(f"features name more than {MOST_SHARES} shares")
        return tuple(self._one(name) for name in found)

    def _one(self, name: str) -> Feature:
        if name.startswith(SHARE):
            category = name.removeprefix(SHARE)
            words = (text.replace("{category}", category) for text in (self.shares.high, self.shares.low))
            return Feature(name, self.shares.scale, *words)
        if name not in self.features:
            raise ParameterError(
                f"there is no feature {shown(name)}.{did_you_mean(name, self.features)} Allowed: "
                f"{', '.join(self.features)}, {SHARE} and a category, {ALL_SHARES}"
            )
        one = self.features[name]
        return Feature(name, one.scale, one.high, one.low)


def declared(file: str | Path | None = None) -> Features:
    """Read a file that declares features, Martlet's own where none is given.

    Raises
    ------
    ParameterError
        If it can't be read, or says what can't be; the message names file and key.
    """
    try:
        source = resources.files("martlet.loaders.fitting") / "segments.toml" if file is None else Path(file)
        table = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{file} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{file} is no TOML: {error}") from None
    place = Place("a file of features", ParameterError, str(file or "segments.toml"))
    found = read(Features, table, place)
    for name in found.features:
        place.to("features").one_of(name, COLUMNS)
    for number, name in enumerate(found.default):
        if not name.startswith(SHARE):
            place.to("default").at(number).one_of(name, tuple(found.features))
    return found
