"""Amounts and dates are read in every notation, and what can't be known is said."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.ingest._amounts import parse_amounts
from martlet.loaders.ingest._dates import parse_dates

CENTS = st.integers(min_value=0, max_value=10**18 - 1)
GROUPINGS = {
    "point": (",", "."),
    "comma": (".", ","),
    "spaces": (" ", ","),
    "swiss": ("'", "."),
    "none": ("", "."),
}
WRAPPINGS = ["{}", "$ {}", "{} EUR", "€{}", "R${}", " {} "]
NEGATIVES = ["-{}", "({})", "{}-", "\u2212{}"]


def written(cents, thousands, decimal):
    return f"{cents // 100:,}".replace(",", thousands) + decimal + f"{cents % 100:02d}"


def read_amounts(texts, **options):
    return parse_amounts(pl.Series(texts, dtype=pl.String), **options)


def read_dates(texts, **options):
    return parse_dates(pl.Series(texts, dtype=pl.String), **options)


@given(
    st.lists(CENTS, min_size=1, max_size=8),
    st.sampled_from(sorted(GROUPINGS)),
    st.sampled_from(WRAPPINGS),
    st.data(),
)
def test_amounts_round_trip_in_every_notation(amounts, grouping, wrapping, data):
    negatives = [data.draw(st.sampled_from(["{}", *NEGATIVES])) for _ in amounts]
    texts = [
        wrapping.format(n.format(written(a, *GROUPINGS[grouping])))
        for a, n in zip(amounts, negatives, strict=True)
    ]
    found = read_amounts(texts)
    assert found.frame["problem"].to_list() == [None] * len(texts)
    assert found.frame["cents"].to_list() == [
        a if n == "{}" else -a for a, n in zip(amounts, negatives, strict=True)
    ]


@given(st.decimals(min_value=0, max_value=10**15, allow_nan=False, places=5))
def test_more_than_two_decimals_round_half_up(amount):
    expected = int((amount * 100).to_integral_value(rounding="ROUND_HALF_UP"))
    assert read_amounts([f"{amount:.5f}"]).frame["cents"].to_list() == [expected]


@given(st.floats(min_value=0, max_value=10**9, allow_nan=False))
def test_floats_of_a_typed_file_keep_their_cents(amount):
    text = pl.Series([amount]).cast(pl.String)
    found = parse_amounts(text, declared=True).frame["cents"][0]
    assert found == int((Decimal(repr(amount)) * 100).to_integral_value(rounding="ROUND_HALF_UP"))


@pytest.mark.parametrize(
    "text",
    ["abc", "1,23,4", "12-3", "1.2.3", "(5", "5)", "inf", "--5", "5 apples", "0x10", "1 2 3", "12,34.56.78"],
)
def test_what_is_no_amount_is_unreadable(text):
    assert read_amounts([text]).frame["problem"].to_list() == ["unreadable amount"]


@pytest.mark.parametrize("text", ["", None, " ", "NULL", "NaN", "n/a", "-"])
def test_words_for_nothing_are_no_amount(text):
    assert read_amounts([text]).frame["problem"].to_list() == ["no amount"]


@pytest.mark.parametrize("text", ["10000000000000000", "9999999999999999.995", "1e17", "1e300"])
def test_amounts_beyond_18_digits_are_too_large(text):
    assert read_amounts([text]).frame["problem"][0].startswith("amount too large")


def test_the_other_amounts_decide_what_a_single_mark_means():
    assert read_amounts(["1,234", "12.50"]).frame["cents"][0] == 123_400
    assert read_amounts(["1,234", "12,5"]).frame["cents"][0] == 123


def test_undecidable_marks_are_announced():
    assert "thousands" in read_amounts(["1,234"]).notes[0]
    assert "decimals" in read_amounts(["1.234"]).notes[0]
    assert read_amounts(["1.234", "2.345", "9.000", "950"]).frame["cents"][0] == 123_400


def test_amounts_that_could_be_either_are_not_guessed_in_a_mixed_column():
    found = read_amounts(["1,234", "12,50", "12.50"])
    assert found.frame["cents"].to_list() == [None, 1250, 1250]
    assert found.frame["problem"][0].startswith("ambiguous amount")


def test_a_few_strays_do_not_make_a_column_mixed():
    found = read_amounts(["1,234", "12,5", *(f"{i}.25" for i in range(100))])
    assert found.frame["cents"].to_list()[:2] == [123_400, 1250]


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


def cut(moment, time):
    if not time:
        return moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return moment.replace(second=moment.second if "%S" in time else 0, microsecond=0)


@given(st.lists(MOMENTS, max_size=5), st.sampled_from(sorted(FORMATS)), st.sampled_from(TIMES), st.data())
def test_dates_round_trip_in_every_order(moments, order, time, data):
    form = data.draw(st.sampled_from(FORMATS[order]))
    moments = [*moments, *TELLING]
    found = read_dates([m.strftime(form + time) for m in moments])
    assert found.frame["moment"].to_list() == [cut(m, time) for m in moments]
    assert found.notes == ()


@given(st.lists(MOMENTS, min_size=1, max_size=5), st.sampled_from(sorted(FORMATS)), st.data())
def test_dates_round_trip_when_the_order_is_told(moments, order, data):
    form = data.draw(
        st.sampled_from([f for f in FORMATS[order] if "%Y%m" not in f and "m%Y" not in f.replace("%", "")])
    )
    found = read_dates([m.strftime(form) for m in moments], order=order)
    assert found.frame["moment"].to_list() == [cut(m, "") for m in moments]


@given(MOMENTS, st.sampled_from(NAMED), st.sampled_from(TIMES))
def test_dates_with_the_name_of_the_month_round_trip(moment, form, time):
    found = read_dates([moment.strftime(form + time)])
    assert found.frame["moment"].to_list() == [cut(moment, time)]


@given(MOMENTS, st.integers(min_value=-14 * 60, max_value=14 * 60), st.sampled_from(["%z", "%:z"]))
def test_times_with_a_zone_become_utc(moment, minutes, zone):
    local = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    offset = local.strftime("%z")
    text = local.strftime("%Y-%m-%d %H:%M:%S") + (offset if zone == "%z" else f"{offset[:3]}:{offset[3:]}")
    expected = local.astimezone(UTC).replace(tzinfo=None)
    assert read_dates([text]).frame["moment"].to_list() == [expected]


@given(MOMENTS)
def test_seconds_and_milliseconds_since_1970_are_read(moment):
    moment = max(moment, datetime(2001, 9, 10)).replace(microsecond=0)
    seconds = int(moment.replace(tzinfo=UTC).timestamp())
    assert read_dates([str(seconds), f"{seconds}000"]).frame["moment"].to_list() == [moment, moment]


def test_ambiguous_order_is_announced_with_what_to_say():
    found = read_dates(["01/02/2020", "03/04/2020"])
    assert "date_order='dmy'" in found.notes[0]
    assert found.frame["moment"][0] == datetime(2020, 1, 2)


def test_sequence_decides_where_days_do_not():
    found = read_dates(["01/01/2020", "02/01/2020", "01/02/2020"])
    assert found.frame["moment"].to_list()[1:] == [datetime(2020, 1, 2), datetime(2020, 2, 1)]
    assert "in sequence" in found.notes[0]


def test_one_day_beyond_the_twelfth_decides_the_whole_column():
    found = read_dates(["03/04/2020", "13/04/2020"])
    assert found.frame["moment"][0] == datetime(2020, 4, 3)
    assert found.notes == ()


def test_a_decision_by_one_date_of_many_is_announced():
    days = [f"{d:02d}/{m:02d}/2020" for d in range(1, 13) for m in range(1, 13)]
    assert "evidence of few" in read_dates([*days, "13/01/2020"]).notes[0]


def test_the_minority_of_another_order_is_unreadable_not_guessed():
    found = read_dates([*(f"{d}/01/2020" for d in range(10, 29)), "01/31/2020"])
    assert found.frame["problem"].to_list() == [None] * 19 + ["unreadable date"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2020-02-30", "unreadable date"),
        ("2020-13-01", "unreadable date"),
        ("2020-01-01 25:00", "unreadable date"),
        ("2020-01-01 10:61:00", "unreadable date"),
        ("12:30", "unreadable date"),
        ("yesterday", "unreadable date"),
        ("2020-01-01 10:00 XYZ", "unknown time zone: XYZ"),
        ("1899-12-30", "absurd date: not in 1950 to 2099"),
        ("9999-12-31", "absurd date: not in 1950 to 2099"),
        ("1970-01-01", "no date: 1970-01-01 is what systems write that have none"),
        ("0000-00-00", "unreadable date"),
        ("", "no date"),
        (None, "no date"),
        ("NaT", "no date"),
    ],
)
def test_impossible_dates_have_a_reason(text, problem):
    assert read_dates([text]).frame["problem"].to_list() == [problem]


def test_midnight_everywhere_is_no_time_of_day():
    assert not read_dates(["2020-01-01 00:00:00", "2020-01-02"]).has_time
    assert read_dates(["2020-01-01 00:00:01", "2020-01-02"]).has_time
