"""One block of customers, from people to rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import experiments, person_frames, sale_frames, web_frames
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.baskets import Demand, draw_order_lines
from martlet.loaders.company.block_totals import BlockTotals
from martlet.loaders.company.browsers import is_recognised
from martlet.loaders.company.exogenous import draw_exogenous_touches
from martlet.loaders.company.funnel import draw_visit_depths
from martlet.loaders.company.harvest import draw_harvest_touches, touches_of_mails
from martlet.loaders.company.leads import lead_frame
from martlet.loaders.company.mail import draw_mails
from martlet.loaders.company.orders import EarlierOrders, Orders, draw_baseline_orders, draw_caused_orders
from martlet.loaders.company.people import People
from martlet.loaders.company.sales import Sales
from martlet.loaders.company.touches import Touches
from martlet.loaders.company.trials import expected_outcomes
from martlet.loaders.company.visits import draw_visits
from martlet.loaders.company.web_frames import TouchRecord

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
    baseline_orders, churned_at, churned_u = draw_baseline_orders(world, people)
    baseline_orders = baseline_orders.in_order()
    exogenous_touches, people = draw_exogenous_touches(world, people, churned_u)
    recognised = is_recognised(world, people, exogenous_touches)
    exposures = experiments.draw_exposures(world, people, exogenous_touches, recognised)
    exogenous_depths = draw_visit_depths(world, people, exogenous_touches, exposures)
    known_depths = np.where(exogenous_touches.visits & recognised, exogenous_depths, 0)
    mails = draw_mails(world, people, baseline_orders, exogenous_touches, known_depths)
    email_touches, mail_fatigue = touches_of_mails(world, people, mails)
    arm_effects = experiments.arm_factors(exposures, people, exogenous_touches, "orders")
    exogenous_touches = Touches.join([exogenous_touches, email_touches])
    effect_factors = np.concatenate((arm_effects, mail_fatigue))
    caused_orders, effects, expected_orders = draw_caused_orders(
        world, people, exogenous_touches, churned_u, effect_factors
    )
    is_recorded = baseline_orders.u >= world.start
    earlier_orders = EarlierOrders.of(world, people, baseline_orders.take(np.flatnonzero(~is_recorded)))
    orders = Orders.both(baseline_orders.take(np.flatnonzero(is_recorded)), caused_orders)
    causes_u, causes_at = _causes(exogenous_touches, orders)
    harvest_touches, clicked_mails, clicked_at = draw_harvest_touches(world, people, orders, causes_u, mails)
    email_depths = draw_visit_depths(world, people, email_touches, exposures)
    harvest_depths = draw_visit_depths(world, people, harvest_touches, exposures)
    depths = np.concatenate((exogenous_depths, email_depths, harvest_depths))
    touches = Touches.join([_with_sign_up_orders(exogenous_touches, orders, people), harvest_touches])
    order_lines = draw_order_lines(world, people, orders)
    net_revenue = np.bincount(order_lines.order, weights=order_lines.net, minlength=orders.id.size)
    earliest = np.maximum(people.signed_up_at[orders.who], causes_at)
    demand = Demand(orders, order_lines, net_revenue.astype(np.int64), earliest)
    visit_events = draw_visits(world, people, touches, depths, demand)
    touched_at = touches.at.copy()
    touched_at[touches.visits] = visit_events.starts
    touches = replace(touches, at=touched_at)
    record = TouchRecord.of(world, people, touches)
    sales = Sales.of(
        world,
        people,
        demand,
        ordered_at=visit_events.ordered_at,
        touches=touches,
        earlier_orders=earlier_orders,
    )

    opted_out_at = np.full(people.key.size, NEVER, dtype=np.int64)
    np.minimum.at(opted_out_at, mails.who, np.minimum(mails.unsubscribed, mails.complained))
    history, tier, opted_in = person_frames.history_frame(world, people, sales, opted_out_at)
    harvest_clicked_at, harvest_clicks = _harvest_clicks(
        mails.id.size, clicked_mails, np.where(clicked_at < world.until_at, clicked_at, NEVER)
    )
    mail_rows = person_frames.mail_frame(world, people, mails, harvest_clicked_at, harvest_clicks)
    leads, assets = lead_frame(world, people, touches, record, sales.first_orders(people))
    frames = [
        ("star.dim_customer", person_frames.customer_frame(world, people, seed, tier, opted_in)),
        ("star.dim_customer_history", history),
        ("star.bridge_visitor", web_frames.bridge_frame(touches, record)),
        *web_frames.session_frames(world, touches, record, visit_events, sales),
        *web_frames.event_frames(world, touches, record, visit_events),
        *web_frames.touchpoint_frames(touches, record),
        ("star.fact_order", sale_frames.order_frame(people, sales, touches, record)),
        ("star.fact_order_line", sale_frames.line_frame(people, sales)),
        ("star.fact_return", sale_frames.return_frame(world, people, sales)),
        ("star.fact_email", mail_rows),
        *experiments.exposure_frames(exposures),
        ("star.fact_lead", leads),
        ("star.fact_review", sale_frames.review_frame(world, people, sales)),
        ("star.fact_survey", sale_frames.survey_frame(world, people, sales)),
        ("truth.customer", person_frames.truth_frame(world, people, churned_at)),
        ("truth.order_cause", sale_frames.cause_frame(world, sales, causes_at)),
    ]
    # Touches of mails come last, and no arm acts on them.
    expected_orders[arm_effects.size :] = 0.0
    outcomes = expected_outcomes(
        world,
        people,
        exposures=exposures,
        touches=touches,
        record=record,
        sales=sales,
        expected_orders=expected_orders,
    )
    totals = BlockTotals.of(
        world, touches, record, sales, leads=leads, assets=assets, effects=effects, outcomes=outcomes
    )
    return Block([(relation, frame) for relation, frame in frames if frame.height], totals)


def _causes(touches: Touches, orders: Orders) -> tuple[NDArray[np.float64], Ints]:
    """Return the operational time of each order's cause, and the first second after it; long ago for baseline orders."""
    causes_u = np.full(orders.id.size, -np.inf)
    causes_at = np.zeros(orders.id.size, dtype=np.int64)
    with_cause = np.flatnonzero(orders.cause >= 0)
    by_id = np.argsort(touches.id, kind="stable")
    cause = by_id[np.searchsorted(touches.id[by_id], orders.cause[with_cause])]
    causes_u[with_cause], causes_at[with_cause] = touches.u[cause], touches.at[cause] + 1
    return causes_u, causes_at


def _with_sign_up_orders(touches: Touches, orders: Orders, people: People) -> Touches:
    """Mark the sign-up touches whose visit holds an order."""
    trial = np.flatnonzero(orders.local == 0)
    order_of = np.full(people.key.size, -1, dtype=np.int64)
    order_of[orders.who[trial]] = trial
    order = np.where(touches.id % TOUCHES == 0, order_of[touches.who], -1)
    return replace(touches, order=order, converts=order >= 0)


def _harvest_clicks(mails: int, clicked: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Return, by mail, the first click on the way to an order, and how many there were, up to the end of the data."""
    first = np.full(mails, NEVER, dtype=np.int64)
    np.minimum.at(first, clicked, at)
    return first, np.bincount(clicked[at < NEVER], minlength=mails)
