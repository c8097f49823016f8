"""The preference survey: what customers say that they value, by their persona, with the noise of all surveys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._draws import exponential, normal
from martlet.loaders.company._frames import date_keys, keys, optional, texts, times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = ["STATEMENTS", "persona_frame", "preference_frame"]

STATEMENTS: Final = ("price_sensitivity", "brand_loyalty", "sustainability", "novelty")
_SCALE: Final = (1, 5)
_YEAR: Final = 365.25


def preference_frame(world: World, people: People) -> pl.DataFrame:
    """Return the rows of `star.fact_preference`: the first answer of each customer in the data, at a constant rate."""
    survey, personas = world.preset.preferences, world.preset.people.personas
    draw = world.streams.uniform
    wait = exponential(draw("preference/wait", people.key)) / max(survey.answers, 1e-9) * _YEAR
    u = np.maximum(people.signed_up_u, 0.0) + wait
    who = np.flatnonzero(people.is_customer & (u < world.end))
    at = world.clock.inverse(u[who], people.rhythm_by(who, u[who]))
    inside = (at >= world.start_at) & (at < world.until_at)
    who, at = who[inside], at[inside]
    key, persona = people.key[who], people.persona[who]
    # Who names another lifestyle names any of them.
    other = (draw("preference/other", key) * len(personas)).astype(np.int64)
    named = np.where(draw("preference/lifestyle", key) < survey.own_lifestyle, persona, other)
    left_out = draw("preference/left out", key) < survey.left_out
    answers: dict[str, pl.Series] = {}
    for statement in STATEMENTS:
        mean = np.array([getattr(entry, statement) for entry in personas])[persona]
        answer = mean + survey.spread * normal(world.streams, f"preference/{statement}", key)
        given = draw(f"preference/{statement}/given", key) >= survey.left_out
        answers[statement] = optional(keys(np.clip(np.round(answer), *_SCALE)), given)
    return pl.DataFrame(
        {
            "preference_id": key,
            "customer_key": keys(key),
            "answered_at": times(at),
            "date_key": date_keys(at),
            "lifestyle": texts(np.where(left_out, -1, named), [entry.lifestyle for entry in personas]),
            **answers,
        }
    )


def persona_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.persona`."""
    personas = world.preset.people.personas
    return pl.DataFrame(
        {
            "persona": [entry.name for entry in personas],
            "later_hours": keys(np.array([entry.later for entry in personas])),
            **{
                name: [getattr(entry, name) for entry in personas]
                for name in ("phone_odds", "lifestyle", *STATEMENTS)
            },
        }
    )
