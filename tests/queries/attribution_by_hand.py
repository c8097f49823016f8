"""Attribution computed plainly in Python, from orders and touches to credits, to hold the SQL of the pack against."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from math import factorial

import numpy as np

MODELS = [
    "first",
    "last",
    "first_non_direct",
    "last_non_direct",
    "last_paid",
    "linear",
    "position",
    "w_shaped",
    "time_decay",
    "markov",
    "shapley",
    "counterfactual",
]


@dataclass(frozen=True)
class Journey:
    """The touches before an order, or (without an order) those of somebody who did not order."""

    touches: tuple
    order: dict | None

    @property
    def path(self):
        return tuple(touch["node"] for touch in self.touches)


def people(touch, visitors):
    """Return who touched: a customer's key, an anonymous browser, or None."""
    customer = touch["customer_key"] or visitors.get(touch["visitor_id"], 0)
    if customer:
        return customer
    return None if touch["visitor_id"] is None else ("browser", touch["visitor_id"])


def journeys(orders, touches, p, channels, visitors):  # noqa: C901 - the contract in one place
    """Return all journeys by the words of the contract; `channels` gives each key's (name, is_direct, is_paid)."""
    days = timedelta(days=p["lookback_days"])
    by_person = defaultdict(list)
    for touch in touches:
        name = channels[touch["channel_key"]][0]
        wanted = not p["include_channels"] or name in p["include_channels"]
        if touch["touch_type"] in p["touch_types"] and name not in p["exclude_channels"] and wanted:
            who = people(touch, visitors)
            if who is not None:
                by_person[who].append({**touch, "channel": name, "node": name})
    for mine in by_person.values():
        mine.sort(key=lambda touch: (touch["touched_at"], touch["touchpoint_id"]))
    found, converting, before = [], set(), {}
    for order in sorted(orders, key=lambda o: (o["ordered_at"], o["order_id"])):
        when, customer = order["ordered_at"], order["customer_key"]
        previous, before[customer] = before.get(customer), when
        if (p["start"] and when < p["start"]) or (p["until"] and when >= p["until"]):
            continue
        if p["conversions_per_customer"] == "first" and customer and customer in converting:
            continue
        converting.add(customer)
        mine = [
            touch
            for touch in (by_person.get(customer, []) if customer else [])
            if timedelta(0) <= when - touch["touched_at"] <= days
            and not (p["cycle"] and previous and touch["touched_at"] <= previous)
        ]
        found.append(Journey(tuple(transformed(mine, p)), order))
    for who, mine in by_person.items() if p["include_null_paths"] else ():
        earlier = [touch for touch in mine if not p["until"] or touch["touched_at"] < p["until"]]
        if who in converting or not earlier:
            continue
        last = earlier[-1]["touched_at"]
        if p["start"] and last < p["start"]:
            continue
        inside = [touch for touch in earlier if last - touch["touched_at"] <= days]
        found.append(Journey(tuple(transformed(inside, p)), None))
    return found


def transformed(path, p):
    """Return the steps of a path after the grain, the transforms and the most recent steps."""
    if p["path_grain"] == "session":
        seen, kept = set(), []
        for touch in path:
            if touch["session_id"] is None or touch["session_id"] not in seen:
                kept.append(touch)
                seen.add(touch["session_id"])
        path = kept
    for transform in p["path_transform"]:
        path = TRANSFORMS[transform](path, p)
    return path[-p["lookback_steps"] :] if p["lookback_steps"] else path


def exposure(path, _):
    return [t for n, t in enumerate(path) if n == 0 or path[n - 1]["node"] != t["node"]]


def first(path, _):
    return [t for n, t in enumerate(path) if t["node"] not in {e["node"] for e in path[:n]}]


def frequency(path, p):
    counts = Counter(t["node"] for t in path)
    return [{**t, "node": f"{t['node']}({counts[t['node']]})"} for t in first(path, p)]


def remove_if_not_all(path, p):
    others = [t for t in path if t["channel"] != p["transform_channel"]]
    return others or path


def remove_if_last_and_not_all(path, p):
    places = [n for n, t in enumerate(path) if t["channel"] != p["transform_channel"]]
    return path[: places[-1] + 1] if places else path


TRANSFORMS = {
    "none": lambda path, _: path,
    "exposure": exposure,
    "first": first,
    "unique": lambda path, p: sorted(first(path, p), key=lambda t: t["node"]),
    "frequency": frequency,
    "remove_if_not_all": remove_if_not_all,
    "remove_if_last_and_not_all": remove_if_last_and_not_all,
    "trim": lambda path, p: path[-p["trim_steps"] :],
}


def rule(model, journey, p, kinds):
    """Return the weight of each step of one journey, by a rule that looks at nothing else."""
    path, n = journey.path, len(journey.path)
    direct = [kinds[t["channel"]][0] for t in journey.touches]
    paid = [kinds[t["channel"]][1] for t in journey.touches]
    indirect = [k for k in range(n) if not direct[k]] or list(range(n))
    one = {
        "first": 0,
        "last": n - 1,
        "first_non_direct": indirect[0],
        "last_non_direct": indirect[-1],
        "last_paid": ([k for k in range(n) if paid[k]] or indirect)[-1],
    }
    if model in one:
        raw = [float(k == one[model]) for k in range(n)]
    elif model == "linear":
        raw = [1.0] * n
    elif model == "time_decay":
        ages = [(journey.order["ordered_at"] - t["touched_at"]) / timedelta(days=1) for t in journey.touches]
        raw = [2 ** (-(age - min(ages)) / p["half_life_days"]) for age in ages]
    elif model == "w_shaped":
        big = set(range(n)) if n <= 3 else {0, n // 2, n - 1}
        raw = [0.3 if k in big else 0.1 / (n - 3) for k in range(n)]
    elif model == "shapley":
        raw = [1 / path.count(node) for node in path]
    else:
        a, b = p["first_weight"], p["last_weight"]
        if n == 1:
            raw = [1.0]
        elif n == 2:
            raw = [a, b] if a + b else [1.0, 1.0]
        else:
            raw = [a] + [(1 - a - b) / (n - 2)] * (n - 2) + [b]
    return [value / sum(raw) for value in raw]


def rates(counted):
    """Return the share of each path that ends in an order, from {path: [orders, others, revenue]}."""
    return {path: row[0] / (row[0] + row[1]) for path, row in counted.items()}


def counterfactual(path, rate):
    gains = [max(rate[path] - rate.get(tuple(path[:k] + path[k + 1 :]), 0), 0) for k in range(len(path))]
    raw = gains if sum(gains) else [0.0] * (len(path) - 1) + [1.0]
    return [value / sum(raw) for value in raw]


def shapley_of(members, worth):
    """Return the Shapley value of each member, by all coalitions."""
    values = {}
    for member in members:
        others = [other for other in members if other != member]
        values[member] = 0.0
        for size in range(len(others) + 1):
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(members))
            for coalition in combinations(others, size):
                without = frozenset(coalition)
                values[member] += weight * (worth(without | {member}) - worth(without))
    return values


def removal_effects(counted, order):
    """Solve the Markov chain with each step taken away in turn; return {node: (effect, effect on revenue)}."""
    counts, ends, revenue = Counter(), Counter(), Counter()
    for path, (converted, others, money) in counted.items():
        if not path:
            continue
        state = ()
        for node in path:
            following = (*state, node)[-order:]
            counts[state, following] += converted + others
            state = following
        ends[state] += converted
        revenue[state] += float(money)
        counts[state, None] += converted + others
    states = sorted({state for state, _ in counts}, key=repr)
    number = {state: k for k, state in enumerate(states)}
    matrix = np.zeros((len(states), len(states)))
    out = np.zeros(len(states))
    for (state, following), count in counts.items():
        out[number[state]] += count
        if following is not None:
            matrix[number[state], number[following]] += count
    matrix /= out[:, None]
    goals = np.array([[ends[state], revenue[state]] for state in states]) / out[:, None]

    def start_of(removed):
        kept = [k for k, state in enumerate(states) if not (state and state[-1] == removed)]
        solved = np.linalg.solve(np.eye(len(kept)) - matrix[np.ix_(kept, kept)], goals[kept])
        return solved[kept.index(number[()])]

    whole = start_of(None)
    effects = {}
    for node in {node for path in counted for node in path}:
        left = start_of(node)
        effects[node] = tuple(1 - left[k] / whole[k] if whole[k] else 0.0 for k in (0, 1))
    return effects


def counted_paths(found):
    """Return {path: [orders, others, revenue]} of those journeys that have a path."""
    counted = defaultdict(lambda: [0, 0, 0.0])
    for journey in found:
        if journey.path:
            row = counted[journey.path]
            row[0 if journey.order else 1] += 1
            row[2] += float(journey.order["net_revenue"]) if journey.order else 0
    return dict(counted)


def credits_of(model, found, p, kinds):  # noqa: C901, PLR0912 - a branch for each kind of model
    """Return {node: [orders, revenue]} that a model credits, and '(unattributed)' for orders without a path."""
    counted = counted_paths(found)
    result = defaultdict(lambda: [0.0, 0.0])
    if model == "shapley" and p["shapley_v"] == "counterfactual":
        model = "counterfactual"
    total = [0, 0.0]
    rate = rates(counted)
    sets = defaultdict(lambda: [0, 0])
    for path, row in counted.items():
        for k in (0, 1):
            sets[frozenset(path)][k] += row[k]
    for journey in found:
        if not journey.order:
            continue
        money = float(journey.order["net_revenue"])
        if not journey.path:
            result["(unattributed)"][0] += 1
            result["(unattributed)"][1] += money
            continue
        total = [total[0] + 1, total[1] + money]
        if model == "counterfactual":
            shares = counterfactual(journey.path, rate)
        elif model == "shapley" and p["shapley_v"] == "rate":

            def worth(members):
                won, lost = sets.get(members, (0, 0))
                return won / (won + lost) if won else 0.0

            whole = frozenset(journey.path)
            values = shapley_of(sorted(whole), worth)
            shares = [values[node] / worth(whole) / journey.path.count(node) for node in journey.path]
        elif model == "markov":
            continue
        else:
            shares = rule(model, journey, p, kinds)
        for touch, share in zip(journey.touches, shares, strict=True):
            result[touch["node"]][0] += share
            result[touch["node"]][1] += share * money
    if model == "markov" and total[0]:
        effects = removal_effects(counted, p["markov_order"])
        for k in (0, 1):
            whole = sum(effect[k] for effect in effects.values())
            for node, effect in effects.items():
                result[node][k] += effect[k] / whole * total[k] if whole else 0.0
    return result
