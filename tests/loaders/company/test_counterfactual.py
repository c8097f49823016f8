"""Switching a channel's effect off removes exactly the orders that carry its name; whom they led to leave stays longer."""

from datetime import date

import polars as pl
import pytest

from martlet.loaders.company import Company, _ids
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
def test_a_channel_without_effect_loses_its_own_orders_and_whom_it_led_to_leave_goes_on(
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
    # Who left after one of those, or after the one that followed it as the second of all, stays longer. Causes of the month
    # before the data leave orders that are not on record.
    owners = before.filter(pl.col("order_id").is_in(list(named)))["customer_key"].unique().to_list()
    people = factual["dim_customer"].select("customer_key", "ordered_before_data")
    left = factual["truth.customer"].select("customer_key", "churned_at").drop_nulls()
    stays = left.join(people, on="customer_key").filter(
        pl.col("customer_key").is_in(owners) | pl.col("ordered_before_data")
    )
    gained = after.join(before, on="order_id", how="anti").join(stays, on="customer_key", how="left")
    assert gained["churned_at"].null_count() == 0
    assert (gained["ordered_at"] > gained["churned_at"]).all()
    # What is left is the same to the cent and the second; only who comes first can change, and, of whom the orders led to leave, what comes
    # back: who leaves returns more.
    comes_back = ["status", "refund_amount"]
    old = before.filter(~pl.col("order_id").is_in(list(named))).drop("is_first_order").sort("order_id")
    new = after.join(before, on="order_id", how="semi").drop("is_first_order").sort("order_id")
    assert old.drop(comes_back).equals(new.drop(comes_back))
    others = ~pl.col("customer_key").is_in(stays["customer_key"].to_list())
    assert old.filter(others).equals(new.filter(others))
    lines = factual["fact_order_line"].filter(~pl.col("order_id").is_in(list(named))).sort("order_line_id")
    known = other["fact_order_line"].join(before, on="order_id", how="semi")
    assert lines.equals(known.sort("order_line_id"))
    # Touches that cause anything do not depend on orders: those that vanish are harvest of the orders that do.
    gone = factual["fact_touchpoint"].join(other["fact_touchpoint"], on="touchpoint_id", how="anti")
    roots = set(causes["touchpoint_id"].drop_nulls())
    assert not roots & set(gone["touchpoint_id"])
    more = other["fact_touchpoint"].join(factual["fact_touchpoint"], on="touchpoint_id", how="anti")
    more = more.with_columns(person=pl.col("touchpoint_id").floordiv(_ids.TOUCHES).cast(pl.Int32))
    more = more.join(stays, left_on="person", right_on="customer_key", how="left")
    assert more["churned_at"].null_count() == 0
    assert (more["touched_at"] > more["churned_at"]).all()


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
