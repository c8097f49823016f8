"""One block of customers, from people to rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import experiments, person_frames, sale_frames, web_frames
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.baskets import Demand, lines
from martlet.loaders.company.block_totals import BlockTotals
from martlet.loaders.company.browsers import recognised
from martlet.loaders.company.funnel import depths
from martlet.loaders.company.harvest import harvest, of_mails
from martlet.loaders.company.leads import lead_frame
from martlet.loaders.company.mail import mail
from martlet.loaders.company.orders import Earlier, Orders, baseline, caused
from martlet.loaders.company.people import People
from martlet.loaders.company.sales import Sales
from martlet.loaders.company.touches import Touches, exogenous
from martlet.loaders.company.trials import expected_outcomes
from martlet.loaders.company.visits import visits
from martlet.loaders.company.web_frames import Seen

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = ["Block", "generate"]


@dataclass(frozen=True)
class Block:
    """The rows of a block by table, dimensions first, and what must be summed over blocks."""

    frames: list[tuple[str, pl.DataFrame]]
    totals: BlockTotals


def generate(world: World, seed: int, low: int, high: int) -> Block:
    """Generate the customers of the slots [low, high), and the unknown browsers that they host.

    The order of causation is the order of the steps: nothing that an order brings about can cause another.
    """
    people = People.of(world, low, high)
    own, left_at, left_u = baseline(world, people)
    own = Orders.both(own, own.take(np.zeros(0, dtype=np.int64)))
    outer, people = exogenous(world, people, left_u)
    known = recognised(world, people, outer)
    exposed = experiments.exposures(world, people, outer, known)
    depth = depths(world, people, outer, exposed)
    mails, _ = mail(world, people, own, outer, np.where(outer.visits & known, depth, 0))
    opened, rested = of_mails(world, people, mails)
    tried = experiments.factors(exposed, people, outer, "orders")
    outer = Touches.join([outer, opened])
    factor = np.concatenate((tried, rested))
    brought, effects, means = caused(world, people, outer, left_u, factor)
    is_recorded = own.u >= world.start
    earlier = Earlier.of(world, people, own.take(np.flatnonzero(~is_recorded)))
    orders = Orders.both(own.take(np.flatnonzero(is_recorded)), brought)
    causes_u, causes_at = _causes(outer, orders)
    inner, clicked, clicked_at = harvest(world, people, orders, causes_u, mails)
    depth = np.concatenate(
        (depth, depths(world, people, opened, exposed), depths(world, people, inner, exposed))
    )
    touches = Touches.join([_holding(outer, orders, people), inner])
    bought = lines(world, people, orders)
    net = np.bincount(bought.order, weights=bought.net, minlength=orders.id.size).astype(np.int64)
    demand = Demand(orders, bought, net, np.maximum(people.signed_up_at[orders.who], causes_at))
    played = visits(world, people, touches, depth, demand)
    at = touches.at.copy()
    at[touches.visits] = played.starts
    touches = Touches(**{**vars(touches), "at": at})
    seen = Seen.of(world, people, touches)
    sales = Sales.of(world, people, demand, ordered_at=played.ordered_at, touches=touches, earlier=earlier)

    left_list = np.full(people.key.size, NEVER, dtype=np.int64)
    np.minimum.at(left_list, mails.who, np.minimum(mails.unsubscribed, mails.complained))
    history, tier, opted_in = person_frames.history_frame(world, people, sales, left_list)
    harvested, clicks = _harvested(
        mails.id.size, clicked, np.where(clicked_at < world.until_at, clicked_at, NEVER)
    )
    leads, assets = lead_frame(world, people, touches, seen, sales.first_orders(people))
    frames = [
        ("star.dim_customer", person_frames.customer_frame(world, people, seed, tier, opted_in)),
        ("star.dim_customer_history", history),
        ("star.bridge_visitor", web_frames.bridge_frame(touches, seen)),
        *web_frames.session_frames(world, touches, seen, played, demand),
        *web_frames.event_frames(world, touches, seen, played),
        *web_frames.touchpoint_frames(touches, seen),
        ("star.fact_order", sale_frames.order_frame(people, sales, touches, seen)),
        ("star.fact_order_line", sale_frames.line_frame(people, sales)),
        ("star.fact_return", sale_frames.return_frame(world, people, sales)),
        ("star.fact_email", person_frames.mail_frame(world, people, mails, harvested, clicks)),
        *experiments.exposure_frames(exposed),
        ("star.fact_lead", leads),
        ("star.fact_review", sale_frames.review_frame(world, people, sales)),
        ("star.fact_survey", sale_frames.survey_frame(world, people, sales)),
        ("truth.customer", person_frames.truth_frame(world, people, left_at)),
        ("truth.order_cause", sale_frames.cause_frame(world, sales, causes_at)),
    ]
    # The opens of mails come last, and no arm acts on them.
    means[tried.size :] = 0.0
    outcomes = expected_outcomes(
        world, people, exposed=exposed, touches=touches, seen=seen, sales=sales, means=means
    )
    totals = BlockTotals.of(
        world, touches, seen, sales, leads=leads, assets=assets, effects=effects, outcomes=outcomes
    )
    return Block([(relation, frame) for relation, frame in frames if frame.height], totals)


def _causes(outer: Touches, orders: Orders) -> tuple[NDArray[np.float64], Ints]:
    """Return the operational time of each order's cause, and the first second after it; long ago for baseline orders."""
    causes_u = np.full(orders.id.size, -np.inf)
    causes_at = np.zeros(orders.id.size, dtype=np.int64)
    caused_ = np.flatnonzero(orders.cause >= 0)
    by_id = np.argsort(outer.id, kind="stable")
    root = by_id[np.searchsorted(outer.id[by_id], orders.cause[caused_])]
    causes_u[caused_], causes_at[caused_] = outer.u[root], outer.at[root] + 1
    return causes_u, causes_at


def _holding(outer: Touches, orders: Orders, people: People) -> Touches:
    """Mark the sign-up touches whose visit holds an order."""
    trial = np.flatnonzero(orders.local == 0)
    order_of = np.full(people.key.size, -1, dtype=np.int64)
    order_of[orders.who[trial]] = trial
    order = np.where(outer.id % TOUCHES == 0, order_of[outer.who], -1)
    return Touches(**{**vars(outer), "order": order, "converts": order >= 0})


def _harvested(mails: int, clicked: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Return, by mail, the first click on the way to an order, and how many there were, up to the end of the data."""
    first = np.full(mails, NEVER, dtype=np.int64)
    np.minimum.at(first, clicked, at)
    return first, np.bincount(clicked[at < NEVER], minlength=mails)
