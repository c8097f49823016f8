"""Experiments on mail: which arm a recipient falls under, what that does to opens, and what each arm leads one to expect.

The unit is the customer. The first mail of the experiment's type that is sent to a customer during the run exposes; measured are all mails of
that type during the run. Arms act on the chance of an open, or on the hour of sending, from which the chance follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import pick
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import VISITORS
from martlet.loaders.company.experiments import NO_VISITOR, Exposures, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Experiment
    from martlet.loaders.company.experiments import Run
    from martlet.loaders.company.mail import Mails
    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["hour_effects", "mail_exposures", "mail_outcomes", "open_factors", "send_hours"]

_HOUR: Final = 3600
_BILLION: Final = 1_000_000_000
_HOURS_A_DAY: Final = 24.0


def _by_run(
    world: World, people: People, *, who: Ints, campaign: Ints, at: Ints
) -> Iterator[tuple[Run, Ints, Ints]]:
    """Yield each run on mail, with the positions of the mails that it takes in and the arms that these fall under."""
    types, kinds = world.campaigns.types, world.campaigns.kind[campaign]
    for run in runs(world):
        experiment = run.experiment
        if experiment.metric != "opens" or experiment.campaign_type not in types:
            continue
        taken_in = kinds == types.index(experiment.campaign_type)
        rows = np.flatnonzero(taken_in & (at >= run.begins) & (at < run.ends))
        person = people.key[who[rows]] * VISITORS
        chosen = world.streams.uniform(f"experiment/{run.name}/traffic", person) < experiment.traffic
        rows, person = rows[chosen], person[chosen]
        splits = [entry.split for entry in experiment.arms]
        yield run, rows, pick(world.streams.uniform(f"experiment/{run.name}", person), splits)


def send_hours(world: World, people: People, *, who: Ints, campaign: Ints, at: Ints) -> tuple[Ints, Bools]:
    """Return when mails go out under the arms that name an hour, and which mails those are that go out at all.

    A day on which hours are compared is one for those only who had signed up before it.
    """
    moved, goes_out = at.copy(), np.ones(at.size, dtype=bool)
    for run, rows, arm in _by_run(world, people, who=who, campaign=campaign, at=at):
        hours = np.array([entry.hour for entry in run.experiment.arms])[arm]
        day = at[rows] // DAY * DAY
        moved[rows] = np.where(hours >= 0, day + hours * _HOUR, at[rows])
        if any(entry.hour >= 0 for entry in run.experiment.arms):
            goes_out[rows] = people.signed_up_at[who[rows]] < day
    return moved, goes_out


def open_factors(world: World, people: People, *, who: Ints, campaign: Ints, at: Ints) -> Floats:
    """Return the factor that arms put on the opens of each mail."""
    found = np.ones(at.size)
    for run, rows, arm in _by_run(world, people, who=who, campaign=campaign, at=at):
        found[rows] *= run.effect(arm, at[rows])
    return found


def hour_effects(experiment: Experiment, hours: tuple[float, ...]) -> Floats:
    """Return the factor on opens that the hour of each arm stands for; 1 for arms that name none."""
    return np.array([hours[arm.hour] if arm.hour >= 0 else 1.0 for arm in experiment.arms])


def mail_exposures(world: World, people: People, mails: Mails) -> list[Exposures]:
    """Expose the recipients of mails, which are sorted by customer and time."""
    found = []
    for run, rows, arm in _sent(world, people, mails):
        person, first = np.unique(people.key[mails.who[rows]] * VISITORS, return_index=True)
        nowhere = np.full(person.size, NO_VISITOR, dtype=np.int64)
        found.append(Exposures(run, person, arm[first], mails.sent[rows[first]], person, nowhere))
    return found


def _sent(world: World, people: People, mails: Mails) -> Iterator[tuple[Run, Ints, Ints]]:
    """Yield what `_by_run` does, of mails that were sent up to the end of the data."""
    for run, rows, arm in _by_run(world, people, who=mails.who, campaign=mails.campaign, at=mails.assigned):
        is_sent = (mails.sent[rows] < world.until_at) & people.is_customer[mails.who[rows]]
        yield run, rows[is_sent], arm[is_sent]


def mail_outcomes(world: World, people: People, mails: Mails, is_harvested: Bools) -> list[dict[str, object]]:
    """Return by run, arm and metric what is expected if all fell under the arm, in billionths, and how many customers count.

    `is_harvested` says which mails are clicked on the way to an order: these are opened under any arm.
    """
    email, found = world.preset.email, []
    clicks = np.array([entry.click for entry in email.types])
    for run, sent, arm_sent in _sent(world, people, mails):
        persons = int(np.unique(mails.who[sent]).size)
        arrived = mails.delivered[sent] < NEVER
        rows, arm = sent[arrived], arm_sent[arrived]
        delivered = mails.delivered[rows]
        room = world.end - world.clock.forward(delivered, people.rhythm_at(mails.who[rows], delivered))
        in_time = -np.expm1(-np.maximum(room, 0.0) / (email.open_hours / _HOURS_A_DAY))
        hours = hour_effects(run.experiment, email.hours)
        at = mails.sent[rows]
        plain = mails.open_chance[rows] / run.effect(arm, at) / hours[arm]
        sure = is_harvested[rows]
        for position in range(len(run.experiment.arms)):
            opens = np.minimum(plain * run.effect(position, at) * hours[position], 1.0) * in_time
            for metric, chance in (("opens", opens), ("clicks", opens * clicks[mails.kind[rows]])):
                expected = np.round(np.where(sure, 1.0, chance) * _BILLION).astype(np.int64).sum()
                found.append(
                    {
                        "run": run.key,
                        "arm": position,
                        "metric": metric,
                        "expected": int(expected),
                        "persons": persons,
                    }
                )
    return found
