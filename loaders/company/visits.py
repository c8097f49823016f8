"""Visits: what is done in each, and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids
from martlet.loaders.company._draws import exponential, geometric, pick, pick_by, ragged
from martlet.loaders.company.browsers import is_mobile
from martlet.loaders.company.funnel import by_channel
from martlet.loaders.company.products import FIXED_PAGES
from martlet.loaders.company.sales import last_touch_before

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.baskets import Demand
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["EVENT_NAMES", "STAGES", "VisitEvents", "draw_visits"]

STAGES: Final = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
EVENT_NAMES: Final = [
    "page_view",
    "click",
    "search",
    "video_play",
    "form_submit",
    "product_view",
    "add_to_cart",
    "begin_checkout",
    "purchase",
    "other",
]
_PAGE, _CLICK, _SEARCH, _VIDEO, _FORM, _PRODUCT, _CART, _CHECKOUT, _PURCHASE = range(9)
_KINDS: Final = 9
_BROWSE, _SEE, _FILL, _PAY, _BUY = range(1, 6)
# Of further pages, and of further products; all events of a visit must fit into its numbers.
_MOST: Final = 30


@dataclass(frozen=True)
class VisitEvents:
    """Visits, in the order of their touches, and their events, sorted by visit and then in order.

    `visit_of_touch` is the position of each touch's visit, -1 for none; `ordered_at` the moment of each order.
    `owner` is an event's visit, `kind` a code of `EVENT_NAMES`, `product` an index or -1, `value` cents or -1.
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
    total = counts.sum(axis=1)
    owner, number = ragged(total)
    first = np.cumsum(total) - total
    kind = np.repeat(np.tile(np.arange(_KINDS), touches.id.size), counts.ravel())
    flat = counts.ravel()
    within = np.arange(owner.size) - np.repeat(np.cumsum(flat) - flat, flat)
    ids = np.repeat(touches.id * _ids.EVENTS, total) + number
    see = world.preset.visits
    pace = see.seconds_between_events * np.where(mobile, see.mobile_pace, 1.0)
    lag = exponential(world.streams.uniform("event/wait", ids)) * np.repeat(pace, total)
    wait = 1 + lag.astype(np.int64)
    wait[first] = 0
    run = np.cumsum(wait)
    offset = run - np.repeat(run[first], total)
    length = offset[first + total - 1]
    starts, ordered_at = _moments(world, everything, touches, demand=demand, length=length)
    # A visit that would begin too early is played faster.
    squeezed = np.where(buys, ordered_at[order] - starts, length) if ordered_at.size else length
    late = np.flatnonzero(np.repeat(length > squeezed, total))
    shrink = (squeezed / np.maximum(length, 1))[owner[late]]
    offset[late] = np.floor(offset[late] * shrink).astype(np.int64)
    at = np.repeat(starts, total) + offset
    line_at = np.cumsum(line_count) - line_count
    # The products that are bought are the first to be seen.
    by_line = np.flatnonzero((within < np.repeat(n_lines, total)) & ((kind == _PRODUCT) | (kind == _CART)))
    line = line_at[order[owner[by_line]]] + within[by_line]
    product = _browsed(world, people, touches, owner=owner, kind=kind, within=within)
    product[by_line] = order_lines.product[line]
    value = np.full(owner.size, -1, dtype=np.int64)
    carts = np.flatnonzero(kind == _CART)
    value[carts] = world.products.price[product[carts]]
    filled = kind[by_line] == _CART
    value[by_line[filled]] = (order_lines.price * order_lines.quantity)[line[filled]]
    purchases = np.flatnonzero(kind == _PURCHASE)
    value[purchases] = demand.net[order[owner[purchases]]]
    page = _pages(world, ids, kind, product)
    return VisitEvents(
        visit_of_touch, starts, ordered_at, first, total, owner, number, kind, at, page, product, value
    )


def _counts(world: World, touches: Touches, depth: Ints, n_lines: Ints, mobile: Bools) -> Ints:
    """Return how many events of each kind a visit has, by its depth and, if it holds an order, the lines of that."""
    see, draw, buys = world.preset.visits, world.streams.uniform, touches.converts
    goes_on = (depth >= _BROWSE).astype(np.int64)

    interest = by_channel(world, "depth")[touches.channel] * np.where(mobile, see.mobile_depth, 1.0)

    def some(name: str, buying: float, browsing: float) -> Ints:
        mean = np.where(buys, buying, browsing) * interest
        return np.minimum(geometric(draw(name, touches.id), mean), _MOST)

    def maybe(name: str, chance: float) -> Ints:
        return goes_on * (draw(name, touches.id) < chance)

    counts = np.zeros((touches.id.size, _KINDS), dtype=np.int64)
    pages = some("visit/pages", see.order_pages, see.further_pages)
    counts[:, _PAGE] = 1 + goes_on * pages + (depth == _BROWSE)
    counts[:, _CLICK] = maybe("visit/click", see.click)
    counts[:, _SEARCH] = maybe("visit/search", see.search)
    counts[:, _VIDEO] = maybe("visit/video", see.video)
    counts[:, _FORM] = touches.id % _ids.TOUCHES == 0
    product_views = some("visit/products", see.order_products, see.further_products)
    counts[:, _PRODUCT] = np.where(depth >= _SEE, np.where(buys, n_lines, 1) + product_views, 0)
    counts[:, _CART] = np.where(depth >= _FILL, np.where(buys, n_lines, 1), 0)
    counts[:, _CHECKOUT] = depth >= _PAY
    counts[:, _PURCHASE] = buys
    return counts


def _moments(
    world: World, everything: Touches, touches: Touches, *, demand: Demand, length: Ints
) -> tuple[Ints, Ints]:
    """Return when visits start and orders are placed: an order ends its visit, but one at sign-up starts with it."""
    ordered_at = world.clock.inverse(demand.orders.u)
    buying = np.flatnonzero(touches.converts)
    order = touches.order[buying]
    at_sign_up = touches.id[buying] % _ids.TOUCHES == 0
    ordered_at[order[at_sign_up]] = touches.at[buying[at_sign_up]] + length[buying[at_sign_up]]
    later = order[~at_sign_up]
    ordered_at[later] = np.maximum(ordered_at[later], demand.earliest[later] + 1)
    starts = touches.at.copy()
    before = last_touch_before(everything, touches.who[buying], ordered_at[order])
    starts[buying] = np.maximum(
        ordered_at[order] - length[buying], np.maximum(demand.earliest[order], before)
    )
    starts[buying[at_sign_up]] = touches.at[buying[at_sign_up]]
    return starts, ordered_at


def _browsed(
    world: World, people: People, touches: Touches, *, owner: Ints, kind: Ints, within: Ints
) -> Ints:
    """Return the products that are looked at: the same number within a visit is the same product."""
    product = np.full(owner.size, -1, dtype=np.int64)
    rows = np.flatnonzero((kind == _PRODUCT) | (kind == _CART))
    ids = touches.id[owner[rows]] * _ids.EVENTS + within[rows]
    names = [category.name for category in world.preset.categories]
    tastes = np.array(
        [[persona.tastes.get(name, 0.0) for name in names] for persona in world.preset.people.personas]
    )
    taste = people.persona[touches.who[owner[rows]]]
    category = pick_by(world.streams.uniform("browse/category", ids), tastes, taste)
    products = world.products
    position = (world.streams.uniform("browse/product", ids) * products.sizes[category]).astype(np.int64)
    week = world.assortment.week_of(touches.at)[owner[rows]]
    product[rows] = world.assortment.shown[week, products.first[category] + position]
    return product


def _pages(world: World, ids: Ints, kind: Ints, product: Ints) -> Ints:
    """Return the page of each event."""
    fixed = len(FIXED_PAGES)
    categories = len(world.preset.categories)
    by_kind = np.array(
        [
            FIXED_PAGES[name]
            for name in (
                "home",
                "home",
                "search",
                "blog",
                "account",
                "home",
                "cart",
                "checkout",
                "confirmation",
            )
        ]
    )
    page = by_kind[kind]
    rows = np.flatnonzero(kind == _PAGE)
    landing = pick(world.streams.uniform("page/landing", ids[rows]), world.preset.visits.landing)
    of_category = (
        fixed + 1 + (world.streams.uniform("page/category", ids[rows]) * categories).astype(np.int64)
    )
    page[rows] = np.choose(
        landing,
        [np.full(rows.size, FIXED_PAGES["home"]), of_category, np.full(rows.size, FIXED_PAGES["blog"])],
    )
    return np.where((kind == _PRODUCT) | (kind == _CART), fixed + categories + 1 + product, page)
