"""One block of customers, from people to rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from martlet.loaders.company import (
    coupons,
    experiments,
    feedback,
    mail_trials,
    person_frames,
    price_trials,
    sale_frames,
    web_frames,
)
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import TOUCHES
from martlet.loaders.company.baskets import Demand, draw_order_lines
from martlet.loaders.company.block_totals import BlockTotals
from martlet.loaders.company.course import Course
from martlet.loaders.company.funnel import draw_visit_depths
from martlet.loaders.company.harvest import draw_harvest_touches
from martlet.loaders.company.leads import lead_frame
from martlet.loaders.company.memberships import Memberships, payment_frame, subscription_frame
from martlet.loaders.company.orders import EarlierOrders, Orders
from martlet.loaders.company.people import People
from martlet.loaders.company.preferences import preference_frame
from martlet.loaders.company.recommendations import list_frames
from martlet.loaders.company.referrals import referral_frame
from martlet.loaders.company.sales import Sales
from martlet.loaders.company.support import support_frame
from martlet.loaders.company.terms import WEB, Terms
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


def generate(world: World, low: int, high: int) -> Block:
    """Generate the customers of the slots [low, high), and the unknown browsers that they host.

    The order of causation is the order of the steps: nothing that an order brings about can cause another.
    """
    course = Course.of(world, People.of(world, low, high))
    people, orders, mails = course.people, course.orders, course.mails
    email_touches, exposures = course.email_touches, course.exposures
    exogenous_touches = Touches.join([course.touches, email_touches])
    is_recorded = orders.u >= world.start
    earlier_orders = EarlierOrders.of(world, people, orders.take(np.flatnonzero(~is_recorded)))
    orders = orders.take(np.flatnonzero(is_recorded))
    subscriptions = Memberships.of(world, people, course.lives.left_u)
    terms = Terms.of(world, people, orders, mails, subscriptions)
    causes_u, causes_at = _causes(exogenous_touches, orders)
    harvest_touches, clicked_mails, clicks = draw_harvest_touches(
        world, people, orders, causes_u, mails, on_site=terms.channel == WEB
    )
    email_depths = draw_visit_depths(world, people, email_touches, exposures)
    harvest_depths = draw_visit_depths(world, people, harvest_touches, exposures)
    depths = np.concatenate((course.depths, email_depths, harvest_depths))
    touches = Touches.join([_with_sign_up_orders(exogenous_touches, orders, people), harvest_touches])
    offered = price_trials.offers(world, people, orders, exposures)
    order_lines, lists = draw_order_lines(world, people, orders, terms=terms, offered=offered)
    net_revenue = np.bincount(order_lines.order, weights=order_lines.net, minlength=orders.id.size)
    earliest = np.maximum(people.signed_up_at[orders.who], causes_at)
    demand = Demand(orders, terms, order_lines, net_revenue.astype(np.int64), earliest, lists)
    visit_events = draw_visits(world, people, touches, depths, demand)
    touched_at = touches.at.copy()
    touched_at[touches.visits] = visit_events.starts
    touches = replace(touches, at=touched_at, campaign=world.campaign_by(touches.campaign, touched_at))
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
    # A click begins its visit; where that was drawn out to before the mail arrived, it follows the mail.
    visited_at = touches.at[exogenous_touches.id.size :][clicks]
    clicked_at = np.maximum(visited_at, mails.delivered[clicked_mails] + 2)
    clicked_at = np.where(clicked_at < world.until_at, clicked_at, NEVER)
    harvest_clicked_at, harvest_clicks = _harvest_clicks(mails.id.size, clicked_mails, clicked_at)
    mail_rows = person_frames.mail_frame(world, people, mails, harvest_clicked_at, harvest_clicks)
    mail_rows = coupons.with_coupons(world, mail_rows)
    leads, assets = lead_frame(world, people, touches, record, sales.first_orders(people))
    frames = [
        (
            "star.dim_customer",
            person_frames.customer_frame(world, people, sales, tier=tier, opted_in=opted_in),
        ),
        ("star.dim_customer_history", history),
        ("star.bridge_visitor", web_frames.bridge_frame(touches, record)),
        *web_frames.session_frames(world, touches, record, visit_events, sales),
        *web_frames.event_frames(world, touches, record, visit_events),
        *web_frames.touchpoint_frames(touches, record),
        ("star.fact_order", sale_frames.order_frame(people, sales, touches, record)),
        ("star.fact_order_line", sale_frames.line_frame(people, sales)),
        ("star.fact_delivery", sale_frames.delivery_frame(world, people, sales)),
        ("star.fact_return", sale_frames.return_frame(world, people, sales)),
        *list_frames(world, touches, record, visit_events, sales),
        ("star.fact_email", mail_rows),
        *experiments.exposure_frames([*exposures, *mail_trials.mail_exposures(world, people, mails)]),
        ("star.fact_lead", leads),
        ("star.fact_review", feedback.review_frame(world, people, sales)),
        ("star.fact_survey", feedback.survey_frame(world, people, sales)),
        ("star.fact_support_contact", support_frame(world, people, sales, touches, record)),
        ("star.fact_preference", preference_frame(world, people)),
        ("star.fact_referral", referral_frame(world, people, sales)),
        ("star.fact_subscription", subscription_frame(world, people, subscriptions)),
        ("star.fact_subscription_payment", payment_frame(world, people, subscriptions)),
        ("truth.customer", person_frames.truth_frame(world, people, course.lives.moments(world, people))),
        ("truth.stock_out_met", sale_frames.stock_out_met_frame(sales)),
        ("truth.coupon_use", coupons.coupon_use_frame(sales)),
        ("truth.order_cause", sale_frames.cause_frame(world, sales, causes_at)),
    ]
    outcomes = expected_outcomes(
        world,
        people,
        exposures=exposures,
        touches=touches,
        record=record,
        sales=sales,
        expected_orders=course.expected_orders,
        of_mail=mail_trials.mail_outcomes(world, people, mails, harvest_clicked_at < NEVER),
    )
    effects = course.effects
    totals = BlockTotals.of(
        world, people, touches, record, sales, leads=leads, assets=assets, effects=effects, outcomes=outcomes
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
