"""Memberships: who subscribes to one, what is paid for it, and when it is cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, pick, ragged
from martlet.loaders.company._frames import NEVER, date_keys, keys, money, texts, times, words
from martlet.loaders.company._ids import ORDERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Memberships", "churn_frame", "payment_frame", "subscription_frame"]

_CENTS: Final = 100
_STATUS: Final = ["active", "cancelled", "ended"]


@dataclass(frozen=True)
class Memberships:
    """Memberships that began in the data: `who` is the position in the block, `plan` that in the preset; one per customer at most.

    `ended_at` is the end of the last period, and `cancelled_at` a moment within it; `NEVER` where that is still to come. `periods` were
    paid for. `begins` and `ends` say the same by customer.
    """

    who: Ints
    plan: Ints
    started_at: Ints
    cancelled_at: Ints
    ended_at: Ints
    periods: Ints
    begins: Ints
    ends: Ints

    @classmethod
    def of(cls, world: World, people: People, churned_u: Floats) -> Memberships:
        """Draw who subscribes, while still a customer, and in which period each cancels."""
        draw, plus = world.streams.uniform, world.preset.membership
        wait = exponential(draw("membership/wait", people.key)) * plus.days
        u = np.maximum(people.signed_up_u, 0.0) + wait
        wants = draw("membership/wants", people.key) < plus.share
        who = np.flatnonzero(people.is_customer & wants & (u < np.minimum(churned_u, world.end)))
        at = world.clock.inverse(u[who], people.rhythm_by(who, u[who]))
        inside = (at >= np.maximum(world.start_at, people.signed_up_at[who])) & (at < world.until_at)
        who, at = who[inside], at[inside]
        key = people.key[who]
        plan = pick(draw("membership/plan", key), [entry.weight for entry in plus.plans])
        length = np.array([entry.days for entry in plus.plans], dtype=np.int64)[plan] * DAY
        most = max(len(entry.cancels) for entry in plus.plans)
        hazard = np.array(
            [[entry.cancels[min(k, len(entry.cancels) - 1)] for k in range(most)] for entry in plus.plans]
        )
        ended_at = np.full(who.size, NEVER, dtype=np.int64)
        periods = np.zeros(who.size, dtype=np.int64)
        running, number = np.arange(who.size, dtype=np.int64), 0
        while running.size:
            number += 1
            periods[running] = number
            ends = at[running] + number * length[running]
            chance = hazard[plan[running], min(number, most) - 1]
            leaves = draw("membership/cancel", key[running] * ORDERS + number) < chance
            ended_at[running[leaves]] = ends[leaves]
            running = running[~leaves & (ends < world.until_at)]
        notice = (draw("membership/notice", key) * length).astype(np.int64)
        cancelled_at = np.where(ended_at < NEVER, ended_at - notice, NEVER)
        begins, until = (np.full(people.key.size, NEVER, dtype=np.int64) for _ in range(2))
        begins[who], until[who] = at, ended_at
        return cls(
            who=who,
            plan=plan,
            started_at=at,
            cancelled_at=np.where(cancelled_at < world.until_at, cancelled_at, NEVER),
            ended_at=np.where(ended_at < world.until_at, ended_at, NEVER),
            periods=periods,
            begins=begins,
            ends=until,
        )

    def holds(self, who: Ints, at: Ints) -> Bools:
        """Return whether customers are members at moments."""
        return (at >= self.begins[who]) & (at < self.ends[who])


def subscription_frame(world: World, people: People, memberships: Memberships) -> pl.DataFrame:
    """Return the rows of `star.fact_subscription`."""
    plans, plan, at = world.preset.membership.plans, memberships.plan, memberships.started_at
    status = np.where(memberships.ended_at < NEVER, 2, np.where(memberships.cancelled_at < NEVER, 1, 0))
    price = np.round(np.array([entry.price for entry in plans]) * _CENTS).astype(np.int64)
    key = people.key[memberships.who]
    return pl.DataFrame(
        {
            "subscription_id": key,
            "customer_key": keys(key),
            "plan": texts(plan, [entry.name for entry in plans]),
            "started_at": times(at),
            "date_key": date_keys(at),
            "period_days": keys(np.array([entry.days for entry in plans])[plan]),
            "price": money(price[plan]),
            "status": words(status, _STATUS),
            "cancelled_at": times(memberships.cancelled_at),
            "ended_at": times(memberships.ended_at),
            "renewals": keys(memberships.periods - 1),
        }
    )


def payment_frame(world: World, people: People, memberships: Memberships) -> pl.DataFrame:
    """Return the rows of `star.fact_subscription_payment`: one for each period begun."""
    plans = world.preset.membership.plans
    owner, number = ragged(memberships.periods)
    key, plan = people.key[memberships.who[owner]], memberships.plan[owner]
    days = np.array([entry.days for entry in plans], dtype=np.int64)[plan]
    at = memberships.started_at[owner] + number * days * DAY
    price = np.round(np.array([entry.price for entry in plans]) * _CENTS).astype(np.int64)
    return pl.DataFrame(
        {
            "payment_id": key * ORDERS + number + 1,
            "subscription_id": key,
            "customer_key": keys(key),
            "paid_at": times(at),
            "date_key": date_keys(at),
            "period_number": keys(number + 1),
            "amount": money(price[plan]),
        }
    )


def churn_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.subscription_churn`."""
    rows = [
        (plan.name, period, chance)
        for plan in world.preset.membership.plans
        for period, chance in enumerate(plan.cancels, 1)
    ]
    schema = {"plan": pl.String, "from_period": pl.Int32, "cancel_probability": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
