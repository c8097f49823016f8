"""Which pages and products are seen in visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.loaders.company import _ids, landings
from martlet.loaders.company._draws import pick, pick_by
from martlet.loaders.company.event_kinds import CART, PAGE, PRODUCT
from martlet.loaders.company.products import FIXED_PAGES
from martlet.loaders.company.seasons import MONTHS, months, tastes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.baskets import Demand
    from martlet.loaders.company.people import People
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.world import World

    Ints = NDArray[np.int64]

__all__ = ["browsed", "land", "pages"]

# The number of the landing page among what a visit draws.
_LANDED: Final = _ids.EVENTS - 1


def browsed(world: World, people: People, touches: Touches, *, owner: Ints, kind: Ints, within: Ints) -> Ints:
    """Return the products that are looked at: the same number within a visit is the same product."""
    product = np.full(owner.size, -1, dtype=np.int64)
    rows = np.flatnonzero((kind == PRODUCT) | (kind == CART))
    ids = touches.id[owner[rows]] * _ids.EVENTS + within[rows]
    product[rows] = seen(world, people, touches, owner[rows], ids)
    return product


def seen(world: World, people: People, touches: Touches, visit: Ints, ids: Ints) -> Ints:
    """Return products that are looked at in visits, by the tastes of those who look; addressed by `ids`."""
    month = months(touches.at)[visit]
    who = touches.who[visit]
    # Some people look about more than others: beside their own tastes, all of the shop.
    own = tastes(world.preset)
    every = own.reshape(-1, MONTHS, own.shape[1]).mean(axis=0)
    curious = 2.0 * world.preset.visits.strays * world.streams.uniform("people/curious", people.key)
    strays = world.streams.uniform("browse/stray", ids) < curious[who]
    taste = np.where(strays, len(own) + month, people.persona[who] * MONTHS + month)
    category = pick_by(world.streams.uniform("browse/category", ids), np.vstack((own, every)), taste)
    first, plan = world.products.first[category], world.assortment
    choice = world.streams.uniform("browse/product", ids)
    week = plan.week_of(touches.at)[visit]
    return plan.seen.pick(choice, week, people.style[who], first, first + world.products.sizes[category])


def pages(world: World, ids: Ints, kind: Ints, at: Ints) -> Ints:
    """Return the page of each event that is not about a product; `at` is when its visit begins."""
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
    rows = np.flatnonzero(kind == PAGE)
    which = pick(world.streams.uniform("page/kind", ids[rows]), world.preset.visits.further_kinds)
    of_category, of_blog = rows[which == 1], rows[which == 2]  # noqa: PLR2004  (home, category, blog)
    page[of_category] = _category_pages(world, ids[of_category])
    page[of_blog] = _posts(world, ids[of_blog], at[of_blog])
    return page


def land(
    world: World,
    people: People,
    touches: Touches,
    demand: Demand,
    line_at: Ints,
    *,
    first: Ints,
    kind: Ints,
    page: Ints,
    product: Ints,
) -> None:
    """Put the landing page first, and products on their pages: the page of a product is a product seen, in some visits with an order one that is ordered."""
    draw = world.streams.uniform
    landing = landings.draw_landings(world, touches)
    page[first[landing == landings.HOME]] = FIXED_PAGES["home"]
    visit = np.flatnonzero(landing == landings.CATEGORY)
    page[first[visit]] = _category_pages(world, touches.id[visit] * _ids.EVENTS + _LANDED)
    visit = np.flatnonzero(landing == landings.BLOG)
    page[first[visit]] = _posts(world, touches.id[visit] * _ids.EVENTS + _LANDED, touches.at[visit])
    visit = np.flatnonzero(landing == landings.PRODUCT)
    found = seen(world, people, touches, visit, touches.id[visit] * _ids.EVENTS + _LANDED)
    hit = touches.converts[visit] & (
        draw("visit/landed", touches.id[visit]) < world.preset.visits.landed_on_order
    )
    found[hit] = demand.order_lines.product[line_at[touches.order[visit[hit]]]]
    kind[first[visit]] = PRODUCT
    product[first[visit]] = found
    rows = np.flatnonzero((kind == PRODUCT) | (kind == CART))
    page[rows] = len(FIXED_PAGES) + len(world.preset.categories) + 1 + product[rows]


def _category_pages(world: World, ids: Ints) -> Ints:
    """Return pages of categories."""
    categories = len(world.preset.categories)
    chosen = (world.streams.uniform("page/category", ids) * categories).astype(np.int64)
    return len(FIXED_PAGES) + 1 + chosen


def _posts(world: World, ids: Ints, at: Ints) -> Ints:
    """Return pages of content at moments, by how often it is read at the beginning of the month; the overview where there is none."""
    month = at.astype("datetime64[s]").astype("datetime64[M]")
    there, row = np.unique(month, return_inverse=True)
    views = world.library.views(world.preset, there.astype("datetime64[s]").astype(np.int64))
    before = len(FIXED_PAGES) + len(world.preset.categories) + world.products.price.size
    total = views.sum(axis=1)
    shares = np.cumsum(views, axis=1) / np.where(total > 0, total, 1.0)[:, None]
    # One line for all months: that of a month begins at its number.
    line = (shares + np.arange(there.size)[:, None]).ravel()
    found = np.searchsorted(line, row + world.streams.uniform("page/post", ids), side="right")
    asset = np.clip(found - row * views.shape[1], 0, max(views.shape[1] - 1, 0))
    return np.where(total[row] > 0, before + 1 + world.library.page[asset], FIXED_PAGES["blog"])
