"""The queries of the pack email against plain recomputations, mail by mail, on mails with machines, bounces after opens, and late clicks."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from math import sqrt
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .mails_by_hand import (
    CAMPAIGNS,
    CUSTOMERS,
    KINDS,
    ORDERS,
    Z,
    by_people,
    count,
    credited,
    hours,
    lists_of_mails,
    ratio,
    wilson,
)

RANGES = st.fixed_dictionaries(
    {"start": st.sampled_from([None, hours(10)]), "until": st.sampled_from([None, hours(60)])}
)


def close(value):
    return None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)


def fill(star, mails, orders=()):
    star.fill(dim_campaign=CAMPAIGNS, dim_customer=CUSTOMERS, fact_email=mails, fact_order=list(orders))


def ranged(mails, p):
    return [
        mail
        for mail in mails
        if (not p["start"] or mail["assigned_at"] >= p["start"])
        and (not p["until"] or mail["assigned_at"] < p["until"])
    ]


@given(mails=lists_of_mails(known=False), orders=ORDERS, p=RANGES)
def test_campaigns_are_those_of_the_plain_rules(star, mails, orders, p):
    fill(star, mails, orders)
    by_mail = credited(mails, orders)
    rows = {row["campaign_id"]: row for row in star.ask("email/campaigns", **p)}
    own = defaultdict(list)
    for mail in ranged(mails, p):
        own[f"c{mail['campaign_key']}"].append(mail)
    assert rows.keys() == own.keys()
    for name, row in rows.items():
        there = own[name]
        sent = sum(mail["sent_at"] is not None for mail in there)
        delivered = sum(mail["delivered_at"] is not None for mail in there)
        opened, clicked = count(there, "first_opened_at"), count(there, "first_clicked_at")
        people = by_people(there, "opened"), by_people(there, "clicked")
        assert (row["sent"], row["delivered"]) == (sent, delivered)
        assert (row["unique_opens"], row["unique_clicks"]) == (opened, clicked)
        assert (row["unique_human_opens"], row["unique_human_clicks"]) == people
        assert row["opens"] == sum(mail["open_count"] for mail in there if mail["delivered_at"])
        assert row["bounce_rate"] == close(
            ratio(sum(mail["bounce_type"] is not None for mail in there), sent)
        )
        for column, above, below in (
            ("open_rate", opened, delivered),
            ("human_open_rate", people[0], delivered),
            ("click_rate", clicked, delivered),
            ("human_click_rate", people[1], delivered),
            ("click_to_open_rate", clicked, opened),
            ("unsubscribe_rate", count(there, "unsubscribed_at"), delivered),
            ("complaint_rate", count(there, "complained_at"), delivered),
        ):
            assert row[column] == close(ratio(above, below)), column
        won = [order for mail in there for order in by_mail.get(mail["email_id"], [])]
        known = bool(orders)
        assert row["conversions"] == (len(won) if known else None)
        assert row["revenue"] == (sum(order["net_revenue"] for order in won) if known else None)
        reached = {mail["customer_key"] for mail in there if mail["delivered_at"]} - {0}
        assert row["recipients"] == len(reached)


@given(mails=lists_of_mails(known=False), orders=ORDERS)
def test_the_funnel_follows_each_mail(star, mails, orders):
    fill(star, mails, orders)
    by_mail = credited(mails, orders)
    told = {
        what: all(mail["is_human_known"] for mail in mails if mail[f"first_{what}_at"])
        for what in ("opened", "clicked")
    }
    steps = [0] * 5
    opening = []
    for mail in mails:
        opened, clicked = (
            mail[f"first_{'human_' if told[what] else ''}{what}_at"] for what in ("opened", "clicked")
        )
        reached = [
            mail["sent_at"] is not None,
            mail["delivered_at"] is not None,
            opened is not None,
            clicked is not None,
            mail["email_id"] in by_mail,
        ]
        furthest = (
            0
            if not reached[0]
            else 1
            if not reached[1]
            else max(place for place, there in enumerate(reached, 1) if there)
        )
        for place in range(furthest):
            steps[place] += 1
        if mail["delivered_at"] and opened:
            opening.append((opened - mail["delivered_at"]) / timedelta(hours=1))
    rows = star.ask("email/funnel")
    sent = [row["mails"] for row in rows]
    assert sent == (steps[: 5 if orders else 4] if steps[0] else [])
    assert sent == sorted(sent, reverse=True)
    assert all(above["mails"] == row["mails"] + row["lost"] for above, row in pairwise(rows))
    if rows:
        assert rows[2]["median_hours"] == close(median(opening) if opening else None)
        if orders:
            assert rows[-1]["revenue"] == sum(
                order["net_revenue"] for found in by_mail.values() for order in found
            )


@given(mails=lists_of_mails(known=False), by=st.sampled_from(["campaign_type", "domain"]))
def test_machines_bounces_and_complaints_by_kind_and_domain(star, mails, by):
    fill(star, mails)
    domains = {one["customer_key"]: (one["email"] or "@(unknown)").split("@")[1] for one in CUSTOMERS} | {
        0: "(unknown)"
    }
    own = defaultdict(list)
    for mail in mails:
        if not mail["is_holdout"]:
            own[
                KINDS[mail["campaign_key"]] if by == "campaign_type" else domains[mail["customer_key"]]
            ].append(mail)
    rows = {row["band"]: row for row in star.ask("email/deliverability", by=by)}
    assert rows.keys() == own.keys()
    bounces_told = any(mail["bounce_type"] for mail in mails)
    complaints_told = any(mail["complained_at"] for mail in mails)
    for band, row in rows.items():
        there = own[band]
        delivered = sum(mail["delivered_at"] is not None for mail in there)
        complaints = count(there, "complained_at") if complaints_told else None
        assert (row["sent"], row["delivered"], row["complaints"]) == (len(there), delivered, complaints)
        if not bounces_told:
            assert (row["hard_bounces"], row["bounce_rate"], row["bounce_state"]) == (None, None, None)
            continue
        back = sum(mail["bounce_type"] is not None for mail in there)
        low, high = wilson(back / len(there), len(there))
        assert (row["bounce_rate"], row["bounce_low"], row["bounce_high"]) == (
            close(back / len(there)),
            close(low),
            close(high),
        )
        assert row["bounce_state"] == (
            "bad"
            if back / len(there) >= 0.05 and low > 0.02
            else "unsure"
            if high >= 0.05 and low <= 0.02
            else "watch"
            if back / len(there) >= 0.02
            else "good"
        )
    for row in star.ask("email/machine_opens", by=by):
        there = own[row["band"]]
        people = by_people(there, "opened")
        assert (row["opened"], row["opened_by_people"]) == (count(there, "first_opened_at"), people)
        assert row["human_open_rate"] == close(ratio(people, row["delivered"]))
        assert row["clicked_by_people"] == by_people(there, "clicked")
        instant = [
            mail
            for mail in there
            if mail["delivered_at"]
            and mail["first_opened_at"]
            and mail["first_opened_at"] - mail["delivered_at"] <= timedelta(seconds=10)
        ]
        assert row["instant_opens"] == len(instant)


def expectations(mails, band_of):
    """Return opens and expected opens by band: those of the kind's rate over all bands."""
    kinds = defaultdict(lambda: [0, 0])
    there = [mail for mail in mails if mail["delivered_at"] and not mail["is_holdout"]]
    for mail in there:
        kinds[KINDS[mail["campaign_key"]]][0] += mail["first_human_opened_at"] is not None
        kinds[KINDS[mail["campaign_key"]]][1] += 1
    found = defaultdict(lambda: [0, 0.0, 0])
    for mail in there:
        opened, all_mails = kinds[KINDS[mail["campaign_key"]]]
        entry = found[band_of(mail)]
        entry[0] += mail["first_human_opened_at"] is not None
        entry[1] += opened / all_mails
        entry[2] += 1
    return found


def check_index(rows, found):
    assert {row["band"] for row in rows} == found.keys()
    for row in rows:
        opened, expected, delivered = found[row["band"]]
        assert (row["delivered"], row["opened"], row["expected_opens"]) == (
            delivered,
            opened,
            close(expected),
        )
        assert row["index"] == close(ratio(opened, expected))
        if expected:
            above = opened + 1
            high = above * (1 - 1 / (9 * above) + Z / (3 * sqrt(above))) ** 3 / expected
            assert row["index_high"] == close(high)
            assert row["index_low"] <= row["index"] <= row["index_high"]


@given(mails=lists_of_mails(), days=st.sampled_from([0.5, 1.0, 2.0]))
def test_send_times_and_fatigue_hold_opens_against_the_mix_of_kinds(star, mails, days):
    fill(star, mails)
    check_index(star.ask("email/send_times"), expectations(mails, lambda mail: f"{mail['sent_at']:%H}"))
    known = [mail for mail in mails if mail["customer_key"]]

    def recent(mail):
        before = [
            other
            for other in known
            if other["customer_key"] == mail["customer_key"]
            and other["delivered_at"]
            and timedelta(0) < mail["delivered_at"] - other["delivered_at"] <= timedelta(days=days)
        ]
        return min(len(before), 2)

    check_index(star.ask("email/fatigue", days=days, most=2), expectations(known, recent))


@given(mails=lists_of_mails(), orders=ORDERS)
def test_engagement_takes_people_as_what_varies(star, mails, orders):
    fill(star, mails, orders)
    by_mail = credited(mails, orders)
    bands = {one["customer_key"]: one["age_range"] or "(unknown)" for one in CUSTOMERS}
    own = defaultdict(lambda: defaultdict(list))
    for mail in mails:
        if mail["customer_key"] and mail["delivered_at"]:
            own[bands[mail["customer_key"]]][mail["customer_key"]].append(mail)
    rows = {row["band"]: row for row in star.ask("email/engagement")}
    assert rows.keys() <= own.keys() | {"(unknown)"}
    if rows.keys() != own.keys():
        # The profiles are a table, made by a load: in memory nobody has one.
        own = {"(unknown)": {person: found for band in own.values() for person, found in band.items()}}
    for band, row in rows.items():
        people = list(own[band].values())
        delivered = sum(len(found) for found in people)
        opens = [sum(mail["first_human_opened_at"] is not None for mail in found) for found in people]
        rate = sum(opens) / delivered
        assert (row["recipients"], row["delivered"], row["opened"]) == (len(people), delivered, sum(opens))
        spread = sum((opened - rate * len(found)) ** 2 for opened, found in zip(opens, people, strict=True))
        size = delivered
        if len(people) > 1 and spread > 1e-12:
            size = min(
                delivered, rate * (1 - rate) / (spread * len(people) / (len(people) - 1) / delivered**2)
            )
        low, high = wilson(rate, size)
        assert (row["open_low"], row["open_high"]) == (close(low), close(high))
        won = [order for found in people for mail in found for order in by_mail.get(mail["email_id"], [])]
        assert row["conversions"] == (len(won) if orders else None)


@given(mails=lists_of_mails(), awake=st.integers(1, 3))
def test_the_list_is_counted_person_by_person(star, mails, awake):
    fill(star, mails)
    months = defaultdict(lambda: defaultdict(list))
    for mail in mails:
        if mail["customer_key"] and mail["sent_at"]:
            months[mail["sent_at"].year * 12 + mail["sent_at"].month][mail["customer_key"]].append(mail)

    def engaged(month, person):
        return any(
            mail["delivered_at"] and (mail["first_human_opened_at"] or mail["first_human_clicked_at"])
            for mail in months.get(month, {}).get(person, [])
        )

    told = any(mail["unsubscribed_at"] or mail["complained_at"] or mail["bounce_type"] for mail in mails)
    rows = star.ask("email/list_health", awake_months=awake)
    assert len(rows) == len(months)
    for row, (month, people) in zip(rows, sorted(months.items()), strict=True):
        reached = [person for person, found in people.items() if any(mail["delivered_at"] for mail in found)]
        lost = [
            person
            for person, found in people.items()
            if any(
                mail["unsubscribed_at"] or mail["complained_at"] or mail["bounce_type"] == "hard"
                for mail in found
            )
        ]
        joined = [
            person
            for person in people
            if not any(person in months[other] for other in list(months) if other < month)
        ]
        assert (row["reached"], row["joined"]) == (len(reached), len(joined))
        assert row["lost"] == (len(lost) if told else None)
        assert row["engaged"] == sum(engaged(month, person) for person in reached)
        assert row["awake"] == sum(
            any(engaged(month - back, person) for back in range(awake)) for person in reached
        )
