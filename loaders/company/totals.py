"""The truth that sums over all blocks, or stands in the preset: about channels, prices, products and pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from martlet.loaders.company import external, recommendations, referrals
from martlet.loaders.company._frames import keys, money, texts
from martlet.loaders.company.amounts import return_probabilities
from martlet.loaders.company.campaigns import CHANNEL_KEYS
from martlet.loaders.company.feedback import satisfaction_frame
from martlet.loaders.company.landings import landing_frame
from martlet.loaders.company.media_truth import contribution_frame, response_frame, week_frame
from martlet.loaders.company.memberships import churn_frame
from martlet.loaders.company.modifiers import modifier_frame
from martlet.loaders.company.orders import BILLION
from martlet.loaders.company.preferences import persona_frame
from martlet.loaders.company.searches import search_frame
from martlet.loaders.company.seasons import season_frame
from martlet.loaders.company.subjects import subject_effect_frame
from martlet.loaders.company.support import reason_frame

if TYPE_CHECKING:
    from martlet.loaders.company.block_totals import BlockTotals
    from martlet.loaders.company.world import World


__all__ = ["truth_frames"]


def truth_frames(world: World, totals: BlockTotals, spend: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return the rows of the truth about channels, media, categories and pairs of products."""
    mixes = world.preset.channels
    order = np.array([CHANNEL_KEYS[mix.name] for mix in mixes])
    expected = totals.effects.expected / BILLION
    effects = pl.DataFrame(
        {
            "channel_key": keys(order),
            "orders_per_touch": expected[order] / np.maximum(totals.effects.touches[order], 1),
            "base_orders_per_touch": [mix.effect for mix in mixes],
            "mean_lag_days": [mix.lag_days if mix.effect > 0 else None for mix in mixes],
            "platform_claim_factor": [mix.overclaim if mix.platform else None for mix in mixes],
            "platform_window_days": [mix.claim_days if mix.platform else None for mix in mixes],
        }
    )
    elasticities = pl.DataFrame(
        {
            "category": [category.name for category in world.preset.categories],
            "elasticity": [category.elasticity for category in world.preset.categories],
        }
    )
    usual = world.preset.basket.return_probability
    returns = elasticities.select(
        "category",
        return_probability=pl.Series([min(usual * entry.returns, 1.0) for entry in world.preset.categories]),
    )
    places = world.preset.people.places
    conversions = pl.DataFrame(
        {
            "geography_key": keys(np.arange(1, len(places) + 1)),
            "conversion_factor": [place.conversion for place in places],
        }
    )
    search_terms, search_effects = search_frame(world.preset, world.properties.terms)
    return [
        ("truth.landing_page", landing_frame(world)),
        ("truth.search_term", search_terms),
        ("truth.search_effect", search_effects),
        ("truth.effect_modifier", modifier_frame(world)),
        ("truth.place_conversion", conversions),
        ("truth.persona", persona_frame(world)),
        ("truth.referral_effect", referrals.effect_frame(world)),
        ("truth.subscription_churn", churn_frame(world)),
        ("truth.external_effect", external.effect_frame(world.preset)),
        ("truth.media_week", week_frame(world)),
        ("truth.media_contribution", contribution_frame(world, totals)),
        ("truth.channel_effect", effects.sort("channel_key")),
        ("truth.media_response", response_frame(world, totals, spend)),
        ("truth.price_elasticity", elasticities),
        ("truth.return_probability", returns),
        ("truth.product", _product_frame(world)),
        ("truth.recommendation_effect", recommendations.effect_frame(world)),
        ("truth.satisfaction", satisfaction_frame(world.preset)),
        ("truth.subject_effect", subject_effect_frame(world.preset)),
        ("truth.support_reason", reason_frame(world.preset)),
        ("truth.category_season", season_frame(world.preset)),
        ("truth.product_affinity", _affinity_frame(world, totals)),
    ]


def _product_frame(world: World) -> pl.DataFrame:
    """Return the rows of `truth.product`, for the products in `star.dim_product`."""
    products = world.products
    nouns = [
        world.preset.categories[category].nouns[noun].name
        for category, noun in zip(products.category, products.noun, strict=True)
    ]
    frame = pl.DataFrame(
        {
            "product_key": keys(np.arange(1, products.price.size + 1)),
            "noun": nouns,
            "style": texts(products.style, [entry.name for entry in world.preset.taste.styles]),
            "usual_price": money(products.price),
            "appeal": products.appeal,
            "quality": products.quality,
            "return_probability": return_probabilities(world),
        }
    )
    return frame.filter(pl.Series(products.launched < world.until_at))


def _affinity_frame(world: World, totals: BlockTotals) -> pl.DataFrame:
    """Return the pairs, with the lift of the second product where the first is in the basket."""
    lines = dict(totals.baskets.iter_rows())
    orders = totals.orders
    chance = world.preset.basket.bundle_probability
    rows = []
    for product, companion in enumerate(world.products.companion):
        usual = lines.get(int(companion), 0) / max(orders, 1)
        if companion >= 0 and usual > 0:
            low, high = sorted((product + 1, int(companion) + 1))
            rows.append(
                {
                    "product_key": low,
                    "other_product_key": high,
                    "affinity": (chance + (1 - chance) * usual) / usual,
                }
            )
    return pl.DataFrame(
        rows, schema={"product_key": pl.Int32, "other_product_key": pl.Int32, "affinity": pl.Float64}
    ).sort("product_key", "other_product_key")
