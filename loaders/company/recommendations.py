"""Lists of recommended products, shown on the first product page of some visits: what they hold, and what comes of them.

A list stands before what is bought, so that a line of an order may come of it; of some customers it is held back, which tells what
would have been bought without.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from martlet.loaders.company._draws import pick
from martlet.loaders.company._frames import NEVER, date_keys, keys, texts, times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.touches import Touches
    from martlet.loaders.company.visits import VisitEvents
    from martlet.loaders.company.web_frames import TouchRecord
    from martlet.loaders.company.world import World

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

__all__ = ["LENGTH", "Lists", "Shown", "effect_frame", "list_frames", "with_recommended"]

LENGTH: Final = 4
# Numbers of the rows of one visit.
_ROWS: Final = 10


@dataclass(frozen=True)
class Lists:
    """Lists, each of one `owner`: the position of an order, or of a visit.

    `algorithm` is a position in `recommendations.algorithms`, `chosen` the place in the list that is clicked, -1 for none,
    `buys` says whether it is bought as well. `products` has a row for each list, -1 where it is shorter than `LENGTH`.
    """

    owner: Ints
    seed: Ints
    is_held_back: Bools
    algorithm: Ints
    chosen: Ints
    buys: Bools
    products: Ints

    @classmethod
    def draw(cls, world: World, people: People, *, owner: Ints, who: Ints, ids: Ints, buying: bool) -> Lists:
        """Draw to which owners a list is shown, and what is done with it; `ids` are the owners' numbers."""
        site, name = world.preset.recommendations, "order" if buying else "visit"

        def draw(what: str, numbers: Ints) -> NDArray[np.float64]:
            return world.streams.uniform(f"recommended/{name}/{what}", numbers)

        rows = np.flatnonzero(draw("shown", ids) < site.shown)
        seed, held_back = ids[rows], world.streams.uniform("people/recommended", people.key) < site.holdout
        is_held_back = held_back[who[rows]]
        algorithm = pick(draw("algorithm", seed), [entry.weight for entry in site.algorithms])
        chance = draw("response", seed)
        line = np.array([entry.line if buying else 0.0 for entry in site.algorithms])[algorithm]
        click = np.array([entry.click for entry in site.algorithms])[algorithm]
        place = pick(draw("place", seed), site.places)
        buys = (chance < line) & ~is_held_back
        chosen = np.where((chance < line + click) & ~is_held_back, place, -1)
        products = np.full((rows.size, LENGTH), -1, dtype=np.int64)
        return cls(owner[rows], seed, is_held_back, algorithm, chosen, buys, products)

    def filled(self, world: World, context: Ints, week: Ints) -> Lists:
        """Return the lists with their products, by the product on whose page each stands: no product twice, nor that one."""
        products, plan = world.products, world.assortment
        kinds = [entry.name for entry in world.preset.recommendations.algorithms]
        category = products.category[context]
        low = products.first[category]
        high = low + products.sizes[category]
        begin = world.streams.uniform("recommended/products", self.seed)
        found = np.empty((context.size, LENGTH), dtype=np.int64)
        for name in set(kinds):
            rows = np.flatnonzero(
                np.isin(self.algorithm, [n for n, kind in enumerate(kinds) if kind == name])
            )
            for place in range(LENGTH):
                # Places take turns among as many parts of the range, which are as likely.
                uniform = (begin[rows] + place / LENGTH) % 1.0
                if name == "random":
                    found[rows, place] = (uniform * products.price.size).astype(np.int64)
                else:
                    style = products.style[context[rows]] if name == "also bought" else -1
                    found[rows, place] = plan.seen.pick(uniform, week[rows], style, low[rows], high[rows])
            if name == "also bought":
                companion = products.companion[context[rows]]
                found[rows, 0] = np.where(companion >= 0, companion, found[rows, 0])
        found = plan.sold[week[:, None], found]
        is_kept = found != context[:, None]
        for place in range(1, LENGTH):
            is_kept[:, place] &= (found[:, :place] != found[:, place : place + 1]).all(axis=1)
        order = np.argsort(~is_kept, axis=1, kind="stable")
        found = np.take_along_axis(np.where(is_kept, found, -1), order, axis=1)
        lists = replace(self, products=found)
        return lists.without(lists.product < 0)

    @property
    def product(self) -> Ints:
        """The product that is clicked in each list, -1 for none."""
        product = self.products[np.arange(self.owner.size), np.maximum(self.chosen, 0)]
        return np.where(self.chosen >= 0, product, -1)

    def without(self, unwanted: Bools) -> Lists:
        """Return the lists, of which those of `unwanted` are not clicked."""
        return replace(self, chosen=np.where(unwanted, -1, self.chosen), buys=self.buys & ~unwanted)

    @staticmethod
    def both(one: Lists, other: Lists) -> Lists:
        """Return the lists of both."""
        return Lists(
            **{name: np.concatenate((part, getattr(other, name))) for name, part in vars(one).items()}
        )


@dataclass(frozen=True)
class Shown:
    """Lists whose owners are visits; the events at which they are shown and clicked (-1), and the lines that came of them (-1)."""

    lists: Lists
    shown: Ints
    clicked: Ints
    line: Ints


def list_frames(
    world: World, touches: Touches, record: TouchRecord, visit_events: VisitEvents, sales: Sales
) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of `star.fact_recommendation` and of `truth.recommendation`."""
    shown = visit_events.recommended
    touch_of = np.full(visit_events.first.size, -1, dtype=np.int64)
    rows = record.rows[touches.visits[record.rows]]
    touch_of[visit_events.visit_of_touch[rows]] = rows
    touch = touch_of[shown.lists.owner]
    at = visit_events.at[shown.shown]
    kept = np.flatnonzero((touch >= 0) & (at < world.until_at))
    customer = record.customer[touch[kept]]
    line = np.where(customer == 0, NEVER, customer << 36) + at[kept]
    kept = kept[np.lexsort((touches.id[touch[kept]], line))]
    of_list, place = np.nonzero(shown.lists.products[kept] >= 0)
    row = kept[of_list]
    touch, at, lists = touch[row], at[row], shown.lists
    is_chosen = lists.chosen[row] == place
    clicked = np.where(is_chosen & (shown.clicked[row] >= 0), visit_events.at[shown.clicked[row]], NEVER)
    clicked = np.where(clicked < world.until_at, clicked, NEVER)
    ids = touches.id[touch] * _ROWS + place + 1
    frame = pl.DataFrame(
        {
            "recommendation_id": ids,
            "session_id": touches.id[touch],
            "customer_key": keys(record.customer[touch]),
            "shown_at": times(at),
            "date_key": date_keys(at),
            "page_key": keys(visit_events.page[shown.shown[row]]),
            "algorithm": texts(
                lists.algorithm[row], [entry.name for entry in world.preset.recommendations.algorithms]
            ),
            "is_holdout": lists.is_held_back[row],
            "position": keys(place + 1),
            "product_key": keys(lists.products[row, place] + 1),
            "clicked_at": times(clicked),
        }
    )
    order_lines = sales.order_lines
    caused = np.flatnonzero(is_chosen & (shown.line[row] >= 0))
    caused = caused[sales.in_data[order_lines.order[shown.line[row[caused]]]]]
    truth = pl.DataFrame(
        {
            "recommendation_id": ids[caused],
            "order_line_id": order_lines.id[shown.line[row[caused]]],
        }
    )
    return [("star.fact_recommendation", frame), ("truth.recommendation", truth)]


def effect_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.recommendation_effect`."""
    site = world.preset.recommendations
    places = np.array(site.places) / sum(site.places)
    rows = [
        (entry.name, place, share * entry.click, share * entry.line)
        for entry in site.algorithms
        for place, share in enumerate(places.tolist(), 1)
    ]
    schema = {
        "algorithm": pl.String,
        "position": pl.Int32,
        "click_probability": pl.Float64,
        "line_probability": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def with_recommended(
    world: World, lists: Lists, week: Ints, basket: tuple[Ints, Ints, Ints, Ints]
) -> tuple[tuple[Ints, Ints, Ints, Ints], Lists]:
    """Add to baskets (order, number, product, units, sorted by order) one unit of what is bought off a list, as a last line.

    What is in the basket already does not come of the list.
    """
    order, number, product, units = basket
    context = product[np.flatnonzero(number == 0)]
    lists = lists.filled(world, context[lists.owner], week[lists.owner])
    size = world.products.price.size
    lists = lists.without(np.isin(lists.owner * size + lists.product, order * size + product))
    bought = np.flatnonzero(lists.buys)
    whose = lists.owner[bought]
    sizes = np.bincount(order, minlength=week.size)
    order = np.concatenate((order, whose))
    number = np.concatenate((number, sizes[whose]))
    product = np.concatenate((product, lists.product[bought]))
    units = np.concatenate((units, np.ones(whose.size, dtype=np.int64)))
    sort = np.lexsort((number, order))
    return (order[sort], number[sort], product[sort], units[sort]), lists
