"""The pack of journeys against plain recomputation, step by step, on random small histories with many ties."""

from collections import Counter, defaultdict
from decimal import Decimal
from statistics import mean, median

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import MartletError

from .visits_by_hand import (
    CHANNELS,
    CUSTOMER_OF_VISITOR,
    DAY,
    MINUTE,
    ORIGIN,
    PAGES,
    dimensions,
    events,
    numbered,
    unit_of,
    visits,
    within,
)

ranges = st.fixed_dictionaries(
    {
        "start": st.sampled_from([None, ORIGIN + 2 * MINUTE]),
        "until": st.sampled_from([None, ORIGIN + 60 * MINUTE]),
    }
)
ways = st.fixed_dictionaries(
    {
        "of": st.sampled_from(["page_type", "page", "event", "stage", "channel"]),
        "unit": st.sampled_from(["session", "visitor", "customer"]),
        "collapse": st.booleans(),
        "start": st.sampled_from([None, ORIGIN + 2 * MINUTE]),
        "until": st.sampled_from([None, ORIGIN + 60 * MINUTE]),
    }
)
SOME_STEP = {
    "page_type": "product",
    "page": "/cart",
    "event": "purchase",
    "stage": "Add to Cart",
    "channel": "Direct",
}
OTHER_STEP = {
    "page_type": "home",
    "page": "/",
    "event": "page_view",
    "stage": "Homepage",
    "channel": "Paid Search",
}


def step_of(event, of):
    if of in ("page", "page_type"):
        return PAGES[event["page_key"]][of == "page_type"] if event["page_key"] else None
    if of == "stage":
        return event["funnel_stage"]
    return event["event_name"] if event["event_name"] != "other" else event["source_event"] or "other"


def whose(row, p):
    unit = "visitor" if p["of"] == "channel" and p["unit"] == "session" else p["unit"]
    return unit_of(row, unit)


def moments_of(visits, events, p):
    """Return every step as (moment, number, name, row)."""
    if p["of"] == "channel":
        return [(row["started_at"], row["session_id"], CHANNELS[row["channel_key"]], row) for row in visits]
    return [(row["occurred_at"], row["event_id"], step_of(row, p["of"]), row) for row in events]


def histories(visits, events, p):
    """Return the steps of each unit as (moment, name), in order."""
    found = defaultdict(list)
    for moment, _, step, row in sorted(moments_of(visits, events, p), key=lambda item: item[:2]):
        unit = whose(row, p)
        if step is not None and unit is not None and within(moment, p):
            found[unit].append((moment, step, row["session_id"]))
    return found


def collapsed(steps, p):
    return [
        step
        for place, step in enumerate(steps)
        if not (p["collapse"] and place and steps[place - 1][1] == step[1])
    ]


def walked(steps, p):
    """Return a journey's steps, those that count, none if it is left out."""
    if p["to_step"] and not p["from_step"]:
        steps = collapsed(steps[::-1], p)
        found = [place for place, step in enumerate(steps) if step[1] == p["to_step"]]
        return steps[found[0] :][::-1] if found else []
    steps = collapsed(steps, p)
    if p["from_step"]:
        found = [place for place, step in enumerate(steps) if step[1] == p["from_step"]]
        steps = steps[found[0] :] if found else []
    if p["to_step"]:
        found = [place for place, step in enumerate(steps) if place and step[1] == p["to_step"]]
        steps = steps[: found[0] + 1] if found else []
    return steps


def sales_of(visits, p):
    """Return what each unit's visits brought."""
    by_visit = p["unit"] == "session" and p["of"] != "channel"
    found = defaultdict(list)
    for row in visits:
        if row["is_converted"] and (by_visit or within(row["started_at"], p)):
            found[whose(row, p)].append(row)
    return found


def brought(steps, sales, p):
    """Return the revenues of the sales that lie within the journey."""
    if p["unit"] == "session" and p["of"] != "channel":
        return [row["revenue"] for row in sales]
    (first, _, visit), (last, _, _) = steps[0], steps[-1]
    return [
        row["revenue"]
        for row in sales
        if (not p["from_step"] or row["session_id"] == visit or row["started_at"] >= first)
        and (not p["to_step"] or row["started_at"] <= last)
    ]


def walks(visits, events, p, anchors):
    """Return the journeys as lists of names with their sales."""
    p = {**p, **anchors}
    sales = sales_of(visits, p)
    found = {unit: walked(steps, p) for unit, steps in histories(visits, events, p).items()}
    return [
        ([name for _, name, _ in steps], brought(steps, sales.get(unit, []), p))
        for unit, steps in found.items()
        if steps
    ]


def anchors_of(p, which):
    return {
        "from_step": SOME_STEP[p["of"]] if "from" in which else None,
        "to_step": (SOME_STEP if "again" in which else OTHER_STEP)[p["of"]] if "to" in which else None,
    }


anchored = st.sampled_from(["", "from", "to", "from to", "from to again"])


def knows(p, anchors, events):
    """Whether the steps that are asked for are steps at all; where there are none whatever, nobody is refused."""
    if p["of"] not in ("event", "stage"):
        return True
    names = {step_of(row, p["of"]) for row in events} - {None}
    return not names or {name for name in anchors.values() if name} <= names


def ask(star, path, p, anchors, events, **more):
    if knows(p, anchors, events):
        return star.ask(path, **p, **anchors, **more)
    with pytest.raises((MartletError, duckdb.Error), match="must be names of steps"):
        star.ask(path, **p, **anchors, **more)
    return None


@given(
    visits=visits,
    events=events,
    p=ways,
    which=anchored,
    most=st.sampled_from([2, 3, 10]),
    limit=st.sampled_from([1, 2, 100]),
)
def test_paths_are_those_that_were_walked(star, *, visits, events, p, which, most, limit):
    events, anchors = numbered(events), anchors_of(p, which)
    star.fill(**dimensions(), fact_session=visits, fact_event=events)
    answer = ask(star, "journey/paths", p, anchors, events, max_steps=most, limit_to=limit)
    if answer is None:
        return
    backwards = which == "to"
    groups = defaultdict(list)
    for names, sales in walks(visits, events, p, anchors):
        kept = tuple(names[-most:] if backwards else names[:most])
        groups[kept, len(names) > most].append(sales)
    if backwards:
        ordered = sorted(groups, key=lambda key: (-len(groups[key]), key[0][::-1], key[1]))
    else:
        ordered = sorted(groups, key=lambda key: (-len(groups[key]), key))
    expected = defaultdict(list)
    for place, (names, goes_on) in enumerate(ordered):
        shown = ["(more)", *names] if backwards and goes_on else [*names, *["(more)"] * goes_on]
        path = (" > ".join(shown), len(names)) if place < limit else ("(other)", None)
        expected[path] += groups[names, goes_on]
    assert {(row["path"], row["steps"]) for row in answer} == expected.keys()
    whole = sum(map(len, expected.values()))
    for row in answer:
        own = expected[row["path"], row["steps"]]
        money = sum((sum(sales) for sales in own), Decimal(0))
        assert row["journeys"] == len(own)
        assert row["journey_share"] == pytest.approx(len(own) / whole)
        assert row["conversions"] == sum(map(bool, own))
        assert row["conversion_rate"] == pytest.approx(sum(map(bool, own)) / len(own))
        assert row["revenue"] == money
        assert row["revenue_per_journey"] == pytest.approx(float(money) / len(own))


@given(
    visits=visits,
    events=events,
    p=ways,
    which=anchored,
    most=st.sampled_from([2, 3, 10]),
    top=st.sampled_from([1, 2, 100]),
)
def test_flows_are_those_that_were_walked(star, *, visits, events, p, which, most, top):
    events, anchors = numbered(events), anchors_of(p, which)
    star.fill(**dimensions(), fact_session=visits, fact_event=events)
    answer = ask(star, "journey/transitions", p, anchors, events, max_steps=most, top_steps=top)
    if answer is None:
        return
    times = Counter(
        step for moment, _, step, _ in moments_of(visits, events, p) if step and within(moment, p)
    )
    named = sorted(times, key=lambda name: (-times[name], name))[:top]
    backwards = which == "to"
    flows, sold = Counter(), Counter()
    for names, sales in walks(visits, events, p, anchors):
        near_first = names[::-1] if backwards else names
        shown = [name if name in named else "(other)" for name in near_first]
        shown.append("(start)" if backwards else "(end)")
        for number in range(1, min(most, len(names) + 1)):
            near, far = shown[number - 1 : number + 1]
            flow = (-number, far, near) if backwards else (number, near, far)
            flows[flow] += 1
            sold[flow] += bool(sales)
    found = {(row["step_number"], row["source"], row["target"]): row for row in answer}
    assert {flow: row["journeys"] for flow, row in found.items()} == flows
    for flow, row in found.items():
        near = flow[2] if backwards else flow[1]
        beside = [
            count
            for other, count in flows.items()
            if other[0] == flow[0] and (other[2] if backwards else other[1]) == near
        ]
        assert row["source_share"] == pytest.approx(flows[flow] / sum(beside))
        assert row["conversions"] == sold[flow]
    # What flows into a step flows out of it.
    for number, _, _ in flows:
        if not backwards and number + 1 < most:
            into, out = Counter(), Counter()
            for (other, source, target), count in flows.items():
                if other == number and target != "(end)":
                    into[target] += count
                if other == number + 1:
                    out[source] += count
            assert into == out


@given(
    visits=visits,
    events=events,
    p=ways,
    limit=st.sampled_from([1, 100]),
    after=st.booleans(),
)
def test_what_comes_next_comes_next(star, *, visits, events, p, limit, after):
    events = numbered(events)
    star.fill(**dimensions(), fact_session=visits, fact_event=events)
    pairs, waits = Counter(), defaultdict(list)
    for steps in histories(visits, events, p).values():
        kept, last = ["(start)"], None
        for moment, name, _ in steps:
            if not (p["collapse"] and kept[-1] == name):
                pairs[kept[-1], name] += 1
                waits[kept[-1], name].append(0 if last is None else (moment - last).total_seconds())
                kept.append(name)
            last = moment
        pairs[kept[-1], "(end)"] += 1
    step = SOME_STEP[p["of"]] if after else None
    if not knows(p, {"after": step}, events):
        with pytest.raises((MartletError, duckdb.Error), match="after must be .* the name of a step"):
            star.ask("journey/sequences", **p, limit_to=limit, after=step)
        return
    answer = star.ask("journey/sequences", **p, limit_to=limit, after=step)
    taken, nexts, whole = Counter(), Counter(), sum(pairs.values())
    for (source, target), count in pairs.items():
        taken[source] += count
        nexts[target] += count
    expected = {}
    for (source, target), count in pairs.items():
        # The end has the least number.
        beside = sorted(
            (other for other in pairs if other[0] == source),
            key=lambda pair: (-pairs[pair], pair[1] != "(end)", pair[1]),
        )
        if beside.index((source, target)) < limit and step in (None, source):
            expected[source, target] = count
    assert {(row["step"], row["next_step"]): row["times"] for row in answer} == expected
    for row in answer:
        pair = row["step"], row["next_step"]
        share = pairs[pair] / taken[pair[0]]
        assert row["share"] == pytest.approx(share)
        assert row["lift"] == pytest.approx(share / (nexts[pair[1]] / whole))
        outer = pair[0] == "(start)" or pair[1] == "(end)"
        assert row["mean_seconds"] == (None if outer else pytest.approx(mean(waits[pair])))


@given(
    visits=visits,
    events=events,
    p=ranges,
    by=st.sampled_from(["page", "page_type"]),
    limit=st.sampled_from([1, 2, 100]),
)
def test_visits_begin_and_end_somewhere(star, *, visits, events, p, by, limit):
    events = numbered(events)
    star.fill(**dimensions(), fact_session=visits, fact_event=events)

    def name(key):
        return PAGES[key][by == "page_type"]

    seen, exits, entries, bounces = defaultdict(set), Counter(), Counter(), Counter()
    last = {}
    for row in sorted(events, key=lambda row: (row["occurred_at"], row["event_id"])):
        if row["session_id"] is not None and row["page_key"] and within(row["occurred_at"], p):
            seen[name(row["page_key"])].add(row["session_id"])
            last[row["session_id"]] = name(row["page_key"])
    exits.update(last.values())
    inside = [row for row in visits if within(row["started_at"], p)]
    for row in inside:
        entries[name(row["landing_page_key"])] += 1
        bounces[name(row["landing_page_key"])] += row["is_bounce"]
    pages = sorted(
        seen.keys() | entries.keys(), key=lambda page: (-max(len(seen[page]), entries[page]), page)
    )
    answer = star.ask("journey/entry_exit", by=by, limit_to=limit, **p)
    groups = {page: [page] for page in pages[:limit]} | ({"(other)": pages[limit:]} if pages[limit:] else {})
    assert [row["page"] for row in answer] == list(groups)
    for row in answer:
        own = groups[row["page"]]
        came, gone, left = (sum(counts[page] for page in own) for counts in (entries, exits, bounces))
        views = sum(len(seen[page]) for page in own)
        assert row["entries"] == came
        assert row["entry_share"] == (pytest.approx(came / len(inside)) if inside else None)
        assert (row["bounces"], row["bounce_rate"]) == (left, pytest.approx(left / came) if came else None)
        if last:
            assert (row["visits"], row["exits"]) == (views, gone)
            assert row["exit_share"] == pytest.approx(gone / len(last))
            assert row["exit_rate"] == (pytest.approx(gone / views) if views else None)
        else:
            assert (row["visits"], row["exits"], row["exit_rate"]) == (None, None, None)
    assert sum(row["entries"] for row in answer) == len(inside)
    assert sum(row["exits"] or 0 for row in answer) == len(last)


@given(
    visits=visits,
    unit=st.sampled_from(["person", "customer", "visitor"]),
    orders=st.sampled_from(["all", "first"]),
    most=st.sampled_from([1, 2, 10]),
    start=st.sampled_from([None, ORIGIN + 10 * DAY]),
    until=st.sampled_from([None, ORIGIN + 60 * DAY]),
)
def test_visits_up_to_an_order_are_counted(star, *, visits, unit, orders, most, start, until):
    star.fill(**dimensions(), fact_session=visits)
    people = defaultdict(list)
    for row in sorted(visits, key=lambda row: (row["started_at"], row["session_id"])):
        if unit == "person":
            customer = unit_of(row, "customer")
            who = ("customer", customer) if customer else row["visitor_id"]
        else:
            who = unit_of(row, unit)
        if who is not None:
            people[who].append(row)
    found = defaultdict(list)
    for own in people.values():
        begun, number = [], 0
        for row in own:
            begun.append(row["started_at"])
            if row["is_converted"]:
                number += 1
                counts = (orders == "all" or number == 1) and within(
                    row["started_at"], {"start": start, "until": until}
                )
                if counts:
                    found[min(len(begun), most)].append((row["revenue"], (begun[-1] - begun[0]) / DAY))
                begun = []
    answer = star.ask(
        "journey/sessions_to_order", unit=unit, whose=orders, most=most, start=start, until=until
    )
    assert [row["visits"] for row in answer] == sorted(found)
    whole, so_far = sum(map(len, found.values())), 0
    for row in answer:
        own = found[row["visits"]]
        so_far += len(own)
        money, days = sum(amount for amount, _ in own), [day for _, day in own]
        assert row["orders"] == len(own)
        assert row["order_share"] == pytest.approx(len(own) / whole)
        assert row["cumulative_share"] == pytest.approx(so_far / whole)
        assert row["revenue"] == money
        assert row["average_order_value"] == pytest.approx(float(money) / len(own))
        assert row["mean_days"] == pytest.approx(mean(days))
        assert row["median_days"] == pytest.approx(median(days))


lives = st.fixed_dictionaries(
    {
        "touches": st.lists(
            st.fixed_dictionaries(
                {
                    "customer_key": st.sampled_from([0, 1, 2, 3]),
                    "visitor_id": st.sampled_from([None, 1, 4]),
                    "touched_at": st.integers(0, 500).map(lambda n: ORIGIN + n * DAY),
                }
            ),
            max_size=6,
        ),
        "orders": st.lists(
            st.fixed_dictionaries(
                {
                    "customer_key": st.sampled_from([0, 1, 2, 3]),
                    "ordered_at": st.integers(0, 500).map(lambda n: ORIGIN + n * DAY),
                    "net_revenue": st.integers(1, 9000).map(lambda cents: Decimal(cents) / 100),
                    "status": st.sampled_from(["completed", "completed", "refunded", "cancelled"]),
                }
            ),
            max_size=8,
        ),
        "older": st.sampled_from([None, 1, 3]),
    }
)


def month_of(moment):
    return moment.year * 12 + moment.month - 1


class Life:
    """What is known of customers, and where each stands at the end of a month."""

    def __init__(self, visits, life, p):
        def known(row):
            return row["customer_key"] or CUSTOMER_OF_VISITOR.get(row.get("visitor_id"), 0)

        self.p, self.older = p, life["older"]
        deeds = [(known(row), row["touched_at"], "touch", None) for row in life["touches"]]
        deeds += [(known(row), row["started_at"], "visit", row) for row in visits]
        deeds += [
            (row["customer_key"], row["ordered_at"], "sale", row)
            for row in life["orders"]
            if row["status"] in ("completed", "refunded")
        ]
        self.today = p["as_of"] or max((deed[1] for deed in deeds), default=ORIGIN)
        self.deeds = defaultdict(list)
        for key, moment, kind, row in deeds:
            if key and moment <= self.today:
                self.deeds[key].append((moment, kind, row))

    def sales(self, key, until=None):
        rows = [
            row
            for moment, kind, row in self.deeds[key]
            if kind == "sale" and (not until or month_of(moment) <= until)
        ]
        return sorted(rows, key=lambda row: (row["ordered_at"], row["order_id"]))

    def considered(self, key, month):
        return [
            moment
            for moment, kind, row in self.deeds[key]
            if kind == "visit" and row["furthest_stage"] != "Homepage" and month_of(moment) <= month
        ]

    def stage(self, key, month):
        months = [month_of(moment) for moment, _, _ in self.deeds[key] if month_of(moment) <= month]
        if not months:
            return "(new)"
        if month - max(months) >= self.p["lapse_months"]:
            return "lapsed"
        orders = len(self.sales(key, month)) + (key == self.older)
        if orders >= self.p["loyal_orders"]:
            return "loyalty"
        return "purchase" if orders else "consideration" if self.considered(key, month) else "awareness"


@given(
    visits=visits,
    life=lives,
    p=st.fixed_dictionaries(
        {
            "loyal_orders": st.sampled_from([2, 3]),
            "lapse_months": st.sampled_from([1, 2, 6]),
            "as_of": st.sampled_from([None, ORIGIN + 45 * DAY, ORIGIN + 700 * DAY]),
        }
    ),
)
def test_customers_move_from_stage_to_stage(star, visits, life, p):
    life = {**life, "orders": [{"order_id": n, **row} for n, row in enumerate(life["orders"], 1)]}
    star.fill(
        **dimensions(),
        dim_customer=[
            {
                "customer_key": key,
                "customer_id": f"C{key}",
                "ordered_before_data": key == life["older"] or None,
            }
            for key in (1, 2, 3)
        ],
        fact_session=visits,
        fact_touchpoint=[{"touchpoint_id": n, **row} for n, row in enumerate(life["touches"], 1)],
        fact_order=life["orders"],
    )
    known = Life(visits, life, p)
    last = month_of(known.today)
    moves = Counter()
    for key, own in known.deeds.items():
        for month in range(month_of(min(deed[0] for deed in own)), last + 1):
            moves[month, known.stage(key, month - 1), known.stage(key, month)] += 1
    answer = star.ask("journey/life_moves", **p)
    found = {(month_of(row["month_start"]), row["from_stage"], row["to_stage"]): row for row in answer}
    assert {move: row["customers"] for move, row in found.items()} == moves
    for (month, source, _), row in found.items():
        beside = [count for other, count in moves.items() if other[:2] == (month, source)]
        assert row["from_share"] == pytest.approx(row["customers"] / sum(beside))
        assert row["complete"] == (month < last)
    rows = star.ask("journey/life", **p)
    assert [row["customer_key"] for row in rows] == sorted(known.deeds)
    for row in rows:
        key = row["customer_key"]
        moments, sales = [deed[0] for deed in known.deeds[key]], known.sales(key)
        needed = p["loyal_orders"] - (key == life["older"])
        assert row == {
            "customer_key": key,
            "customer_id": f"C{key}",
            "stage": known.stage(key, last),
            "first_seen_at": min(moments),
            "considered_at": min(known.considered(key, last), default=None),
            "first_ordered_at": sales[0]["ordered_at"] if sales else None,
            "loyal_at": sales[needed - 1]["ordered_at"] if len(sales) >= needed else None,
            "last_seen_at": max(moments),
            "visits": sum(kind == "visit" for _, kind, _ in known.deeds[key]),
            "orders": len(sales),
            "revenue": sum((sale["net_revenue"] for sale in sales), Decimal(0)),
        }
    if rows:
        assert Counter(row["stage"] for row in rows) == Counter(
            {
                stage: sum(n for (month, _, to), n in moves.items() if (month, to) == (last, stage))
                for stage in {to for _, _, to in moves}
            }
        )


def test_steps_of_one_moment_follow_their_number(star):
    rows = [(3, "/cart"), (1, "/p/fern"), (2, "/")]
    keys = {path: key for key, (path, _) in PAGES.items()}
    star.fill(
        **dimensions(),
        fact_event=[
            {"event_id": number, "session_id": 1, "occurred_at": ORIGIN, "page_key": keys[path]}
            for number, path in rows
        ],
    )
    assert [row["path"] for row in star.ask("journey/paths", of="page")] == ["/p/fern > / > /cart"]
    star.fill(**dimensions(), fact_session=[{"session_id": 1, "started_at": ORIGIN, "landing_page_key": 1}])
    assert star.ask("journey/paths") == []
    assert [row["exits"] for row in star.ask("journey/entry_exit")] == [None]
