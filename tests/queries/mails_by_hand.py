"""Random mails with all that goes wrong with mail, and the plain rules by which they are counted."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import sqrt

from hypothesis import strategies as st

ORIGIN = datetime(2024, 1, 30)
Z = 1.959963984540054
KINDS = {1: "Newsletter", 2: "Newsletter", 3: "Promotional", 4: "Welcome"}
CAMPAIGNS = [
    {
        "campaign_key": key,
        "campaign_id": f"c{key}",
        "name": f"C{key}",
        "channel_key": 6,
        "campaign_type": kind,
    }
    for key, kind in KINDS.items()
]
CUSTOMERS = [
    {"customer_key": 1, "customer_id": "a", "age_range": "18-24", "email": "a@one.example"},
    {"customer_key": 2, "customer_id": "b", "age_range": "18-24", "email": "b@two.example"},
    {"customer_key": 3, "customer_id": "c", "age_range": "65+", "email": "c@one.example"},
    {"customer_key": 4, "customer_id": "d", "age_range": None, "email": None},
]


def hours(number):
    return ORIGIN + timedelta(hours=number)


@st.composite
def mails(draw, known=True):
    """Draw a mail: sent or held out, back or there, opened by whom, clicked when; one that came back may have been opened on the way."""
    assigned = draw(st.integers(0, 100))
    held = draw(st.sampled_from([False, False, False, True]))
    bounce = None if held else draw(st.sampled_from([None, None, None, None, "hard", "soft"]))
    there = not held and bounce is None
    seen = not held and (there or draw(st.booleans()))
    machine = draw(st.none() | st.just(0)) if seen else None
    opened = draw(st.none() | st.integers(0, 300)) if seen else None
    scanned = draw(st.sampled_from([None, None, 0])) if seen else None
    clicked = draw(st.none() | st.integers(0, 300)) if seen else None
    told = known or draw(st.booleans())

    def at(*delays):
        given = [delay for delay in delays if delay is not None]
        return hours(assigned + min(given)) if given else None

    return {
        "campaign_key": draw(st.integers(1, 3)),
        "customer_key": draw(st.integers(0, 4)),
        "assigned_at": hours(assigned),
        "is_holdout": held,
        "sent_at": None if held else hours(assigned),
        "delivered_at": hours(assigned) if there else None,
        "bounce_type": bounce,
        "first_opened_at": at(machine, opened),
        "open_count": sum(one is not None for one in (machine, opened)),
        "first_human_opened_at": at(opened) if told else None,
        "first_clicked_at": at(scanned, clicked),
        "click_count": sum(one is not None for one in (scanned, clicked)),
        "first_human_clicked_at": at(clicked) if told else None,
        "is_human_known": told,
        "unsubscribed_at": at(draw(st.sampled_from([None, None, None, 3])) if there else None),
        "complained_at": at(draw(st.sampled_from([None, None, None, 4])) if there else None),
        "cost": Decimal(draw(st.integers(0, 300))) / 100,
    }


def lists_of_mails(known=True, most=24):
    return st.lists(mails(known), max_size=most).map(
        lambda found: [{"email_id": number, **mail} for number, mail in enumerate(found, 1)]
    )


ORDERS = st.lists(
    st.fixed_dictionaries(
        {
            "customer_key": st.integers(0, 4),
            "ordered_at": st.integers(0, 400).map(hours),
            "net_revenue": st.integers(0, 9999).map(lambda cents: Decimal(cents) / 100),
            "status": st.sampled_from(["completed", "completed", "refunded", "cancelled"]),
        }
    ),
    max_size=8,
).map(lambda found: [{"order_id": number, **order} for number, order in enumerate(found, 1)])


def credited(mails, orders, window=120):
    """Return the orders credited to each mail: to the last one that a person (anybody, where nobody can tell) clicked within the hours before."""
    found = {}
    for order in orders:
        if order["status"] == "cancelled":
            continue
        clicks = [
            (at, mail["email_id"])
            for mail in mails
            if mail["customer_key"] == order["customer_key"] != 0
            and mail["delivered_at"]
            and (at := mail["first_human_clicked_at" if mail["is_human_known"] else "first_clicked_at"])
            and timedelta(0) <= order["ordered_at"] - at <= timedelta(hours=window)
        ]
        if clicks:
            found.setdefault(max(clicks)[1], []).append(order)
    return found


def count(mails, column):
    """Return how many mails that were delivered have a moment."""
    return sum(mail[column] is not None for mail in mails if mail["delivered_at"])


def by_people(mails, what):
    """Return how many mails were opened or clicked by people, None where one of them cannot be told."""
    there = [mail for mail in mails if mail["delivered_at"] and mail[f"first_{what}_at"]]
    return (
        None if any(not mail["is_human_known"] for mail in there) else count(mails, f"first_human_{what}_at")
    )


def wilson(share, people):
    """Return the ends of Wilson's interval."""
    middle = share + Z**2 / 2 / people
    reach = Z * sqrt(max(share * (1 - share) / people + (Z / 2 / people) ** 2, 0))
    low, high = (middle - reach) / (1 + Z**2 / people), (middle + reach) / (1 + Z**2 / people)
    return (0.0 if share == 0 else low), (1.0 if share == 1 else high)


def ratio(above, below):
    return None if above is None or not below else float(above) / float(below)
