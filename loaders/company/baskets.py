"""What is in an order: lines, prices, discounts. Money is in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import (
    gamma,
    geometric,
    pick_by,
    ragged,
    running_within,
)
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company._ids import LINES
from martlet.loaders.company.checkout import coupon_shares, filled_up, priced
from martlet.loaders.company.recommendations import Lists, with_recommended
from martlet.loaders.company.seasons import MONTHS, months, tastes
from martlet.loaders.company.terms import WEB

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.people import People
    from martlet.loaders.company.terms import Terms
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Demand", "OrderLines", "draw_order_lines", "phone_thrift"]

_MOST_LINES: Final = LINES - 2
_CENTS: Final = 100.0


@dataclass(frozen=True)
class OrderLines:
    """Lines of orders, sorted like the orders: `order` is the order's position, `product` an index; amounts of the whole line.

    `discount` is that of the promotion, whose key is `promotion`, and of the coupon, `off` of it; `coupon` is the key of the coupon by order.
    `returned_at` is `NEVER` for lines that stay; `reason` is a position in `basket.return_reasons`. `met_stock_out` says of each order
    whether a product that was wanted could not be had; `wanted` are the units that would have been bought at the list price, 0 where one is bought at any price.
    """

    id: Ints
    order: Ints
    number: Ints
    product: Ints
    quantity: Ints
    wanted: Ints
    price: Ints
    discount: Ints
    promotion: Ints
    off: Ints
    net: Ints
    cost: Ints
    returned_at: Ints
    returned: Ints
    refund: Ints
    reason: Ints
    met_stock_out: Bools
    coupon: Ints

    @property
    def fills_up(self) -> Bools:
        """Whether lines were added to be free of shipping, one unit at any price."""
        found: Bools = self.wanted == 0
        return found


@dataclass(frozen=True)
class Demand:
    """Orders with their lines, net revenue in cents, the moment before which the visit of each can't start, and lists shown to buyers."""

    orders: Orders
    terms: Terms
    order_lines: OrderLines
    net: Ints
    earliest: Ints
    lists: Lists


def order_worth(world: World, ids: Ints) -> Floats:
    """Return the worth of orders, for a customer whose rate of spending is 1."""
    return gamma(world.streams, "basket/worth", ids, world.preset.orders.spend_shape)


def phone_thrift(world: World, ids: Ints) -> Floats:
    """Return a factor on the odds that orders are placed on the phone: the dearer the order is for its customer, the rarer.

    So baskets on phones are smaller, and the worth of a customer's orders stays what it is.
    """
    relative = order_worth(world, ids) / world.preset.orders.spend_shape
    factor: Floats = relative**-world.preset.visits.phone_thrift
    return factor


def draw_order_lines(
    world: World, people: People, orders: Orders, *, terms: Terms, offered: Floats
) -> tuple[OrderLines, Lists]:
    """Fill the baskets. An order's worth is gamma-gamma; the products are chosen by taste, near their share of it.

    What is bought off a list of recommendations comes on top. Prices on offer are cut by the day's discount, and units answer with the category's
    elasticity, in expectation exactly. `offered` is a further discount by order and category, of which and the day's the better one holds.
    """
    basket, draw, products = world.preset.basket, world.streams.uniform, world.products
    worth = order_worth(world, orders.id)
    worth *= _CENTS / people.spend_rate[orders.who]
    most = np.clip(worth / (basket.least_line * _CENTS), 1, _MOST_LINES - 1).astype(np.int64)
    count = np.minimum(1 + geometric(draw("basket/lines", orders.id), basket.extra_lines), most)
    order, number = ragged(count)
    ids = orders.id[order] * LINES + number + 1
    share = 1.0 + basket.unevenness * (2.0 * draw("basket/share", ids) - 1.0)
    units = 1 + (draw("basket/units", ids) < basket.second_unit).astype(np.int64)
    at = world.clock.inverse(orders.u)
    week = world.assortment.week_of(at)
    taste = (people.persona[orders.who] * MONTHS + months(at))[order]
    category = pick_by(draw("basket/category", ids), tastes(world.preset, basket.taste_sharpness), taste)
    choice = draw("basket/product", ids)
    product, missed = np.zeros_like(order), np.zeros(order.size, dtype=bool)
    rest: Floats = worth.copy()
    shares: Floats = np.bincount(order, weights=share, minlength=orders.id.size).astype(np.float64)
    for position in range(int(count.max(initial=0))):
        rows = np.flatnonzero(number == position)
        whose = order[rows]
        target = np.maximum(rest[whose] * share[rows] / shares[whose], 1.0)
        # Where a category has nothing so dear, more units make up the worth.
        dearest = products.price[products.first + products.sizes - 1][category[rows]]
        units[rows] = np.maximum(units[rows], np.ceil(target / dearest).astype(np.int64))
        low, high = products.around(
            category[rows], target / units[rows], basket.price_reach, basket.least_choice
        )
        found, missed[rows] = world.assortment.buy(
            choice[rows], week[whose], people.style[orders.who[whose]], low, high
        )
        product[rows] = found
        rest[whose] -= units[rows] * world.assortment.price[week[whose], found]
        shares[whose] -= share[rows]
    met_stock_out = np.bincount(order, weights=missed, minlength=orders.id.size) > 0
    basket_lines = _merged(
        *_with_companions(world, orders, week, order=order, number=number, product=product, units=units)
    )
    # Lists are shown on the site alone.
    owner = np.flatnonzero(terms.channel == WEB)
    lists = Lists.draw(world, people, owner=owner, who=orders.who[owner], ids=orders.id[owner], buying=True)
    (order, number, product, units), lists = with_recommended(world, lists, week, basket_lines)
    lines = priced(world, orders, at, offered, order=order, number=number, product=product, units=units)
    lines = filled_up(world, people, lines, offered, orders=orders, terms=terms, at=at)
    net = lines.units * lines.price - lines.cut
    coupon, off = coupon_shares(world, terms, lines.order, net)
    nothing = np.zeros(net.size, dtype=np.int64)
    order_lines = OrderLines(
        id=orders.id[lines.order] * LINES + lines.number + 1,
        order=lines.order,
        number=lines.number + 1,
        product=lines.product,
        quantity=lines.units,
        wanted=lines.wanted,
        price=lines.price,
        discount=lines.cut + off,
        promotion=lines.promotion,
        off=off,
        net=net - off,
        cost=products.cost[lines.product],
        returned_at=nothing + NEVER,
        returned=nothing,
        refund=nothing,
        reason=nothing,
        met_stock_out=met_stock_out,
        coupon=coupon,
    )
    return order_lines, lists


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


def _merged(order: Ints, number: Ints, product: Ints, units: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Put the units of one product in one order on one line, its first, and number the lines anew."""
    sort = np.lexsort((number, product, order))
    first = np.ones(sort.size, dtype=bool)
    first[1:] = (order[sort[1:]] != order[sort[:-1]]) | (product[sort[1:]] != product[sort[:-1]])
    total = np.bincount(np.cumsum(first) - 1, weights=units[sort]).astype(np.int64)
    kept, units = sort[first], units.copy()
    units[kept] = total
    kept.sort()
    return order[kept], running_within(order[kept]), product[kept], units[kept]
