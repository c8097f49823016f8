"""Dates are read in every order and shape, one order for a column, and what can't be known is said."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.ingest.cleaning.dates import DateReader

from .readings import through

FORMATS = {
    "ymd": ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%y-%m-%d"],
    "dmy": ["%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d%m%Y", "%d/%m/%y"],
    "mdy": ["%m-%d-%Y", "%m/%d/%Y", "%m%d%Y", "%m/%d/%y"],
}
NAMED = ["%d %b %Y", "%b %d, %Y", "%d-%b-%y", "%B %d %Y", "%a, %d %b %Y", "%Y-%b-%d"]
TIMES = ["", " %H:%M", " %H:%M:%S", "T%H:%M:%SZ", " %I:%M:%S %p"]
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2068, 12, 31))
# A day beyond the twelfth, month beyond day in the year's last two digits: only one order makes all of these days.
TELLING = [datetime(1999, 12, 31), datetime(1999, 1, 13)]


def moments_of(texts, *, size=None, **options):
    return through(DateReader("timestamp", **({"bounded": True} | options)), texts, size=size)


def days_of(texts, **options):
    return through(DateReader("date", **({"bounded": True} | options)), texts)


def cut(moment, time):
    if not time:
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment.replace(second=moment.second if "%S" in time else 0, microsecond=0)


@given(
    st.lists(MOMENTS, max_size=5),
    st.sampled_from([form for forms in FORMATS.values() for form in forms]),
    st.sampled_from(TIMES),
    st.integers(min_value=1, max_value=4),
)
def test_dates_come_back_from_every_order_in_batches_of_any_size(moments, form, time, size):
    moments = [*moments, *TELLING]
    found = moments_of([m.strftime(form + time) for m in moments], size=size)
    assert found.values == [cut(m, time) for m in moments]
    assert found.notes == []


@given(
    st.lists(MOMENTS, min_size=1, max_size=5),
    st.sampled_from(
        [
            (order, form)
            for order, forms in FORMATS.items()
            for form in forms
            if "%Y%m" not in form and "m%Y" not in form.replace("%", "")
        ]
    ),
)
def test_dates_come_back_when_the_order_is_declared(moments, written):
    order, form = written
    found = moments_of([m.strftime(form) for m in moments], order=order)
    assert found.values == [cut(m, "") for m in moments]


@given(MOMENTS, st.sampled_from(NAMED), st.sampled_from(TIMES))
def test_dates_with_the_name_of_the_month_come_back(moment, form, time):
    assert moments_of([moment.strftime(form + time)]).values == [cut(moment, time)]


@given(MOMENTS, st.integers(min_value=-14 * 60, max_value=14 * 60), st.booleans())
def test_times_with_a_zone_become_utc(moment, minutes, colon):
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    offset = local.strftime("%z")
    text = local.strftime("%Y-%m-%d %H:%M:%S") + (f"{offset[:3]}:{offset[3:]}" if colon else offset)
    assert moments_of([text]).values == [local.astimezone(UTC).replace(tzinfo=None)]
    assert days_of([text]).values == [local.date()]


@given(MOMENTS.map(lambda moment: max(moment, datetime(2001, 9, 10))))
def test_seconds_milliseconds_and_microseconds_since_1970_are_read(moment):
    seconds = int(moment.replace(microsecond=0, tzinfo=UTC).timestamp())
    whole = moment.replace(microsecond=0)
    found = moments_of([str(seconds), f"{seconds}000", f"{seconds}{moment.microsecond:06d}"])
    assert found.values == [whole, whole, moment]


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_days_of_a_spreadsheet_are_read(day):
    assert days_of([str((day - date(1899, 12, 30)).days)]).values == [day]


@given(st.lists(MOMENTS, min_size=1, max_size=6), st.sampled_from([" ", "T"]))
def test_iso_text_of_any_precision_comes_back_and_is_no_change(moments, between):
    found = moments_of([moment.isoformat(between) for moment in moments])
    assert found.values == moments
    assert found.changed == {}


@given(st.lists(MOMENTS, min_size=1, max_size=6), st.sampled_from(NAMED))
def test_each_date_written_otherwise_is_counted_once(moments, form):
    texts = [m.strftime(form) if i % 2 else m.strftime("%Y-%m-%d") for i, m in enumerate(moments)]
    assert moments_of(texts).changed.get("date_format", []) == list(range(1, len(texts), 2))


def test_times_without_a_zone_are_of_the_zone_that_the_profile_names():
    found = moments_of(
        ["2024-07-01 12:00", "2024-01-01 12:00:00", "2024-07-01T12:00:00Z", "1 Jul 2024 12:00"],
        zone="Europe/Berlin",
    )
    assert [value.hour for value in found.values] == [10, 11, 12, 10]


def test_a_day_alone_is_that_day_whatever_the_zone():
    found = moments_of(["2024-07-01", "1 Jul 2024", "2024-07-01 12:00"], zone="Europe/Berlin")
    assert [value.day for value in found.values] == [1, 1, 1]
    assert [value.hour for value in found.values] == [0, 0, 10]


def test_the_hour_that_summer_time_skips_is_unreadable():
    assert moments_of(["2024-03-31 02:30"], zone="Europe/Berlin").problems == ["unreadable date"]


def test_an_undecided_order_is_told_with_what_to_say():
    found = moments_of(["01/02/2020", "03/04/2020"])
    assert "date_order='dmy'" in found.notes[0]
    assert found.values[0] == datetime(2020, 1, 2)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_sequence_decides_where_days_do_not(size):
    found = moments_of(["01/01/2020", "02/01/2020", "01/02/2020"], size=size)
    assert found.values[1:] == [datetime(2020, 1, 2), datetime(2020, 2, 1)]
    assert "in sequence" in found.notes[0]


@pytest.mark.parametrize("size", [1, 2])
def test_one_day_beyond_the_twelfth_decides_the_whole_column(size):
    found = moments_of(["03/04/2020", "13/04/2020"], size=size)
    assert found.values[0] == datetime(2020, 4, 3)
    assert found.notes == []


def test_a_decision_by_one_date_of_many_is_told():
    days = [f"{d:02d}/{m:02d}/2020" for d in range(1, 13) for m in range(1, 13)]
    assert "evidence of few" in moments_of([*days, "13/01/2020"]).notes[0]


def test_a_single_date_of_another_order_is_unreadable_not_guessed():
    found = moments_of([*(f"{d}/01/2020" for d in range(10, 29)), "01/31/2020"])
    assert found.problems == [None] * 19 + ["unreadable date"]


def test_in_a_column_of_mixed_orders_each_date_speaks_for_itself():
    found = moments_of(["25/12/2023", "26/12/2023", "12/27/2023", "12/28/2023", "05/05/2024", "01/02/2024"])
    assert found.values[:5] == [datetime(2023, 12, d) for d in (25, 26, 27, 28)] + [datetime(2024, 5, 5)]
    assert found.problems[5] == "ambiguous date: it could be 2024-01-02 or 2024-02-01"
    assert "more than one order" in found.notes[0]


def test_in_a_column_of_a_declared_order_what_contradicts_is_unreadable():
    found = moments_of(["25/12/2023", "12/27/2023", "12/28/2023", "01/02/2024"], order="dmy")
    assert found.problems == [None, "unreadable date", "unreadable date", None]
    assert found.values[3] == datetime(2024, 2, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2020-02-30", "unreadable date"),
        ("2020-13-01", "unreadable date"),
        ("2020-01-01 25:00", "unreadable date"),
        ("2020-01-01 24:00", "unreadable date"),
        ("2020-01-01 10:61:00", "unreadable date"),
        ("12:30", "unreadable date"),
        ("yesterday", "unreadable date"),
        ("2020-01-01 10:00 XYZ", "unknown time zone: XYZ"),
        ("1899-12-30", "absurd date: not in 1950 to 2099"),
        ("9999-12-31", "absurd date: not in 1950 to 2099"),
        ("1970-01-01", "no date: 1970-01-01 is what systems write that have none"),
        ("0000-00-00", "unreadable date"),
        (None, None),
    ],
)
def test_impossible_dates_have_a_reason(text, problem):
    found = moments_of([text], bounded=False)
    assert (found.values, found.problems) == ([None], [problem])


def test_a_field_with_bounds_of_its_own_reads_any_day():
    assert days_of(["1893-05-01", "1970-01-01"]).values == [date(1893, 5, 1), date(1970, 1, 1)]


@pytest.mark.parametrize(("year", "shown"), [(2087, "2087"), (1955, "1955")])
def test_a_date_far_from_all_others_is_absurd(year, shown):
    texts = [f"2024-01-{i % 28 + 1:02d}" for i in range(300)]
    found = moments_of([*texts, f"01.02.{year}"], bounded=False)
    assert found.problems[300] == f"absurd date: {shown} is more than 20 years from all other dates"
    assert found.problems[:300] == [None] * 300


def test_midnight_everywhere_is_no_time_of_day():
    assert not moments_of(["2020-01-01 00:00:00", "2020-01-02", "3 Jan 2020"]).reader.has_time
    assert moments_of(["2020-01-01 00:00:01", "2020-01-02"]).reader.has_time
    assert moments_of(["3 Jan 2020 10:00"]).reader.has_time


@pytest.mark.parametrize(
    "text", ["2024-03-09", "2024-03-09 10:11:12", "09.03.2024", "9.3.2024 10:11", "20240309", "March 9, 2024"]
)
@pytest.mark.parametrize("zero", [0x0660, 0x0966, 0xFF10])
def test_digits_of_all_scripts_make_dates(text, zero):
    written = "".join(chr(zero + int(char)) if char.isdecimal() else char for char in text)
    assert days_of([written], order="dmy").values == [date(2024, 3, 9)]
