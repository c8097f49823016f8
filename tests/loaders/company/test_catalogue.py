"""The catalogue: nouns in their categories at their prices, names and descriptions of their own, prices with a history."""

import re
import tomllib

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import Company, load_preset
from martlet.loaders.company.preset import read_preset

PRESET = load_preset("ecommerce")
NOUNS = {(category.name, noun.name): noun for category in PRESET.categories for noun in category.nouns}


@pytest.fixture(scope="module")
def products(large):
    return large["dim_product"].join(large["truth.product"], on="product_key").sort("product_key")


def test_each_product_is_a_noun_of_its_category_at_a_price_of_the_noun(products):
    for row in products.iter_rows(named=True):
        noun = NOUNS[row["category"], row["noun"]]
        assert row["subcategory"] == noun.subcategory, row
        assert f" {row['noun']}, " in row["name"], row
        assert int(noun.low) <= row["usual_price"] < noun.high + 1, row


def test_names_and_descriptions_are_each_of_one_product(products):
    assert products["name"].n_unique() == products.height
    assert products["description"].n_unique() == products.height
    assert not products["name"].str.contains(r" \d+$").any()
    assert products["description"].str.contains(r"[{}]").sum() == 0


def test_no_template_of_descriptions_has_more_than_a_tenth_of_the_products(products):
    patterns = {
        text: re.compile(re.sub(r"\\{\w+\\}", "(.+?)", re.escape(text)), re.IGNORECASE)
        for text in PRESET.catalogue.descriptions
    }
    texts = products["description"].to_list()
    counts = {text: sum(bool(found.fullmatch(row)) for row in texts) for text, found in patterns.items()}
    assert len(counts) > 10
    assert sum(counts.values()) >= len(texts)
    assert max(counts.values()) <= 0.1 * len(texts), counts


def test_descriptions_tell_nouns_apart(products):
    """Material and use come from the noun: the nearest other description, without its noun's name, is usually of the same noun."""
    words = [set(re.findall(r"[a-z]{3,}", text.lower())) for text in products["description"]]
    nouns = products["noun"].to_list()
    names = [set(noun.lower().split()) for noun in nouns]
    vocabulary = sorted(set().union(*words))
    place = {word: number for number, word in enumerate(vocabulary)}
    table = np.zeros((len(words), len(vocabulary)))
    for row, (mine, name) in enumerate(zip(words, names, strict=True)):
        table[row, [place[word] for word in mine - name]] = 1
    table *= np.log(len(words) / np.maximum(table.sum(axis=0), 1))
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    alike = table @ table.T
    np.fill_diagonal(alike, -1)
    same = np.mean([nouns[row] == nouns[near] for row, near in enumerate(alike.argmax(axis=1))])
    assert same > 0.25  # by chance, one in a hundred


def test_prices_pile_up_on_the_usual_endings(products):
    cents = (products["list_price"] * 100).cast(pl.Int64) % 100
    shares = dict(cents.value_counts(normalize=True).iter_rows())
    total = sum(ending.weight for ending in PRESET.catalogue.price_endings)
    assert set(shares) <= {round(ending.cents * 100) for ending in PRESET.catalogue.price_endings}
    for ending in PRESET.catalogue.price_endings:
        chance = ending.weight / total
        error = (chance * (1 - chance) / products.height) ** 0.5
        assert abs(shares.get(round(ending.cents * 100), 0.0) - chance) < 4 * error, ending


def test_the_list_price_is_that_of_the_day(large):
    """Each line falls in one row of the price history, but for orders moved over the end of a week."""
    lines = large["fact_order_line"].select("product_key", "unit_price", day=pl.col("ordered_at").dt.date())
    found = lines.join(large["fact_price"], on="product_key").filter(
        pl.col("day") >= pl.col("valid_from"),
        pl.col("valid_to").is_null() | (pl.col("day") < pl.col("valid_to")),
    )
    assert found.height >= 0.999 * lines.height
    assert (found["unit_price"] == found["list_price"]).mean() > 0.999


def test_the_price_history_is_whole_and_ends_with_the_list_price(large):
    prices = large["fact_price"].sort("product_key", "valid_from")
    follows = prices.with_columns(
        last=pl.col("valid_to").shift().over("product_key"),
        before=pl.col("list_price").shift().over("product_key"),
    ).drop_nulls("last")
    assert follows.height > 300
    assert (follows["last"] == follows["valid_from"]).all()
    assert (follows["before"] != follows["list_price"]).all()
    now = prices.group_by("product_key").agg(pl.col("list_price", "valid_to").last())
    joined = large["dim_product"].join(now, on="product_key", suffix="_last")
    assert joined.height == now.height
    assert (joined["list_price"] == joined["list_price_last"]).all()
    assert (joined["is_active"] >= joined["valid_to"].is_null()).all()
    assert (large["dim_product"]["unit_cost"] <= large["dim_product"]["list_price"]).all()


def test_a_product_is_on_one_line_of_an_order(large):
    lines = large["fact_order_line"]
    assert lines.select("order_id", "product_key").is_unique().all()
    numbers = lines.group_by("order_id").agg(n=pl.len(), last=pl.col("line_number").max())
    assert (numbers["n"] == numbers["last"]).all()


def test_the_best_fifth_of_products_sells_most(large, products):
    units = large["fact_order_line"].group_by("product_key").agg(pl.col("quantity").sum())
    sold = products.join(units, on="product_key", how="left").fill_null(0).sort("quantity", descending=True)
    share = sold["quantity"].head(sold.height // 5).sum() / sold["quantity"].sum()
    assert 0.6 < share < 0.8
    assert sold["quantity"][0] / sold["quantity"].sum() < 0.04
    # Best-sellers stand anywhere among the prices of their category.
    rank = sold.with_columns(
        rank=pl.col("list_price").rank("ordinal").over("category") / pl.len().over("category")
    )
    assert 0.2 < rank["rank"].head(40).mean() < 0.8
    cheapest = rank.filter(pl.col("rank") == pl.col("rank").min().over("category"))
    assert cheapest["quantity"].sum() / sold["quantity"].sum() < 0.05


def test_a_catalogue_takes_other_nouns(preset_text):
    """One noun, at prices far apart, fills a category."""
    table = tomllib.loads(preset_text)
    noun = {
        "name": "Ring",
        "subcategory": "Rings",
        "low": 1.0,
        "high": 9000.0,
        "made": ["gold"],
        "uses": ["love"],
    }
    table["categories"][0] |= {"products": 300, "nouns": [noun]}
    preset = read_preset(table)
    assert preset.categories[0].nouns[0].season == ""
    company = Company(customers=20, days=30, seed=1, preset=table)
    frame = dict(company.dimensions())["star.dim_product"].filter(pl.col("category") == "Electronics")
    assert frame["name"].n_unique() == frame.height > 150
    assert set(frame["subcategory"]) == {"Rings"}
