"""The EM algorithm: how likely each touch is the cause of each order, and how likely it came of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from martlet.models.incremental.habit import design, hazard_step
from martlet.models.incremental.pairs import WINDOW
from martlet.models.incremental.totals import totals

if TYPE_CHECKING:
    from martlet.models.incremental.observed import Bools, Floats, Ints
    from martlet.models.incremental.pairs import Pairs, Times

__all__ = ["Declustered", "Parameters", "declustered"]

# Operational days in which a decided order brings touches about, and the edges of the histogram of their lags.
_EARLY: Final = 6.0
_EDGES: Final = np.array(
    [0, 0.03, 0.07, 0.15, 0.25, 0.4, 0.55, 0.75, 1, 1.25, 1.5, 1.8, 2.2, 2.7, 3.3, 4.2, _EARLY]
)
# Lags of so many caused orders, of a kind about which nothing is known, and their bounds.
_LAG: Final = 3.0
_LAG_ORDERS: Final = 3.0
_LAGS: Final = (0.8, 12.0)
# Bounds of the mean lag of early harvest, where no control tells its shape.
_HARVEST_LAGS: Final = (0.1, 1.2)
# Customers' contact rates are drawn towards the mean by so many touches.
_CONTACTS: Final = 2.0
# EM is slow where much is hidden: its steps are lengthened by this power.
_LONGER: Final = 1.7
_TINY: Final = 1e-9
# Newton steps of the hazard in each of so many first rounds.
_FIRST_STEPS: Final = 3
# Harvest visits with an order of a control, from which on it tells how many come earlier.
_ANCHOR: Final = 100.0


@dataclass(frozen=True)
class Parameters:
    """What is estimated, by kind of touch.

    `effect`: orders that an exogenous touch causes in the window; `lag`: mean days until then; `at_once`: share of the visits with an
    order that caused it; `early`: touches that an order brings about before its visit; `contact`: exogenous touches a day;
    `keen`: by what a recent touch raises the habit's hazard, of visits and of mails; `habit`: coefficients; `shape`: density of the lags of
    early harvest, by bin.
    """

    effect: Floats
    lag: Floats
    at_once: Floats
    early: Floats
    contact: Floats
    keen: Floats
    habit: Floats
    shape: Floats


@dataclass(frozen=True)
class Declustered:
    """What came of it: parameters, and for each pair the probability that the touch caused the order.

    `lacking`: by kind, by how many standard deviations fewer touches come before the visit of the order than harvest would bring;
    `caused`: of `Pairs.order`; `at_once`: of `Pairs.held_order`; `by_habit`: of each outcome; `exogenous`: of each touch. `log_likelihood` is that
    of the orders.
    """

    parameters: Parameters
    caused: Floats
    at_once: Floats
    by_habit: Floats
    exogenous: Floats
    lacking: Floats
    rounds: int
    has_converged: bool
    log_likelihood: float


def declustered(
    given: Pairs,
    *,
    weights: Floats | None = None,
    at: Times | None = None,
    start: Parameters | None = None,
    freed: Bools | None = None,
    rounds: int = 80,
    tolerance: float = 2e-4,
) -> Declustered:
    """Run the algorithm.

    Parameters
    ----------
    given
        The pairs of a company.
    weights
        Of customers, for a bootstrap over them; 1 each when left out.
    at
        The moments by another clock.
    start
        Parameters to begin with.
    freed
        Kinds whose harvest before the visit with the order is found from its own lags alone; where it lacks, their visits with an order are
        causes. By default it follows from the visits with an order, as that of a control does.
    rounds
        At most so many.
    tolerance
        Ends when the caused orders of no kind change by more than this share of all orders in a round.
    """
    run = _Run(given, np.ones(len(given.observed.since)) if weights is None else weights, at or given.times)
    if freed is not None:
        run.freed = freed & ~run.control
    parameters = run.first() if start is None else start
    before, done, number = np.zeros(run.kinds), False, 0
    for number in range(rounds):
        found = run.expected(parameters)
        parameters = run.maximised(parameters, found, refresh=number % 5 == 0, steps=_FIRST_STEPS if start is None and number < _FIRST_STEPS else 1)  # fmt: skip
        caused = run.by_kind(found)
        change = np.abs(caused - before).max() / max(run.order_weight.sum(), _TINY)
        before = caused
        if change < tolerance / 4 and number > 12:  # noqa: PLR2004 (the hazard settles first)
            done = True
            break
    found = run.expected(parameters)
    return Declustered(
        parameters,
        found.caused,
        found.at_once,
        found.by_habit,
        found.exogenous,
        run.lacking(parameters, found),
        number + 1,
        done,
        found.log_likelihood,
    )


@dataclass(frozen=True)
class _Expected:
    caused: Floats
    at_once: Floats
    by_habit: Floats
    by_keenness: Floats
    exogenous: Floats
    unharvested: Floats
    harvest: Floats
    log_likelihood: float


class _Run:
    """What stays the same from round to round."""

    def __init__(self, given: Pairs, weights: Floats, at: Times) -> None:
        seen, touches, orders = given.observed, given.observed.touches, given.observed.orders
        self.given, self.weights = given, weights
        self.kinds = len(seen.kinds)
        self.mail = np.array([kind.is_mail for kind in seen.kinds])
        self.control = np.array([kind.is_control for kind in seen.kinds])
        self.lasting = np.array([kind.is_lasting for kind in seen.kinds])
        self.direct = np.array([kind.is_direct for kind in seen.kinds])
        self.kind, self.customer = touches.kind, touches.customer
        self.touch_weight = weights[touches.customer]
        place = np.full(orders.customer.size, -1)
        place[given.outcomes] = np.arange(given.outcomes.size)
        self.order = place[given.order]
        self.held_order = place[given.held_order]
        self.order_weight = weights[orders.customer[given.outcomes]]
        self.pair_kind = self.kind[given.touch]
        self.pair_weight = self.order_weight[self.order]
        self.held_kind = self.kind[given.held_touch]
        self.held_weight = self.order_weight[self.held_order]
        self.lag = given.lag(at)
        self.holds = np.zeros(touches.kind.size, dtype=bool)
        self.holds[given.held_touch] = True
        self.short = np.flatnonzero((self.lag < _EARLY) & ~self.holds[given.touch])
        self.bin = np.searchsorted(_EDGES, self.lag[self.short], side="right") - 1
        self.span = np.clip(at.end - at.start, 1, None)
        self.left = np.minimum(np.maximum(at.end - at.touch, 0), WINDOW)
        self.plain = ~touches.is_entry
        self.columns = design()
        self.exposure = given.weeks.exposure(weights, at.stretch)
        self.used = self.exposure > 0
        self.orders_of_cell = given.cell
        # The customers' habit ahead of each touch, made anew each few rounds.
        self.habit_ahead = np.zeros(0)
        self.freed = np.zeros(self.kinds, dtype=bool)
        self.held = self._sum(self.held_kind, self.held_weight)
        self.total_orders = max(self.order_weight.sum(), _TINY)

    def first(self) -> Parameters:
        """Return where the search begins."""
        kinds, density = self.kinds, np.diff(-np.exp(-_EDGES / 0.5)) / np.diff(_EDGES)
        habit = np.zeros(self.columns.shape[1])
        habit[0] = np.log(max(self.order_weight.sum(), 1.0) / self.exposure.sum())
        return Parameters(
            effect=np.where(self.control | ~self.lasting, 0.0, 0.01),
            lag=np.full(kinds, _LAG),
            at_once=np.zeros(kinds),
            early=0.05 + self.held / self.total_orders,
            contact=self._sum(self.kind, self.touch_weight) / (self.weights * self.span).sum(),
            keen=np.full(2, 0.05),
            habit=habit,
            shape=density / (density * np.diff(_EDGES)).sum(),
        )

    def by_kind(self, found: _Expected) -> Floats:
        """Return the caused orders that were seen to be, by kind."""
        return self._sum(self.pair_kind, found.caused * self.pair_weight) + self._sum(self.held_kind, found.at_once * self.held_weight)  # fmt: skip

    def expected(self, now: Parameters) -> _Expected:
        """Return what caused what, if these are the parameters."""
        given, rate = self.given, self._contact_rate(now)
        # Visits: of themselves, or because of an order that is to come.
        harvest = now.early[self.pair_kind[self.short]] * now.shape[self.bin]
        by_touch = totals(given.touch[self.short], harvest, self.kind.size)
        unharvested = rate / (rate + by_touch)
        unharvested[self.holds] = 1.0
        # Orders: by habit, by earlier touches, or by the visit in which they are placed.
        hazard = np.zeros(given.weeks.cells)
        hazard[self.used] = np.exp(np.clip(self.columns[self.used] @ now.habit, -20, 3))
        habit = hazard[self.orders_of_cell]
        at_once = now.at_once[self.held_kind]
        unharvested[given.held_touch] = at_once
        alive = unharvested[given.touch]
        push = (
            now.effect[self.pair_kind]
            / now.lag[self.pair_kind]
            * np.exp(-self.lag / now.lag[self.pair_kind])
            * alive
        )
        keen = (
            now.keen[self.mail[self.pair_kind].astype(int)]
            * habit[self.order]
            * alive
            * self.plain[given.touch]
        )
        keenness = totals(self.order, keen, habit.size)
        elsewhere = habit + keenness + totals(self.order, push, habit.size)
        rest = np.ones(habit.size)
        np.multiply.at(rest, self.held_order, 1 - at_once)
        caused = push / elsewhere[self.order] * rest[self.order]
        by_touch_caused = np.minimum(totals(given.touch, caused, self.kind.size), 1.0)
        exogenous = unharvested + (1 - unharvested) * by_touch_caused
        exogenous[given.held_touch] = at_once
        likelihood = (self.order_weight * np.log(np.maximum(elsewhere, _TINY**2))).sum()
        return _Expected(
            caused,
            at_once,
            (habit + keenness) / elsewhere * rest,
            keen / elsewhere[self.order] * rest[self.order],
            exogenous,
            unharvested,
            harvest / np.maximum(by_touch[given.touch[self.short]], _TINY**2) * (1 - exogenous[given.touch[self.short]]),
            float(likelihood - (hazard * self.exposure).sum()),
        )  # fmt: skip

    def _contact_rate(self, now: Parameters) -> Floats:
        """Return the rate at which each touch's customer comes by its kind of themselves."""
        of_person = np.where(self.mail[self.kind], 1.0, self._keenness()[self.customer])
        rate: Floats = np.maximum(now.contact[self.kind] * of_person, _TINY)
        return rate

    def _keenness(self) -> Floats:
        if not hasattr(self, "keenness"):
            self._meet(np.where(self.holds, 0.0, 1.0))
        found: Floats = self.keenness
        return found

    def _meet(self, exogenous: Floats) -> None:
        """Work out how often each customer comes of themselves, against the average."""
        visits = self.plain & ~self.mail[self.kind]
        met = totals(self.customer[visits], exogenous[visits], self.span.size)
        pace = (met * self.weights).sum() / max((self.weights * self.span).sum(), _TINY)
        self.keenness = (met + _CONTACTS) / (self.span * pace + _CONTACTS)

    def maximised(self, now: Parameters, found: _Expected, *, refresh: bool, steps: int) -> Parameters:
        """Return the parameters under which what was expected is likeliest."""
        given = self.given
        self._meet(found.exogenous)
        watched = np.where(self.mail, (self.weights * self.span).sum(), (self.weights * self.keenness * self.span).sum())  # fmt: skip
        contact = self._sum(self.kind, found.exogenous * self.touch_weight) / watched
        weighted = found.caused * self.pair_weight
        caused, lags = self._sum(self.pair_kind, weighted), self._sum(self.pair_kind, weighted * self.lag)
        lag = np.clip((lags + _LAG * _LAG_ORDERS) / (caused + _LAG_ORDERS), *_LAGS)
        within = 1 - np.exp(-self.left / lag[self.kind])
        touches = found.exogenous * self.touch_weight
        effect = caused / np.maximum(self._sum(self.kind, touches * within), _TINY)
        effect = np.where(self.control | ~self.lasting, 0.0, _stretched(now.effect, effect))
        early, at_once, shape = self._harvest(now, found)
        keen = self._keen(now, found, refresh=refresh)
        orders = totals(self.orders_of_cell, self._own(found), given.weeks.cells)
        habit = hazard_step(
            self.columns[self.used], orders[self.used], self.exposure[self.used], now.habit, steps
        )
        return Parameters(effect, lag, at_once, early, contact, keen, habit, shape)

    def _own(self, found: _Expected) -> Floats:
        """Return the orders of habit without what recent touches add to it."""
        keen = totals(self.order, found.by_keenness, self.order_weight.size)
        own: Floats = (found.by_habit - keen) * self.order_weight
        return own

    def _keen(self, now: Parameters, found: _Expected, *, refresh: bool) -> Floats:
        if refresh or not self.habit_ahead.size:
            hazard = np.zeros(self.given.weeks.cells)
            hazard[self.used] = np.exp(np.clip(self.columns[self.used] @ now.habit, -20, 3))
            at = self.given.times
            until = np.minimum(at.touch + WINDOW, at.end)
            self.habit_ahead = self.given.weeks.ahead(hazard, self.customer, at.touch, until)
        group = self.mail.astype(int)
        added = totals(group[self.pair_kind], found.by_keenness * self.pair_weight, 2)
        base = totals(
            group[self.kind], found.unharvested * self.plain * self.habit_ahead * self.touch_weight, 2
        )
        return _stretched(now.keen, np.maximum(added / np.maximum(base, _TINY), 1e-6))

    def _harvest(self, now: Parameters, found: _Expected) -> tuple[Floats, Floats, Floats]:
        """Return touches that an order brings about before its visit, the share of visits with an order that caused it, and the lags' shape.

        People who have decided come by the same channels before the visit of the order as in it, so the ratio of both is that of a
        control. Where fewer come before than that, the visits with an order in excess are taken for causes, of kinds that may.
        """
        of = self.pair_kind[self.short]
        weighted = found.harvest * self.pair_weight[self.short]
        early = self._sum(of, weighted)
        ratio = self._ratio(early, now.at_once)
        own = self.direct | self.control | self.freed
        at_once = np.clip(1 - early / np.maximum(ratio * self.held, _TINY), 0, 1)
        shape = self._shape(of, weighted)
        return (
            np.where(
                own, _stretched(now.early, early / self.total_orders), ratio * self.held / self.total_orders
            ),
            np.where(self.freed & (self.held > 0), at_once, 0.0),
            shape,
        )

    def _shape(self, of: Ints, weighted: Floats) -> Floats:
        """Return the density of the lags of early harvest: that of the controls as it is, or an exponential where there are none."""
        by_control = weighted * self.control[of]
        if by_control.sum() > _ANCHOR / 2:
            lags = totals(self.bin, by_control, _EDGES.size - 1) + 1e-3
        else:
            mean = (weighted * self.lag[self.short]).sum() / max(weighted.sum(), _TINY)
            lags = -np.diff(np.exp(-_EDGES / np.clip(mean, *_HARVEST_LAGS)))
        density: Floats = lags / lags.sum() / np.diff(_EDGES)
        return density

    def _ratio(self, early: Floats, at_once: Floats) -> float:
        """Return how many harvest touches come before the visit of the order, for each one in it."""
        harvest = self.held * (1 - at_once)
        for kinds in (self.control & ~self.direct, self.control, ~self.direct & ~self.freed):
            if harvest[kinds].sum() >= _ANCHOR:
                return float(early[kinds].sum() / harvest[kinds].sum())
        return float(early.sum() / max(harvest.sum(), _TINY))

    def lacking(self, now: Parameters, found: _Expected) -> Floats:
        """Return the score test, by kind, of whether as many touches come before the visit of the order as its harvest rate says."""
        of, weight = self.pair_kind[self.short], self.pair_weight[self.short]
        early = self._sum(of, found.harvest * weight)
        # Each touch's own share of what it tells about the rate.
        by_touch = totals(self.given.touch[self.short], found.harvest * np.sqrt(weight), self.kind.size)
        spread = np.sqrt(np.maximum(self._sum(self.kind, by_touch**2), _TINY))
        short: Floats = (now.early * self.total_orders - early) / spread
        return short

    def _sum(self, kind: Ints, values: Floats) -> Floats:
        return totals(kind, values, self.kinds)


def _stretched(old: Floats, new: Floats) -> Floats:
    """Return a longer step of EM in the logarithm."""
    old, new = np.maximum(old, _TINY), np.maximum(new, _TINY)
    found: Floats = np.minimum(old * (new / old) ** _LONGER, 1e3)
    return found
