"""Switching a channel's effect off removes exactly the orders that carry its name."""

from datetime import date

import polars as pl
import pytest

from martlet.loaders.company import Company
from martlet.loaders.warehouse.channels import CHANNELS

KEYS = {channel.name: channel.key for channel in CHANNELS}


def without_effect(text: str, channel: str) -> str:
    head, tail = text.split(f'[[channels]]\nname = "{channel}"', 1)
    line = next(line for line in tail.splitlines() if line.startswith("effect"))
    return f'{head}[[channels]]\nname = "{channel}"{tail.replace(line, "effect = 0.0", 1)}'


@pytest.fixture(scope="module")
def factual(tables_of):
    return tables_of(Company(customers=2500, days=500, until=date(2025, 1, 1), seed=21))


@pytest.mark.parametrize("channel", ["Paid Social", "Email", "Organic Search", "Display"])
def test_a_channel_without_effect_loses_its_own_orders_and_no_others(
    factual, channel, preset_text, tables_of, tmp_path
):
    path = tmp_path / "counterfactual.toml"
    path.write_text(without_effect(preset_text, channel), encoding="utf-8")
    other = tables_of(Company(customers=2500, days=500, until=date(2025, 1, 1), seed=21, preset=path))
    causes = factual["truth.order_cause"]
    named = set(causes.filter(pl.col("channel_key") == KEYS[channel])["order_id"])
    assert len(named) > 10
    before, after = factual["fact_order"], other["fact_order"]
    assert set(before["order_id"]) - set(after["order_id"]) == named
    assert set(after["order_id"]) - set(before["order_id"]) == set()
    # What is left is the same to the cent and the second; only who comes first can change.
    left = before.filter(~pl.col("order_id").is_in(list(named))).drop("is_first_order").sort("order_id")
    assert left.equals(after.drop("is_first_order").sort("order_id"))
    lines = factual["fact_order_line"].filter(~pl.col("order_id").is_in(list(named))).sort("order_line_id")
    assert lines.equals(other["fact_order_line"].sort("order_line_id"))
    # Touches that cause anything do not depend on orders: those that vanish are harvest of the orders that do.
    gone = factual["fact_touchpoint"].join(other["fact_touchpoint"], on="touchpoint_id", how="anti")
    roots = set(causes["touchpoint_id"].drop_nulls())
    assert not roots & set(gone["touchpoint_id"])
    assert (
        other["fact_touchpoint"].join(factual["fact_touchpoint"], on="touchpoint_id", how="anti").is_empty()
    )


def test_last_touch_over_credits_direct_and_search(large):
    """The story that the truth is for."""
    orders = large["fact_order"].join(
        large["truth.order_cause"].rename({"channel_key": "root"}), on="order_id"
    )
    share = orders["channel_key"].value_counts(normalize=True)
    last = dict(share.iter_rows())
    caused = dict(orders.filter(pl.col("cause") == "touch")["root"].value_counts(normalize=True).iter_rows())
    assert KEYS["Direct"] not in caused
    assert last[KEYS["Direct"]] > 0.2
    assert last[KEYS["Organic Search"]] + last[KEYS["Paid Search"]] > 0.3
    assert last[KEYS["Paid Social"]] < caused[KEYS["Paid Social"]] / 2
