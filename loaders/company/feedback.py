"""What customers say: reviews and survey answers, which follow from what happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company._clock import DAY
from martlet.loaders.company._draws import exponential, normal
from martlet.loaders.company._frames import date_keys, keys, times
from martlet.loaders.company.review_text import review_texts
from martlet.loaders.company.seasons import months

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from martlet.loaders.company._offers import Preset
    from martlet.loaders.company.people import People
    from martlet.loaders.company.sales import Sales
    from martlet.loaders.company.world import World

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["review_frame", "satisfaction_frame", "survey_frame"]


def review_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_review`: some lines, rated by how satisfied their customer is with the product and the order."""
    orders, order_lines, sums = sales.orders, sales.order_lines, sales.sums
    feedback, streams = world.preset.feedback, world.streams
    rows = sales.line_rows[streams.uniform("review/drawn", order_lines.id[sales.line_rows]) < feedback.review]
    rows = rows[~sums.is_cancelled[order_lines.order[rows]]]
    at = _answered(
        world,
        sales,
        order_lines.order[rows],
        name="review/lag",
        ids=order_lines.id[rows],
        days=feedback.review_days,
    )
    rows, at = rows[at < world.until_at], at[at < world.until_at]
    who = orders.who[order_lines.order[rows]]
    order = np.lexsort((order_lines.id[rows], at, who))
    rows, at, who = rows[order], at[order], who[order]
    ids, product, placed = order_lines.id[rows], order_lines.product[rows], order_lines.order[rows]
    came_back = order_lines.returned_at[rows] < at
    satisfied = _satisfaction(
        world,
        people,
        sales,
        placed,
        quality=world.products.quality[product],
        came_back=came_back,
        name="review",
        ids=ids,
    )
    rating = 1 + np.searchsorted(feedback.rating_cuts, satisfied)
    basket = world.preset.basket
    unfit = np.array([reason.name == basket.fit_reason for reason in basket.return_reasons])
    unfit = unfit[order_lines.reason[rows]]
    categories = world.preset.categories
    of_product = zip(world.products.category, world.products.noun, strict=True)
    nouns = [categories[category].nouns[noun] for category, noun in of_product]
    fits = np.array([category.fits for category in categories])[world.products.category[product]]
    title, text = review_texts(
        feedback,
        streams,
        ids,
        rating=rating,
        noun=pl.Series([noun.name.lower() for noun in nouns], dtype=pl.String).gather(product),
        is_plural=np.array([noun.plural for noun in nouns])[product],
        fits=fits,
        season=(months(at) + 1) % 12 // 3,
        was_late=sums.is_late[placed] & (rating <= feedback.blaming_stars),
        did_not_fit=came_back & unfit & (rating <= feedback.blaming_stars),
    )
    return pl.DataFrame(
        {
            "review_id": ids,
            "product_key": keys(product + 1),
            "customer_key": keys(people.key[who]),
            "reviewed_at": times(at),
            "date_key": date_keys(at),
            "rating": keys(rating),
            "title": title,
            "text": text,
        }
    )


def survey_frame(world: World, people: People, sales: Sales) -> pl.DataFrame:
    """Return the rows of `star.fact_survey`: answers after some orders; who is less satisfied complains more often."""
    orders, order_lines = sales.orders, sales.order_lines
    feedback, streams = world.preset.feedback, world.streams
    rows = sales.order_rows[streams.uniform("survey/drawn", orders.id[sales.order_rows]) < feedback.survey]
    rows = rows[~sales.sums.is_cancelled[rows]]
    at = _answered(world, sales, rows, name="survey/lag", ids=orders.id[rows], days=feedback.survey_days)
    rows, at = rows[at < world.until_at], at[at < world.until_at]
    order = np.lexsort((orders.id[rows], at, orders.who[rows]))
    rows, at = rows[order], at[order]
    ids, total = orders.id[rows], orders.id.size
    first_return = np.full(total, world.until_at, dtype=np.int64)
    np.minimum.at(first_return, order_lines.order, order_lines.returned_at)
    lines = np.maximum(np.bincount(order_lines.order, minlength=total), 1)
    quality = np.bincount(
        order_lines.order, weights=world.products.quality[order_lines.product], minlength=total
    )
    satisfied = _satisfaction(
        world,
        people,
        sales,
        rows,
        quality=(quality / lines)[rows],
        came_back=first_return[rows] < at,
        name="survey",
        ids=ids,
    )
    answers = {
        name: satisfied + feedback.answer_spread * normal(streams, f"survey/{name}", ids)
        for name in ("nps", "csat")
    }
    odds = feedback.complaint / (1 - feedback.complaint) * np.exp(feedback.complaint_slope * satisfied)
    return pl.DataFrame(
        {
            "survey_id": ids,
            "customer_key": keys(people.key[orders.who[rows]]),
            "answered_at": times(at),
            "date_key": date_keys(at),
            "nps": keys(np.searchsorted(feedback.nps_cuts, answers["nps"])),
            "csat": keys(1 + np.searchsorted(feedback.csat_cuts, answers["csat"])),
            "has_complained": streams.uniform("survey/complaint", ids) < odds / (1 + odds),
        }
    )


def _answered(world: World, sales: Sales, placed: Ints, *, name: str, ids: Ints, days: float) -> Ints:
    """Return when the customers of orders answer: so many days after the delivery, and not before it was promised."""
    promised = sales.ordered_at[placed] + world.preset.basket.delivery_days * DAY
    lag = exponential(world.streams.uniform(name, ids)) * days
    at: Ints = np.maximum(sales.sums.delivered_at[placed], promised) + (lag * DAY).astype(np.int64)
    return at


def _satisfaction(
    world: World,
    people: People,
    sales: Sales,
    placed: Ints,
    *,
    quality: Floats,
    came_back: Bools,
    name: str,
    ids: Ints,
) -> Floats:
    """Return how satisfied the customers of orders are: by what happened, by their own nature, and by chance."""
    feedback, streams = world.preset.feedback, world.streams
    own = people.satisfaction[sales.orders.who[placed]]
    chance = normal(streams, f"{name}/mood", ids)
    satisfied: Floats = feedback.personal * own + np.sqrt(1 - feedback.personal**2) * chance
    satisfied += feedback.felt_leaving * sales.orders.leaves[placed]
    satisfied += feedback.felt_quality * quality
    satisfied += feedback.felt_return * came_back
    satisfied += feedback.felt_late * sales.sums.is_late[placed]
    satisfied += feedback.felt_stock_out * sales.order_lines.met_stock_out[placed]
    return satisfied


def satisfaction_frame(preset: Preset) -> pl.DataFrame:
    """Return the rows of `truth.satisfaction`."""
    feedback = preset.feedback
    return pl.DataFrame(
        {
            "cause": ["leaving", "quality", "return", "late delivery", "stock-out"],
            "effect": [
                feedback.felt_leaving,
                feedback.felt_quality,
                feedback.felt_return,
                feedback.felt_late,
                feedback.felt_stock_out,
            ],
        }
    )
