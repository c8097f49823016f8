"""How near the marketing mix comes to the truth, and whether its budgets help: the tables of docs/models.md.

    python benchmarks/mix.py --seeds 5 11 23 41
    python benchmarks/mix.py --seeds 5 --customers 3000
    python benchmarks/mix.py --seeds 5 --by company
    python benchmarks/mix.py --seeds 5 11 23 41 --calibrate incremental

Each company is built, or taken from --folder as NAME.duckdb, and fitted. The gain of a plan by the truth takes what each channel brought in a
region and week (truth.media_contribution) at the response that the plan's contacts have there (truth.media_week); carry-over is left out.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb

import martlet

GAIN = """
SELECT
    sum(
        (planted.orders_by_contacts + planted.orders_at_sign_up)
        * ($multiple * (week.contact_index + response.half_spend_index) / ($multiple * week.contact_index + response.half_spend_index) - 1)
    ) / 52.0
FROM truth.media_contribution AS planted
INNER JOIN truth.media_week AS week USING (date_key, channel_key, country, region)
INNER JOIN truth.media_response AS response USING (channel_key)
INNER JOIN star.dim_channel AS channel USING (channel_key)
INNER JOIN star.dim_date AS day USING (date_key)
CROSS JOIN (SELECT max(week_start) AS last_week FROM model.mix_week) AS fitted
WHERE channel.channel = $channel AND day.date > fitted.last_week - INTERVAL 52 WEEK AND day.date <= fitted.last_week"""


def plan(path: Path) -> str:
    """Return what the budget says, and what it would have brought by the truth."""
    with martlet.open(path) as warehouse:
        rows = warehouse.query("mix/budget", fit="bench", least_chance=0.5).pl()
    whole = rows.filter(channel="(all)").row(0, named=True)
    true = 0.0
    with duckdb.connect(str(path), read_only=True) as connection:
        for row in rows.filter(rows["channel"] != "(all)").iter_rows(named=True):
            if row["change"] is not None:
                values = {"channel": row["channel"], "multiple": 1 + row["change"]}
                ((found,),) = connection.execute(GAIN, values).fetchall()
                true += float(found or 0)
    said = f"{whole['expected_gain']:+.2f} ({whole['gain_low']:+.2f} to {whole['gain_high']:+.2f}), chance {whole['chance']:.2f}"
    return f"budget: {said}; by the truth {true:+.2f} orders a week"


def main() -> None:
    """Build, fit and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[5])
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--by", choices=("region", "company"))
    parser.add_argument("--calibrate", choices=("none", "incremental"), default="none")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.mkdtemp()))
    given = parser.parse_args()
    for seed in given.seeds:
        path = given.folder / f"mix_{given.customers}_{seed}.duckdb"
        if not path.exists():
            martlet.build(path, customers=given.customers, days=730, seed=seed, threads=1)
        if given.calibrate == "incremental":
            martlet.fit("incremental", path)
        report = martlet.fit("mix", path, name="bench", by=given.by, calibrate=given.calibrate)
        with martlet.open(path) as warehouse:
            score = warehouse.query("mix/scorecard", fit="bench").pl()
        print(f"seed {seed}")
        for row in score.iter_rows(named=True):
            if row["error"] is not None:
                interval = f"{row['estimate']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
                print(
                    f"  {row['channel']}: {interval}, truth {row['truth']:,.0f}: {row['error']:+.0%}, {row['words']}"
                )
        print("  back-test: {:.1%}, a year before {:.1%}".format(*report.errors))
        print(f"  {plan(path)}", flush=True)


if __name__ == "__main__":
    main()
