"""Contacts with the service follow what happens to orders."""

import numpy as np
import polars as pl
import pytest

from martlet.loaders.company import load_preset


@pytest.fixture(scope="module")
def asked(large):
    orders = large["fact_order"].join(
        large["fact_delivery"].select("order_id", "promised_at", "delivered_at"), on="order_id"
    )
    return orders.filter(pl.col("delivered_at") < pl.datetime(2025, 11, 1)), large["fact_support_contact"]


def test_contacts_are_of_those_who_ordered_and_in_order(large):
    contacts = large["fact_support_contact"]
    about = contacts.drop_nulls("order_id").join(large["fact_order"], on="order_id", suffix="_of_order")
    assert about.height == contacts["order_id"].count() > 500
    assert (about["customer_key"] == about["customer_key_of_order"]).all()
    assert (about["opened_at"] > about["ordered_at"]).all()
    people = contacts.join(large["dim_customer"], on="customer_key")
    assert people.height == contacts.height
    assert (people["opened_at"] >= people["signed_up_at"]).all()
    closed = contacts.drop_nulls("resolved_at")
    answered = pl.col("opened_at") + pl.duration(minutes=pl.col("first_response_minutes"))
    assert closed.select((pl.col("resolved_at") > answered).all()).item()
    assert contacts["satisfaction"].drop_nulls().is_between(1, 5).all()
    assert (contacts["first_response_minutes"].drop_nulls() >= 1).all()


def test_an_order_is_asked_about_once_for_a_reason(large):
    contacts = large["fact_support_contact"].drop_nulls("order_id")
    assert contacts.select("order_id", "reason").is_unique().all()
    assert contacts["support_contact_id"].is_unique().all()


def test_late_orders_are_asked_about_as_planted(asked):
    """Shares of orders, within four standard errors; satisfaction is standard normal, and its slope small."""
    orders, contacts = asked
    (planted,) = (r for r in load_preset("ecommerce").support.reasons if r.since == "promise")
    about = contacts.filter(pl.col("reason") == planted.name).select("order_id")
    late = pl.col("delivered_at") > pl.col("promised_at")
    for chosen, chance in ((late, planted.late), (~late, planted.chance)):
        those = orders.filter(chosen)
        found = those.join(about, on="order_id").height / those.height
        error = np.sqrt(chance * (1 - chance) / those.height)
        assert abs(found - chance) < 4 * error, (found, chance)


def test_complaints_are_of_those_who_leave_and_of_the_dissatisfied(asked, large):
    orders, contacts = asked
    about = contacts.filter(pl.col("reason") == "Complaint").select("order_id", complains=True)
    truth = large["truth.customer"].select("customer_key", "churned_at", "satisfaction")
    orders = orders.join(about, on="order_id", how="left").join(truth, on="customer_key")
    orders = orders.with_columns(
        pl.col("complains").fill_null(value=False),
        leaves=(pl.col("ordered_at") >= pl.col("churned_at") - pl.duration(minutes=5)).fill_null(value=False),
    )
    leaving, staying = (
        orders.filter(chosen)["complains"] for chosen in (pl.col("leaves"), ~pl.col("leaves"))
    )
    assert leaving.mean() > 2.5 * staying.mean()
    glad, sad = (
        orders.filter(chosen)["complains"]
        for chosen in (pl.col("satisfaction") > 0, pl.col("satisfaction") < 0)
    )
    assert sad.mean() > 1.3 * glad.mean()


def test_mail_takes_longer_and_slow_answers_please_less(large):
    contacts = large["fact_support_contact"].drop_nulls("satisfaction")
    minutes = dict(contacts.group_by("channel").agg(pl.col("first_response_minutes").median()).iter_rows())
    assert minutes["email"] > 60 > minutes["phone"]
    slow = pl.col("first_response_minutes") > pl.col("first_response_minutes").median().over("channel")
    rated = dict(contacts.group_by(slow=slow).agg(pl.col("satisfaction").mean()).iter_rows())
    assert rated[True] < rated[False]
