"""What people type into the search of the shop: terms made of its nouns, brands and attributes, with slips, and what is found."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Noun, Preset
    from martlet.loaders.company.products import Products

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["INTENTS", "Term", "Terms", "search_frame"]

INTENTS: Final = ["product", "category", "problem", "navigational", "not sold"]
# A longer word than this is misspelled now and then.
_LONG: Final = 4


@dataclass
class Term:
    """A term, what it asks for, and how many products it finds."""

    text: str
    intent: str
    results: int
    is_misspelled: bool = False


@dataclass
class _Row:
    """Terms among which one is chosen."""

    terms: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, terms: list[tuple[int, float]], share: float) -> None:
        total = sum(weight for _, weight in terms)
        for term, weight in terms:
            self.terms.append(term)
            self.weights.append(share * weight / total)


@dataclass(frozen=True)
class Terms:
    """All terms; `line` holds the sums of weights of one row of terms after the other, of 1 in all each, `term` whose they are.

    There is a row for each category, of those who look about, and one for each noun, of those who buy one: `first_noun` is the
    row of the first noun of each category.
    """

    entries: list[Term]
    line: Floats
    term: Ints
    first_noun: Ints

    @classmethod
    def of(cls, preset: Preset, products: Products) -> Terms:
        """Make the terms of a catalogue."""
        return _Maker(preset, products).terms()

    def pick(self, uniform: Floats, row: Ints) -> Ints:
        """Return a term of each row."""
        found: Ints = self.term[
            np.minimum(np.searchsorted(self.line, row + uniform, side="right"), self.term.size - 1)
        ]
        return found


class _Maker:
    def __init__(self, preset: Preset, products: Products) -> None:
        self.preset, self.products = preset, products
        self.known: dict[str, int] = {}
        self.entries: list[Term] = []

    def terms(self) -> Terms:
        search = self.preset.searches
        by_noun = [list(self._of_category(number)) for number in range(len(self.preset.categories))]
        # A slip that makes another term is none.
        slips = [[self._slips(noun.name) for noun in category.nouns] for category in self.preset.categories]
        everywhere = {
            "navigational": [
                (self._term(text, "navigational", 0 if text in search.unfound else 1), 1.0 / rank)
                for rank, text in enumerate(search.navigational, 1)
            ]
            + [
                (
                    self._term(
                        brand.lower(), "navigational", self.products.frame["brand"].to_list().count(brand)
                    ),
                    0.3,
                )
                for brand in self.preset.catalogue.brands
            ],
            "not sold": [
                (self._term(text, "not sold", 0), 1.0 / rank) for rank, text in enumerate(search.not_sold, 1)
            ],
        }
        shares = dict(zip(INTENTS, search.intents, strict=True))
        looking, buying = [], []
        for number, category in enumerate(self.preset.categories):
            row = _Row()
            worth = [float(self._appeal(number, noun)) for noun in range(len(category.nouns))]
            for noun, (terms, slipped) in enumerate(zip(by_noun[number], slips[number], strict=True)):
                share = shares["product"] * worth[noun] / sum(worth)
                row.add(terms, share * (1 - search.misspelled))
                row.add(slipped, share * search.misspelled)
            row.add(list(self._categories(number)), shares["category"])
            row.add(list(self._problems(number)), shares["problem"])
            for name, terms in everywhere.items():
                row.add(terms, shares[name])
            looking.append(row)
            odds = self._odds(row) * search.zero_result_odds
            for terms, slipped in zip(by_noun[number], slips[number], strict=True):
                row = _Row()
                row.add([one for one in terms if self.entries[one[0]].results], 1.0)
                row.add(slipped + [one for one in terms if not self.entries[one[0]].results], odds)
                buying.append(row)
        counts = np.array([len(category.nouns) for category in self.preset.categories])
        first_noun = len(looking) + np.cumsum(counts) - counts
        rows = looking + buying
        sums = [np.cumsum(row.weights) / sum(row.weights) + number for number, row in enumerate(rows)]
        return Terms(
            self.entries, np.concatenate(sums), np.concatenate([row.terms for row in rows]), first_noun
        )

    def _term(self, text: str, intent: str, results: int, *, is_misspelled: bool = False) -> int:
        if text not in self.known:
            self.known[text] = len(self.entries)
            self.entries.append(Term(text, intent, results, is_misspelled))
        else:
            self.entries[self.known[text]].results = max(results, self.entries[self.known[text]].results)
        return self.known[text]

    def _odds(self, row: _Row) -> float:
        """Return the odds of finding nothing."""
        nothing = sum(
            weight
            for term, weight in zip(row.terms, row.weights, strict=True)
            if not self.entries[term].results
        )
        return nothing / (sum(row.weights) - nothing)

    def _appeal(self, category: int, noun: int) -> float:
        mine = (self.products.category == category) & (self.products.noun == noun)
        return float(self.products.appeal[mine].sum()) + 1e-9

    def _of_category(self, number: int) -> Iterator[list[tuple[int, float]]]:
        """Yield the terms of each noun of a category: alone, and with a brand, a kind, an adjective or a material."""
        category, search = self.preset.categories[number], self.preset.searches
        names = self.products.frame["name"].to_list()
        brands = self.products.frame["brand"].to_list()
        for position, noun in enumerate(category.nouns):
            rows = np.flatnonzero((self.products.category == number) & (self.products.noun == position))
            with_word: Counter[str] = Counter()
            for row in rows.tolist():
                with_word[brands[row]] += 1
                with_word[names[row].rpartition(", ")[2]] += 1
                with_word[names[row].removeprefix(brands[row]).split(" " + noun.name)[0].strip()] += 1
            whole = noun.name.lower()
            terms = [(self._term(whole, "product", rows.size), 1.0)]
            if not noun.plural:
                terms.append((self._term(_plural(whole), "product", rows.size), search.plural))
            words = (*self.preset.catalogue.brands, *category.kinds, *category.adjectives)
            for rank, word in enumerate(words, 1):
                found = self._term(f"{word.lower()} {whole}", "product", with_word[word])
                terms.append((found, search.with_attribute / rank))
            materials = [word for word in noun.made if " " not in word]
            terms += [
                (
                    self._term(f"{word.lower()} {whole}", "product", rows.size // len(noun.made)),
                    search.with_attribute,
                )
                for word in materials
            ]
            yield terms

    def _slips(self, name: str) -> list[tuple[int, float]]:
        """Return ways to misspell a noun: a letter left out, two letters swapped, one doubled."""
        whole = name.lower()
        middle = max(len(whole) // 2, 1)
        tries = (
            whole[:middle] + whole[middle + 1 :],
            whole[: middle - 1] + whole[middle] + whole[middle - 1] + whole[middle + 1 :],
            whole[:middle] + whole[middle] + whole[middle:],
            whole[:-2] + whole[-1] + whole[-2],
        )
        fresh = [text for text in dict.fromkeys(tries) if text not in self.known and len(text) >= _LONG - 1]
        fresh = fresh or [whole + whole[-1] * 2]
        return [
            (self._term(text, "product", 0, is_misspelled=True), 1.0 / rank)
            for rank, text in enumerate(fresh, 1)
        ]

    def _categories(self, number: int) -> Iterator[tuple[int, float]]:
        category = self.preset.categories[number]
        size = int(self.products.sizes[number])
        for name in (category.name, *re.split(r" & ", category.name)):
            yield self._term(name.lower(), "category", size), 1.0
        nouns: dict[str, list[int]] = {}
        for position, noun in enumerate(category.nouns):
            nouns.setdefault(noun.subcategory, []).append(position)
        for name, positions in nouns.items():
            mine = (self.products.category == number) & np.isin(self.products.noun, positions)
            yield self._term(name.lower(), "category", int(mine.sum())), 1.0

    def _problems(self, number: int) -> Iterator[tuple[int, float]]:
        """Yield what things are needed for."""
        category = self.preset.categories[number]
        uses: dict[str, list[Noun]] = {}
        for noun in category.nouns:
            for use in noun.uses:
                uses.setdefault(use.lower(), []).append(noun)
        sold = self.products.sizes[number] / len(category.nouns)
        for rank, (use, nouns) in enumerate(uses.items(), 1):
            results = int(sum(sold / len(noun.uses) for noun in nouns))
            yield self._term(f"something for {use}", "problem", results), 1.0 / rank
            if len(nouns) == 1:
                yield self._term(f"{nouns[0].name.lower()} for {use}", "problem", results), 1.0 / rank


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("shelf", "scarf")):
        return word[:-1] + "ves"
    return word + "s"


def search_frame(preset: Preset, terms: Terms) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of `truth.search_term` and of `truth.search_effect`."""
    entries = terms.entries
    frame = pl.DataFrame(
        {
            "term": [entry.text for entry in entries],
            "intent": [entry.intent for entry in entries],
            "is_misspelled": [entry.is_misspelled for entry in entries],
            "results": pl.Series([entry.results for entry in entries], dtype=pl.Int32),
        }
    )
    effect = pl.DataFrame(
        {"condition": ["nothing found"], "conversion_odds_factor": [preset.searches.zero_result_odds]}
    )
    return frame, effect
