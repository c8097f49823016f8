"""Presets say what is wrong with them, by key."""

import tomllib

import pytest

from martlet.engine.errors import MartletError, ParameterError, UnknownNameError
from martlet.loaders.company import load_preset
from martlet.loaders.company.preset import read_preset


@pytest.fixture
def table(preset_text):
    return tomllib.loads(preset_text)


def test_the_preset_reads(table):
    preset = read_preset(table)
    assert preset.name == "ecommerce"
    assert preset.orders.rate_shape == table["orders"]["rate_shape"]


def test_an_unknown_preset_gets_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'ecommerce'"):
        load_preset("ecomerce")


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("orders", "rate_shape"), -1.0, "orders.rate_shape is -1.0; allowed are 0.05 to 50"),
        (("orders", "rate_shape"), "much", "orders.rate_shape must be a number, not 'much'"),
        (("orders", "rate_shape"), True, "orders.rate_shape must be a number"),
        (("orders", "rate_shape"), float("nan"), "orders.rate_shape is nan; allowed"),
        (("orders", "rate_shap"), 1.0, "orders.rate_shap is no key of a preset. Did you mean 'rate_shape'"),
        (("people", "email_opt_in"), 1.2, "people.email_opt_in is 1.2; allowed are 0 to 1"),
        (("clock", "weekday"), [1.0, 1.0], "clock.weekday has 2 numbers; allowed are 7"),
        (("clock", "holidays"), {"Black Fridy": 2.0}, "Did you mean 'Black Friday'"),
        (("channels", 2, "effect"), 3.0, r"channels\[2\].effect is 3.0; allowed are 0 to 0.5"),
        (("channels", 2, "name"), "Payed Search", "Did you mean 'Paid Search'"),
        (("harvest", 0, "channel"), "Search", r"harvest\[0\].channel"),
        (("promotions", 0, "categories"), ["Cloth"], r"promotions\[0\].categories: 'Cloth' does not exist"),
        (("promotions", 0, "anchor"), "13-40", r"promotions\[0\].anchor"),
        (("categories", 0, "nouns", 0, "low"), 1000.0, r"categories\[0\].nouns\[0\].low is 1000.0"),
        (("categories", 0, "season"), "gift", r"categories\[0\].season: 'gift' does not exist. Did you mean"),
        (("categories", 0, "nouns", 0, "season"), "x", r"categories\[0\].nouns\[0\].season: 'x' does not"),
        (("categories", 0, "kinds"), [], r"categories\[0\].kinds needs an entry"),
        (("categories", 0, "nouns", 1, "uses"), [], r"categories\[0\].nouns\[1\].uses needs an entry"),
        (("categories", 0, "products"), 90_000, r"categories\[0\].products is 90000; its brands, adj"),
        (("catalogue", "seasons", 0, "month"), [1.0], r"catalogue.seasons\[0\].month has 1 numbers; allowed"),
        (
            ("basket", "return_reasons"),
            [{"name": "Does not fit", "weight": 1.0}],
            r"basket.return_reasons needs an entry beside Does not fit and Arrived late",
        ),
        (("catalogue", "price_endings"), [], r"catalogue.price_endings needs an entry"),
        (("catalogue", "price_changes"), [], r"catalogue.price_changes needs a number"),
        (("people", "tiers"), 3, "people.tiers must be a list"),
        (("basket", "bundle_pairs"), 2.5, "basket.bundle_pairs must be a whole number"),
        (
            ("modifiers", 0, "value"),
            "18-25",
            r"modifiers\[0\].value: '18-25' does not exist. Did you mean '18-24'",
        ),
        (("modifiers", 0, "acts_on"), "opens", r"modifiers\[0\].acts_on is opens; only Email"),
        (("modifiers", 0, "campaign_type"), "Family", r"modifiers\[0\].campaign_type: 'Family'"),
        (("email", "hours"), [1.0], "email.hours has 1 numbers; allowed are 24"),
        (("clock", "hour_weekend"), [1.0], "clock.hour_weekend has 1 numbers; allowed are 24"),
        (("clock", "days_off"), ["Xmas"], "clock.days_off: 'Xmas' does not exist"),
        (
            ("email", "types", 0, "subjects"),
            ["{name}, hello"],
            r"email.types\[0\].subjects: '{name}, hello' can't",
        ),
        (("email", "types", 0, "subjects"), [], r"email.types\[0\].subjects needs a line"),
        (("experiments", 0, "assigned_by"), "visit", r"experiments\[0\].assigned_by is 'visit'"),
        (("people", "ages", 2, "low"), 36, r"people.ages\[2\].low is 36; it must be 35"),
        (
            ("people", "places", 0, "country"),
            "United State",
            r"places\[0\].country.*Did you mean 'United States'",
        ),
        (("people", "places", 0, "postal"), [], r"people.places\[0\].postal needs a form"),
        (
            ("people", "places", 0, "zone"),
            "New York",
            r"people.places\[0\].zone is 'New York'; it must be a zone",
        ),
        (("people", "countries", 0, "names"), "en_CA", r"people.countries\[0\].names is 'en_CA'"),
        (("email", "types", 0, "schedule"), "weekly", r"email.types\[0\].schedule is 'weekly'"),
        (("email", "types", 0, "last_subjects"), ["{day}"], r"email.types\[0\].last_subjects: '{day}' can't"),
        (("email", "features", 0, "pattern"), "(", r"email.features\[0\].pattern is '\('"),
        (
            ("experiments", 0, "campaign_type"),
            "Newsletter",
            r"experiments\[0\].campaign_type is 'Newsletter' and its metric is add_to_cart",
        ),
        (
            ("experiments", 11, "arms", 0, "hour"),
            -1,
            r"experiments\[11\].arms: an hour must be given for all",
        ),
        (("social", 0, "kinds"), ["picture"], r"social\[0\].kinds: 'picture' does not exist"),
        (("posts", "hours"), [1.0], "posts.hours has 1 numbers; allowed are 24"),
        (("content", "kinds"), [], "content.kinds needs an entry"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(table, path, value, message):
    place = table
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ParameterError, match=message):
        read_preset(table)


def test_a_missing_key_is_named(table):
    del table["orders"]["rate_scale"]
    with pytest.raises(ParameterError, match="the preset lacks orders.rate_scale"):
        read_preset(table)


def test_a_preset_from_a_file(tmp_path, preset_text):
    path = tmp_path / "mine.toml"
    path.write_text(preset_text.replace('name = "ecommerce"', 'name = "mine"'), encoding="utf-8")
    assert load_preset(path).name == "mine"
    assert load_preset(str(path)).name == "mine"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(ParameterError, match="is not TOML"):
        load_preset(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParameterError, match="is not TOML"):
        load_preset(path)
    with pytest.raises(MartletError, match="can't be read"):
        load_preset(tmp_path)
