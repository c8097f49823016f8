"""Changes to a preset: by dotted key, and by a file that says only what differs from its base."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import ParameterError, UnknownNameError
from martlet.loaders.company import load_preset
from martlet.loaders.company.overrides import as_text, from_text, nested
from martlet.loaders.company.preset import recalled, settings_of
from martlet.loaders.company.settings import settings

USUAL = load_preset("ecommerce")


def with_(**changes):
    return load_preset("ecommerce", changes)


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("visits.prospects", "3", lambda preset: preset.visits.prospects == 3.0),
        ("visits.prospects", 3, lambda preset: preset.visits.prospects == 3.0),
        (
            "channels.Email.effect",
            "0",
            lambda preset: {c.name: c.effect for c in preset.channels}["Email"] == 0,
        ),
        ("channels[1].effect", 0.5, lambda preset: preset.channels[1].effect == 0.5),
        ("email.types.Abandoned Cart.open", 0.9, lambda preset: 0.9 in [t.open for t in preset.email.types]),
        ('clock.holidays."Black Friday"', 3, lambda preset: preset.clock.holidays["Black Friday"] == 3.0),
        ("clock.holidays.Halloween", 2, lambda preset: preset.clock.holidays["Halloween"] == 2.0),
        (
            'people.places."St. Louis".weight',
            1,
            lambda preset: "St. Louis" in [p.city for p in preset.people.places],
        ),
        ("people.personas.Gift giver.tastes.Books", 9, lambda p: p.people.personas[4].tastes["Books"] == 9.0),
        ("experiments", "[]", lambda preset: preset.experiments == ()),
        ("clock.weekday", "[1, 1, 1, 1, 1, 2, 2]", lambda preset: preset.clock.weekday[5:] == (2.0, 2.0)),
        ("email.types.Newsletter.schedule", "quarterly", lambda p: p.email.types[2].schedule == "quarterly"),
    ],
)
def test_a_dotted_key_changes_that_value_and_no_other(key, value, found):
    changed = load_preset("ecommerce", {key: value})
    assert found(changed)
    before, after = (
        {setting.key: setting.value for setting in settings(preset)} for preset in (USUAL, changed)
    )
    differs = {name for name in before | after if before.get(name) != after.get(name)}
    place = key.replace('"', "").replace("channels[1]", "channels.Organic Search")
    assert {name.replace('"', "") for name in differs if not name.startswith(f"{place}.")} <= {
        place,
        "clock.holidays",
    } | ({"people.personas.Gift giver.tastes"} if "tastes" in key else set())


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("visits.prospects", "31", "visits.prospects is 31.0; allowed are 0 to 30"),
        ("visits.prospects", "few", "visits.prospects must be a number, not 'few'; allowed are 0 to 30"),
        ("visits.prospect", "3", "visits.prospect is no key of a preset. Did you mean 'prospects'"),
        ("vists.prospects", "3", "vists is no key of a preset. Did you mean 'visits'"),
        ("prospects", "3", "prospects is no key of a preset. Did you mean 'visits.prospects'"),
        (
            "channels.Emial.effect",
            "0",
            "channels has no entry 'Emial'. Did you mean 'Email'.* Allowed: Direct, ",
        ),
        (
            "channels[99].effect",
            "0",
            r"channels\[99\] does not exist; allowed are channels\[0\] to channels\[8\]",
        ),
        ("visits.devices.mobile.weight", "0", r"visits.devices has no entry 'mobile'.*visits.devices\[0\]"),
        ("visits", "3", "visits must be a table, not 3"),
        ("channels.Email", "3", r"channels\[5\] must be a table"),
        ("visits.prospects.x", "3", "visits.prospects must be a number"),
        ("season", "maybe", "season is 'maybe'; allowed are on and off"),
        ("season", "[1]", r"season is \[1\]; allowed are on and off"),
        ("a..b", "3", "'a..b' is no key of a preset; write it with dots"),
        ("", "3", "'' is no key of a preset"),
        ("orders.rate_shape", "nan", "orders.rate_shape is nan; allowed are 0.05 to 50"),
        ("name", "2025", "name must be text, not 2025"),
    ],
)
def test_a_wrong_change_is_named_with_what_is_right(key, value, message):
    with pytest.raises(ParameterError, match=message):
        load_preset("ecommerce", {key: value})


def test_season_off_makes_demand_flat_and_leaves_the_rest():
    flat = with_(season="off")
    assert {*flat.clock.month, *flat.clock.weekday, *flat.clock.hour, *flat.clock.hour_weekend} == {1.0}
    assert (flat.clock.holidays, flat.clock.demand_growth_per_year) == ({}, 0.0)
    assert {promotion.demand for promotion in flat.promotions} == {1.0}
    assert {factor for curve in flat.catalogue.seasons for factor in curve.month} == {1.0}
    assert [p.discount for p in flat.promotions] == [p.discount for p in USUAL.promotions]
    assert (flat.growth, flat.orders, flat.channels) == (USUAL.growth, USUAL.orders, USUAL.channels)
    assert with_(season="on") == USUAL
    assert with_(season=False) == flat


def test_what_is_set_beside_the_switch_holds_in_any_order():
    first = load_preset("ecommerce", {"season": "off", "clock.weekday": [1, 1, 1, 1, 1, 2, 2]})
    last = load_preset("ecommerce", {"clock.weekday": [1, 1, 1, 1, 1, 2, 2], "season": "off"})
    assert first == last
    assert set(first.clock.weekday) == {1.0, 2.0}


def test_what_is_set_within_a_list_holds_after_the_list():
    changes = {
        "harvest[0].probability": 0.5,
        "harvest": '[{channel = "Direct", touch_type = "visit", probability = 1, lag_days = 1}]',
    }
    (entry,) = load_preset("ecommerce", changes).harvest
    assert (entry.channel, entry.probability) == ("Direct", 0.5)


def test_a_file_with_a_base_says_only_what_differs(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'base = "ecommerce"\nname = "mine"\nseason = "off"\npromotions = []\nvisits.prospects = 3\n'
        "[channels.Email]\neffect = 0.0\n[clock.holidays]\nHalloween = 2.0\n",
        encoding="utf-8",
    )
    changes = {
        "name": "mine",
        "season": "off",
        "promotions": [],
        "visits.prospects": 3,
        "channels.Email.effect": 0.0,
        "clock.holidays.Halloween": 2.0,
    }
    assert load_preset(path) == load_preset("ecommerce", changes)
    assert load_preset(path, {"visits.prospects": 4}).visits.prospects == 4.0


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ('base = "ecomerce"', UnknownNameError, "Did you mean 'ecommerce'"),
        ("base = 3", UnknownNameError, "no preset is named '3'"),
        ('base = "ecommerce"\nvisits.prospect = 3', ParameterError, "visits.prospect is no key"),
        ("visits.prospects = 3", ParameterError, "the preset lacks"),
        ('base = "../build"', UnknownNameError, "no preset is named"),
    ],
)
def test_a_wrong_file_is_told_as_such(tmp_path, text, error, message):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        load_preset(path)


def test_settings_recall_the_preset_without_its_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "ecommerce"\nname = "mine"\nvisits.prospects = 3\n', encoding="utf-8")
    changes = {"channels.Paid Social.effect": "0.01", "season": "off", "clock.weekday": [1, 2, 3, 4, 5, 6, 7]}
    made = load_preset(path, changes)
    settings = settings_of(path, changes)
    assert settings["preset"] == "mine"
    assert settings["set.channels.Paid Social.effect"] == "0.01"
    path.unlink()
    preset, recalled_changes = recalled(settings)
    assert load_preset(preset, recalled_changes) == made
    assert settings_of(preset, recalled_changes) == settings


def test_every_setting_can_be_set_to_what_it_is():
    every = {setting.key: setting.value for setting in settings(USUAL)}
    assert load_preset("ecommerce", every) == USUAL


values = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab .", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(values)
def test_a_value_survives_as_text(value):
    assert from_text(as_text(value)) == value


@given(st.dictionaries(st.sampled_from(["a", "a.b", "c[0].d", '"x.y".z']), st.integers(), max_size=4))
def test_shorter_keys_come_first(changes):
    assert len(nested(changes)) == len(changes)
