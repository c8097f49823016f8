"""The days of a warehouse are those of its zone: settled once, the same for all files."""

from datetime import datetime

import pytest

import martlet
from martlet.engine.errors import ParameterError, WarehouseError
from martlet.loaders.ingest.cleaning.dates import DateReader

from .cleaning.readings import through

ORDERS = "order id,date,customer,total\n{}"
DAYS = "SELECT source_id, date_key FROM star.fact_order ORDER BY 1"


def hours_in(home, texts, zone=""):
    found = through(DateReader("timestamp", home=home, zone=zone, bounded=True), texts)
    return [value and value.strftime("%m-%d %H") for value in found.values]


@pytest.mark.parametrize(
    ("text", "berlin", "new_york"),
    [
        ("2024-07-01T22:30:00Z", "07-02 00", "07-01 18"),
        ("2024-01-01 23:30:00+00:00", "01-02 00", "01-01 18"),
        ("2024-01-01 03:30:00 UTC", "01-01 04", "12-31 22"),
        ("2024-03-31 00:30 +0100", "03-31 00", "03-30 19"),
        ("Jul 1, 2024 10:00 PM PDT", "07-02 07", "07-02 01"),
        # 1 July 2024, 22:30 in UTC, counted in seconds.
        ("1719873000", "07-02 00", "07-01 18"),
        # Already local: a time without a zone, a day, Excel's count of days.
        ("2024-07-01 22:30:00", "07-01 22", "07-01 22"),
        ("01.07.2024 22:30", "07-01 22", "07-01 22"),
        ("2024-07-01", "07-01 00", "07-01 00"),
        ("45474.5", "07-01 12", "07-01 12"),
    ],
)
def test_times_follow_the_clocks_of_the_warehouse(text, berlin, new_york):
    assert hours_in("Europe/Berlin", [text]) == [berlin]
    assert hours_in("America/New_York", [text]) == [new_york]


def test_times_of_a_column_in_another_zone_are_converted_from_it():
    texts = ["2024-07-01 23:00:00", "2024-01-01 23:00:00", "1 Jul 2024 23:00", "2024-07-01"]
    assert hours_in("Europe/Berlin", texts, zone="UTC") == ["07-02 01", "01-02 00", "07-02 01", "07-01 00"]
    assert hours_in("Europe/Berlin", texts, zone="Europe/Lisbon") == [
        "07-02 00",
        "01-02 00",
        "07-02 00",
        "07-01 00",
    ]


def test_hours_that_summer_time_skips_or_repeats():
    skipped = through(
        DateReader("timestamp", home="Europe/Berlin", bounded=True), ["2024-03-31 02:30", "2024-03-31 03:30"]
    )
    assert [value.hour for value in skipped.values] == [2, 3]
    assert skipped.changed["skipped_hour"] == [0]
    # Two moments of one hour on the clocks there.
    assert hours_in("Europe/Berlin", ["2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z"]) == [
        "10-27 02",
        "10-27 02",
    ]


def test_the_zone_is_settled_by_the_first_load_and_holds(loader):
    report = loader(
        "orders",
        ORDERS.format("1,2024-03-31T23:30:00Z,a,5\n2,2024-04-01 23:30:00,a,7\n"),
        timezone="Europe/Berlin",
    )
    assert "(Europe/Berlin)" in report.summary()
    loader("orders", ORDERS.format("3,2024-04-30T22:30:00Z,a,5\n"))
    assert loader.rows(DAYS) == [("1", 20240401), ("2", 20240401), ("3", 20240501)]
    assert loader.rows("SELECT value FROM meta.setting WHERE name = 'timezone'") == [("Europe/Berlin",)]
    with pytest.raises(WarehouseError, match="follow the clocks of Europe/Berlin, not of UTC.*new warehouse"):
        loader("orders", ORDERS.format("4,2024-05-01T22:30:00Z,a,5\n"), timezone="UTC")
    with pytest.raises(
        ParameterError, match="'Europe/Berlinn', which is no time zone. Did you mean 'Europe/Berlin'"
    ):
        loader("orders", ORDERS.format("4,2024-05-01T22:30:00Z,a,5\n"), timezone="Europe/Berlinn")


def test_without_a_zone_days_are_those_of_utc_and_that_is_said(loader):
    report = loader("orders", ORDERS.format("1,2024-03-31 21:30:00 -0800,a,5\n"))
    assert loader.rows(DAYS) == [("1", 20240401)]
    assert "(UTC)" in report.summary()
    assert "days are those of UTC" in report.summary()
    with pytest.raises(WarehouseError, match="follow the clocks of UTC, not of Europe/Berlin"):
        loader("orders", ORDERS.format("2,2024-05-01T22:30:00Z,a,5\n"), timezone="Europe/Berlin")


def test_a_header_that_names_utc_says_the_zone_of_its_times(loader):
    loader(
        "orders", "order id,created_utc,customer,total\n1,2024-03-31 23:30:00,a,5\n", timezone="Europe/Berlin"
    )
    assert loader.rows("SELECT ordered_at FROM star.fact_order") == [(datetime(2024, 4, 1, 1, 30),)]


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("America/Los_Angeles", {"#1": 20240331, "#2": 20240331}),
        ("Etc/GMT+8", {"#1": 20240331, "#2": 20240331}),
        (None, {"#1": 20240401, "#2": 20240331}),
    ],
)
def test_field_case_of_a_shops_day(shared, loader, zone, days):
    martlet.ingest(
        "shopify_orders",
        shared / "field_cases" / "shopify_local_day" / "input.csv",
        warehouse=loader.warehouse,
        timezone=zone,
    )
    assert dict(loader.rows(DAYS)) == days
