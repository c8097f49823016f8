"""GA4's default channel group for a source, a medium and a campaign, as a Polars expression.

The rules and Google's list of sources are in `channel_rules.toml`; the names are those of `star.dim_channel`.
"""

from __future__ import annotations

import tomllib
from functools import cache, reduce
from importlib.resources import files
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["UNASSIGNED", "channel_group"]

UNASSIGNED = "Unassigned"


def channel_group(source: pl.Expr, medium: pl.Expr, campaign: pl.Expr) -> pl.Expr:
    """Return the name of the channel: the first of Google's rules that holds, in its order.

    Case and outer spaces do not matter, as in GA4. `campaign` is the campaign's name.

    Returns
    -------
    Expr
        String; `Unassigned` where something is given but no rule holds, NULL where nothing is given: a file that is
        silent about a contact's source does not say that it had none.
    """
    given = {
        "source": _plain(source),
        "medium": _plain(medium),
        "campaign": _plain(campaign),
    }
    channel = pl.lit(UNASSIGNED)
    for name, condition in reversed(_rules()):
        holds = reduce(or_, (_all_of(one, given) for one in condition))
        channel = pl.when(holds).then(pl.lit(name)).otherwise(channel)
    nothing = reduce(and_, (text == "" for text in given.values()))
    return pl.when(nothing).then(None).otherwise(channel)


def _plain(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.String).str.strip_chars().str.to_lowercase().fill_null("")


def _all_of(conditions: Mapping[str, Any], given: Mapping[str, pl.Expr]) -> pl.Expr:
    return reduce(and_, (_test(name, wanted, given) for name, wanted in conditions.items()))


def _test(name: str, wanted: Any, given: Mapping[str, pl.Expr]) -> pl.Expr:
    field, _, how = name.rpartition("_")
    if how == "like":
        return given[field].str.contains(wanted)
    words = _table()["sources"][wanted] if how == "in" else wanted
    return given[field].is_in([word.lower() for word in words])


@cache
def _table() -> dict[str, Any]:
    text = files("martlet.loaders").joinpath("ingest", "channel_rules.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _rules() -> list[tuple[str, list[dict[str, Any]]]]:
    return [(rule["channel"], rule["any"]) for rule in _table()["rules"]]
