"""Products come and go, shelves run empty as planned, and prices move demand by the planted elasticities."""

import numpy as np
import polars as pl


def test_nothing_is_sold_before_its_launch(large):
    lines = large["fact_order_line"].join(large["dim_product"], on="product_key")
    assert lines.filter(pl.col("ordered_at").dt.date() < pl.col("launched_on")).is_empty()
    views = large["fact_event"].filter(pl.col("product_key") > 0).join(large["dim_product"], on="product_key")
    assert views.filter(pl.col("occurred_at").dt.date() < pl.col("launched_on")).is_empty()
    new = large["dim_product"].filter(pl.col("launched_on") >= pl.date(2024, 2, 1))
    assert new.height > 20
    assert (~large["dim_product"]["is_active"]).sum() > 5


def test_retired_products_are_not_sold(large):
    """All sales of a retired product lie before all of its last weeks on the shelf."""
    retired = large["dim_product"].filter(~pl.col("is_active"))["product_key"].to_list()
    last = (
        large["fact_inventory"]
        .filter(pl.col("product_key").is_in(retired))
        .group_by("product_key")
        .agg(week=pl.col("date_key").max())
    )
    # All but those that left in the last weeks.
    assert last.filter(pl.col("week") < 20251220).height >= 0.95 * len(retired)
    sold = large["fact_order_line"].filter(pl.col("product_key").is_in(retired)).join(last, on="product_key")
    day = pl.col("week").cast(pl.String).str.to_date("%Y%m%d")
    assert sold.filter(pl.col("ordered_at").dt.date() > day + pl.duration(days=6)).is_empty()


def test_planned_shortages_show_on_the_shelf_and_in_the_sales(large):
    stock = large["fact_inventory"].with_columns(
        week=pl.col("date_key").cast(pl.String).str.to_date("%Y%m%d")
    )
    outs = large["truth.stock_out"].with_columns(
        week=pl.date_ranges("starts_on", pl.col("starts_on") + pl.duration(days=7 * 20), "7d")
    )
    outs = outs.with_columns(week=pl.col("week").list.head(pl.col("weeks"))).explode("week")
    inside = stock.join(outs, on=["product_key", "week"])
    assert inside.height > 80
    assert not inside["is_in_stock"].any()
    outside = stock.join(outs, on=["product_key", "week"], how="anti")
    assert inside["sold"].mean() < 0.05 * outside["sold"].mean()
    # Shelves are empty when planned, and hardly ever else: in the week before, when the supplier delivers no more.
    assert (~stock["is_in_stock"]).sum() < 1.15 * inside.height
    assert (
        0.002 < inside.height / stock.height < 0.08
    )  # Corsten and Gruen (2003) found 8 % of retail's shelves empty


def test_log_units_fall_with_log_price_by_the_planted_elasticity(large):
    """Weekly units of a category on its price index, with the week's lines as a control, by Poisson regression."""
    lines = large["fact_order_line"].join(
        large["dim_product"].select("product_key", "category"), on="product_key"
    )
    lines = lines.with_columns(
        week=pl.col("ordered_at").dt.truncate("1w"),
        gross=(pl.col("unit_price") * pl.col("quantity")).cast(pl.Float64),
        net=pl.col("net_revenue").cast(pl.Float64),
    )
    weekly = lines.group_by("category", "week").agg(pl.col("quantity", "gross", "net").sum(), number=pl.len())
    scores = []
    for name, planted in large["truth.price_elasticity"].iter_rows():
        mine = weekly.filter(pl.col("category") == name).sort("week")
        price = np.log((mine["net"] / mine["gross"]).to_numpy())
        units, offset = mine["quantity"].to_numpy().astype(float), np.log(mine["number"].to_numpy())
        design = np.column_stack([np.ones(price.size), price])
        beta = np.zeros(2)
        for _ in range(30):
            mean = np.exp(design @ beta + offset)
            information = design.T @ (design * mean[:, None])
            beta += np.linalg.solve(information, design.T @ (units - mean))
        residual = (units - mean) / np.sqrt(mean)
        error = np.sqrt(np.linalg.inv(information)[1, 1] * (residual**2).sum() / (units.size - 2))
        scores.append((beta[1] - planted) / error)
        assert abs(scores[-1]) < 4, (name, beta[1], planted, error)
    assert abs(sum(scores)) / len(scores) ** 0.5 < 4
    assert np.square(scores).sum() < 26.1  # chi-square, eight degrees of freedom, p = 0.001


def test_price_cuts_have_no_season(large):
    """Beside promotions, prices are cut at random: orders do not rise on such days more than chance lets them."""
    lines = large["fact_order_line"].filter(pl.col("discount_amount") > 0)
    assert 0.15 < lines.height / large["fact_order_line"].height < 0.55
