"""What an order comes to: its sums, when it is delivered, and what comes back. Money is in whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, pick_by
from martlet.loaders.company._frames import NEVER
from martlet.loaders.company.baskets import OrderLines
from martlet.loaders.company.coupons import FREE_SHIPPING
from martlet.loaders.company.orders import is_late
from martlet.loaders.company.terms import STORE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.baskets import Demand
    from martlet.loaders.company.orders import Orders
    from martlet.loaders.company.terms import Terms
    from martlet.loaders.company.world import World

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

__all__ = ["Amounts", "order_amounts", "return_probabilities"]

_CENTS: Final = 100.0
# The code of the status, as `sale_frames` names them.
_CANCELLED: Final = 4


@dataclass(frozen=True)
class Amounts:
    """Sums by order, in cents, `off` what the coupon took off; `units` is the number of units, `status` a code of `star.order_status`; and when it was delivered.

    `is_cancelled` is true also of orders that are cancelled only after the end of the data.
    """

    units: Ints
    gross: Ints
    discount: Ints
    off: Ints
    net: Ints
    shipping: Ints
    tax: Ints
    cost: Ints
    refund: Ints
    status: Ints
    is_cancelled: Bools
    delivered_at: Ints
    is_late: Bools

    @property
    def is_sale(self) -> Bools:
        """Whether an order is one, as far as is known at the end of the data: all that are not cancelled by then."""
        sold: Bools = self.status != _CANCELLED
        return sold


def order_amounts(world: World, demand: Demand, ordered_at: Ints) -> tuple[Amounts, OrderLines]:
    """Sum the lines by order, and decide what is cancelled and what comes back, up to the end of the data."""
    basket, draw = world.preset.basket, world.streams.uniform
    orders, terms, order_lines = demand.orders, demand.terms, demand.order_lines
    total = orders.id.size

    def by_order(values: Ints) -> Ints:
        sums: Ints = np.bincount(order_lines.order, weights=values, minlength=total).astype(np.int64)
        return sums

    net = by_order(order_lines.net)
    off = by_order(order_lines.off)
    free = (
        (net + off >= round(basket.free_shipping_from * _CENTS)) | terms.is_member | (terms.channel == STORE)
    )
    free |= world.coupons.kind[order_lines.coupon] == FREE_SHIPPING
    will_be = draw("order/cancelled", orders.id) < basket.cancelled
    is_cancelled = will_be & (ordered_at + DAY < world.until_at)
    # Nothing comes back, and nobody reviews, what is cancelled tomorrow: the end of the data decides only what is known.
    took, late_ones = _delivery(world, orders, terms)
    delivered_at = ordered_at + took
    # Until when an order is open, and from when it can come back.
    settled_at = np.maximum(delivered_at, ordered_at + basket.delivery_days * DAY)
    back = _returns(world, orders, order_lines, since=settled_at, came_late=late_ones, is_cancelled=will_be)
    refund = np.where(is_cancelled, net, by_order(back.refund))
    is_open = settled_at >= world.until_at
    # open, completed, partially_refunded, refunded, cancelled
    status = np.where(is_open, 0, 1)
    status = np.where(refund > 0, np.where(refund == net, 3, 2), status)
    status = np.where(is_cancelled, _CANCELLED, status)
    return Amounts(
        units=by_order(order_lines.quantity),
        gross=by_order(order_lines.quantity * order_lines.price),
        discount=by_order(order_lines.discount),
        off=off,
        net=net,
        shipping=np.where(free, 0, round(basket.shipping_fee * _CENTS)),
        tax=np.round(net * basket.tax_rate).astype(np.int64),
        cost=by_order(order_lines.quantity * order_lines.cost),
        refund=refund,
        status=status,
        is_cancelled=will_be,
        delivered_at=delivered_at,
        is_late=late_ones,
    ), back


def _delivery(world: World, orders: Orders, terms: Terms) -> tuple[Ints, Bools]:
    """Return after how many seconds each order is delivered, and whether that is later than promised; stores hand over at once."""
    basket, draw = world.preset.basket, world.streams.uniform
    is_handed_over = terms.channel == STORE
    late_ones = ~is_handed_over & is_late(world, orders.id)
    days = basket.delivery_days * (1.0 + draw("order/delivery", orders.id)) / 2.0
    late = basket.delivery_days + 1.0 + basket.late_days * exponential(draw("order/lateness", orders.id))
    took = np.where(is_handed_over, 0.0, np.where(late_ones, late, days))
    return (took * DAY).astype(np.int64), late_ones


def return_probabilities(world: World) -> Floats:
    """Return the chance of a line to come back, by product: its category's, and less for good ones."""
    preset, products = world.preset, world.products
    factors = np.array([category.returns for category in preset.categories])[products.category]
    quality = np.exp(preset.catalogue.quality_returns * products.quality)
    chance: Floats = np.minimum(preset.basket.return_probability * factors * quality, 1.0)
    return chance


def _returns(
    world: World,
    orders: Orders,
    order_lines: OrderLines,
    *,
    since: Ints,
    came_late: Bools,
    is_cancelled: Bools,
) -> OrderLines:
    basket, draw = world.preset.basket, world.streams.uniform
    lag = exponential(draw("return/lag", order_lines.id)) * basket.return_days
    at = since[order_lines.order] + (lag * DAY).astype(np.int64)
    chance = return_probabilities(world)[order_lines.product]
    chance *= _disappointment(world, orders)[order_lines.order]
    comes = (draw("return/drawn", order_lines.id) < chance) & ~is_cancelled[order_lines.order]
    comes &= at < world.until_at
    some = 1 + np.floor(draw("return/units", order_lines.id) * order_lines.quantity).astype(np.int64)
    units = np.where(comes, some, 0)
    reason = pick_by(
        draw("return/reason", order_lines.id),
        _reason_weights(world.preset),
        2 * _has_to_fit(world)[order_lines.product] + came_late[order_lines.order],
    )
    changed = {
        "returned_at": np.where(comes, at, NEVER),
        "returned": units,
        "refund": order_lines.net * units // np.maximum(order_lines.quantity, 1),
        "reason": reason,
    }
    return OrderLines(**{**vars(order_lines), **changed})


def _disappointment(world: World, orders: Orders) -> Floats:
    """Return by order how much likelier its lines come back: more where the customer leaves after it, 1 on average."""
    often = np.minimum(world.preset.orders.leaving_returns, 1.0 / np.maximum(orders.dropout, 1e-9))
    seldom = (1.0 - orders.dropout * often) / np.maximum(1.0 - orders.dropout, 1e-9)
    return np.where(orders.leaves, often, np.maximum(seldom, 0.0))


def _has_to_fit(world: World) -> Ints:
    """Return by product 1 where it has to fit, else 0."""
    fits = np.array([category.fits for category in world.preset.categories], dtype=np.int64)
    found: Ints = fits[world.products.category]
    return found


def _reason_weights(preset: Preset) -> Floats:
    """Return the weight of each reason to send back, of what came on time and late, then the same of what has to fit."""
    basket = preset.basket
    names = np.array([entry.name for entry in basket.return_reasons])
    usual = np.array([entry.weight for entry in basket.return_reasons])
    late, unfit = names == basket.late_reason, names == basket.fit_reason
    return np.array(
        [
            np.where(unfit, float(fits), 1.0) * np.where(late, blamed, 1.0) * usual
            for fits in (False, True)
            for blamed in (0.0, basket.late_blamed)
        ]
    )
