"""Visits: what is done in each, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import exponential, geometric, ragged
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.browsers import is_mobile, is_recognised
from martlet.loaders.company.event_kinds import (
    CART,
    CHECKOUT,
    CLICK,
    FORM,
    KINDS,
    PAGE,
    PRODUCT,
    PURCHASE,
    SEARCH,
    VIDEO,
)
from martlet.loaders.company.event_properties import described
from martlet.loaders.company.funnel import by_channel
from martlet.loaders.company.pages import browsed, land, pages
from martlet.loaders.company.recommendations import Lists, Shown
from martlet.loaders.company.sales import last_touch_before
from martlet.loaders.company.terms import WEB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.baskets import Demand
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["VisitEvents", "draw_visits"]

_BROWSE, _SEE, _FILL, _PAY, _BUY = range(1, 6)
# Of further pages, and of further products; all events of a visit must fit into its numbers.
_MOST: Final = 30
# Bits that hold a moment in seconds.
_SECONDS: Final = 36


@dataclass(frozen=True)
class VisitEvents:
    """Visits, in the order of their touches, and their events, sorted by visit and then in order.

    `visit_of_touch` is the position of each touch's visit, -1 for none; `ordered_at` the moment of each order.
    `owner` is an event's visit, `kind` a code of `EVENT_NAMES`, `product` an index or -1, `value` cents or -1, `properties` a position in `Properties.texts`
    or -1.
    """

    visit_of_touch: Ints
    starts: Ints
    ordered_at: Ints
    first: Ints
    count: Ints
    owner: Ints
    number: Ints
    kind: Ints
    at: Ints
    page: Ints
    product: Ints
    value: Ints
    properties: Ints
    recommended: Shown


def draw_visits(world: World, people: People, touches: Touches, depth: Ints, demand: Demand) -> VisitEvents:
    """Play out the visits to which touches lead.

    Parameters
    ----------
    touches, depth
        All touches, and how far their visits get without an order.
    demand
        The orders that some of the visits hold.
    """
    leading = np.flatnonzero(touches.visits)
    visit_of_touch = np.full(touches.id.size, -1, dtype=np.int64)
    visit_of_touch[leading] = np.arange(leading.size)
    everything, touches, depth = touches, touches.take(leading), depth[leading]
    orders, order_lines = demand.orders, demand.order_lines
    buys = touches.converts
    order = np.where(buys, touches.order, 0)
    depth = np.where(buys, _BUY, depth)
    line_count = np.bincount(order_lines.order, minlength=max(orders.id.size, 1))
    n_lines = np.where(buys, line_count[order], 0)
    mobile = is_mobile(world, people, touches)
    counts = _counts(world, touches, depth, n_lines, mobile)
    known = is_recognised(world, people, everything)[leading]
    lists = _lists(world, people, touches, depth, known=known, demand=demand)
    # Who clicks sees one more product, the last; what is bought off a list is seen as a line.
    clickers = lists.owner[(lists.chosen >= 0) & ~lists.buys]
    counts[clickers, PRODUCT] += 1
    total = counts.sum(axis=1)
    owner, number = ragged(total)
    first = np.cumsum(total) - total
    kind = np.repeat(np.tile(np.arange(KINDS), touches.id.size), counts.ravel())
    flat = counts.ravel()
    within = np.arange(owner.size) - np.repeat(np.cumsum(flat) - flat, flat)
    ids = np.repeat(touches.id * _ids.EVENTS, total) + number
    offset = _offsets(world, ids, first, total, mobile)
    length = offset[first + total - 1]
    starts, ordered_at = _moments(world, people, everything, touches, demand=demand, length=length)
    if ordered_at.size:
        _squeeze(offset, length, np.where(buys, ordered_at[order] - starts, length), owner)
    at = np.repeat(starts, total) + offset
    # A browser is in one visit at a time: what goes on when the next begins is cut short.
    following = _next_starts(touches, starts)
    cut = np.flatnonzero(((starts + length > following) & ~buys)[owner])
    at[cut] = np.minimum(at[cut], following[owner[cut]])
    line_at = np.cumsum(line_count) - line_count
    # The products that are bought are the first to be seen.
    by_line = np.flatnonzero((within < np.repeat(n_lines, total)) & ((kind == PRODUCT) | (kind == CART)))
    line = line_at[order[owner[by_line]]] + within[by_line]
    begun = replace(touches, at=starts)
    product = browsed(world, people, begun, owner=owner, kind=kind, within=within)
    product[by_line] = order_lines.product[line]
    recommended = _shown(
        world, begun, demand, lists, first=first, counts=counts, product=product, line_at=line_at
    )
    filled = by_line[kind[by_line] == CART]
    line = line[kind[by_line] == CART]
    value = _values(world, demand, starts, order, owner=owner, kind=kind, product=product)
    value[filled] = (order_lines.price * order_lines.quantity)[line]
    properties = described(world, people, touches, ids=ids, owner=owner, kind=kind, product=product)
    properties[filled] = world.properties.of_units(order_lines.quantity[line])
    page = pages(world, ids, kind, starts[owner])
    land(world, people, begun, demand, line_at, first=first, kind=kind, page=page, product=product)
    clicks = np.flatnonzero(recommended.clicked >= 0)
    properties[recommended.clicked[clicks]] = world.properties.places + recommended.lists.chosen[clicks]
    return VisitEvents(
        visit_of_touch,
        starts,
        ordered_at,
        first,
        total,
        owner,
        number,
        kind,
        at,
        page,
        product,
        value,
        properties,
        recommended,
    )


def _counts(world: World, touches: Touches, depth: Ints, n_lines: Ints, mobile: Bools) -> Ints:
    """Return how many events of each kind a visit has, by its depth and, if it holds an order, the lines of that."""
    see, draw, buys = world.preset.visits, world.streams.uniform, touches.converts
    goes_on = (depth >= _BROWSE).astype(np.int64)

    interest = by_channel(world, "depth")[touches.channel] * np.where(mobile, see.mobile_depth, 1.0)

    def some(name: str, buying: float, browsing: float) -> Ints:
        mean = np.where(buys, buying, browsing) * interest
        return np.minimum(geometric(draw(name, touches.id), mean), _MOST)

    def maybe(name: str, chance: float | Floats) -> Ints:
        return goes_on * (draw(name, touches.id) < chance)

    counts = np.zeros((touches.id.size, KINDS), dtype=np.int64)
    pages = some("visit/pages", see.order_pages, see.further_pages)
    counts[:, PAGE] = 1 + goes_on * pages + (depth == _BROWSE)
    counts[:, CLICK] = maybe("visit/click", see.click)
    counts[:, SEARCH] = maybe("visit/search", np.where(buys, see.order_search, see.search))
    counts[:, VIDEO] = maybe("visit/video", see.video)
    counts[:, FORM] = touches.id % _ids.TOUCHES == 0
    product_views = some("visit/products", see.order_products, see.further_products)
    counts[:, PRODUCT] = np.where(depth >= _SEE, np.where(buys, n_lines, 1) + product_views, 0)
    counts[:, CART] = np.where(depth >= _FILL, np.where(buys, n_lines, 1), 0)
    counts[:, CHECKOUT] = depth >= _PAY
    counts[:, PURCHASE] = buys
    return counts


def _values(
    world: World, demand: Demand, starts: Ints, order: Ints, *, owner: Ints, kind: Ints, product: Ints
) -> Ints:
    """Return the money that events are about, in cents: one unit of what is put into a cart, and what is ordered; -1 for others."""
    value = np.full(owner.size, -1, dtype=np.int64)
    carts = np.flatnonzero(kind == CART)
    value[carts] = world.assortment.price[world.assortment.week_of(starts[owner[carts]]), product[carts]]
    purchases = np.flatnonzero(kind == PURCHASE)
    value[purchases] = demand.net[order[owner[purchases]]]
    return value


def _offsets(world: World, ids: Ints, first: Ints, total: Ints, mobile: Bools) -> Ints:
    """Return after how many seconds of its visit each event happens: the first at once, each other some time after the last."""
    see = world.preset.visits
    pace = see.seconds_between_events * np.where(mobile, see.mobile_pace, 1.0)
    lag = exponential(world.streams.uniform("event/wait", ids)) * np.repeat(pace, total)
    wait = 1 + lag.astype(np.int64)
    wait[first] = 0
    run = np.cumsum(wait)
    offset: Ints = run - np.repeat(run[first], total)
    return offset


def _lists(
    world: World, people: People, touches: Touches, depth: Ints, *, known: Bools, demand: Demand
) -> Lists:
    """Return the lists of recommendations, by visit: those of orders, then those of known customers who only look about."""
    buying = np.flatnonzero(touches.converts)
    visit_of = np.full(demand.orders.id.size, -1, dtype=np.int64)
    visit_of[touches.order[buying]] = buying
    of_orders = replace(demand.lists, owner=visit_of[demand.lists.owner])
    browsing = np.flatnonzero(known & ~touches.converts & (depth >= _SEE))
    of_others = Lists.draw(
        world, people, owner=browsing, who=touches.who[browsing], ids=touches.id[browsing], buying=False
    )
    return Lists.both(of_orders, of_others)


def _squeeze(offset: Ints, length: Ints, room: Ints, owner: Ints) -> None:
    """Play visits faster that would begin too early: those longer than the room that there is."""
    late = np.flatnonzero((length > room)[owner])
    offset[late] = offset[late] * room[owner[late]] // length[owner[late]]


def _shown(
    world: World,
    touches: Touches,
    demand: Demand,
    lists: Lists,
    *,
    first: Ints,
    counts: Ints,
    product: Ints,
    line_at: Ints,
) -> Shown:
    """Say at which events lists are shown and clicked, and put what is clicked there."""
    visit = lists.owner
    shown = first[visit] + counts[visit, :PRODUCT].sum(axis=1)
    empty = np.flatnonzero((lists.products < 0).all(axis=1) & ~touches.converts[visit])
    week = world.assortment.week_of(touches.at)[visit[empty]]
    rest = Lists(**{name: values[empty] for name, values in vars(lists).items()})
    rest = rest.filled(world, product[shown[empty]], week)
    lists.products[empty], lists.chosen[empty] = rest.products, rest.chosen
    clicked = np.where(lists.chosen >= 0, shown + counts[visit, PRODUCT] - 1, -1)
    order = np.maximum(touches.order[visit], 0)
    # What is bought off a list is the last line, but for what fills the basket up, which is bought at any price.
    filling = np.bincount(
        demand.order_lines.order,
        weights=demand.order_lines.fills_up,
        minlength=max(demand.orders.id.size, 1),
    ).astype(np.int64)
    in_cart = counts[visit, CART] - 1 - filling[order]
    clicked = np.where(lists.buys, shown + in_cart, clicked)
    line = np.where(lists.buys, line_at[order] + in_cart, -1)
    rows = np.flatnonzero(lists.chosen >= 0)
    product[clicked[rows]] = lists.product[rows]
    return Shown(lists, shown, clicked, line)


def _moments(
    world: World, people: People, everything: Touches, touches: Touches, *, demand: Demand, length: Ints
) -> tuple[Ints, Ints]:
    """Return when visits start and orders are placed: an order ends its visit, but one at sign-up starts with it."""
    ordered_at = world.clock.inverse(demand.orders.u, people.rhythm_by(demand.orders.who, demand.orders.u))
    buying = np.flatnonzero(touches.converts)
    order = touches.order[buying]
    at_sign_up = touches.id[buying] % _ids.TOUCHES == 0
    signing_up = buying[at_sign_up]
    room = _next_starts(touches, touches.at)[signing_up] - touches.at[signing_up]
    ordered_at[order[at_sign_up]] = touches.at[signing_up] + np.minimum(length[signing_up], room)
    # Those that no visit holds come at their own moment, after the sign-up too.
    later = np.concatenate((order[~at_sign_up], np.flatnonzero(demand.terms.channel != WEB)))
    ordered_at[later] = np.maximum(ordered_at[later], demand.earliest[later] + 1)
    starts = touches.at.copy()
    before = last_touch_before(everything, touches.who[buying], ordered_at[order])
    starts[buying] = np.maximum(
        ordered_at[order] - length[buying], np.maximum(demand.earliest[order], before)
    )
    # Nor before the person's previous order: orders come by person and time.
    previous = np.zeros_like(ordered_at)
    repeated = np.flatnonzero(demand.orders.who[1:] == demand.orders.who[:-1]) + 1
    previous[repeated] = ordered_at[repeated - 1]
    starts[buying] = np.maximum(starts[buying], np.minimum(previous, ordered_at)[order])
    starts[signing_up] = touches.at[signing_up]
    return starts, ordered_at


def _next_starts(touches: Touches, starts: Ints) -> Ints:
    """Return when the next visit in the browser of each visit begins, `NEVER` for the last one."""
    browser = touches.who * _ids.VISITORS + touches.browser
    # One key sorts faster than two; stable, since a person's touches come in one order in blocks of any size.
    order = np.argsort((browser << _SECONDS) + starts, kind="stable")
    following = np.full(starts.size, NEVER, dtype=np.int64)
    is_next = np.flatnonzero(browser[order[1:]] == browser[order[:-1]])
    following[order[is_next]] = starts[order[is_next + 1]]
    return following
