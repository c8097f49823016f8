"""The pack recommend against plain recomputation, on random small shops, and what it must never see."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import combinations
from math import log2, sqrt
from statistics import mean, median, stdev

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from .shop_by_hand import DAY, ORIGIN, PRODUCTS, SALES, Z, dimensions, key_of, shops, sold_lines, wilson

CUSTOMERS = range(1, 5)
SPLIT = ORIGIN + 60 * DAY
MICROSECOND = timedelta(microseconds=1)
KEYS = {row[0]: key for key, row in PRODUCTS.items()}
settings_of_lists = st.fixed_dictionaries(
    {
        "shrink": st.sampled_from([0.0, 1.0, 50.0]),
        "most_products": st.sampled_from([2, 50]),
        "window_days": st.sampled_from([None, 40]),
        "lately_days": st.sampled_from([10, 90]),
        "rest_days": st.sampled_from([0.0, 30.0]),
        "in_stock": st.booleans(),
    }
)


def about(value):
    return None if value is None else pytest.approx(float(value), rel=1e-9, abs=1e-9)


def category(key):
    return PRODUCTS[key][2]


def subcategory(key):
    return PRODUCTS[key][3]


def brand(key):
    return PRODUCTS[key][4]


@st.composite
def shelves(draw):
    """Draw weeks of stock, of some products, the last of which may not have ended."""
    return [
        {"date_key": key_of(ORIGIN + 7 * week * DAY), "product_key": key, "is_in_stock": draw(st.booleans())}
        for week in (3, 8)
        for key in draw(st.sets(st.sampled_from(sorted(PRODUCTS)), max_size=4))
    ]


def known_lines(shop, until, window_days=None):
    """Return the lines of sales of known products before a moment, each with the moment of its order."""
    at = {row["order_id"]: row["ordered_at"] for row in shop["fact_order"] if row["status"] in SALES}
    begin = until - window_days * DAY if window_days else None
    return [
        (line["order_id"], line["customer_key"], line["product_key"], at[line["order_id"]])
        for line in shop["fact_order_line"]
        if line["order_id"] in at
        and line["product_key"]
        and at[line["order_id"]] < until
        and (begin is None or at[line["order_id"]] >= begin)
    ]


def baskets_of(lines, level, most=50):
    """Return for each basket its products, the latest first, each with the moments of its orders."""
    found = defaultdict(lambda: defaultdict(dict))
    for order, customer, product, at in lines:
        if level == "orders" or customer:
            found[order if level == "orders" else customer][product][order] = at
    return {
        basket: {
            product: sorted(orders.values())
            for product, orders in sorted(
                products.items(), key=lambda item: (-max(item[1].values()).timestamp(), item[0])
            )[:most]
        }
        for basket, products in found.items()
    }


def end_of(shop, as_of=None):
    """Return the end of what is known, exclusive."""
    moments = [row["ordered_at"] for row in shop["fact_order"] if row["status"] in SALES]
    return (as_of or max(moments, default=ORIGIN)) + MICROSECOND


@given(
    shop=shops(),
    level=st.sampled_from(["customers", "orders"]),
    as_of=st.sampled_from([None, SPLIT]),
    most=st.sampled_from([2, 50]),
)
def test_pairs_are_those_of_plain_counting(star, shop, level, as_of, most):
    star.fill(**dimensions(), **shop)
    answer = star.ask(
        "recommend/also_bought",
        level=level,
        as_of=as_of,
        most_products=most,
        min_co_buyers=1,
        shrink=2.0,
        per_product=10,
    )
    baskets = baskets_of(known_lines(shop, end_of(shop, as_of)), level, most)
    together = Counter(pair for products in baskets.values() for pair in combinations(sorted(products), 2))
    buyers = Counter(product for products in baskets.values() for product in products)
    beside = Counter()
    for (one, other), count in together.items():
        beside[one] += count
        beside[other] += count
    assert len(answer) == 2 * len(together)
    for row in answer:
        one, other = KEYS[row["product_id"]], KEYS[row["other_id"]]
        both, everybody = together[min(one, other), max(one, other)], len(baskets)
        assert (row["co_buyers"], row["buyers"], row["other_buyers"]) == (both, buyers[one], buyers[other])
        assert row["all_buyers"] == everybody
        assert row["lift"] == about(both * everybody / buyers[one] / buyers[other])
        assert row["score"] == about(both / (sqrt(buyers[one] * buyers[other]) + 2))
        assert row["next_share"] == about(both / (beside[one] + 2))
        table = [
            [both, buyers[one] - both],
            [buyers[other] - both, everybody - buyers[one] - buyers[other] + both],
        ]
        if all(map(sum, table)) and all(map(sum, zip(*table, strict=True))):
            ratio = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
            assert abs(row["log_likelihood_ratio"]) == about(ratio)
            chance = stats.chi2.sf(max(row["log_likelihood_ratio"], 0), 1)
            assert row["adjusted_p"] == about(min(1, chance * len(buyers) * (len(buyers) - 1) / 2))
    for product in {row["product_id"] for row in answer}:
        ranked = [row for row in answer if row["product_id"] == product]
        assert [row["place"] for row in ranked] == list(range(1, len(ranked) + 1))
        assert ranked == sorted(ranked, key=lambda row: -round(row["log_likelihood_ratio"], 6))


class Plain:
    """Recommendations as the header of recommend/for_customer says, product by product."""

    def __init__(
        self,
        shop,
        until,
        *,
        shrink,
        most_products,
        window_days,
        lately_days,
        rest_days,
        in_stock,
        inventory=(),
    ):
        self.until, self.rest_days = until, rest_days
        self.bought = baskets_of(known_lines(shop, until, window_days), "customers", most_products)
        self.shelf = set(PRODUCTS) - (self._out(inventory) if in_stock else set())
        self.buyers = Counter(product for own in self.bought.values() for product in own)
        self.together = Counter()
        for own in self.bought.values():
            for one, other in combinations(own, 2):
                self.together[one, other] += 1
                self.together[other, one] += 1
        beside = Counter()
        for (one, _), count in self.together.items():
            beside[one] += count
        popularity = Counter()
        for own in self.bought.values():
            for product, moments in own.items():
                popularity[product] += 10 if moments[-1] >= until - lately_days * DAY else 1
        self.popularity = {key: count for key, count in popularity.items() if key in self.shelf}
        self._rhythms(shrink)
        self._successors(shrink, beside)

    def _out(self, inventory):
        weeks = [row for row in inventory if ORIGIN_OF[row["date_key"]] + 7 * DAY <= self.until]
        last = max((row["date_key"] for row in weeks), default=None)
        here = {row["product_key"] for row in weeks if row["date_key"] == last and row["is_in_stock"]}
        return {row["product_key"] for row in weeks} - here

    def _successors(self, shrink, beside):
        self.follows = {0: Counter({key: self.share(key, self.popularity) for key in self.popularity})}
        for one in self.buyers:
            again = self.again[subcategory(one)]
            doubt = shrink / (beside[one] + shrink) if beside[one] + shrink else 1.0
            follows = Counter()
            for other in self.shelf:
                if self.together[one, other]:
                    follows[other] += (1 - again) * self.together[one, other] / (beside[one] + shrink)
            for weight, alike in ((0.4, category), (0.4, brand), (0.2, lambda _: None)):
                among = [key for key in self.popularity if alike(key) == alike(one)]
                for other in among:
                    follows[other] += weight * (1 - again) * doubt * self.share(other, among)
            self.follows[one] = follows

    def share(self, key, among):
        return self.popularity[key] / sum(self.popularity[other] for other in among)

    def _rhythms(self, shrink):
        repeats, later, gaps = Counter(), Counter(), defaultdict(list)
        for own in self.bought.values():
            begins = min(moments[0] for moments in own.values())
            for product, moments in own.items():
                kind = subcategory(product)
                repeats[kind] += len(moments) - 1
                later[kind] += len(moments) - (moments[0] == begins)
                if len(moments) > 1:
                    gaps[kind].append((moments[-1] - moments[0]) / DAY / (len(moments) - 1))
        total = sum(later.values())
        self.again = Counter()
        for kind in {subcategory(key) for key in PRODUCTS}:
            if total and later[kind] + shrink:
                self.again[kind] = (repeats[kind] + shrink * sum(repeats.values()) / total) / (
                    later[kind] + shrink
                )
        self.cycles = {kind: median(days) for kind, days in gaps.items() if len(days) >= 5}

    def scores(self, customer):
        own = self.bought.get(customer)
        if not own:
            return self.follows[0]
        orders = sum(map(len, own.values()))
        found = Counter()
        for product, moments in own.items():
            for other, share in self.follows[product].items():
                if other not in own:
                    found[other] += len(moments) / orders * share
            kind = subcategory(product)
            rest = min(self.rest_days, self.cycles.get(kind, 2 * self.rest_days) / 2)
            if product in self.popularity and (self.until - moments[-1]) / DAY >= rest:
                found[product] = len(moments) / orders * self.again[kind]
        return found


ORIGIN_OF = {key_of(ORIGIN + day * DAY): ORIGIN + day * DAY for day in range(200)}


@given(
    shop=shops(max_orders=40), inventory=shelves(), as_of=st.sampled_from([None, SPLIT]), p=settings_of_lists
)
def test_scores_are_those_of_plain_adding_up(star, shop, inventory, as_of, p):
    star.fill(**dimensions(), **shop, fact_inventory=inventory)
    answer = star.ask("recommend/for_customer", as_of=as_of, per_customer=50, only_offered=False, **p)
    plain = Plain(shop, end_of(shop, as_of), inventory=inventory, **p)
    for customer in CUSTOMERS:
        found = [row for row in answer if row["customer_key"] == customer]
        expected = {key: score for key, score in plain.scores(customer).items() if score > 1e-9}
        assert {KEYS[row["product_id"]]: row["score"] for row in found} == {
            key: about(score) for key, score in expected.items()
        }
        assert [row["place"] for row in found] == list(range(1, len(found) + 1))
        assert [row["score"] for row in found] == sorted((row["score"] for row in found), reverse=True)
    for row in answer:
        parts = [row[f"{name}_share"] for name in ("bought_with", "category", "brand", "popular", "again")]
        assert sum(parts) == about(1)
        if row["reason"].startswith("bought with"):
            assert parts[0] == max(parts)


@given(shop=shops(max_orders=40), inventory=shelves())
def test_nothing_after_the_moment_is_seen(star, shop, inventory):
    """With all later rows deleted, the answer is the same, to the last digit."""
    asked = {"as_of": SPLIT - MICROSECOND, "only_offered": False, "per_customer": 10}
    star.fill(**dimensions(), **shop, fact_inventory=inventory)
    whole = (
        star.ask("recommend/for_customer", **asked),
        star.ask("recommend/also_bought", as_of=asked["as_of"], min_co_buyers=1),
    )
    kept = [row for row in shop["fact_order"] if row["ordered_at"] < SPLIT]
    orders = {row["order_id"] for row in kept}
    star.fill(
        **dimensions(),
        fact_order=kept,
        fact_order_line=[row for row in shop["fact_order_line"] if row["order_id"] in orders],
        fact_inventory=[row for row in inventory if ORIGIN_OF[row["date_key"]] + 7 * DAY <= SPLIT],
    )
    assert whole == (
        star.ask("recommend/for_customer", **asked),
        star.ask("recommend/also_bought", as_of=asked["as_of"], min_co_buyers=1),
    )


def measures(listed, wanted, length):
    """Return precision, recall, average precision and NDCG of a list."""
    hits = [product in wanted for product in listed[:length]]
    best = min(len(wanted), length)
    return (
        sum(hits) / length,
        sum(hits) / len(wanted),
        sum(sum(hits[: place + 1]) / (place + 1) for place in range(len(hits)) if hits[place]) / best,
        sum(hit / log2(place + 2) for place, hit in enumerate(hits))
        / sum(1 / log2(place + 2) for place in range(best)),
    )


@given(
    shop=shops(max_orders=40),
    inventory=shelves(),
    length=st.sampled_from([1, 3, 10]),
    who=st.sampled_from(["returning", "new", "all"]),
)
def test_the_scorecard_measures_the_lists_of_for_customer(star, shop, inventory, length, who):
    star.fill(**dimensions(), **shop, fact_inventory=inventory)
    answer = {
        row["recommender"]: row
        for row in star.ask("recommend/scorecard", test_from=SPLIT, list_length=length, who=who)
    }
    lists = defaultdict(list)
    for row in star.ask(
        "recommend/for_customer", as_of=SPLIT - MICROSECOND, per_customer=10, only_offered=False
    ):
        lists[row["customer_key"]].append(KEYS[row["product_id"]])
    wanted, known = defaultdict(set), set()
    for _, customer, product, at in known_lines(shop, end_of(shop)):
        if customer and at >= SPLIT:
            wanted[customer].add(product)
        elif customer:
            known.add(customer)
    tried = sorted(
        customer for customer in wanted if who == "all" or (customer in known) == (who == "returning")
    )
    if not tried:
        assert not answer
        return
    assert ("for_customer" in answer) == any(lists[customer] for customer in tried)
    if "for_customer" not in answer:
        return
    found = [measures(lists[customer], wanted[customer], length) for customer in tried]
    row = answer["for_customer"]
    assert (row["customers"], row["listed"]) == (len(tried), sum(bool(lists[customer]) for customer in tried))
    for name, values in zip(
        ("precision_rate", "recall_rate", "mean_average_precision", "ndcg"),
        zip(*found, strict=True),
        strict=True,
    ):
        assert row[name] == pytest.approx(mean(values), abs=1e-8)
        low = row.get(f"{name.removesuffix('_rate')}_low")
        if low is not None and len(tried) > 1:
            assert low == pytest.approx(max(mean(values) - Z * stdev(values) / sqrt(len(tried)), 0), abs=1e-7)
    assert row["ndcg_lead"] == pytest.approx(row["ndcg"] - answer["popular"]["ndcg"], abs=1e-8)
    if who == "new":
        assert row["ndcg_lead"] == 0


@given(shop=shops(max_orders=40))
def test_steps_up_are_those_of_plain_counting(star, shop):
    star.fill(**dimensions(), **shop)
    answer = star.ask("recommend/upsell", min_went_on=1, per_product=10, only_offered=False)
    owned = baskets_of(known_lines(shop, end_of(shop)), "customers")
    lines = [row for row in sold_lines(shop) if row["product_key"] and row["customer_key"]]
    units, revenue = Counter(), Counter()
    for row in lines:
        units[row["product_key"]] += row["quantity"]
        revenue[row["product_key"]] += row["net_revenue"]
    price = {key: float(revenue[key]) / units[key] for key in units}
    went = defaultdict(list)
    for own in owned.values():
        for one in own:
            for other in own:
                if own[other][0] > own[one][0] and category(one) == category(other):
                    went[one, other].append((own[other][0] - own[one][0]) / DAY)
    # A price that is dearer by exactly so much is decided by the last digit.
    assume(all(abs(price[other] - 1.1 * price[one]) > 1e-9 for one, other in went))
    expected = {pair: days for pair, days in went.items() if price[pair[1]] > 1.1 * price[pair[0]]}
    assert {(KEYS[row["product_id"]], KEYS[row["other_id"]]) for row in answer} == set(expected)
    for row in answer:
        one, other = KEYS[row["product_id"]], KEYS[row["other_id"]]
        buyers = sum(one in own for own in owned.values())
        assert (row["buyers"], row["went_on"]) == (buyers, len(expected[one, other]))
        assert (row["went_on_low"], row["went_on_high"]) == tuple(map(about, wilson(row["went_on"], buyers)))
        assert float(row["price_gain"]) == pytest.approx(price[other] - price[one], abs=0.0051)
        assert row["median_days"] == about(median(expected[one, other]))
        assert row["other_way"] == len(went[other, one])


@st.composite
def shown_lists(draw):
    """Draw visits with a list, and orders of some of them."""
    rows, orders, lines = [], [], []
    for visit in range(1, draw(st.integers(0, 12)) + 1):
        held = draw(st.booleans())
        words = draw(st.sampled_from(["popular", "also bought"]))
        for position, key in enumerate(draw(st.permutations(sorted(PRODUCTS)))[: draw(st.integers(1, 4))], 1):
            rows.append(
                {
                    "recommendation_id": len(rows) + 1,
                    "session_id": visit,
                    "customer_key": 1,
                    "shown_at": ORIGIN,
                    "algorithm": words,
                    "is_holdout": held,
                    "position": position,
                    "product_key": key,
                    "clicked_at": ORIGIN if not held and draw(st.booleans()) else None,
                }
            )
        if draw(st.booleans()):
            orders.append(
                {
                    "order_id": visit,
                    "session_id": visit,
                    "customer_key": 1,
                    "ordered_at": ORIGIN,
                    "status": draw(st.sampled_from(["completed", "cancelled"])),
                }
            )
            lines += [
                {
                    "order_line_id": 10 * visit + key,
                    "order_id": visit,
                    "customer_key": 1,
                    "product_key": key,
                    "ordered_at": ORIGIN,
                }
                for key in draw(st.sets(st.sampled_from(sorted(PRODUCTS)), min_size=1, max_size=3))
            ]
    return {"fact_recommendation": rows, "fact_order": orders, "fact_order_line": lines}


@given(shop=shown_lists())
def test_lists_are_those_of_plain_counting(star, shop):
    star.fill(**dimensions(), **shop)
    sales = {row["order_id"] for row in shop["fact_order"] if row["status"] in SALES}
    bought = {
        (row["order_id"], row["product_key"]) for row in shop["fact_order_line"] if row["order_id"] in sales
    }
    cells = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in shop["fact_recommendation"]:
        for position in (0, row["position"]):
            cell = cells[row["algorithm"], position, row["is_holdout"]][row["session_id"]]
            cell[0] |= row["clicked_at"] is not None
            cell[1] |= (row["session_id"], row["product_key"]) in bought
    answer = star.ask("recommend/lists")
    assert {(row["algorithm"], row["position"]) for row in answer} == {key[:2] for key in cells}
    for row in answer:
        shown = list(cells[row["algorithm"], row["position"], False].values())
        held = list(cells[row["algorithm"], row["position"], True].values())
        assert (row["shown"], row["held"]) == (len(shown), len(held))
        assert row["clicks"] == sum(cell[0] for cell in shown)
        assert (row["shown_bought"], row["held_bought"]) == (
            sum(cell[1] for cell in shown),
            sum(cell[1] for cell in held),
        )
        if shown and held:
            one, two = sum(cell[1] for cell in shown) / len(shown), sum(cell[1] for cell in held) / len(held)
            low, high = (
                wilson(sum(cell[1] for cell in shown), len(shown)),
                wilson(sum(cell[1] for cell in held), len(held)),
            )
            assert row["caused_share"] == about(one - two)
            assert row["caused_low"] == about(one - two - sqrt((one - low[0]) ** 2 + (high[1] - two) ** 2))
            assert row["caused_high"] == about(one - two + sqrt((low[1] - one) ** 2 + (two - high[0]) ** 2))


def test_what_is_bought_again_on_a_cycle_rests_half_of_it(star):
    """Coffee every ten days by five customers: five days after the last purchase it is due, though rest_days is thirty."""
    orders = [
        {
            "order_id": 10 * customer + time,
            "customer_key": customer,
            "ordered_at": ORIGIN + 10 * time * DAY,
            "status": "completed",
        }
        for customer in range(1, 6)
        for time in range(3)
    ]
    lines = [{"order_line_id": row["order_id"], **row, "product_key": 1} for row in orders]
    for line in lines:
        del line["status"]
    known = dimensions()
    known["dim_customer"] = [{"customer_key": key, "customer_id": f"c{key}"} for key in range(1, 6)]
    star.fill(**known, fact_order=orders, fact_order_line=lines)
    for days, due in ((4, False), (5, True), (31, True)):
        rows = star.ask("recommend/for_customer", as_of=ORIGIN + (20 + days) * DAY, only_customer="c1")
        assert [row["product_id"] for row in rows] == ["p1"] * due
        assert all(row["reason"].endswith("after about 10 days") for row in rows)


def test_of_who_buys_everything_the_latest_products_count(star):
    """One customer with all products adds no more pairs than most_products allows."""
    orders = [
        {"order_id": key, "customer_key": 1, "ordered_at": ORIGIN + key * DAY, "status": "completed"}
        for key in PRODUCTS
    ]
    lines = [
        {
            "order_line_id": key,
            "order_id": key,
            "customer_key": 1,
            "product_key": key,
            "ordered_at": ORIGIN + key * DAY,
        }
        for key in PRODUCTS
    ]
    star.fill(**dimensions(), fact_order=orders, fact_order_line=lines)
    rows = star.ask("recommend/also_bought", min_co_buyers=1, most_products=3)
    assert {(row["product_id"], row["other_id"]) for row in rows} == {
        (f"p{one}", f"p{other}") for one in (4, 5, 6) for other in (4, 5, 6) if one != other
    }


def test_a_brand_or_category_that_is_not_known_is_no_reason(star):
    orders, lines = [], []
    for number in range(1, 5):
        at = ORIGIN + timedelta(days=number)
        orders.append({"order_id": number, "customer_key": number, "ordered_at": at, "status": "completed"})
        line = {"order_id": number, "customer_key": number, "line_number": 1, "ordered_at": at, "quantity": 1}
        lines.append({**line, "order_line_id": number, "product_key": 1 + number % 2, "net_revenue": 5})
    customers = [{"customer_key": key, "customer_id": f"c{key}"} for key in range(1, 5)]
    products = [{"product_key": key, "product_id": f"p{key}", "name": f"P{key}"} for key in (1, 2)]
    star.fill(dim_customer=customers, dim_product=products, fact_order=orders, fact_order_line=lines)
    answer = star.ask("recommend/for_customer")
    assert {row["reason"] for row in answer} == {"sells best lately"}
    with pytest.raises(Exception, match="only_customer must be the customer_id of one of the 4 customers"):
        star.ask("recommend/for_customer", only_customer="C1")


def test_an_unknown_category_is_an_error_that_names_those_there_are(star):
    star.fill(**dimensions(), fact_order=[], fact_order_line=[])
    with pytest.raises(Exception, match="only_category must be one of: .unknown., Garden, Home"):
        star.ask("recommend/for_customer", only_category="Gardn")
