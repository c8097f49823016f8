"""A load: all files or none, the same again changes nothing, nothing is lost, and what was set aside can be mended."""

import csv
import datetime as dt
import io
import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import martlet
from martlet.engine.errors import IngestError, ParameterError
from martlet.loaders.ingest import loading
from martlet.loaders.warehouse import star

from ...quick import quick_loads

HEADER = "order_id,customer_id,date,amount\n"


def test_each_file_of_a_command_is_a_load_and_all_are_one_step(loader):
    report = loader("orders", HEADER + "A1,C1,2024-01-05,5\n", HEADER + "A1,C1,2024-01-05,6\nA2,C1,never,5\n")
    assert [
        (file.rows_read, file.rows_loaded, file.rows_replaced, file.rows_quarantined) for file in report.files
    ] == [
        (1, 1, 0, 0),
        (2, 1, 1, 1),
    ]
    assert (report.rows_read, report.rows_loaded) == (3, 2)
    assert loader.rows("SELECT load_id, file_number, profile, kind FROM meta.load ORDER BY 1") == [
        (1, 1, "orders", "ingest orders"),
        (2, 2, "orders", "ingest orders"),
    ]
    before = loader.warehouse.read_bytes()
    with pytest.raises(IngestError, match="file_4.csv: none of its 1 rows"):
        loader("orders", HEADER + "A3,C1,2024-01-05,5\n", HEADER + "A4,C1,never,never\n")
    assert loader.warehouse.read_bytes() == before


def test_folders_and_patterns_name_files(loader, tmp_path):
    (tmp_path / "in").mkdir()
    for number in (2, 1):
        (tmp_path / "in" / f"{number}.csv").write_text(HEADER + f"A{number},C1,2024-01-05,5\n")
    report = martlet.ingest("orders", tmp_path / "in", warehouse=loader.warehouse)
    assert [file.source for file in report.files] == ["1.csv", "2.csv"]
    assert martlet.ingest("orders", str(tmp_path / "in" / "*.csv"), warehouse=loader.warehouse).already_loaded


def test_the_same_content_again_changes_nothing_but_another_reading_of_it_does(loader):
    text = HEADER + "A1,C1,03/04/2024,5\n"
    loader("orders", text, date_order="dmy")
    before = loader.warehouse.read_bytes()
    assert loader("orders", text, date_order="dmy").already_loaded
    assert loader.warehouse.read_bytes() == before
    report = loader("orders", text, date_order="mdy")
    assert (report.already_loaded, report.rows_replaced) == (False, 1)
    assert loader.rows("SELECT ordered_at FROM star.fact_order") == [(dt.datetime(2024, 3, 4),)]


def test_one_content_twice_in_a_command_is_loaded_once(loader):
    report = loader("orders", HEADER + "A1,C1,2024-01-05,5\n", HEADER + "A1,C1,2024-01-05,5\n")
    assert [file.already_loaded for file in report.files] == [False, True]
    assert loader.rows("SELECT count(*) FROM meta.load") == [(1,)]


def test_a_snapshot_of_another_day_is_news_though_its_content_is_the_same(loader):
    text = (
        "ID,Year_Birth,Education,Marital_Status,Income,Kidhome,Teenhome,Dt_Customer,Recency,MntWines,MntFruits,MntMeatProducts,"
        "MntFishProducts,MntSweetProducts,MntGoldProds,NumDealsPurchases,NumWebPurchases,NumCatalogPurchases,NumStorePurchases,"
        "NumWebVisitsMonth,AcceptedCmp3,AcceptedCmp4,AcceptedCmp5,AcceptedCmp1,AcceptedCmp2,Complain,Z_CostContact,Z_Revenue,Response\n"
        "5524,1957,Graduation,Single,58138,0,0,04-09-2012,58,635,88,546,172,88,88,3,8,10,4,7,0,0,0,0,0,0,3,11,1\n"
    )
    for day, known in ((1, False), (1, True), (2, False)):
        assert loader("customer_personality", text, as_of=dt.date(2014, 7, day)).already_loaded == known
    assert loader.rows("SELECT snapshot_on, spend FROM star.fact_customer_snapshot ORDER BY 1") == [
        (dt.date(2014, 7, 1), 1617),
        (dt.date(2014, 7, 2), 1617),
    ]
    assert loader.rows("SELECT sum(spend), count(*) FROM star.fact_customer_category_spend") == [
        (2 * 1617, 12)
    ]


def test_a_dry_run_says_all_and_changes_nothing(loader):
    text = HEADER + "A1,C1,2024-01-05,5\nA2,C1,never,5\n"
    report = loader("orders", text, dry_run=True)
    assert (report.rows_loaded, report.rows_quarantined, report.is_dry_run) == (1, 1, True)
    assert not loader.warehouse.exists()
    loader("orders", text)
    before = loader.warehouse.read_bytes()
    assert loader("orders", HEADER + "A3,C9,2024-02-05,5\n", dry_run=True).new == {"customers": 1}
    assert loader.warehouse.read_bytes() == before


def test_a_file_of_fewer_columns_takes_nothing_away(loader):
    loader(
        "orders", "order_id,customer_id,date,amount,discount,tax,channel\nA1,C1,2024-01-05,90,10,5,Email\n"
    )
    report = loader("orders", HEADER + "A1,C1,2024-01-05,90\n")
    assert (report.rows_loaded, report.rows_merged) == (0, 1)
    loader("orders", HEADER + "A1,C1,2024-01-05,80\n")
    assert loader.rows(
        "SELECT net_revenue, gross_amount, discount_amount, tax_amount, channel FROM star.fact_order JOIN star.dim_channel USING (channel_key)"
    ) == [(80, 100, 20, 5, "Email")]


def test_amounts_that_contradict_one_another_are_made_consistent_and_counted(loader):
    report = loader(
        "orders",
        "order_id,customer_id,date,amount,status,refund\nA1,C1,2024-01-05,90,refunded,50\nA2,C1,2024-01-06,10,completed,99\n",
    )
    assert loader.rows("SELECT net_revenue, refund_amount FROM star.fact_order ORDER BY source_id") == [
        (90, 90),
        (10, 10),
    ]
    assert {
        (change.rule.partition(":")[0], change.column, change.count) for change in report.files[0].changes
    } >= {("made consistent", "refund_amount", 1)}


def test_orders_are_made_from_lines_and_follow_them_until_a_header_comes(loader):
    header = "order_id,line_number,sku,quantity,unit_price,customer_id,date\n"
    loader("order_lines", header + "A1,1,P1,2,5.00,C1,2024-01-05\nA1,2,P2,1,3.00,C1,2024-01-05\n")
    totals = "SELECT net_revenue, gross_amount, item_count, source_id FROM star.fact_order"
    assert loader.rows(totals) == [(13, 13, 3, "A1")]
    loader("order_lines", header + "A1,3,P3,1,4.00,,\n")
    assert loader.rows(totals) == [(17, 17, 4, "A1")]
    loader("orders", HEADER + "A1,C1,2024-01-06,16\n")
    assert loader.rows(totals) == [(16, 17, 4, "A1")]
    assert loader.rows("SELECT DISTINCT customer_key, ordered_at FROM star.fact_order_line") == [
        (1, dt.datetime(2024, 1, 6))
    ]
    report = loader("order_lines", "order_id,sku,quantity,unit_price\nA9,P1,1,1.00\nA1,P9,1,1.00\n")
    assert report.reasons == {"unknown order": 1}


def test_visits_are_made_from_events_and_show_what_these_show(loader):
    loader(
        "events",
        "event_id,session_id,visitor_id,occurred_at,event,page\n"
        "e1,s1,v1,2024-01-01 10:05,view_item,https://shop.example/products/1?x=2\ne2,s1,v1,2024-01-01 10:00,page_view,https://shop.example/\n"
        "e3,s1,v1,2024-01-01 10:09,something,/\n",
    )
    visit = "SELECT started_at, page_views, duration_seconds, CAST(furthest_stage AS VARCHAR), path FROM star.fact_session JOIN star.dim_page ON page_key = landing_page_key"
    assert loader.rows(visit) == [(dt.datetime(2024, 1, 1, 10), 2, 540, "Product Page", "/")]
    assert loader.rows(
        "SELECT CAST(event_name AS VARCHAR), source_event FROM star.fact_event ORDER BY source_id"
    ) == [
        ("product_view", None),
        ("page_view", None),
        ("other", "something"),
    ]
    loader("sessions", "session_id,started_at,customer_id\ns1,2024-01-01 10:01,C1\n")
    assert loader.rows("SELECT count(*), max(customer_key) FROM star.fact_session") == [(1, 1)]


def test_events_of_one_moment_stand_in_the_places_that_their_source_tells(loader):
    loader(
        "events",
        "event_id,session_id,visitor_id,occurred_at,event,position\n"
        "e3,s1,v1,2024-01-01 10:00,last,3\ne2,s1,v1,2024-01-01 10:00,purchase,2\ne1,s1,v1,2024-01-01 10:00,first,1\n"
        # Without a session the browser is whose they are.
        "f2,,v2,2024-01-01 10:00,B,2\nf1,,v2,2024-01-01 10:00,A,1\n"
        "g1,s3,v3,2024-01-01 10:00,B,1\ng2,s3,v3,2024-01-01 10:00,A,1\n",
    )
    noon = dt.datetime(2024, 1, 1, 10)
    assert loader.rows("SELECT source_id, occurred_at FROM star.fact_event ORDER BY 1") == [
        (name, noon + dt.timedelta(microseconds=place))
        for name, place in [("e1", 0), ("e2", 1), ("e3", 2), ("f1", 0), ("f2", 1), ("g1", 0), ("g2", 0)]
    ]


def test_a_visit_and_its_order_find_each_other_in_any_order(loader):
    loader("sessions", "session_id,started_at,order_id\ns1,2024-01-01 10:00,A1\ns2,2024-01-02 10:00,\n")
    assert loader.rows("SELECT count(*) FROM quarantine.awaited_reference") == [(1,)]
    loader("orders", HEADER + "A1,C1,2024-01-01 10:20,5\nA2,C1,2024-01-02 10:20,6\n")
    loader(
        "orders",
        "order_id,customer_id,date,amount,session_id\nA2,C1,2024-01-02 10:20,6,s2\nA3,C1,2024-01-03 10:20,7,s9\n",
    )
    linked = "SELECT visit.source_id, orders.source_id, is_converted, revenue FROM star.fact_session AS visit JOIN star.fact_order AS orders USING (order_id) ORDER BY 1"
    assert loader.rows(linked) == [("s1", "A1", True, 5), ("s2", "A2", True, 6)]
    assert loader.rows("SELECT target_source_id FROM quarantine.awaited_reference") == [("s9",)]


# What was set aside


def test_cells_of_an_export_can_be_made_safe_for_spreadsheets(loader):
    from martlet.engine.connection import connect  # noqa: PLC0415
    from martlet.engine.tables.spreadsheets import safe_text  # noqa: PLC0415
    from martlet.loaders.ingest import quarantined  # noqa: PLC0415

    loader("orders", HEADER + 'A0,C0,2024-01-05,5\n=1+1,"C,2",never,5\nA3,C3,never,"-""x"\nA4,C4,never,1\n')
    path = loader.folder / "mend.csv"
    with connect(loader.warehouse) as connection:
        for cell, lines in (
            (None, ['1:2,=1+1,"C,2",never,5', '1:3,A3,C3,never,"-""x"', "1:4,A4,C4,never,1"]),
            (safe_text, ['1:2,\'=1+1,"C,2",never,5', '1:3,A3,C3,never,"\'-""x"', "1:4,A4,C4,never,1"]),
        ):
            with path.open("wb") as file:
                assert quarantined.export(connection, file, cell=cell) == 3
            assert path.read_text().splitlines()[1:] == lines


def test_rows_set_aside_are_mended_and_taken_again(loader):
    loader(
        "orders",
        HEADER + 'A1,C1,2024-01-05,5\nA2,"C,2",never,5\nA3,C3,2024-01-05,lots\nA4,C4,2024-01-05,1e20\n',
    )
    path = loader.folder / "mend.csv"
    with martlet.open(loader.warehouse):
        pass
    from martlet.engine.connection import connect  # noqa: PLC0415
    from martlet.loaders.ingest import quarantined  # noqa: PLC0415

    with connect(loader.warehouse) as connection:
        with path.open("wb") as file:
            assert quarantined.export(connection, file) == 3
        groups = quarantined.groups(connection)
    assert [(group.reason, group.rows, group.resolved) for group in groups] == [
        ("impossible amount", 1, 0),
        ("unreadable amount", 1, 0),
        ("unreadable date", 1, 0),
    ]
    assert path.read_text() == (
        'martlet_row,order_id,customer_id,date,amount\n1:2,A2,"C,2",never,5\n1:3,A3,C3,2024-01-05,lots\n1:4,A4,C4,2024-01-05,1e20\n'
    )
    path.write_text(path.read_text().replace("never", "2024-01-06").replace("lots", "7"))
    report = martlet.ingest("orders", path, warehouse=loader.warehouse, retry=True)
    assert (report.rows_loaded, report.rows_quarantined) == (2, 1)
    assert loader.rows(
        "SELECT load_id, row_number, row_text, resolved_by FROM quarantine.rejected_row ORDER BY 1, 2"
    ) == [
        (1, 2, 'A2,"C,2",never,5', 2),
        (1, 3, "A3,C3,2024-01-05,lots", 2),
        (1, 4, "A4,C4,2024-01-05,1e20", 2),
        (2, 3, "A4,C4,2024-01-05,1e20", None),
    ]
    with pytest.raises(IngestError, match="no column martlet_row"):
        loader("orders", HEADER + "A5,C1,2024-01-05,5\n", retry=True)


def test_rows_of_json_are_exported_as_json(loader):
    from martlet.engine.connection import connect  # noqa: PLC0415
    from martlet.loaders.ingest import quarantined  # noqa: PLC0415

    records = [
        {"order_id": "A1", "customer_id": "C1", "date": "2024-01-05", "amount": 5},
        {"order_id": "A2", "customer_id": "C1", "date": "never", "amount": 5},
    ]
    loader("orders", "\n".join(map(json.dumps, records)))
    path = loader.folder / "mend.ndjson"
    with connect(loader.warehouse) as connection, path.open("wb") as file:
        quarantined.export(connection, file)
    (row,) = map(json.loads, path.read_text().splitlines())
    assert row["martlet_row"] == "1:2"
    path.write_text(json.dumps({**row, "date": "2024-01-06"}))
    assert martlet.ingest("orders", path, warehouse=loader.warehouse, retry=True).rows_loaded == 1
    assert loader.rows("SELECT resolved_by FROM quarantine.rejected_row") == [(2,)]


# Privacy


def test_pseudonyms_join_and_no_name_reaches_the_file(loader):
    key = b"0123456789abcdef"
    loader(
        "customers",
        "customer_id,first_name,last_name,email,city\nC1,Annabel,Leeward,annabel@example.org,Oslo\n",
        pseudonym_key=key,
    )
    loader(
        "orders",
        "order_id,email,date,amount\nA1,Annabel@Example.org,2024-01-05,5\nA2,annabel@example.org,never,5\n",
        pseudonym_key=key,
    )
    assert loader.rows("SELECT count(*), max(customer_key) FROM star.fact_order") == [(1, 1)]
    assert loader.rows(
        "SELECT city, email LIKE '%@pseudonym.invalid' FROM star.dim_customer WHERE customer_key = 1"
    ) == [("Oslo", True)]
    tables = loader.rows("SELECT schema_name || '.' || table_name FROM duckdb_tables()")
    for (table,) in tables:
        assert "nnabel" not in repr(loader.rows(f"FROM {table}")), table
    assert b"nnabel" not in loader.warehouse.read_bytes()


# Mistakes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"date_order": "dym"}, "date_order is 'dym'"),
        ({"impute": {"incom": "median"}}, "feeds no field 'incom'"),
        ({"impute": {"status": "mean"}}, "status holds no numbers"),
        ({"impute": {"net_revenue": "much"}}, "net_revenue can't be 'much'"),
        ({"columns": {"nothing": "x"}}, "nothing"),
    ],
)
def test_impossible_options_are_named(loader, options, message):
    with pytest.raises((ParameterError, IngestError), match=message):
        loader("orders", "order_id,customer_id,date,amount,status\nA1,C1,2024-01-05,5,open\n", **options)
    assert not loader.warehouse.exists()


# Whatever a file holds

CELLS = {
    "order_id": st.sampled_from(["A1", "A2", "A3", "A4", ""]),
    "customer_id": st.sampled_from(["Ann", "Bob", " Ann ", "", "NULL", "Jo, Ann", '"', "ann@example.org"]),
    "date": st.sampled_from(
        ["2024-01-05", "2024-01-06", "2024-02-31", "", "soon", "2024-01-05 10:00", "05/01/2024"]
    ),
    "amount": st.sampled_from(["5.00", "7.25", "-5", "", "abc", "1e99", "inf", "$5.00", "1,234.50", "0"]),
    "status": st.sampled_from(["completed", "refunded", "Paid", "?", ""]),
    "refund": st.sampled_from(["", "1", "99999", "x"]),
}
ROWS = st.lists(st.fixed_dictionaries(CELLS), max_size=25)
GOOD = {
    "order_id": "A0",
    "customer_id": "Zoe",
    "date": "2024-01-05",
    "amount": "5",
    "status": "",
    "refund": "",
}


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=[*CELLS])
    writer.writeheader()
    writer.writerows([GOOD, *rows])
    return text.getvalue()


@settings(max_examples=min(12, settings.default.max_examples))
@given(ROWS, ROWS)
def test_every_row_is_loaded_merged_or_quarantined_and_checks_pass(tmp_path_factory, first, second):
    """The checks of severity error run after each load: whatever the file says, none of them may stop it."""
    folder = tmp_path_factory.mktemp("load")
    with quick_loads(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(star, "write_catalogue", lambda _connection: None)
        for number, rows in enumerate((first, second)):
            path = folder / f"{number}.csv"
            path.write_text(as_csv(rows), encoding="utf-8")
        report = martlet.ingest("orders", folder / "0.csv", folder / "1.csv", warehouse=folder / "w.duckdb")
    for file, rows in zip(report.files, (first, second), strict=True):
        if not file.already_loaded:
            assert file.rows_read == len(rows) + 1
            assert file.rows_read == file.rows_loaded + file.rows_merged + file.rows_quarantined
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        loads = connection.execute(
            "SELECT rows_quarantined, (SELECT count(*) FROM quarantine.rejected_row AS r WHERE r.load_id = l.load_id) FROM meta.load AS l"
        ).fetchall()
        assert all(counted == kept for counted, kept in loads)
        numbers = connection.execute(
            "SELECT count(*) - count(DISTINCT source_id) FROM star.fact_order"
        ).fetchall()
        assert numbers == [(0,)]


def test_settings_tell_apart_what_was_read_otherwise():
    assert loading.Options().settings() == "{}"
    assert loading.Options(columns={"a": 1}).settings() != loading.Options(columns={"a": 2}).settings()


def test_hashes_of_rows_are_stable_within_a_file():
    frame = pl.DataFrame({"a": ["x", "y", "x"]})
    assert frame.hash_rows()[0] == frame.head(1).hash_rows()[0]


def test_rows_of_a_file_without_header_are_exported_with_one(loader):
    from martlet.engine.connection import connect  # noqa: PLC0415
    from martlet.loaders.ingest import quarantined  # noqa: PLC0415

    loader("orders", "".join(f"C{n % 3},2024-01-{n:02d},{n}.50\n" for n in range(1, 20)) + "C1,never,7.50\n")
    path = loader.folder / "mend.csv"
    with connect(loader.warehouse) as connection, path.open("wb") as file:
        assert quarantined.export(connection, file) == 1
    path.write_text(path.read_text().replace("never", "2024-02-01"))
    report = martlet.ingest("orders", path, warehouse=loader.warehouse, retry=True)
    assert (report.rows_loaded, report.rows_quarantined) == (1, 0)
