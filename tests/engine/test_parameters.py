"""Typed parameters: what they take, what they refuse, and what the error says."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import ParameterError
from martlet.engine.parameters import TYPES, Parameter, values_of


def parameter(kind, **fields):
    return Parameter(name="p", type=kind, doc="A parameter.", **fields)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "30", 30),
        ("int", " -2 ", -2),
        ("float", "0.4", 0.4),
        ("float", 1, 1.0),
        ("bool", "Yes", True),
        ("bool", "0", False),
        ("date", "2025-02-28", date(2025, 2, 28)),
        ("timestamp", "2025-02-28", datetime(2025, 2, 28)),
        ("timestamp", date(2025, 2, 28), datetime(2025, 2, 28)),
        ("timestamp", "2025-02-28T12:00+02:00", datetime(2025, 2, 28, 10)),
        (
            "timestamp",
            datetime(2025, 2, 28, 12, tzinfo=timezone(timedelta(hours=2))),
            datetime(2025, 2, 28, 10),
        ),
        ("str", "it's", "it's"),
        ("list[int]", "1, 2,3", [1, 2, 3]),
        ("list[str]", '["a, b", "c"]', ["a, b", "c"]),
        ("list[str]", "", []),
        ("list[date]", ["2025-01-01"], [date(2025, 1, 1)]),
    ],
)
def test_values_are_read(kind, text, value):
    assert parameter(kind).value(text) == value


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("int", "3.5"),
        ("int", 3.5),
        ("int", True),
        ("int", "9" * 30),
        ("int", [1]),
        ("float", "nan"),
        ("float", "inf"),
        ("float", "1e999"),
        ("bool", "maybe"),
        ("date", "2025-02-30"),
        ("date", "28.02.2025"),
        ("date", datetime(2025, 1, 1)),
        ("timestamp", "yesterday"),
        ("timestamp", 5),
        ("str", 5),
        ("str", "a\0b"),
        ("list[int]", "1,x"),
        ("list[int]", 7),
        ("list[int]", "[1, 2"),
    ],
)
def test_wrong_values_are_refused_by_name_with_what_is_right(kind, wrong):
    with pytest.raises(ParameterError, match=r"^p is .*, but must be "):
        parameter(kind).value(wrong)


@pytest.mark.parametrize("wrong", [0, 366, "0", "366"])
def test_bounds_are_inclusive_and_named(wrong):
    bounded = parameter("int", min=1, max=365)
    assert [bounded.value(1), bounded.value("365")] == [1, 365]
    with pytest.raises(ParameterError, match="must be a whole number from 1 to 365"):
        bounded.value(wrong)


def test_bounds_hold_for_each_element_of_a_list():
    with pytest.raises(ParameterError, match=r"each a whole number from 1 to 9"):
        parameter("list[int]", min=1, max=9).value("3,10")


@pytest.mark.parametrize("wrong", ["a", "a,b,c,d", []])
def test_a_list_has_as_many_elements_as_it_may(wrong):
    counted = parameter("list[str]", least=2, most=3)
    assert [counted.value("a,b"), counted.value("a,b,c")] == [["a", "b"], ["a", "b", "c"]]
    with pytest.raises(ParameterError, match="must be a list of 2 to 3, separated by commas, each text"):
        counted.value(wrong)


def test_a_misspelt_choice_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="not one of first, linear. Did you mean 'linear'?"):
        parameter("choice", of=("first", "linear")).value("liner")


def test_a_misspelt_parameter_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="a/b has no parameter 'modle'. Did you mean 'model'?"):
        values_of({"model": parameter("str")}, {"modle": "x"}, owner="a/b")


def test_null_is_refused_where_there_is_a_default_to_take_instead():
    assert parameter("int").value(None) is None
    with pytest.raises(ParameterError):
        parameter("int", default=3).value(None)


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_integers_survive_the_command_line(number):
    assert parameter("int").value(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_survive_the_command_line(number):
    assert parameter("float").value(repr(number)) == number


@given(st.datetimes(), st.dates())
def test_moments_and_days_survive_the_command_line(moment, day):
    assert parameter("timestamp").value(moment.isoformat()) == moment
    assert parameter("date").value(day.isoformat()) == day


KINDS = [form.format(kind) for kind in TYPES for form in ("{}", "list[{}]")]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.datetimes() | st.binary()
    | st.dates() | st.text(st.characters(exclude_categories=()), max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@given(st.text(st.characters(exclude_categories=()), max_size=40) | ANYTHING)
def test_anything_given_is_a_value_or_a_clear_error(kind, value):
    of = ("first", "last") if "choice" in kind else ()
    message = ""
    try:
        parameter(kind, of=of).value(value)
    except ParameterError as error:
        message = str(error)
    assert len(message.encode()) < 1_000


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


class Unfriendly:
    """An object that can be neither read nor shown."""

    def __int__(self):
        raise RuntimeError("no")

    __float__ = __str__ = __repr__ = __int__


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "value",
    [
        "[" * 60_000,
        "[" * 60_000 + "]" * 60_000,
        nested(100_000),
        Unfriendly(),
        10**5000,
        Decimal("sNaN"),
        Decimal("1e999999"),
        "\ud800",
        '["\\ud800"]',
        "a\0b",
        b"x",
    ],
    ids=lambda value: type(value).__name__,
)
def test_hostile_values_are_refused_at_once(kind, value):
    plain_text = (
        kind in ("str", "list[str]") and isinstance(value, str) and value.isascii() and "\0" not in value
    )
    if plain_text and not (kind == "list[str]" and value.startswith("[")):
        assert parameter(kind).value(value)
        return
    with pytest.raises(ParameterError, match=r"^p is "):
        parameter(kind, of=("first",) if "choice" in kind else ()).value(value)


def test_long_values_are_cut_in_errors():
    with pytest.raises(ParameterError) as failure:
        parameter("date").value("x" * 1_000_000)
    assert "(1,000,000 characters)" in str(failure.value)
    assert len(str(failure.value)) < 300


@pytest.mark.parametrize("empty", ["", " ", [], (), "[]"])
def test_an_empty_list_of_words_is_refused_unless_none_is_a_word(empty):
    with pytest.raises(ParameterError, match="p is an empty list, but must be a list"):
        parameter("list[choice]", of=("first", "last")).value(empty)
    assert parameter("list[choice]", of=("none", "first")).value(empty) == []
    assert parameter("list[str]").value(empty) == []
