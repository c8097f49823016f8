"""The model of caused orders on companies that the test makes itself, so that it knows what each order came of."""

from dataclasses import replace

import numpy as np
import pytest

from martlet.engine.errors import FitError
from martlet.models.incremental.clock import clock
from martlet.models.incremental.declustering import declustered
from martlet.models.incremental.diagnostics import diagnostics
from martlet.models.incremental.found import found
from martlet.models.incremental.habit import WEEK, person_weeks
from martlet.models.incremental.observed import Browsers, Contacts, Kind, Observed, Orders, Touches
from martlet.models.incremental.pairs import WINDOW, pairs
from martlet.models.incremental.unseen import log_in_rate, seen

DAYS = 400
KINDS = (Kind("Ads"), Kind("Idle"), Kind("Direct", is_control=True, is_direct=True), Kind("Page"))
ADS, IDLE, DIRECT, PAGE = range(4)


def company(  # noqa: C901
    *, seed=0, customers=3_000, effect=0.12, lag=3.0, at_once=0.0, harvest=0.8, known=1.0
):
    """Return a company and the true number of orders by kind of touch that caused them.

    All come by chance at 0.02 touches a day and kind; orders of habit at 0.004 a day. Before each order people come directly, and
    by Page, a channel without effect; most orders are held by a direct visit.
    """
    draw = np.random.default_rng(seed)
    touches, orders, truth = [], [], np.zeros(len(KINDS))

    def add(who, day, kind, holds=-1):
        touches.append((who, day, kind, holds))

    def order(who, day, held_by=None):
        place = len(orders)
        orders.append((who, day))
        if held_by is None:
            add(who, day - 0.002, DIRECT if draw.random() < 2 / 3 else PAGE, place)
        else:
            touches[held_by] = (*touches[held_by][:3], place)
        for kind, share in ((DIRECT, 2 / 3), (PAGE, 1 / 3)):
            if draw.random() < harvest * share:
                add(who, max(day - 0.01 - draw.exponential(0.4), 0), kind)

    for who in range(customers):
        for day in np.cumsum(draw.exponential(1 / 0.004, size=12)):
            if day < DAYS:
                order(who, day)
        for kind in range(len(KINDS)):
            for day in draw.uniform(0, DAYS, size=draw.poisson(0.02 * DAYS)):
                add(who, day, kind)
                if kind == ADS and draw.random() < at_once:
                    truth[kind] += 1
                    order(who, day + 0.005, held_by=len(touches) - 1)
                elif kind == ADS and draw.random() < effect:
                    later = day + draw.exponential(lag)
                    if later < DAYS:
                        truth[kind] += 1
                        order(who, later)
    return observed(touches, orders, customers, draw, known), truth


def observed(touches, orders, customers, draw, known):
    by_order = sorted(range(len(orders)), key=lambda place: orders[place])
    new_place = {old: new for new, old in enumerate(by_order)}
    rows = sorted(row for row in touches if row[3] >= 0 or draw.random() < known)
    who, day, kind, holds = (np.array(column) for column in zip(*rows, strict=True))
    holds = np.array([new_place.get(place, -1) for place in holds.tolist()])
    sorted_orders = [orders[place] for place in by_order]
    count = np.full(len(KINDS), 100_000)
    return Observed(
        days=DAYS,
        first_weekday=0,
        since=np.full(customers, -1.0),
        kinds=KINDS,
        touches=Touches(who, day, kind, kind, holds, np.zeros(who.size, dtype=bool)),
        orders=Orders(
            np.array([one for one, _ in sorted_orders]),
            np.array([at for _, at in sorted_orders]),
            np.full(len(orders), 10.0),
            np.zeros(len(orders), dtype=bool),
        ),
        browsers=Browsers(*(np.zeros(0, dtype=np.int64) for _ in range(4)), np.zeros(0, dtype=bool)),
        contacts=Contacts(
            np.zeros(len(KINDS), dtype=np.int64),
            np.arange(len(KINDS)),
            count,
            (count * known).astype(np.int64),
        ),
        traffic=np.full((DAYS, 24), 50.0),
    )


def shuffled(given, seed=1):
    """Return the company with each customer's touches given to another."""
    to = np.random.default_rng(seed).permutation(given.since.size)
    who = to[given.touches.customer]
    rows = np.lexsort((given.touches.day, who))
    columns = {name: getattr(given.touches, name)[rows] for name in ("day", "kind", "step", "is_entry")}
    return replace(given, touches=Touches(customer=who[rows], holds=np.full(who.size, -1), **columns))


@pytest.fixture(scope="module")
def planted():
    return company()


@pytest.fixture(scope="module")
def made(planted):
    return found(planted[0], steps=len(KINDS), replicates=8, seed=3)


def test_what_was_planted_is_found(planted, made):
    true = planted[1]
    assert true[ADS] > 2_000
    assert made.caused.orders[ADS] == pytest.approx(true[ADS], rel=0.1)
    assert made.caused.effect[ADS] == pytest.approx(0.12, rel=0.12)
    assert made.caused.lag[ADS] == pytest.approx(3.0, rel=0.15)


def test_channels_without_effect_have_next_to_none(made):
    # Page is met before half of all orders, and a rule that credits the last touch would give it thousands.
    assert made.caused.share[IDLE] < 0.02
    assert made.caused.share[PAGE] < 0.05
    assert made.caused.orders[DIRECT] == 0


def test_touches_that_orders_bring_about_are_told_from_the_others(made):
    # Of each order 0.8 x 2/3 direct visits come before it, and 2/3 hold it; 0.02 a day come of themselves.
    brought = (0.8 + 1) * 2 / 3 * made.pairs.outcomes.size
    assert made.caused.harvest[DIRECT] == pytest.approx(brought / (brought + 0.02 * DAYS * 3_000), rel=0.05)
    assert made.caused.harvest[IDLE] < 0.05
    assert made.caused.harvest[ADS] < 0.05


def test_the_weights_of_an_order_and_its_habit_sum_to_one(made):
    given, fit = made.pairs, made.declustered
    total = np.bincount(given.order, weights=fit.caused, minlength=given.observed.orders.day.size)
    total += np.bincount(given.held_order, weights=fit.at_once, minlength=total.size)
    assert total[given.outcomes] + fit.by_habit == pytest.approx(np.ones(given.outcomes.size))
    assert (fit.caused >= 0).all()


def test_steps_add_up_to_channels_and_with_habit_to_the_orders(made):
    assert made.caused.step_orders.sum() == pytest.approx(made.caused.orders.sum())
    assert made.caused.step_revenue.sum() == pytest.approx(10 * made.caused.orders.sum())
    assert made.caused.orders.sum() + made.caused.habit[0] == pytest.approx(made.pairs.outcomes.size)
    assert made.caused.share.sum() == pytest.approx(1)


def test_errors_are_as_large_as_the_estimates_are_off(planted, made):
    error = made.errors.orders[ADS]
    assert 10 < error < 0.1 * planted[1][ADS]
    assert abs(made.caused.orders[ADS] - planted[1][ADS]) < 4 * error + 0.03 * planted[1][ADS]


def test_without_any_effect_little_is_found():
    given, true = company(effect=0.0, seed=5)
    assert true.sum() == 0
    made = found(given, steps=len(KINDS), replicates=0, seed=1)
    assert made.caused.orders.sum() < 0.03 * made.pairs.outcomes.size


def test_touches_of_others_cause_nothing(planted):
    made = found(shuffled(planted[0]), steps=len(KINDS), replicates=0, seed=1)
    assert made.caused.orders.sum() < 0.03 * made.pairs.outcomes.size


def test_a_visit_that_holds_an_order_can_be_its_cause():
    given, true = company(effect=0.06, at_once=0.1, seed=7)
    made = found(given, steps=len(KINDS), replicates=0, seed=1)
    assert made.at_once == ("Ads",)
    assert made.caused.orders[ADS] == pytest.approx(true[ADS], rel=0.12)


def test_touches_that_are_not_recognised_are_scaled_up():
    given, true = company(known=0.6, seed=9)
    made = found(given, steps=len(KINDS), replicates=0, seed=1)
    assert made.caused.seen_orders[ADS] == pytest.approx(0.6 * true[ADS], rel=0.12)
    assert made.caused.orders[ADS] == pytest.approx(true[ADS], rel=0.12)


def test_checks_pass_on_a_sound_company_and_fail_on_a_direct_that_works(planted, made):
    by_name = {one.name: one for one in diagnostics(planted[0], made, steps=4, anonymous_share=0.0)}
    assert set(by_name) == {"placebo", "negative_control", "halves", "anonymous", "effective_orders"}
    assert by_name["placebo"].is_passed
    assert by_name["negative_control"].is_passed
    assert by_name["halves"].is_passed
    swapped = replace(planted[0].touches, kind=np.array([DIRECT, IDLE, ADS, PAGE])[planted[0].touches.kind])
    kinds = (*KINDS[:2], replace(KINDS[DIRECT], is_control=True), KINDS[PAGE])
    working = replace(planted[0], touches=swapped, kinds=kinds)
    again = found(working, steps=4, replicates=0, seed=1)
    (check,) = (one for one in diagnostics(working, again, steps=4, anonymous_share=0.0) if one.name == "negative_control")  # fmt: skip
    assert not check.is_passed


def test_too_little_data_is_refused_with_the_numbers():
    given, _ = company(customers=40, effect=0.0)
    with pytest.raises(FitError, match=r"there are \d+ sales .* at least 200 are needed"):
        found(given, steps=4, replicates=0, seed=1)


def test_a_replicate_with_equal_weights_is_the_fit_itself(planted):
    given = pairs(planted[0])
    one = declustered(given, rounds=12)
    other = declustered(given, weights=np.full(planted[0].since.size, 2.0), rounds=12)
    # The priors of lags weigh half as much then, which is next to nothing.
    assert other.caused.sum() == pytest.approx(one.caused.sum(), rel=0.01)


def test_pairs_are_those_of_the_window_by_a_plain_count(planted):
    given = pairs(planted[0])
    touches, orders, at = planted[0].touches, planted[0].orders, given.times
    for order in (0, 17, orders.day.size // 2):
        expected = [
            touch
            for touch in range(touches.day.size)
            if touches.customer[touch] == orders.customer[order]
            and at.order[order] - WINDOW <= at.touch[touch] <= at.order[order]
            and touches.holds[touch] != order
        ]
        assert given.touch[given.order == order].tolist() == expected


def test_the_clock_is_even_where_traffic_is_and_runs_with_it():
    even = clock(np.full((10, 24), 20.0), 0)
    assert even.at(np.array([0.0, 2.5, 10.0])) == pytest.approx([0, 2.5, 10])
    busy = np.full((10, 24), 20.0)
    busy[5:] *= 3
    assert clock(busy, 0).at(np.array([5.0]))[0] == pytest.approx(2.5, abs=0.01)
    # Without traffic it is the calendar's.
    assert clock(np.zeros((4, 24)), 0).at(np.array([1.25]))[0] == 1.25


def test_weeks_hold_all_time_and_only_the_past():
    start = np.array([0.0, 10.0])
    order_at = np.array([8.0])
    weeks = person_weeks(
        start, is_new=np.array([False, True]), end=30.0, order_customer=np.array([0]), order_at=order_at,
        visit_customer=np.zeros(0, dtype=np.int64), visit_at=np.zeros(0),
    )  # fmt: skip
    assert weeks.exposure(np.ones(2)).sum() == pytest.approx(30 + 20)
    # The order in the second week changes the cell of the third, not its own.
    assert weeks.cell[0, 0] == weeks.cell[0, 1] != weeks.cell[0, 2]
    hazard = np.full(weeks.cells, 0.5)
    ahead = weeks.ahead(hazard, np.array([0, 1]), np.array([3.0, 12.0]), np.array([10.0, 30.0]))
    assert ahead == pytest.approx([3.5, 9.0])
    assert WEEK == 7


def test_how_often_people_log_in_is_found_from_browsers_known_by_it():
    draw = np.random.default_rng(2)
    visits = draw.poisson(3, size=20_000) + 1
    first = draw.geometric(0.3, size=visits.size)
    known = first <= visits
    rate = log_in_rate(visits[known].astype(float), first[known] - 1.0, np.ones(known.sum()))
    assert rate == pytest.approx(0.3, abs=0.01)
    # The visits of the others are found again from those of the known.
    total, count = visits.sum(), visits[known].sum()
    contacts = Contacts(
        np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), np.array([count]), np.array([count])
    )
    browsers = Browsers(
        np.zeros(known.sum(), dtype=np.int64), visits[known], first[known] - 1, np.zeros(known.sum(), dtype=np.int64), np.zeros(known.sum(), dtype=bool)
    )  # fmt: skip
    given, _ = company(customers=30)
    found_share = seen(
        replace(given, kinds=(Kind("Ads"),), contacts=contacts, browsers=browsers), np.ones(30)
    )
    assert found_share[0] == pytest.approx(count / total, abs=0.01)
