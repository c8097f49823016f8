"""What the retention pack's words mean, in plain Python over lists of rows, and strategies that draw such rows."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

ORIGIN = datetime(2024, 1, 1)
TODAY = datetime(2024, 9, 10, 12)
DAY = timedelta(days=1)
SALES = ["completed", "open", "partially_refunded", "refunded"]
NOT_SALES = ["cancelled", "pending", "failed", "unknown"]
PERIOD_DAYS = {"day": 1, "week": 7, "month": 30}

# Few hours of the day, so that moments tie and whole days are met exactly.
moments = st.builds(
    lambda day, hour: ORIGIN + timedelta(days=day, hours=hour),
    st.integers(0, 260),
    st.sampled_from([0, 12, 23]),
)


@st.composite
def order(draw):
    status = draw(st.sampled_from([*SALES, *SALES, *NOT_SALES, "credit_note"]))
    net = 0 if status == "credit_note" else draw(st.integers(0, 5000))
    return {
        "customer_key": draw(st.integers(0, 6)),
        "ordered_at": draw(moments),
        "status": status,
        "net_revenue": Decimal(net) / 100,
        "refund_amount": Decimal(draw(st.integers(0, 900 if status == "credit_note" else net))) / 100,
        "margin": draw(st.sampled_from([None, Decimal(3), Decimal("4.25"), Decimal(-1)])),
    }


def numbered(rows):
    return [{"order_id": number, **row} for number, row in enumerate(rows, 1)]


orders = st.lists(order(), max_size=40).map(numbered)


@st.composite
def people(draw):
    return [
        {
            "customer_key": key,
            "customer_id": f"c{key}",
            "country": draw(st.sampled_from([None, "Norway", "Peru"])),
            "signed_up_at": draw(st.none() | moments),
            "ordered_before_data": draw(st.sampled_from([None, False, False, True])),
            "first_ordered_on": draw(st.sampled_from([None, None, date(2023, 5, 1), date(2024, 1, 1)])),
        }
        for key in range(1, 6)
    ]


class Company:
    """The rows that count at `today`, by customer, the unknown one left out."""

    def __init__(self, orders, people, today=TODAY):
        counted = [
            row
            for row in orders
            if row["customer_key"]
            and row["status"] in [*SALES, "credit_note"]
            and (today is None or row["ordered_at"] <= today)
        ]
        self.today = today or max((row["ordered_at"] for row in counted), default=None)
        self.first_at = min((row["ordered_at"] for row in counted), default=None)
        self.people = {row["customer_key"]: row for row in people}
        self.rows = defaultdict(list)
        for row in sorted(counted, key=lambda row: (row["ordered_at"], row["order_id"])):
            self.rows[row["customer_key"]].append(row)

    def sales(self, key):
        """Return the customer's sales, first to last."""
        return [row for row in self.rows.get(key, []) if row["status"] in SALES]

    def moments(self, key):
        return [row["ordered_at"] for row in self.sales(key)]

    def buyers(self):
        return [key for key in sorted(self.rows) if self.sales(key)]

    def is_older(self, key):
        """Whether the customer is known to have bought before the first sale on record."""
        person = self.people.get(key, {})
        earlier = person.get("first_ordered_on")
        return bool(person.get("ordered_before_data")) or (
            earlier is not None and earlier < self.moments(key)[0].date()
        )

    def new_buyers(self):
        return [key for key in self.buyers() if not self.is_older(key)]

    def kept(self, key):
        """Return the customer's revenue net of refunds and credit notes."""
        return sum(kept(row) for row in self.rows[key])

    def silences(self, key):
        """Return (from, to, order that ended it or None) of each wait of the customer, the last one still open."""
        sales = self.sales(key)
        ends = [(row["ordered_at"], row) for row in sales[1:]] + [(self.today, None)]
        return [(row["ordered_at"], end, ender) for row, (end, ender) in zip(sales, ends, strict=True)]


def kept(row):
    return row["net_revenue"] - row["refund_amount"]


def start_of(period, day):
    """Return the first day of the period that a day lies in."""
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def next_start(period, start):
    return start_of(
        period, start + timedelta(days={"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[period])
    )


def starts(period, first, last):
    """Return the first days of all periods from the one of a moment to that of another."""
    found = [start_of(period, first.date())]
    while found[-1] < start_of(period, last.date()):
        found.append(next_start(period, found[-1]))
    return found


def midnight(day):
    return datetime.combine(day, time())


def ratio(numerator, denominator):
    return float(numerator) / float(denominator) if denominator else None
