-- What the macros of the schema stats answer on a grid, so that versions can be compared: a name and a value a row.
SELECT 'normal_tail ' || x AS name, stats.normal_tail(x) AS value FROM (SELECT unnest([0, 0.3, 0.7, 2, 5.6, 5.7, 12, 30, 37])::DOUBLE AS x)
UNION ALL
SELECT 'normal_quantile ' || p, stats.normal_quantile(p) FROM (SELECT unnest([1e-200, 1e-9, 0.01, 0.3, 0.5, 0.7, 0.975])::DOUBLE AS p)
UNION ALL
SELECT 'student_t_p ' || t || ' ' || d, stats.student_t_p(t, d)
FROM (SELECT unnest([0, 0.4, 1.7, 2.6, 12])::DOUBLE AS t), (SELECT unnest([0.3, 1, 2.5, 30, 41, 999, 2501, 1e7])::DOUBLE AS d)
UNION ALL
SELECT 'student_t_quantile ' || p || ' ' || d, stats.student_t_quantile(p, d)
FROM (SELECT unnest([1e-9, 0.025, 0.4, 0.95, 0.999])::DOUBLE AS p), (SELECT unnest([1, 1.3, 3, 12, 500, 1e5])::DOUBLE AS d)
UNION ALL
SELECT 'chi_square_sf ' || x || ' ' || d, stats.chi_square_sf(x * d, d)
FROM (SELECT unnest([0.1, 0.9, 1, 1.3, 3])::DOUBLE AS x), (SELECT unnest([1, 7, 100, 101, 5000])::DOUBLE AS d)
UNION ALL
SELECT 'poisson_at_least ' || k, stats.poisson_at_least(k, 7.5) FROM (SELECT unnest([0, 1, 7, 20, 90]) AS k)
UNION ALL
SELECT 'binomial_at_most ' || k || ' ' || n, stats.binomial_at_most(k, n, 0.07) FROM (SELECT unnest([0, 3, 40]) AS k), (SELECT unnest([40, 500]) AS n)
UNION ALL
SELECT 'beta_cdf ' || a || ' ' || b, stats.beta_cdf(a / (a + b), a, b) FROM (SELECT unnest([0.5, 3, 900])::DOUBLE AS a), (SELECT unnest([0.5, 40, 1000])::DOUBLE AS b)
UNION ALL
SELECT 'clopper_pearson_low ' || k, stats.clopper_pearson_low(k, 1000, 0.95) FROM (SELECT unnest([0, 1, 30, 900]) AS k)
UNION ALL
SELECT 'newcombe_low ' || k, stats.newcombe_low(k / 70, 70, 48 / 80, 80, stats.z_95()) FROM (SELECT unnest([0, 56, 70]) AS k)
UNION ALL
SELECT 'welch_p ' || n, stats.welch_p(n, 1.5, 4.0, 30, 2.25, 9.0) FROM (SELECT unnest([2, 20, 400]) AS n)
UNION ALL
SELECT 'mann_whitney_p ' || r, stats.mann_whitney_p(r, 9, 14, 30) FROM (SELECT unnest([60, 108, 150]) AS r)
UNION ALL
SELECT 'fisher_p ' || a, stats.fisher_p(a, 8, 2, 18) FROM (SELECT unnest([0, 3, 12, 300]) AS a)
