"""retention/cohorts and cohort_table against the definition of a cell: who could have reached it, and what they did in it."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .retention_by_hand import (
    DAY,
    ORIGIN,
    PERIOD_DAYS,
    SALES,
    TODAY,
    Company,
    kept,
    midnight,
    orders,
    people,
    ratio,
    start_of,
    starts,
)

parameters = st.fixed_dictionaries(
    {
        "cohort_on": st.sampled_from(["first_order", "sign_up"]),
        "period": st.sampled_from(["day", "week", "month", "month"]),
        "kind": st.sampled_from(["nday", "bracket", "rolling"]),
        "clock": st.sampled_from(["calendar", "elapsed"]),
        "brackets": st.sampled_from([[1, 3, 6, 12], [2], [4, 1, 1]]),
        "start": st.sampled_from([None, ORIGIN + 40 * DAY]),
        "until": st.sampled_from([None, ORIGIN + 130 * DAY]),
        "as_of": st.sampled_from([None, TODAY, ORIGIN + 90 * DAY]),
    }
)

MEASURES = ["retention_rate", "customers", "orders", "revenue", "margin", "revenue_per_customer"]


def joined(company, p):
    """Return when each customer joined, of those who are in a cohort."""
    if p["cohort_on"] == "sign_up":
        found = {key: row["signed_up_at"] for key, row in company.people.items() if row["signed_up_at"]}
    else:
        found = {key: company.moments(key)[0] for key in company.new_buyers()}
    return {
        key: at
        for key, at in found.items()
        if company.first_at
        and start_of(p["period"], at.date()) >= start_of(p["period"], company.first_at.date())
        and at <= company.today
        and (p["start"] is None or at >= p["start"])
        and (p["until"] is None or at < p["until"])
    }


class Cells:
    """Each customer's periods, on the calendar or by their own clock."""

    def __init__(self, company, p):
        self.company, self.p, self.joined = company, p, joined(company, p)

    def bounds(self, key, first, last):
        """Return the moments in which a customer's periods from `first` to `last` begin and end."""
        at, period = self.joined[key], self.p["period"]
        if self.p["clock"] == "elapsed":
            length = timedelta(days=PERIOD_DAYS[period])
            return at + first * length, at + (last + 1) * length
        begins = starts(period, at, at + timedelta(days=31 * (last + 3)))
        return max(at, midnight(begins[first])), midnight(begins[last + 1])

    def reached(self, key, first, last):
        begins, ends = self.bounds(key, first, last)
        return ends <= self.company.today if self.p["clock"] == "elapsed" else begins <= self.company.today

    def is_over(self, key, first, last):
        return self.bounds(key, first, last)[1] <= self.company.today

    def rows(self, key, first, last):
        begins, ends = self.bounds(key, first, last)
        ends = self.company.today + DAY if self.p["kind"] == "rolling" else ends
        return [row for row in self.company.rows.get(key, []) if begins <= row["ordered_at"] < ends]

    def spans(self):
        """Yield the number and the first and last period of all cells that may be reached."""
        if self.p["kind"] != "bracket":
            yield from ((k, k, k) for k in range(270 // PERIOD_DAYS[self.p["period"]] + 2))
            return
        edges = [0, *sorted(set(self.p["brackets"]))]
        yield 0, 0, 0
        for number, (before, last) in enumerate(pairwise(edges), 1):
            yield number, before + 1, last


def expected(orders, people, p):
    cells = Cells(Company(orders, people, p["as_of"]), p)
    found = {}
    for cohort in sorted({start_of(p["period"], at.date()) for at in cells.joined.values()}):
        members = [key for key, at in cells.joined.items() if start_of(p["period"], at.date()) == cohort]
        for number, first, last in cells.spans():
            reached = [key for key in members if cells.reached(key, first, last)]
            if not reached:
                continue
            rows = [row for key in reached for row in cells.rows(key, first, last)]
            sold = [row for row in rows if row["status"] in SALES]
            active = {row["customer_key"] for row in sold}
            margins = [row["margin"] for row in sold]
            revenue = sum((kept(row) for row in rows), Decimal(0))
            found[cohort, number] = {
                "first_period": first,
                "last_period": None if p["kind"] == "rolling" else last,
                "cohort_customers": len(members),
                "reached_customers": len(reached),
                "customers": len(active),
                "retention_rate": ratio(len(active), len(reached)),
                "orders": len(sold),
                "revenue": revenue,
                "margin": None if None in margins else sum(margins, Decimal(0)),
                "revenue_per_customer": pytest.approx(ratio(revenue, len(reached)), rel=1e-12),
                "complete": all(cells.is_over(key, first, last) for key in members),
            }
    return found


@given(orders=orders, people=people(), p=parameters)
def test_each_cell_is_what_its_words_say(star, orders, people, p):
    star.fill(fact_order=orders, dim_customer=people)
    answer = {
        (row.pop("cohort_start"), row.pop("period_number")): row for row in star.ask("retention/cohorts", **p)
    }
    assert answer == expected(orders, people, p)


@given(
    orders=orders,
    people=people(),
    p=parameters,
    choice=st.fixed_dictionaries({"measure": st.sampled_from(MEASURES), "incomplete": st.booleans()}),
)
def test_the_table_shows_the_same_cells(star, orders, people, p, choice):
    star.fill(fact_order=orders, dim_customer=people)
    cells = star.ask("retention/cohorts", **p)
    table = star.ask("retention/cohort_table", **p, **choice)
    assert [row["cohort_start"] for row in table] == sorted({cell["cohort_start"] for cell in cells})
    shown = {
        (row["cohort_start"], k): row[f"period_{k}"]
        for row in table
        for k in range(13)
        if row[f"period_{k}"] is not None
    }
    assert shown == {
        (cell["cohort_start"], cell["period_number"]): pytest.approx(float(cell[choice["measure"]]))
        for cell in cells
        if cell["period_number"] <= 12
        and (cell["complete"] or choice["incomplete"])
        and cell[choice["measure"]] is not None
    }


@given(orders=orders, people=people(), p=parameters)
def test_answers_do_not_depend_on_the_order_of_rows(star, orders, people, p):
    star.fill(fact_order=orders, dim_customer=people)
    answer = star.ask("retention/cohorts", **p)
    star.fill(fact_order=orders[::-1], dim_customer=people[::-1])
    assert star.ask("retention/cohorts", **p) == answer
