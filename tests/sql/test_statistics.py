"""The macros of the schema `stats` are as near to scipy as their headers say, tails and borders included."""

import math
import re
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import special, stats
from scipy.stats import contingency

from martlet.engine.relations import relations

ROOT = Path(__file__).parents[2]
MACROS = {relation.name: relation for relation in relations() if relation.schema == "stats"}


def signature(name):
    return re.search(rf"CREATE MACRO stats\.{name}\(([^)]*)\)", MACROS[name].unit.body)[1]


def asked(star, name, *arguments):
    """The macro's values for a table of arguments, one row each."""
    rows = list(zip(*np.broadcast_arrays(*arguments), strict=True))
    names = [f"a{n}" for n in range(len(rows[0]))]
    values = ", ".join("(" + ", ".join(f"'{float(x)!r}'::DOUBLE" for x in row) + ")" for row in rows)
    found = star.connection.execute(
        f"SELECT stats.{name}({', '.join(names)}) FROM (VALUES {values}) AS t ({', '.join(names)})"
    ).fetchall()
    return np.array([math.nan if x is None else x for (x,) in found], dtype=float)


def near(found, expected, *, rel, abs_=0.0):
    expected = np.asarray(expected, dtype=float)
    off = np.abs(found - expected)
    allowed = np.maximum(rel * np.abs(expected), abs_)
    # Below that a DOUBLE has no digits left.
    far = (off > allowed) & ~((np.abs(expected) < 1e-290) & (off < 1e-290))
    assert not np.isnan(found).any()
    assert not far.any(), list(zip(found[far], expected[far], strict=True))[:5]


def grid(*axes):
    return [np.array(axis, dtype=float) for axis in zip(*product(*axes), strict=True)]


Z = np.concatenate([np.linspace(0, 8, 97), np.linspace(8.1, 37, 60), [0.67448975, 5.656854249492381]])


def test_normal_shares_on_both_sides(star):
    near(asked(star, "normal_sf", Z), stats.norm.sf(Z), rel=3e-13)
    near(asked(star, "normal_sf", -Z), stats.norm.sf(-Z), rel=4e-16)
    near(asked(star, "normal_cdf", -Z), stats.norm.cdf(-Z), rel=3e-13)
    near(asked(star, "normal_cdf", Z), stats.norm.cdf(Z), rel=0, abs_=3e-16)
    near(asked(star, "normal_p", -Z), 2 * stats.norm.sf(Z), rel=3e-13)
    assert asked(star, "normal_sf", [50.0, -50.0]).tolist() == [0, 1]


def test_normal_quantile(star):
    p = np.concatenate([10.0 ** -np.arange(1, 305, 6), np.linspace(0.001, 0.999, 113), [0.075, 0.925]])
    near(asked(star, "normal_quantile", p), stats.norm.ppf(p), rel=2e-15, abs_=1e-16)
    ends = star.connection.execute(
        "SELECT stats.normal_quantile(0), stats.normal_quantile(1), stats.normal_quantile(1.1)"
    ).fetchone()
    assert ends == (-math.inf, math.inf, None)


DEGREES = [0.3, 1, 1.7, 2, 3, 5, 10.4, 30, 40, 41, 100, 333.3, 1000, 2500, 2501, 5000, 10_000]
T = [0, 0.01, 0.4, 1, 1.7, 1.75, 2, 2.6, 4, 7, 12, 30]


def test_student_t(star):
    t, degrees = grid(T, DEGREES)
    near(
        asked(star, "student_t_p", t, degrees),
        2 * stats.t.sf(t, degrees),
        rel=np.where(degrees > 2500, 2e-9, 2e-11),
    )
    near(asked(star, "student_t_p", -t, degrees), 2 * stats.t.sf(t, degrees), rel=0, abs_=1e-12)
    near(
        asked(star, "student_t_sf", t, degrees),
        stats.t.sf(t, degrees),
        rel=np.where(degrees > 2500, 2e-9, 2e-11),
    )
    near(asked(star, "student_t_cdf", t, degrees), stats.t.cdf(t, degrees), rel=0, abs_=1e-12)
    t, degrees = grid(T[:-1], [10_001, 1e5, 1e7, 1e9])
    near(asked(star, "student_t_p", t, degrees), 2 * stats.t.sf(t, degrees), rel=2e-10, abs_=1e-15)


def test_student_t_quantile(star):
    p, degrees = grid(
        [1e-12, 1e-6, 0.001, 0.025, 0.2, 0.4999, 0.5, 0.6, 0.95, 0.975, 0.999999],
        [d for d in DEGREES if d >= 1] + [1.1, 1.3, 1e6],
    )
    is_poor = (degrees < 3) & (degrees != 1) & (degrees != 2)
    near(
        asked(star, "student_t_quantile", p, degrees),
        stats.t.ppf(p, degrees),
        rel=np.where(is_poor, 1e-8, 1e-11),
        abs_=1e-14,
    )


def test_student_t_has_no_answer_without_degrees(star):
    found = star.connection.execute(
        "SELECT stats.student_t_p(2, 0), stats.student_t_p(2, NULL), stats.student_t_p(0, NULL), stats.student_t_p(NULL, 5), "
        "stats.student_t_quantile(0.975, 0), stats.student_t_quantile(NULL, 5), stats.student_t_p('inf'::DOUBLE, 5)"
    ).fetchone()
    assert found == (None,) * 6 + (0,)


def test_chi_square(star):
    degrees = [0.5, 1, 2, 3, 7, 20, 50, 99, 100, 101, 400, 2000]
    x, d = grid([0.001, 0.1, 0.5, 0.7, 0.9, 0.99, 1, 1.01, 1.1, 1.4, 2, 4, 9], degrees)
    near(asked(star, "chi_square_sf", x * d, d), special.gammaincc(d / 2, x * d / 2), rel=1e-11, abs_=1e-300)
    # The test of a split that was held back from everybody: 1.8e-6.
    assert asked(star, "chi_square_sf", [23.5], [1])[0] == pytest.approx(stats.chi2.sf(23.5, 1), rel=1e-12)
    z, d = grid([-4, -1, 0, 1, 4, 6], [1e4, 1e6, 1e8])
    near(
        asked(star, "chi_square_sf", d + z * np.sqrt(2 * d), d),
        stats.chi2.sf(d + z * np.sqrt(2 * d), d),
        rel=1e-8,
        abs_=1e-12,
    )


def test_poisson_tails(star):
    k, mean = grid([0, 1, 3, 10, 60, 200, 1000], [0.01, 0.8, 3, 11, 59, 210, 1100])
    near(asked(star, "poisson_at_least", k, mean), stats.poisson.sf(k - 1, mean), rel=1e-11, abs_=1e-290)
    near(asked(star, "poisson_at_most", k, mean), stats.poisson.cdf(k, mean), rel=1e-11, abs_=1e-290)


def test_binomial_tails(star):
    k, n, share = grid(
        [0, 1, 2, 7, 60, 500, 1500], [7, 80, 600, 1e4, 1e6], [1e-6, 0.001, 0.03, 0.2, 0.5, 0.9]
    )
    fits = (np.minimum(k, n - k + 1) <= 1000) & (np.minimum(k + 1, n - k) <= 1000) & (k <= n)
    k, n, share = k[fits], n[fits], share[fits]
    near(
        asked(star, "binomial_at_least", k, n, share), stats.binom.sf(k - 1, n, share), rel=1e-9, abs_=1e-280
    )
    near(asked(star, "binomial_at_most", k, n, share), stats.binom.cdf(k, n, share), rel=0, abs_=1e-10)


def test_beta_within_its_range_and_an_error_beyond(star):
    a, b, z = grid([0.5, 1, 3, 12, 300, 1000], [0.5, 2, 40, 1000, 1e5, 1e8], [-6, -2, -0.3, 0, 0.5, 3, 8])
    x = a / (a + b) + z * np.sqrt(a * b / (a + b + 1)) / (a + b)
    inside = (x > 0) & (x < 1)
    a, b, x = a[inside], b[inside], x[inside]
    near(
        asked(star, "beta_cdf", x, a, b),
        special.betainc(a, b, x),
        rel=0,
        abs_=np.where(a + b < 1.1e4, 1e-11, 4e-9),
    )
    with pytest.raises(duckdb.Error, match="1000 at most"):
        asked(star, "beta_cdf", [0.5], [1001], [1001])
    with pytest.raises(duckdb.Error, match="above 0"):
        asked(star, "beta_cdf", [0.5], [0], [1])


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_clopper_pearson(star, level):
    k, n = np.array([1, 3, 10, 50, 1, 7, 990]), np.array([10, 10, 10, 1e4, 1e8, 9, 3000])
    low = asked(star, "clopper_pearson_low", k, n, [level] * 7)
    high = asked(star, "clopper_pearson_high", k[:4], n[:4], [level] * 4)
    near(low, stats.beta.ppf((1 - level) / 2, k, n - k + 1), rel=1e-10)
    expected = [
        1.0 if a == b else stats.beta.ppf((1 + level) / 2, a + 1, b - a)
        for a, b in zip(k[:4], n[:4], strict=True)
    ]
    near(high, expected, rel=1e-10)
    assert asked(star, "clopper_pearson_low", [0], [5], [level])[0] == 0
    with pytest.raises(duckdb.Error, match="1000 at most"):
        asked(star, "clopper_pearson_low", [5000], [10_000], [level])


def test_wilson_and_newcombe(star):
    z = stats.norm.ppf(0.975)
    for k, n in ((0, 7), (7, 7), (3, 10), (1, 1e8), (5e7, 1e8)):
        ends = stats.binomtest(int(k), int(n)).proportion_ci(0.95, "wilson") if n < 1e6 else None
        found = (
            asked(star, "wilson_low", [k / n], [n], [z])[0],
            asked(star, "wilson_high", [k / n], [n], [z])[0],
        )
        if ends:
            assert found == pytest.approx(tuple(ends), abs=1e-15)
        assert 0 <= found[0] <= k / n <= found[1] <= 1
    # Newcombe's own example: Statistics in Medicine 17 (1998), table II, method 10.
    low = asked(star, "newcombe_low", [56 / 70], [70], [48 / 80], [80], [z])[0]
    high = asked(star, "newcombe_high", [56 / 70], [70], [48 / 80], [80], [z])[0]
    assert (low, high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_tests_of_two_groups(star):
    rng = np.random.default_rng(5)
    for n_1, n_2 in ((2, 3), (9, 14), (300, 40)):
        one, two = rng.integers(0, 9, n_1).astype(float), rng.gamma(2, 3, n_2).round()
        told = (n_1, one.mean(), one.var(ddof=1), n_2, two.mean(), two.var(ddof=1))
        welch = stats.ttest_ind(one, two, equal_var=False)
        assert asked(star, "welch_t", *[[x] for x in told])[0] == pytest.approx(welch.statistic, rel=1e-12)
        assert asked(star, "welch_p", *[[x] for x in told])[0] == pytest.approx(welch.pvalue, rel=1e-11)
        ranks = stats.rankdata([*one, *two])
        _, counts = np.unique([*one, *two], return_counts=True)
        given = [[ranks[:n_1].sum()], [n_1], [n_2], [(counts**3 - counts).sum()]]
        expected = stats.mannwhitneyu(one, two, method="asymptotic").pvalue
        assert asked(star, "mann_whitney_p", *given)[0] == pytest.approx(expected, rel=1e-12)
        pooled = math.sqrt(((n_1 - 1) * told[2] + (n_2 - 1) * told[5]) / (n_1 + n_2 - 2))
        assert asked(star, "cohens_d", *[[x] for x in told])[0] == pytest.approx(
            (told[1] - told[4]) / pooled, rel=1e-12
        )
    assert asked(star, "cohens_h", [0.5], [0.3])[0] == pytest.approx(0.411516846)


@pytest.mark.parametrize(
    "cells", [(12, 8, 2, 18), (3, 1, 2, 8), (0, 5, 4, 1), (300, 290, 10, 25), (7, 0, 0, 9)]
)
def test_tables_of_two_rows_and_two_columns(star, cells):
    a, b, c, d = cells
    chi_square = contingency.chi2_contingency([[a, b], [c, d]], correction=False)
    assert asked(star, "chi_square_2x2", [a], [b], [c], [d])[0] == pytest.approx(
        chi_square.statistic, rel=1e-12
    )
    assert asked(star, "fisher_p", [a], [b], [c], [d])[0] == pytest.approx(
        stats.fisher_exact([[a, b], [c, d]])[1], rel=1e-10
    )
    z = asked(star, "two_proportion_z", [a], [a + b], [c], [c + d])[0]
    assert z**2 == pytest.approx(chi_square.statistic, rel=1e-11)
    assert asked(star, "two_proportion_p", [a], [a + b], [c], [c + d])[0] == pytest.approx(
        chi_square.pvalue, rel=1e-10
    )


def test_fisher_is_for_small_tables(star):
    with pytest.raises(duckdb.Error, match="10,000 at most"):
        asked(star, "fisher_p", [9000], [1000], [5], [1])


def test_a_table_of_any_size_by_its_rows(star):
    table = np.array([[12, 5, 9], [4, 8, 20]])
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    rows = ", ".join(f"({o}, {e!r})" for o, e in zip(table.ravel(), expected.ravel().tolist(), strict=True))
    ((found,),) = star.connection.execute(
        f"SELECT stats.chi_square_of(o, e) FROM (VALUES {rows}) AS t (o, e)"
    ).fetchall()
    assert found == pytest.approx(contingency.chi2_contingency(table).statistic, rel=1e-12)


def test_log_gamma_and_log1p(star):
    x = np.array([1e-6, 0.1, 0.5, 1.5, 7, 1e3, 1e8])
    near(asked(star, "log_gamma", x), special.gammaln(x), rel=1e-14)
    u = np.array([-0.999, -0.4, -1e-9, 1e-300, 1e-12, 0.3, 0.499, 5, 1e9])
    near(asked(star, "log1p", u), np.log1p(u), rel=4e-16)


def test_groups_of_a_hundred_million(star):
    """1e8 users with 1e6 and 1.004e6 successes: nothing overflows or cancels."""
    p = asked(star, "two_proportion_p", [1_000_000], [1e8], [1_004_000], [1e8])[0]
    pooled = 2_004_000 / 2e8
    z = 4000 / 1e8 / math.sqrt(pooled * (1 - pooled) * 2 / 1e8)
    assert p == pytest.approx(2 * stats.norm.sf(z), rel=1e-9)
    welch = asked(star, "welch_p", [1e8], [10.0], [400.0], [1e8], [10.004], [420.0])[0]
    assert welch == pytest.approx(2 * stats.norm.sf(0.004 / math.sqrt(8.2e-6)), rel=1e-6)


def test_macros_take_whole_numbers_decimals_and_names_that_they_use_themselves(star):
    """Arguments are put into the macro as text: types that don't add up, or a column called as one of its own, must not matter."""
    found = star.connection.execute(
        "SELECT stats.student_t_p(2, 10), stats.student_t_p(2.0, 10::HUGEINT), stats.chi_square_sf(3, 2), stats.chi_square_sf(3.00::DECIMAL(5, 2), 2), "
        "stats.student_t_p(_degrees, _t), stats.beta_cdf(_b, _a, x), stats.welch_p(_t, t, z, _t, p, z) "
        "FROM (SELECT 10 AS _t, 2e0 AS _degrees, 0.3 AS _b, 2 AS _a, 5 AS x, 1.5 AS t, 2 AS z, 2.5 AS p)"
    ).fetchone()
    p = 2 * stats.t.sf(2, 10)
    welch = stats.ttest_ind_from_stats(1.5, 2**0.5, 10, 2.5, 2**0.5, 10, equal_var=False).pvalue
    assert found == pytest.approx(
        (p, p, stats.chi2.sf(3, 2), stats.chi2.sf(3, 2), p, stats.beta.cdf(0.3, 2, 5), welch), rel=1e-11
    )


def test_every_macro_says_source_range_and_accuracy():
    for name, relation in MACROS.items():
        doc = relation.unit.header["doc"]
        if name != "z_95":
            assert "Range: " in doc, name
            assert "Accuracy: " in doc, name
        assert set(relation.unit.columns) == {
            one.strip() for one in signature(name).split(",") if one.strip()
        }, name
        assert relation.comments, name


def table():
    """The rows of the guide, a macro each."""
    return [
        f"| `stats.{name}({signature(name)})` | {MACROS[name].unit.header['doc']} |"
        for name in sorted(MACROS)
    ]


def test_the_guide_lists_every_macro():
    guide = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- macros -->\n(.*?)<!-- /macros -->", guide, re.DOTALL)
    assert found[1].splitlines() == table()


def test_the_examples_of_the_guide_run(star):
    guide = (ROOT / "docs" / "statistics.md").read_text(encoding="utf-8")
    for sql, told in re.findall(r"^(SELECT .*?);\s*-- ([-0-9.e]+)$", guide, re.MULTILINE):
        ((found,),) = star.connection.execute(sql).fetchall()
        assert found == pytest.approx(float(told), rel=1e-4), sql


@pytest.mark.parametrize(
    "call",
    [
        "fisher_p(NULL, 1, 2, 3)",
        "chi_square_sf(-1, 1)",
        "gamma_tail(-1, 2, true)",
        "poisson_at_most(2, -1)",
        "poisson_at_most(-1, -1)",
        "poisson_at_least(0, -1)",
        "student_t_p('nan'::DOUBLE, 5)",
        "student_t_p(1, 'nan'::DOUBLE)",
        "normal_sf('nan'::DOUBLE)",
        "normal_cdf('nan'::DOUBLE)",
        "normal_p('nan'::DOUBLE)",
        "normal_quantile('nan'::DOUBLE)",
        "two_proportion_p(11, 10, 5, 10)",
        "two_proportion_p(-1, 10, 5, 10)",
        "binomial_at_most(2, 10, 1.2)",
        "binomial_at_most(10, 10, -0.1)",
        "binomial_at_least(2, 10, 1.2)",
        "binomial_at_least(0, 10, -0.1)",
        "chi_square_2x2(-1, 5, 5, 5)",
        "wilson_low(1.5, 10, 1.96)",
        "wilson_high(-0.5, 10, 1.96)",
        "newcombe_low(1.5, 10, 0.5, 10, 1.96)",
        "newcombe_high(0.5, 10, 0.5, -10, 1.96)",
        "clopper_pearson_low(11, 10, 0.95)",
        "clopper_pearson_high(-1, 10, 0.95)",
        "clopper_pearson_low(0, 10, 1.5)",
        "clopper_pearson_high(5, 10, 1)",
        "welch_t(10, 1, -1, 10, 2, 1)",
        "welch_t(1, 1, 0, 10, 2, 1)",
        "welch_p(10, 1, -1, 10, 2, 3)",
        "welch_p(1, 1, 0, 10, 2, 1)",
    ],
)
def test_outside_the_range_nothing_is_said(star, call):
    assert star.connection.execute(f"SELECT stats.{call}").fetchone() == (None,)


@pytest.mark.parametrize("counts", ["-1, 5, 5, 5", "1.5, 2, 2, 2", "5, 5, -1, 5"])
def test_fisher_refuses_what_is_no_count(star, counts):
    with pytest.raises(duckdb.Error, match="whole numbers of 0 or more"):
        star.connection.execute(f"SELECT stats.fisher_p({counts})").fetchall()


def test_chi_square_counts_what_is_seen_where_nothing_is_expected(star):
    def of(cells):
        return star.connection.execute(
            f"SELECT stats.chi_square_of(o, e) FROM (VALUES {cells}) AS t (o, e)"
        ).fetchone()[0]

    assert of("(3, 2.0), (1, 0)") == math.inf
    assert of("(3, 2.0), (0, 0)") == 0.5
    assert of("(3, 2.0), (1, NULL)") is None
    with pytest.raises(duckdb.Error, match="0 or more"):
        of("(3, 2.0), (1, -1)")


def test_student_t_at_its_borders(star):
    t = np.array([0.5, 1.96, 6.0])
    near(asked(star, "student_t_p", t, math.inf), 2 * stats.norm.sf(t), rel=1e-9)
    p = np.array([0.001, 0.3, 0.975])
    near(asked(star, "student_t_quantile", p, math.inf), stats.norm.ppf(p), rel=1e-9)
    assert asked(star, "student_t_p", [1e155, -1e155, 1e308], [5.0]).tolist() == [0, 0, 0]
    near(asked(star, "student_t_p", [1e155], [0.3]), 2 * stats.t.sf(1e150, 0.3) * 1e-5**0.3, rel=1e-9)
