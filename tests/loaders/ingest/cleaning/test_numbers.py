"""Numbers are read in every notation, exactly, and what can't be known is said."""

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.ingest.cleaning.numbers import NumberReader

from .readings import through

CENTS = st.integers(min_value=0, max_value=10**18 - 1)
GROUPINGS = {
    "point": (",", "."),
    "comma": (".", ","),
    "spaces": (" ", ","),
    "swiss": ("'", "."),
    "none": ("", "."),
}
WRAPPINGS = ["{}", "$ {}", "{} EUR", "€{}", "R${}"]
NEGATIVES = ["-{}", "({})", "{}-", "\u2212{}"]


def money(texts, **options):
    size = options.pop("size", None)
    return through(NumberReader("money", **options), texts, size=size)


def number(kind, texts, **options):
    return through(NumberReader(kind, **options), texts)


def written(cents, thousands, decimal):
    return f"{cents // 100:,}".replace(",", thousands) + decimal + f"{cents % 100:02d}"


@given(
    st.lists(st.tuples(CENTS, st.sampled_from(["{}", *NEGATIVES])), min_size=1, max_size=8),
    st.sampled_from(sorted(GROUPINGS)),
    st.sampled_from(WRAPPINGS),
    st.integers(min_value=1, max_value=3),
)
def test_money_comes_back_from_every_notation_in_batches_of_any_size(pairs, grouping, wrapping, size):
    texts = [wrapping.format(n.format(written(a, *GROUPINGS[grouping]))) for a, n in pairs]
    found = money(texts, size=size)
    assert found.problems == [None] * len(texts)
    assert found.values == [Decimal(a if n == "{}" else -a) / 100 for a, n in pairs]


@given(
    st.lists(CENTS, min_size=1, max_size=8), st.sampled_from(sorted(GROUPINGS)), st.sampled_from(WRAPPINGS)
)
def test_number_format_counts_the_cells_that_are_not_written_plainly(amounts, grouping, wrapping):
    texts = [wrapping.format(written(a, *GROUPINGS[grouping])) for a in amounts]
    plain = [f"{Decimal(a) / 100:.2f}" for a in amounts]
    changed = [place for place, (text, as_is) in enumerate(zip(texts, plain, strict=True)) if text != as_is]
    assert money(texts).changed.get("number_format", []) == changed
    assert money(plain).changed == {}


@given(st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, places=5))
def test_money_is_rounded_to_the_cent_halves_to_even_and_counted(amount):
    expected = amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    found = money([f"{amount:.5f}"])
    assert found.values == [expected]
    assert ("rounded" in found.changed) == (amount != expected)


@given(st.floats(min_value=0, max_value=10**9, allow_nan=False))
def test_floats_of_a_typed_file_are_rounded_from_their_shortest_text(amount):
    expected = Decimal(repr(amount)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert money([repr(amount)], decimal=".").values == [expected]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_numbers_come_back_from_the_text_of_any_float(numbers):
    texts = [repr(number) for number in numbers]
    assert number("number", texts, decimal=".").values == pytest.approx(numbers, rel=1e-12)


@given(
    st.lists(st.integers(min_value=-(10**17), max_value=10**17), max_size=5),
    st.sampled_from(["{}", "{:,}", "{}.0"]),
)
def test_counts_come_back(numbers, form):
    assert number("count", [form.format(n) for n in numbers]).values == numbers


@given(st.integers(min_value=-(10**15), max_value=10**15), st.sampled_from([("cents", 2), ("micros", 6)]))
def test_units_are_exact(amount, unit):
    name, shift = unit
    expected = (Decimal(amount).scaleb(-shift)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert money([str(amount)], unit=name).values == [expected]


@pytest.mark.parametrize(
    ("kind", "options", "text", "expected"),
    [
        ("share", {}, "12.5%", 0.125),
        ("share", {}, "0.125", 0.125),
        ("share", {"unit": "percent"}, "12.5", 0.125),
        ("share", {"unit": "percent"}, "12.5 %", 0.125),
        ("number", {}, "1e-3", 0.001),
        ("number", {}, "1.234", 1.234),
        ("number", {"decimal": ","}, "1.234,5", 1234.5),
        ("count", {}, "3.0", 3),
        ("count", {}, "1,234", 1234),
        ("count", {"unit": "micros"}, "5000000", 5),
        ("year", {}, "1893", 1893),
    ],
)
def test_types_of_numbers(kind, options, text, expected):
    assert number(kind, [text], **options).values == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1,23,4",
        "12-3",
        "1.2.3",
        "(5",
        "5)",
        "inf",
        "--5",
        "5 apples",
        "0x10",
        "1 2 3",
        "12,34.56.78",
        "5%",
    ],
)
def test_what_is_no_amount_is_unreadable(text):
    found = money([text])
    assert (found.values, found.problems) == ([None], ["unreadable amount"])


@pytest.mark.parametrize("text", ["2.5", "1e-1", "5%"])
def test_what_has_decimals_is_no_count(text):
    assert number("count", [text]).problems[0].startswith("unreadable whole number")


@pytest.mark.parametrize("text", ["10000000000000000", "9999999999999999.995", "1e17", "1e300"])
def test_amounts_beyond_18_digits_are_impossible(text):
    assert money([text]).problems[0].startswith("impossible amount")


def test_the_other_amounts_decide_what_a_single_mark_means():
    assert money(["1,234", "12.50"]).values[0] == 1234
    assert money(["1,234", "12,5"]).values[0] == Decimal("1.23")
    assert money(["12,5", "1,234"], size=1).values[1] == Decimal("1.23")


def test_undecidable_marks_are_told():
    assert "thousands" in money(["1,234"]).notes[0]
    assert "decimals" in money(["1.234"]).notes[0]
    assert money(["1.234", "2.345", "9.000", "950"]).values[0] == 1234


def test_numbers_that_could_be_either_are_not_guessed_in_a_mixed_column():
    found = money(["1,234", "12,50", "12.50"])
    assert found.values == [None, Decimal("12.50"), Decimal("12.50")]
    assert found.problems[0].startswith("ambiguous amount")
    assert "set aside" in found.notes[0]


def test_a_few_strays_do_not_make_a_column_mixed():
    assert money(["1,234", "12,5", *(f"{i}.25" for i in range(100))]).values[:2] == [1234, Decimal("12.50")]


def test_a_declared_mark_holds_for_every_cell():
    found = money(["1.234", "1,5", "1.5"], decimal=",")
    assert found.values == [1234, Decimal("1.50"), None]
    assert found.notes == []


def test_the_commonest_currency_is_that_of_the_column():
    assert money(["$5", "€5", "$6"]).reader.currency == "USD"


@pytest.mark.parametrize("kind", ["money", "number", "count", "share", "year"])
@pytest.mark.parametrize("zero", [0x0660, 0x06F0, 0x0966, 0x0E50, 0xFF10, 0x1D7CE])
def test_digits_of_all_scripts_are_numbers(kind, zero):
    written = "".join(chr(zero + int(digit)) for digit in "2024")
    found = NumberReader(kind)
    text = pl.Series("text", [written, f"-{written}", "2024", None, f"{written}x"])
    found.survey(text)
    found.decide()
    read = found.read(text)
    assert [value and float(value) for value in read.values] == [2024, -2024, 2024, None, None]
    assert read.problems.is_null().to_list() == [True, True, True, True, False]
    assert [(rule, mask.to_list()[:3]) for rule, mask in read.changed] == [
        ("number_format", [True, True, False])
    ]
