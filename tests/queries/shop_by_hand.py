"""Random small shops, with all that the packs overview and product read, and what the tests of both work out of them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from math import sqrt

from hypothesis import strategies as st

ORIGIN = datetime(2023, 11, 27)
DAY = timedelta(days=1)
SALES = ["open", "completed", "partially_refunded", "refunded"]
NOT_SALES = ["cancelled", "pending", "credit_note"]
Z = 1.959963984540054
# Product 0 is unknown; the last one is not offered any more.
PRODUCTS = {
    1: ("p1", "Cup", "Home", "Kitchen", "Fjord"),
    2: ("p2", "Plate", "Home", "Kitchen", "Ember"),
    3: ("p3", "Lamp", "Home", "Light", "Fjord"),
    4: ("p4", "Seeds", "Garden", "Plants", "Ember"),
    5: ("p5", "Rake", "Garden", "Tools", "Fjord"),
    6: ("p6", "Hose", "Garden", "Tools", "Ember"),
}
CHANNELS = {0: "(unknown)", 1: "Direct", 2: "Organic Search", 3: "Paid Search"}
PROMOTIONS = {1: ("Spring sale", "Seasonal sale"), 2: ("Price cut", None)}

cents = st.integers(0, 9000).map(lambda amount: Decimal(amount) / 100)


def moments(days):
    """Return moments within so many days, few hours of the day, so that they tie and lie on borders."""
    return st.builds(
        lambda day, hour: ORIGIN + timedelta(days=day, hours=hour),
        st.integers(0, days),
        st.sampled_from([0, 9, 23]),
    )


@st.composite
def orders(draw, days=120, max_size=40):
    """Draw orders of all statuses, with customers that may be unknown."""
    rows = []
    for number in range(1, draw(st.integers(0, max_size)) + 1):
        status = draw(st.sampled_from([*SALES, *SALES, *NOT_SALES]))
        net = Decimal(0) if status == "credit_note" else draw(cents)
        cut = draw(st.sampled_from([Decimal(0), Decimal("1.50")]))
        key = draw(st.integers(0, 4))
        rows.append(
            {
                "order_id": number,
                "customer_key": key,
                "ordered_at": draw(moments(days)),
                "channel_key": draw(st.sampled_from(list(CHANNELS))),
                "status": status,
                "item_count": draw(st.integers(1, 4)),
                "gross_amount": net + cut,
                "discount_amount": cut,
                "net_revenue": net,
                "refund_amount": Decimal(draw(st.integers(0, 900))) / 100
                if status == "credit_note"
                else min(net, draw(st.sampled_from([Decimal(0), Decimal("3.25")]))),
                "margin": draw(st.sampled_from([None, *[Decimal("2.50")] * 9])),
                "is_first_order": status in SALES and key != 0 and draw(st.booleans()),
            }
        )
    return rows


@st.composite
def lines_of(draw, placed, most=3):
    """Draw lines of the orders; some orders have none, and lines need not add up to their order."""
    rows = []
    for order in placed:
        for number in range(1, draw(st.integers(0, most)) + 1):
            quantity = draw(st.integers(1, 4))
            price = draw(st.sampled_from([Decimal(2), Decimal("3.50"), Decimal(10), Decimal("19.99")]))
            share = draw(st.sampled_from([0, 0, 5, 10, 20, 25, 40]))
            cut = (quantity * price * share / 100).quantize(Decimal("0.01"))
            rows.append(
                {
                    "order_line_id": len(rows) + 1,
                    "order_id": order["order_id"],
                    "line_number": number,
                    "customer_key": order["customer_key"],
                    "product_key": draw(st.integers(0, 6)),
                    "ordered_at": order["ordered_at"],
                    "quantity": quantity,
                    "unit_price": price,
                    "discount_amount": cut,
                    "promotion_key": draw(st.integers(0, 2)) if cut else 0,
                    "net_revenue": quantity * price - cut,
                    "unit_cost": draw(st.sampled_from([None, *[Decimal("1.25")] * 12])),
                }
            )
    return rows


@st.composite
def shops(draw, days=120, max_orders=30, most=3):
    """Draw orders with their lines."""
    placed = draw(orders(days, max_orders))
    return {"fact_order": placed, "fact_order_line": draw(lines_of(placed, most))}


@st.composite
def returns_of(draw, lines):
    """Draw returns of lines, several of one line too."""
    return [
        {
            "return_id": number,
            "order_line_id": line["order_line_id"],
            "order_id": line["order_id"],
            "product_key": line["product_key"],
            "returned_at": line["ordered_at"] + timedelta(days=draw(st.sampled_from([1, 10, 60, 61]))),
            "quantity": 1,
            "refund_amount": Decimal("1.75"),
            "reason": draw(st.sampled_from([None, "Too small", "Broken"])),
        }
        for number, line in enumerate(draw(st.lists(st.sampled_from(lines), max_size=8)) if lines else [], 1)
    ]


@st.composite
def reviews(draw):
    """Draw reviews of products."""
    return [
        {
            "review_id": number,
            "product_key": draw(st.integers(0, 6)),
            "reviewed_at": draw(moments(120)),
            "rating": draw(st.integers(1, 5)),
        }
        for number in range(1, draw(st.integers(0, 12)) + 1)
    ]


def dimensions(days=400):
    """Return the rows of the dimensions, the calendar from the origin on."""
    return {
        "dim_customer": [{"customer_key": key, "customer_id": f"c{key}"} for key in range(1, 5)],
        "dim_product": [
            {
                "product_key": key,
                "product_id": product,
                "name": name,
                "category": category,
                "subcategory": subcategory,
                "brand": brand,
                "list_price": Decimal(key * 3),
                "launched_on": None if key == 1 else date(2023, 11, 1) + timedelta(days=20 * key),
                "is_active": key != 6,
            }
            for key, (product, name, category, subcategory, brand) in PRODUCTS.items()
        ],
        "dim_promotion": [
            {"promotion_key": key, "promotion_id": f"r{key}", "name": name, "promotion_type": kind}
            for key, (name, kind) in PROMOTIONS.items()
        ],
        "dim_date": calendar(days),
    }


def key_of(day):
    """Return the key of a day."""
    return day.year * 10000 + day.month * 100 + day.day


def calendar(days, holidays=(), promotions=()):
    """Return rows of dim_date."""
    return [
        {
            "date_key": key_of(day),
            "date": day,
            "holiday": "Holiday" if number in holidays else None,
            "is_promo_period": number in promotions,
        }
        for number in range(days)
        for day in [(ORIGIN + number * DAY).date()]
    ]


def sales(rows):
    """Return the rows that are sales."""
    return [row for row in rows if row["status"] in SALES]


def within(rows, name, start, until):
    """Return the rows whose moment lies in a half-open range with optional ends."""
    return [
        row for row in rows if (start is None or row[name] >= start) and (until is None or row[name] < until)
    ]


def sold_lines(shop, start=None, until=None):
    """Return the lines of sales of the range."""
    kept = {row["order_id"] for row in within(sales(shop["fact_order"]), "ordered_at", start, until)}
    return [row for row in shop["fact_order_line"] if row["order_id"] in kept]


def ratio(numerator, denominator):
    """Return a ratio as a float, None over nothing."""
    return (
        None
        if denominator in (0, None) or numerator is None
        else float(Decimal(str(numerator)) / Decimal(str(denominator)))
    )


def mean(values):
    """Return the mean of numbers, None of none."""
    values = list(values)
    return sum(map(float, values)) / len(values) if values else None


def wilson(k, n):
    """Return Wilson's 95 % interval."""
    middle, width = k / n + Z * Z / 2 / n, Z * sqrt((k / n * (1 - k / n) + Z * Z / 4 / n) / n)
    return max((middle - width) / (1 + Z * Z / n), 0), min((middle + width) / (1 + Z * Z / n), 1)


def benjamini_hochberg(values, tests=None):
    """Return adjusted p-values of a list, None for None."""
    known = sorted((value, place) for place, value in enumerate(values) if value is not None)
    count, least, adjusted = tests or len(known), 1.0, [None] * len(values)
    for rank in range(len(known), 0, -1):
        value, place = known[rank - 1]
        least = min(least, value * count / rank)
        adjusted[place] = least
    return adjusted
