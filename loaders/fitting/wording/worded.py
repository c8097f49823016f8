"""What is found of a model of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from martlet.loaders.fitting.wording.lines import Lines
    from martlet.models.wording.vocabulary import Vocabulary

__all__ = ["CONSTANT", "Found", "Worded", "leaning", "percent", "term_rows"]

CONSTANT: Final = "(constant)"
_TOP: Final = 5
# Signs among the words, as main.line_words writes them.
_SIGNS: Final = {
    "0": "a number",
    "{name}": "the recipient's name",
    "☺": "a pictograph",
    "?": "a question mark",
    "!": "an exclamation mark",
    "%": "a per cent sign",
}


@dataclass(frozen=True)
class Worded:
    """A model of words: rows of model.term and model.confusion without its name, and figures by set of lines."""

    kind: str
    terms: pl.DataFrame
    figures: Mapping[str, Mapping[str, float]]
    confusion: pl.DataFrame | None = None


@dataclass(frozen=True)
class Found:
    """What a task found: its lines, its models with the better one first, its card, and its figures in words."""

    lines: Lines
    models: tuple[Worded, ...]
    card: pl.DataFrame
    told: str


def term_rows(words: Vocabulary, name: str, constant: float, weights: Iterable[float]) -> pl.DataFrame:
    """Return the rows of model.term of one class, without the model's name."""
    return pl.DataFrame(
        {
            "class": name,
            "term": [CONSTANT, *words.words],
            "lines": [None, *words.texts],
            "idf": [None, *words.idf.tolist()],
            "weight": [constant, *weights],
        },
        schema_overrides={"lines": pl.Int32, "idf": pl.Float64, "weight": pl.Float64},
    )


def leaning(terms: pl.DataFrame, name: str, *, least: bool = False) -> str:
    """Return the words that speak most for a class, or against it, in words."""
    words = terms.filter((pl.col("class") == name) & pl.col("idf").is_not_null())
    words = words.filter(pl.col("weight") < 0) if least else words.filter(pl.col("weight") > 0)
    found = words.sort(["weight", "term"], descending=[not least, False])["term"].head(_TOP)
    return ", ".join(_SIGNS.get(word, word) for word in found)


def percent(share: float) -> str:
    """Return a share as a person reads it."""
    return f"{100 * share:.1f} %"
