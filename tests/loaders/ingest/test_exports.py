"""The exports of real systems, in the form in which they write them, give the star rows worked out by hand.

`exports/<profile>/` holds a file and, in `expect/<table>.csv`, the columns that matter of every row that it must give. A key of
a dimension stands there as the member's own name: `customer`, `campaign`, `channel`, `product`, `page`, `device`.
"""

import csv
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

import martlet
from martlet.loaders.ingest import ingest

from ...quick import quick_loads

EXPORTS = Path(__file__).parent / "exports"
PROFILES = sorted(folder.name for folder in EXPORTS.iterdir())
EXPECTED = sorted(f"{file.parts[-3]}/{file.stem}" for file in EXPORTS.glob("*/expect/*.csv"))
AS_OF = date(2014, 12, 31)

NAMES = {
    "customer_key": ("customer", "dim_customer", "customer_id"),
    "campaign_key": ("campaign", "dim_campaign", "name"),
    "channel_key": ("channel", "dim_channel", "channel"),
    "product_key": ("product", "dim_product", "product_id"),
    "page_key": ("page", "dim_page", "path"),
    "device_key": ("device", "dim_device", "device_type"),
}
PLACES = ("country", "region", "city")


def export_of(profile: str) -> Path:
    [file] = [path for path in (EXPORTS / profile).iterdir() if path.is_file()]
    return file


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A function that gives the warehouse into which a profile's export was loaded; no expected table is of marts or packs."""
    made: dict[str, Path] = {}

    def warehouse_of(profile: str) -> Path:
        if profile not in made:
            made[profile] = tmp_path_factory.mktemp("exports") / f"{profile}.duckdb"
            with quick_loads():
                ingest(profile, export_of(profile), warehouse=made[profile], as_of=AS_OF)
        return made[profile]

    return warehouse_of


def found_rows(warehouse: Path, table: str, columns: list[str]) -> list[tuple[str, ...]]:
    with martlet.open(warehouse) as opened:
        has = opened.sql(f"SELECT * FROM {table} LIMIT 0").columns
        chosen, joins = [], []
        for key, (name, dimension, member) in NAMES.items():
            if key in has and name in columns:
                joins.append(f"LEFT JOIN star.{dimension} AS {name}_of ON {name}_of.{key} = fact.{key}")
                chosen.append((name, f"{name}_of.{member}"))
        if "geography_key" in has:
            joins.append("LEFT JOIN star.dim_geography AS place ON place.geography_key = fact.geography_key")
            chosen += [(name, f"place.{name}") for name in PLACES]
        named = dict(chosen)
        select = ", ".join(
            f"coalesce(CAST({named.get(name, f'fact.{name}')} AS VARCHAR), '')" for name in columns
        )
        known = f"WHERE fact.{has[0]} <> 0" if ".dim_" in table else ""
        return opened.sql(f"SELECT {select} FROM {table} AS fact {' '.join(joins)} {known}").rows()


@pytest.mark.parametrize("expected", EXPECTED)
def test_export_gives_the_rows_worked_out_by_hand(expected, loaded):
    profile, table = expected.split("/")
    with (EXPORTS / profile / "expect" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        columns, *rows = csv.reader(file)
    assert sorted(found_rows(loaded(profile), table, columns)) == sorted(map(tuple, rows))


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_lost_and_what_is_set_aside_is_expected(profile, loaded):
    with martlet.open(loaded(profile)) as opened:
        read, kept, aside = opened.sql(
            "SELECT rows_read, rows_loaded + rows_merged, rows_quarantined FROM meta.load"
        ).rows()[0]
    refused = EXPORTS / profile / "expect" / "quarantine.rejected_row.csv"
    assert aside == (len(refused.read_text(encoding="utf-8").splitlines()) - 1 if refused.exists() else 0)
    assert read == kept + aside


def test_events_as_parquet_give_what_they_give_as_json(loaded, tmp_path):
    nested = tmp_path / "events_20240301.parquet"
    duckdb.sql(f"SELECT * FROM read_json('{export_of('ga4_bigquery')}')").write_parquet(str(nested))
    warehouse = tmp_path / "parquet.duckdb"
    with quick_loads():
        ingest("ga4_bigquery", nested, warehouse=warehouse, as_of=AS_OF)
    for table in ("star.fact_event", "star.fact_session", "star.fact_order_line"):
        columns = ["source_id", "date_key"]
        assert sorted(found_rows(warehouse, table, columns)) == sorted(
            found_rows(loaded("ga4_bigquery"), table, columns)
        )


def test_the_whole_public_data_set(shared, tmp_path):
    warehouse = tmp_path / "people.duckdb"
    ingest("customer_personality", shared / "data/customer_personality.csv", warehouse=warehouse, as_of=AS_OF)
    raw = pl.read_csv(shared / "data/customer_personality.csv")
    money = [name for name in raw.columns if name.startswith("Mnt")]
    answers = [*(f"AcceptedCmp{number}" for number in range(1, 6)), "Response"]
    with martlet.open(warehouse) as opened:
        assert opened.sql("SELECT count(*), sum(spend) FROM mart.customer_snapshot").rows() == [
            (2240, raw.select(pl.sum_horizontal(pl.col(money).sum())).item())
        ]
        assert opened.sql(
            "SELECT campaign.name, count(*) FILTER (WHERE has_responded) FROM star.fact_campaign_response "
            "INNER JOIN star.dim_campaign AS campaign USING (campaign_key) GROUP BY ALL ORDER BY campaign.name"
        ).rows() == [(f"Campaign {n}", raw[name].sum()) for n, name in enumerate(answers, 1)]
        impossible = opened.sql(
            "SELECT count(*) FILTER (WHERE income > 200000), count(*) FILTER (WHERE age_range IS NULL), "
            "count(*) FILTER (WHERE marital_status IN ('Absurd', 'YOLO')) FROM star.dim_customer WHERE customer_key > 0"
        ).rows()
    # Born in 1893: more than 120 years before; those of 1899 and 1900 are not.
    assert raw["Year_Birth"].le(1900).sum() == 3
    assert impossible == [(0, 1, 0)]
