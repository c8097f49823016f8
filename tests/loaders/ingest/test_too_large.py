"""A number that is too large for its column costs its row, or its cell, and never the load."""

import json

import polars as pl
import pytest

import martlet

GOOD = {
    "order_id": "good",
    "customer_id": "c",
    "ordered_at": "2025-01-01",
    "net_revenue": "10.5",
    "item_count": "2",
}
TOO_LARGE = [
    "10000000000000000", "10000000000000000.00", "9999999999999999.999", "1e17", "1e400", "-1e17", "10,000,000,000,000,000.00",
    "$ 99,999,999,999,999,999", "(10000000000000000)", "9223372036854775808", "9999999999999999999999999999999999999999",
]  # fmt: skip


def written(rows, folder, form):
    """Return a file of rows in one of the formats that say numbers in different ways."""
    file = folder / f"orders.{form}"
    if form == "csv":
        pl.DataFrame(rows).write_csv(file)
    elif form == "ndjson":
        plain = (json.dumps(row) for row in rows)
        file.write_text(
            "\n".join(line.replace('"1e400"', "1e400").replace('"1e17"', "1e17") for line in plain)
        )
    else:
        amounts = pl.Series("net_revenue", [row["net_revenue"] for row in rows])
        numbers = amounts.str.replace_all(r"[$ ,()]", "").cast(pl.Float64)
        pl.DataFrame(rows).with_columns(numbers).write_parquet(file)
    return file


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_too_large_an_amount_costs_its_row_in_every_format(tmp_path, form):
    rows = [GOOD, *(GOOD | {"order_id": f"o{n}", "net_revenue": text} for n, text in enumerate(TOO_LARGE))]
    file = written(rows, tmp_path, form)
    report = martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb")
    assert (report.rows_loaded, report.rows_quarantined) == (1, len(TOO_LARGE))


@pytest.mark.parametrize("text", ["2147483648", "9223372036854775808", "1e20", "99999999999999999999999"])
def test_too_large_a_count_empties_its_cell(tmp_path, text):
    file = written([GOOD, GOOD | {"order_id": "b", "item_count": text}], tmp_path, "csv")
    report = martlet.ingest("orders", file, warehouse=tmp_path / "w.duckdb")
    assert report.rows_loaded == 2
    changed = {(change.rule, change.column): change.count for change in report.files[0].changes}
    assert changed["impossible", "item_count"] == 1


LINES = "order_id,product_id,line_number,quantity,unit_price,ordered_at,discount_amount\n"


@pytest.mark.parametrize(
    "rows",
    [
        "1,a,1,2147483647,999999999999999,2025-01-01,5\n",
        "1,a,1,1,999999999999999,2025-01-01,0\n1,b,2,1,999999999999999,2025-01-01,0\n",
        "1,a,1,2147483647,1,2025-01-01,0\n1,b,2,2147483647,1,2025-01-01,0\n",
    ],
)
def test_lines_that_come_to_more_than_an_order_holds_are_set_aside(tmp_path, rows):
    file = tmp_path / "lines.csv"
    file.write_text(f"{LINES}{rows}2,b,1,2,10,2025-01-01,0\n")
    report = martlet.ingest("order_lines", file, warehouse=tmp_path / "w.duckdb")
    assert (report.rows_loaded, report.files[0].reasons) == (1, {"impossible amount": rows.count("\n")})


def test_lines_that_come_to_too_much_with_earlier_ones_are_set_aside(tmp_path):
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(f"{LINES}1,a,1,1,600000000000000,2025-01-01,0\n")
    second.write_text(f"{LINES}1,b,2,1,600000000000000,2025-01-01,0\n")
    martlet.ingest("order_lines", first, warehouse=tmp_path / "w.duckdb")
    report = martlet.ingest("order_lines", second, warehouse=tmp_path / "w.duckdb")
    assert (report.rows_loaded, report.rows_quarantined) == (0, 1)


def test_the_sum_of_a_family_fits_where_its_parts_do(tmp_path):
    file, profile = tmp_path / "spend.csv", tmp_path / "spend.toml"
    names = [f"c{n}" for n in range(9)]
    file.write_text(
        f"id,{','.join(names)}\n1,{','.join(['999999999999999'] * 9)}\n2,{','.join(['9e15'] * 9)}\n"
    )
    columns = "".join(f'{name} = "{name}"\n' for name in names)
    family = ", ".join(f'{name} = "{name}"' for name in names)
    profile.write_text(
        f'name = "spend"\ntitle = "Spend"\n[columns]\nid = "id"\n{columns}[[mappings]]\nentity = "customer_snapshots"\n'
        f'customer_id = "id"\nspend = {{ {family} }}\n'
    )
    report = martlet.ingest(profile, file, warehouse=tmp_path / "w.duckdb")
    assert report.rows_loaded == 2
    with martlet.open(tmp_path / "w.duckdb") as warehouse:
        found = warehouse.sql(
            "SELECT spend FROM star.fact_customer_snapshot ORDER BY spend NULLS LAST"
        ).rows()
    assert found == [(9 * 999_999_999_999_999,), (None,)]
