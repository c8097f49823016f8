"""What a basket costs: prices and promotions, what is added to be free of shipping, and coupons. Money is in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._draws import pick_by, running_within
from martlet.loaders.company._ids import LINES
from martlet.loaders.company.coupons import FREE_SHIPPING
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

__all__ = ["Lines", "coupon_shares", "filled_up", "priced"]

_CENTS: Final = 100.0


@dataclass(frozen=True)
class Lines:
    """Lines with their price, the key of the promotion, and what it cuts of the whole line; `number` counts from 0 in the order.

    `wanted` are the units that would have been bought at the list price, 0 where one is bought at any price.
    """

    order: Ints
    number: Ints
    product: Ints
    wanted: Ints
    units: Ints
    price: Ints
    cut: Ints
    promotion: Ints


def priced(
    world: World,
    orders: Orders,
    at: Ints,
    offered: Floats,
    *,
    order: Ints,
    number: Ints,
    product: Ints,
    units: Ints,
) -> Lines:
    """Price the lines of orders at moments: units answer to the discount with the category's elasticity.

    The discount is that of the promotion or, where that is greater, what an experiment offers by order and category.
    """
    category, day = world.products.category[product], world.day_of(at)[order]
    price = world.assortment.price[world.assortment.week_of(at)[order], product]
    usual, own = world.promotions.discount[category, day], offered[order, category]
    discount = np.maximum(usual, own)
    elasticity = np.array([entry.elasticity for entry in world.preset.categories])[category]
    response = world.streams.uniform("basket/response", orders.id[order] * LINES + number + 1)
    wanted, units = units, np.floor(units * (1.0 - discount) ** elasticity + response).astype(np.int64)
    cut = np.round(units * price * discount).astype(np.int64)
    promotion = np.where(own > usual, 0, world.promotions.key[category, day])
    return Lines(order, number, product, wanted, units, price, cut, promotion)


def filled_up(
    world: World, people: People, lines: Lines, offered: Floats, *, orders: Orders, terms: Terms, at: Ints
) -> Lines:
    """Add a cheap product to some baskets that lack little to be sent free of charge, where that matters."""
    basket, draw, order = world.preset.basket, world.streams.uniform, lines.order
    worth = np.bincount(order, weights=lines.units * lines.price - lines.cut, minlength=orders.id.size)
    lacks = basket.free_shipping_from * _CENTS - worth
    pays = (terms.channel == WEB) & ~terms.is_member
    pays &= world.coupons.kind[terms.coupon] != FREE_SHIPPING
    near = np.flatnonzero(pays & (lacks > 0) & (lacks <= basket.filled_up_by * _CENTS))
    whose = near[draw("basket/filled", orders.id[near]) < basket.filled_up]
    taste = people.persona[orders.who[whose]] * MONTHS + months(at[whose])
    likes = tastes(world.preset, basket.taste_sharpness)
    category = pick_by(draw("basket/filling/category", orders.id[whose]), likes, taste)
    usual, own = world.promotions.discount[category, world.day_of(at[whose])], offered[whose, category]
    discount = np.maximum(usual, own)
    promotion = np.where(own > usual, 0, world.promotions.key[category, world.day_of(at[whose])])
    # Dear enough: the cheapest of those that are chosen from make up for what is lacking.
    target = lacks[whose] / (1.0 - discount) * np.exp(basket.price_reach)
    low, high = world.products.around(category, target, basket.price_reach, basket.least_choice)
    week = world.assortment.week_of(at[whose])
    product, _ = world.assortment.buy(
        draw("basket/filling", orders.id[whose]), week, people.style[orders.who[whose]], low, high
    )
    # A product that is in the basket already would be on two lines of it.
    size = world.products.price.size
    is_new = ~np.isin(whose * size + product, order * size + lines.product)
    whose, product = whose[is_new], product[is_new]
    price = world.assortment.price[week[is_new], product]
    more = Lines(
        order=whose,
        number=np.bincount(order, minlength=orders.id.size)[whose],
        product=product,
        wanted=np.zeros(whose.size, dtype=np.int64),
        units=np.ones(whose.size, dtype=np.int64),
        price=price,
        cut=np.round(price * discount[is_new]).astype(np.int64),
        promotion=promotion[is_new],
    )
    sort = np.argsort(np.concatenate((order, whose)), kind="stable")
    return Lines(
        **{name: np.concatenate((values, getattr(more, name)))[sort] for name, values in vars(lines).items()}
    )


def coupon_shares(world: World, terms: Terms, order: Ints, net: Ints) -> tuple[Ints, Ints]:
    """Return the coupon that is used, by order, and what it takes off each line: its share, rounded as the lines add up.

    One of free shipping is kept where nothing is charged anyway.
    """
    total = np.bincount(order, weights=net, minlength=terms.coupon.size).astype(np.int64)
    is_free = total >= round(world.preset.basket.free_shipping_from * _CENTS)
    in_vain = (world.coupons.kind[terms.coupon] == FREE_SHIPPING) & (is_free | terms.is_member)
    coupon = np.where(in_vain & ~terms.is_extra, 0, terms.coupon)
    worth = world.coupons.worth(coupon, total)
    off = np.zeros(order.size, dtype=np.int64)
    rows = np.flatnonzero(worth[order] > 0)
    whose = order[rows]
    run = np.cumsum(net[rows])
    # Where the order's own lines begin in the running sum.
    begins = np.cumsum(np.where(running_within(whose) == 0, total[whose], 0)) - total[whose]
    until = worth[whose] * (run - begins) // total[whose]
    since = worth[whose] * (run - begins - net[rows]) // total[whose]
    off[rows] = until - since
    return coupon, off
