"""Appeal, quality, seasons and prices of products show in what is looked at, bought and sent back."""

import numpy as np
import polars as pl
from scipy import stats

from martlet.loaders.company import load_preset

PRESET = load_preset("ecommerce")


def _counted(large):
    views = (
        large["fact_event"]
        .filter(pl.col("event_name").cast(pl.String) == "product_view")
        .group_by("product_key")
        .agg(views=pl.len())
    )
    lines = large["fact_order_line"].with_columns(
        back=pl.col("order_line_id").is_in(large["fact_return"]["order_line_id"].to_list())
    )
    sold = lines.group_by("product_key").agg(lines=pl.len(), back=pl.col("back").sum())
    found = (
        large["truth.product"]
        .join(views, on="product_key", how="left")
        .join(sold, on="product_key", how="left")
    )
    return found.join(large["dim_product"].select("product_key", "category"), on="product_key").fill_null(0)


def test_views_follow_appeal(large):
    found = _counted(large).filter(pl.col("views") > 0)
    assert stats.spearmanr(found["appeal"], found["views"]).statistic > 0.75


def test_better_products_are_bought_more_by_those_who_see_them(large):
    """Log of lines a view on quality, with category and log price: Poisson regression with views as exposure."""
    found = _counted(large).filter(pl.col("views") > 20)
    codes = np.unique(found["category"].to_numpy(), return_inverse=True)[1]
    price = np.log(found["usual_price"].cast(pl.Float64).to_numpy())
    within = price - np.bincount(codes, price)[codes] / np.bincount(codes)[codes]
    design = np.column_stack([np.eye(codes.max() + 1)[codes], within, within**2, found["quality"].to_numpy()])
    y, offset = found["lines"].to_numpy().astype(float), np.log(found["views"].to_numpy())
    beta = np.linalg.lstsq(design, np.log(y + 0.5) - offset, rcond=None)[0]
    for _ in range(30):
        mean = np.exp(design @ beta + offset)
        information = design.T @ (design * mean[:, None])
        beta += np.linalg.solve(information, design.T @ (y - mean))
    spread = ((y - mean) ** 2 / mean).sum() / (y.size - beta.size)
    error = np.sqrt(np.linalg.inv(information)[-1, -1] * spread)
    assert beta[-1] > 4 * error
    # Some of those who want a product see it in the visit in which they buy: views of good products hold such ones too.
    assert 0.3 * PRESET.catalogue.quality_sales < beta[-1] < PRESET.catalogue.quality_sales + 4 * error


def test_better_products_come_back_less(large):
    """Lines sent back, by fifths of quality: the log of the rate falls as planted."""
    found = _counted(large).join(
        large["truth.return_probability"].rename({"return_probability": "usual"}), on="category"
    )
    found = found.with_columns(fifth=(pl.col("quality").rank("ordinal") * 5 // (pl.len() + 1)))
    fifths = (
        found.group_by("fifth")
        .agg(
            back=pl.col("back").sum(),
            usual=(pl.col("lines") * pl.col("usual")).sum(),
            quality=(pl.col("lines") * pl.col("quality")).sum() / pl.col("lines").sum(),
        )
        .sort("fifth")
    )
    rates = np.log((fifths["back"] / fifths["usual"]).to_numpy())
    slope = np.polyfit(fifths["quality"].to_numpy(), rates, 1, w=np.sqrt(fifths["back"].to_numpy()))[0]
    assert abs(slope - PRESET.catalogue.quality_returns) < 0.12


def test_shares_of_categories_follow_their_seasons(large):
    """Share of a category in the lines of each calendar month, against the share that its factor and the tastes of the buyers make."""
    lines = large["fact_order_line"].join(
        large["dim_product"].select("product_key", "category"), on="product_key"
    )
    lines = lines.join(large["truth.customer"].select("customer_key", "persona"), on="customer_key")
    names = [category.name for category in PRESET.categories]
    tastes = {
        persona.name: np.array([persona.tastes.get(name, 0.0) for name in names])
        for persona in PRESET.people.personas
    }
    whole = large["truth.category_season"].filter(pl.col("noun") == "(all)")
    factors = {
        key: factor
        for *key, factor in whole.select("month", "category", "factor").rows()
        for key in [tuple(key)]
    }
    for month in range(1, 13):
        mine = lines.filter(pl.col("ordered_at").dt.month() == month)
        factor = np.array([factors[month, name] for name in names])
        expected = np.zeros(len(names))
        for persona, count in mine["persona"].value_counts().iter_rows():
            weights = tastes[persona] * factor
            expected += count * weights / weights.sum()
        found = np.array([(mine["category"] == name).sum() for name in names])
        assert np.abs(found - expected).max() / mine.height < 0.05, (month, found, expected.round())
        assert np.abs(found - expected).mean() / mine.height < 0.02, (month, found, expected.round())
    garden = lines.group_by(month=pl.col("ordered_at").dt.month()).agg(
        share=(pl.col("category") == "Garden").mean()
    )
    shares = dict(garden.iter_rows())
    assert min(shares[4], shares[5]) > 2 * max(shares[11], shares[1])


def test_nouns_have_their_seasons(large):
    """Within their categories, winter's nouns against summer's: the ratio of January to July."""
    lines = large["fact_order_line"].join(
        large["truth.product"].select("product_key", "noun"), on="product_key"
    )
    season = {noun.name: noun.season for category in PRESET.categories for noun in category.nouns}
    lines = lines.with_columns(
        season=pl.col("noun").replace_strict(season), month=pl.col("ordered_at").dt.month()
    )
    counts = {(s, m): n for s, m, n in lines.group_by("season", "month").len().iter_rows()}
    cold, warm = (11, 12, 1), (5, 6, 7)

    def in_(name, months):
        return sum(counts.get((name, month), 0) for month in months)

    assert in_("winter", cold) / in_("winter", warm) > 1.5 * in_("", cold) / in_("", warm)
    assert in_("summer", warm) / in_("summer", cold) > 1.5 * in_("", warm) / in_("", cold)


def test_a_dearer_list_price_sells_less(large):
    """Units by product and price of its history on the log of the price, in the same product, against the planted elasticity."""
    prices = large["fact_price"].with_columns(until=pl.col("valid_to").fill_null(pl.date(2026, 1, 1)))
    lines = large["fact_order_line"].select("product_key", "quantity", day=pl.col("ordered_at").dt.date())
    joined = prices.join(lines, on="product_key", how="left").filter(
        pl.col("day").is_null()
        | ((pl.col("day") >= pl.col("valid_from")) & (pl.col("day") < pl.col("until")))
    )
    cells = joined.group_by("product_key", "list_price", "valid_from", "until").agg(n=pl.col("day").count())
    cells = cells.group_by("product_key", "list_price").agg(
        n=pl.col("n").sum(), days=(pl.col("until") - pl.col("valid_from")).dt.total_days().sum()
    )
    cells = cells.join(large["truth.product"].select("product_key", "usual_price"), on="product_key")
    ratio = (pl.col("list_price").cast(pl.Float64) / pl.col("usual_price").cast(pl.Float64)).log()
    cells = cells.with_columns(
        x=ratio, rate=pl.col("n").sum().over("product_key") / pl.col("days").sum().over("product_key")
    )
    cells = cells.with_columns(expected=pl.col("rate") * pl.col("days")).filter(pl.col("expected") > 0)
    x = cells["x"].to_numpy()
    y, offset = cells["n"].to_numpy().astype(float), np.log(cells["expected"].to_numpy())
    beta = np.zeros(2)
    design = np.column_stack([np.ones(x.size), x])
    for _ in range(30):
        mean = np.exp(design @ beta + offset)
        beta += np.linalg.solve(design.T @ (design * mean[:, None]), design.T @ (y - mean))
    spread = ((y - mean) ** 2 / mean).sum() / (y.size - 2)
    error = np.sqrt(np.linalg.inv(design.T @ (design * mean[:, None]))[1, 1] * spread)
    planted = np.mean([category.elasticity for category in PRESET.categories])
    assert abs(beta[1] - planted) < 4 * error, (beta, error)
    assert beta[1] < -1.5 * error, (beta, error)
