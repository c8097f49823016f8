"""What is in an order: lines, prices, discounts, and what comes back. Money is in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, gamma, geometric, pick, pick_by, ragged
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import LINES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Amounts", "Demand", "OrderLines", "draw_order_lines", "order_amounts", "return_probabilities"]

_MOST_LINES: Final = LINES - 2
_CENTS: Final = 100.0
# The code of the status, as `sale_frames` names them.
_CANCELLED: Final = 4


@dataclass(frozen=True)
class OrderLines:
    """Lines of orders, sorted like the orders: `order` is the order's position, `product` an index; amounts of the whole line.

    `returned_at` is `NEVER` for lines that stay; `reason` is a position in `basket.return_reasons`.
    """

    id: Ints
    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    price: Ints
    discount: Ints
    net: Ints
    cost: Ints
    returned_at: Ints
    returned: Ints
    refund: Ints
    reason: Ints


@dataclass(frozen=True)
class Demand:
    """Orders with their lines, net revenue in cents, and the moment before which the visit of each can't start."""

    orders: Orders
    order_lines: OrderLines
    net: Ints
    earliest: Ints


@dataclass(frozen=True)
class Amounts:
    """Sums by order, in cents; `units` is the number of units, `status` a code of `star.order_status`.

    `is_cancelled` is true also of orders that are cancelled only after the end of the data.
    """

    units: Ints
    gross: Ints
    discount: Ints
    net: Ints
    shipping: Ints
    tax: Ints
    cost: Ints
    refund: Ints
    status: Ints
    is_cancelled: Bools

    @property
    def is_sale(self) -> Bools:
        """Whether an order is one, as far as is known at the end of the data: all that are not cancelled by then."""
        sold: Bools = self.status != _CANCELLED
        return sold


def draw_order_lines(world: World, people: People, orders: Orders) -> OrderLines:
    """Fill the baskets. An order's worth is gamma-gamma; the products are chosen by taste, near their share of it.

    Prices on offer are cut by the day's discount, and units answer with the category's elasticity, in expectation exactly.
    """
    basket, draw, products = world.preset.basket, world.streams.uniform, world.products
    worth = gamma(world.streams, "basket/worth", orders.id, world.preset.orders.spend_shape)
    worth *= _CENTS / people.spend_rate[orders.who]
    most = np.clip(worth / (basket.least_line * _CENTS), 1, _MOST_LINES - 1).astype(np.int64)
    count = np.minimum(1 + geometric(draw("basket/lines", orders.id), basket.extra_lines), most)
    order, number = ragged(count)
    ids = orders.id[order] * LINES + number + 1
    share = 1.0 + basket.unevenness * (2.0 * draw("basket/share", ids) - 1.0)
    units = 1 + (draw("basket/units", ids) < basket.second_unit).astype(np.int64)
    category = pick_by(draw("basket/category", ids), _tastes(world), people.persona[orders.who[order]])
    jitter = basket.price_jitter
    step = np.floor(draw("basket/product", ids) * (2 * jitter + 1)).astype(np.int64) - jitter
    # The last line makes up what the others left of the worth.
    step[np.cumsum(count) - 1] = 0
    at = world.clock.inverse(orders.u)
    week = world.assortment.week_of(at)
    product = np.zeros_like(order)
    rest: Floats = worth.copy()
    shares: Floats = np.bincount(order, weights=share, minlength=orders.id.size).astype(np.float64)
    for position in range(int(count.max(initial=0))):
        rows = np.flatnonzero(number == position)
        whose = order[rows]
        target = np.maximum(rest[whose] * share[rows] / shares[whose], 1.0)
        # Where a category has nothing so dear, more units make up the worth.
        dearest = products.price[products.first + products.sizes - 1][category[rows]]
        units[rows] = np.maximum(units[rows], np.ceil(target / dearest).astype(np.int64))
        near = products.nearest(category[rows], target / units[rows], step[rows])
        found = world.assortment.sold[week[whose], near]
        product[rows] = found
        rest[whose] -= units[rows] * products.price[found]
        shares[whose] -= share[rows]
    order, number, product, units = _with_companions(
        world, orders, week, order=order, number=number, product=product, units=units
    )
    ids = orders.id[order] * LINES + number + 1
    discount = world.discounts[products.category[product], world.day_of(at)[order]]
    elasticity = np.array([entry.elasticity for entry in world.preset.categories])[products.category[product]]
    units = np.floor(units * (1.0 - discount) ** elasticity + draw("basket/response", ids)).astype(np.int64)
    gross = units * products.price[product]
    cut = np.round(gross * discount).astype(np.int64)
    nothing = np.zeros(ids.size, dtype=np.int64)
    return OrderLines(
        id=ids,
        order=order,
        number=number + 1,
        product=product,
        quantity=units,
        price=products.price[product],
        discount=cut,
        net=gross - cut,
        cost=products.cost[product],
        returned_at=nothing + NEVER,
        returned=nothing,
        refund=nothing,
        reason=nothing,
    )


def _tastes(world: World) -> Floats:
    names = [category.name for category in world.preset.categories]
    personas = world.preset.people.personas
    weights = np.array([[persona.tastes.get(name, 0.0) for name in names] for persona in personas])
    sharpened: Floats = np.where(weights > 0, weights, 0.0) ** world.preset.basket.taste_sharpness
    return sharpened


def _with_companions(
    world: World, orders: Orders, week: Ints, *, order: Ints, number: Ints, product: Ints, units: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Add, to some baskets whose first line has a companion, one unit of it as a last line."""
    first = np.flatnonzero(number == 0)
    companion = world.products.companion[product[first]]
    chance = world.streams.uniform("basket/companion", orders.id[order[first]])
    is_offered = (companion >= 0) & (world.assortment.sold[week[order[first]], companion] == companion)
    bundled = np.flatnonzero(is_offered & (chance < world.preset.basket.bundle_probability))
    sizes = np.bincount(order, minlength=orders.id.size)
    whose = order[first][bundled]
    order = np.concatenate((order, whose))
    number = np.concatenate((number, sizes[whose]))
    product = np.concatenate((product, companion[bundled]))
    units = np.concatenate((units, np.ones(whose.size, dtype=np.int64)))
    sort = np.lexsort((number, order))
    return order[sort], number[sort], product[sort], units[sort]


def order_amounts(
    world: World, orders: Orders, ordered_at: Ints, order_lines: OrderLines
) -> tuple[Amounts, OrderLines]:
    """Sum the lines by order, and decide what is cancelled and what comes back, up to the end of the data."""
    basket, draw = world.preset.basket, world.streams.uniform
    total = orders.id.size

    def by_order(values: Ints) -> Ints:
        sums: Ints = np.bincount(order_lines.order, weights=values, minlength=total).astype(np.int64)
        return sums

    net = by_order(order_lines.net)
    free = net >= round(basket.free_shipping_from * _CENTS)
    will_be = draw("order/cancelled", orders.id) < basket.cancelled
    is_cancelled = will_be & (ordered_at + DAY < world.until_at)
    # Nothing comes back, and nobody reviews, what is cancelled tomorrow: the end of the data decides only what is known.
    back = _returns(world, ordered_at, order_lines, will_be)
    refund = np.where(is_cancelled, net, by_order(back.refund))
    is_open = ordered_at + basket.delivery_days * DAY >= world.until_at
    # open, completed, partially_refunded, refunded, cancelled
    status = np.where(is_open, 0, 1)
    status = np.where(refund > 0, np.where(refund == net, 3, 2), status)
    status = np.where(is_cancelled, _CANCELLED, status)
    return Amounts(
        units=by_order(order_lines.quantity),
        gross=by_order(order_lines.quantity * order_lines.price),
        discount=by_order(order_lines.discount),
        net=net,
        shipping=np.where(free, 0, round(basket.shipping_fee * _CENTS)),
        tax=np.round(net * basket.tax_rate).astype(np.int64),
        cost=by_order(order_lines.quantity * order_lines.cost),
        refund=refund,
        status=status,
        is_cancelled=will_be,
    ), back


def return_probabilities(preset: Preset) -> Floats:
    """Return the chance of a line to come back, by category."""
    factors = np.array([category.returns for category in preset.categories])
    chance: Floats = np.minimum(preset.basket.return_probability * factors, 1.0)
    return chance


def _returns(world: World, ordered_at: Ints, order_lines: OrderLines, is_cancelled: Bools) -> OrderLines:
    basket, draw = world.preset.basket, world.streams.uniform
    lag = basket.delivery_days + exponential(draw("return/lag", order_lines.id)) * basket.return_days
    at = ordered_at[order_lines.order] + (lag * DAY).astype(np.int64)
    chance = return_probabilities(world.preset)[world.products.category[order_lines.product]]
    comes = (draw("return/drawn", order_lines.id) < chance) & ~is_cancelled[order_lines.order]
    comes &= at < world.until_at
    some = 1 + np.floor(draw("return/units", order_lines.id) * order_lines.quantity).astype(np.int64)
    units = np.where(comes, some, 0)
    reason = pick(draw("return/reason", order_lines.id), [entry.weight for entry in basket.return_reasons])
    changed = {
        "returned_at": np.where(comes, at, NEVER),
        "returned": units,
        "refund": order_lines.net * units // np.maximum(order_lines.quantity, 1),
        "reason": reason,
    }
    return OrderLines(**{**vars(order_lines), **changed})
