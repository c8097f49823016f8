"""A cleaning is scored by what it repaired and by what it spoilt."""

import polars as pl
import pytest

from martlet.engine.errors import ParameterError
from martlet.loaders.extract import restored, score


@pytest.fixture(scope="module")
def folder(extracts):
    return extracts(messy="heavy")


def raw(folder, name):
    return pl.read_csv(folder / f"{name}.csv", infer_schema=False, truncate_ragged_lines=True)


def row(frame, **which):
    return frame.filter(**which).row(0, named=True)


def test_the_right_rows_score_full_marks(folder):
    found = score(folder, restored(folder))
    assert (found.repaired, found.spoilt) == (1.0, 0.0)
    assert found.defects.select(pl.col("set_aside", "left").sum()).row(0) == (0, 0)
    record = pl.read_parquet(folder / "_truth" / "defects.parquet")
    assert found.defects["defects"].sum() == record.filter(pl.col("kind") != "encoding").height


def test_typed_columns_score_like_text(folder):
    orders = restored(folder, tables=["shop_orders"])["shop_orders"].with_columns(
        pl.col("order_id", "items").cast(pl.Int64),
        pl.col("net_revenue").cast(pl.Float64),
        pl.col("gross_amount").cast(pl.Decimal(18, 2)),
        pl.col("ordered_at").str.to_datetime(),
    )
    found = score(folder, {"shop_orders": orders})
    assert (found.repaired, found.spoilt) == (1.0, 0.0)


def test_rows_as_they_came_repair_nothing(folder):
    found = score(folder, {"web_events": raw(folder, "web_events")})
    assert found.repaired == 0.0
    assert found.spoilt == 0.0
    missing = row(found.defects, kind="missing_value")
    assert missing["set_aside"] == missing["defects"]
    copies = row(found.defects, kind="exact_duplicate")
    assert copies["left"] == copies["defects"] == row(found.tables, table="web_events")["rows_extra"]


def test_one_step_repairs_its_kind(folder):
    events = raw(folder, "web_events").unique(subset="event_id", maintain_order=True)
    events = events.with_columns(pl.col("value").str.replace_all(r"[$,]| USD", ""))
    found = score(folder, {"web_events": events}).defects
    for kind in ("exact_duplicate", "currency_sign"):
        assert row(found, kind=kind)["repaired"] == row(found, kind=kind)["defects"] > 0
    assert row(found, kind="outlier")["left"] > 0


def test_leaving_out_is_setting_aside(folder):
    found = score(folder, {"web_events": restored(folder)["web_events"].clear()})
    kinds = dict(found.defects.select("kind", "set_aside").iter_rows())
    assert kinds["outlier"] == row(found.defects, kind="outlier")["defects"]
    assert found.spoilt is None
    assert row(found.tables, table="web_events")["rows_missing"] > 0


def test_changed_clean_cells_are_counted(folder):
    events = restored(folder, tables=["web_events"])["web_events"].with_columns(visitor_id=pl.lit("7"))
    found = score(folder, {"web_events": events})
    assert row(found.tables, table="web_events")["cells_spoilt"] == events.height
    assert found.repaired == 1.0


def test_columns_left_out_do_not_count(folder):
    found = score(folder, {"web_events": restored(folder)["web_events"].select("event_id")})
    assert set(found.defects["kind"]) == {"exact_duplicate"}
    assert row(found.tables, table="web_events")["clean_cells"] == 0


def test_second_sign_ups_late_rows_and_broken_lines(folder):
    right = restored(folder, tables=["crm_customers", "shop_order_lines"])
    twin = pl.read_parquet(folder / "_truth" / "defects.parquet").filter(kind="near_duplicate")[
        "spoilt_value"
    ][0]
    customers = right["crm_customers"]
    again = customers.head(1).with_columns(customer_id=pl.lit(twin))
    found = score(
        folder,
        {"crm_customers": pl.concat([customers, again]), "shop_order_lines": raw(folder, "shop_order_lines")},
    ).defects
    assert row(found, kind="near_duplicate")["left"] == 1
    late = row(found, kind="late_row")
    assert late["left"] == late["defects"] > 0
    broken = row(found, table="shop_order_lines", kind="ragged_row")
    assert broken["repaired"] == 0


def test_a_table_without_its_key_is_refused(folder):
    with pytest.raises(ParameterError, match="the cleaned web_events lacks 'event_id'"):
        score(folder, {"web_events": pl.DataFrame({"value": ["1"]})})
    with pytest.raises(ParameterError, match="has no table 'events'"):
        score(folder, {"events": pl.DataFrame({"value": ["1"]})})
