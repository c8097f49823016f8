"""What funnel/conversion answers, by trying every way to pass the steps: slow, and written from the contract, not from the SQL."""

import itertools
import operator
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

STAGES = ["Homepage", "Product Page", "Add to Cart", "Checkout", "Purchase"]
COMPARISONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "=": operator.eq}


@dataclass(frozen=True)
class Company:
    """What is known beside the events: sessions, pages and products by their keys, and customers of visitors."""

    sessions: dict
    pages: dict
    products: dict
    customer_of_visitor: dict


def fits(event, description, company):
    """Whether an event is what a step describes."""
    return all(_fits_part(event, part.strip(), company) for part in description.split("&"))


def _fits_part(event, part, company):
    if part in STAGES:
        return event["funnel_stage"] == part
    if value := re.match(r"value *(>=|<=|>|<|=) *([-0-9.]+)$", part):
        return event["value"] is not None and COMPARISONS[value[1]](event["value"], Decimal(value[2]))
    subject, word = (text.strip() for text in part.split(":", 1))
    if subject == "stage":
        return event["funnel_stage"] == word
    if subject == "event":
        return word in (event["event_name"], event["source_event"])
    if subject == "page":
        path, page_type = company.pages.get(event["page_key"], ("(unknown)", "(unknown)"))
        return word in (path, page_type) or (word.endswith("*") and path.startswith(word[:-1]))
    product = company.products.get(
        event["product_key"], {"product_id": "(unknown)", "name": "(unknown)", "category": "(unknown)"}
    )
    return word in (
        (product["category"],) if subject == "category" else (product["product_id"], product["name"])
    )


def spans(p):
    """Yield each exclusion with the numbers of the steps between which it holds."""
    for text in p["exclusions"]:
        between = re.match(r"(.*?) +between +(\d) and (\d)$", text)
        yield (between[1], int(between[2]), int(between[3])) if between else (text, 1, len(p["steps"]))


def unit_of(event, unit, company):
    if unit == "session":
        return event["session_id"]
    if unit == "visitor":
        return event["visitor_id"]
    return event["customer_key"] or company.customer_of_visitor.get(event["visitor_id"], 0) or None


def held_of(event, what, company):
    if what == "none":
        return 0
    if what == "session":
        return event["session_id"] or 0
    if what == "product":
        return event["product_key"]
    if what == "category":
        return company.products.get(event["product_key"], {"category": "(unknown)"})["category"]
    return company.sessions.get(event["session_id"], {what: "(unknown)"})[what]


@dataclass(frozen=True)
class Attempt:
    """An attempt: the moments at which it reached its steps."""

    reached: tuple
    order: tuple
    held: object
    is_excluded: bool = False

    @property
    def entered_at(self):
        return self.reached[0]


def attempts_of(events, p, company):
    """Return the attempts that count, by unit."""
    today = p["as_of"] or max((event["occurred_at"] for event in events), default=None)
    own = defaultdict(list)
    for event in events:
        unit = unit_of(event, p["unit"], company)
        at = event["occurred_at"]
        if unit is not None and at <= today and (p["start"] is None or at >= p["start"]):
            own[unit].append(event)
    find = {"ordered": _ordered, "strict": _strict, "unordered": _unordered}[p["step_order"]]
    found = {}
    for unit, theirs in own.items():
        groups = defaultdict(list)
        for event in sorted(theirs, key=lambda event: (event["occurred_at"], event["event_id"])):
            groups[held_of(event, p["hold_constant"], company)].append(event)
        attempts = [attempt for held, group in groups.items() for attempt in find(group, p, company, held)]
        counted = attempts if p["count"] == "totals" else _counted(attempts, len(p["steps"]))
        found[unit] = [attempt for attempt in counted if not attempt.is_excluded]
    return {unit: attempts for unit, attempts in found.items() if attempts}, today


def _counted(attempts, steps):
    if not attempts:
        return []
    furthest = max(len(attempt.reached) for attempt in attempts)
    best = [attempt for attempt in attempts if len(attempt.reached) == furthest]
    # Who got furthest by excluded attempts alone is excluded, whatever else was tried.
    best = [attempt for attempt in best if not attempt.is_excluded] or best
    if furthest == steps:
        first = min(attempt.reached[-1] for attempt in best)
        best = [attempt for attempt in best if attempt.reached[-1] == first]
    last = max(attempt.order for attempt in best)
    return [min((attempt for attempt in best if attempt.order == last), key=lambda attempt: attempt.reached)]


def _may_enter(at, p):
    return p["until"] is None or at < p["until"]


def _window(p):
    return timedelta(hours=p["window_hours"])


def _stops(events, p, company):
    """Return, by the gap after a step, the moments of excluded events; what takes the step after the gap is none."""
    stops = defaultdict(set)
    for description, first, last in spans(p):
        for gap in range(first, last):
            stops[gap] |= {
                event["occurred_at"]
                for event in events
                if fits(event, description, company) and not fits(event, p["steps"][gap], company)
            }
    return stops


def _ways(path, moments, stops, p):
    """Yield every way that begins so, this one included."""
    yield path
    gap = len(path)
    if gap == len(p["steps"]):
        return
    least = timedelta(minutes=p["min_gap_minutes"])
    most = timedelta(minutes=p["max_gap_minutes"]) if p["max_gap_minutes"] else timedelta.max
    for at in moments[gap]:
        follows = path[-1] < at <= path[0] + _window(p) and least <= at - path[-1] <= most
        if follows and not any(path[-1] < stop <= at for stop in stops[gap]):
            yield from _ways((*path, at), moments, stops, p)


def _ordered(events, p, company, held):
    moments = [
        {event["occurred_at"] for event in events if fits(event, step, company)} for step in p["steps"]
    ]
    stops = _stops(events, p, company)
    all_ways = {
        way for entry in moments[0] if _may_enter(entry, p) for way in _ways((entry,), moments, stops, p)
    }
    # A moment at a step belongs to the last entry from which a way leads to it.
    owner = {}
    for way in all_ways:
        owner[len(way), way[-1]] = max(way[0], owner.get((len(way), way[-1]), way[0]))
    by_entry = defaultdict(lambda: defaultdict(set))
    for (step, at), entry in owner.items():
        by_entry[entry][step].add(at)
    for entry, reached in by_entry.items():
        last = max(reached)
        latest = max(reached[last])
        is_stopped = any(latest < stop <= entry + _window(p) for stop in stops[last])
        # The steps are those of one way that keeps to all that is asked, each passed as early as it can be.
        ends = (entry, min(reached[last]))
        way = min(way for way in all_ways if len(way) == last and (way[0], way[-1]) == ends)
        yield Attempt(way, (entry,), held, is_excluded=is_stopped and last < len(p["steps"]))


def _strict(events, p, company, _held):
    least = timedelta(minutes=p["min_gap_minutes"])
    most = timedelta(minutes=p["max_gap_minutes"]) if p["max_gap_minutes"] else timedelta.max
    for place, entry in enumerate(events):
        if not (fits(entry, p["steps"][0], company) and _may_enter(entry["occurred_at"], p)):
            continue
        path = [entry["occurred_at"]]
        for step, event in zip(p["steps"][1:], events[place + 1 :], strict=False):
            at = event["occurred_at"]
            if not (
                fits(event, step, company) and least <= at - path[-1] <= most and at <= path[0] + _window(p)
            ):
                break
            path.append(at)
        yield Attempt(tuple(path), (path[0], place), _held)


def _unordered(events, p, company, held):
    steps = p["steps"]
    candidates = [
        (event["occurred_at"], {n for n, step in enumerate(steps) if fits(event, step, company)})
        for event in events
    ]
    stops = [
        event["occurred_at"]
        for event, (_, own) in zip(events, candidates, strict=True)
        if not own and any(fits(event, description, company) for description, *_ in spans(p))
    ]
    for entry in sorted({at for at, own in candidates if own and _may_enter(at, p)}):
        inside = [(at, own) for at, own in candidates if own and entry <= at <= entry + _window(p)]
        reached = []
        for end in sorted({at for at, _ in inside}):
            served = _most_served([own for at, own in inside if at <= end], len(steps))
            reached += [end] * (served - len(reached))
        until = reached[-1] if len(reached) == len(steps) else entry + _window(p)
        if not any(entry < stop <= until for stop in stops):
            yield Attempt(tuple(reached), (entry,), held)


def _most_served(events, steps):
    """Return how many steps can be served by an event each, by trying all ways to choose."""
    for size in range(steps, 0, -1):
        for chosen in itertools.permutations(range(len(events)), size):
            for served in itertools.combinations(range(steps), size):
                if all(step in events[event] for event, step in zip(chosen, served, strict=True)):
                    return size
    return 0
