"""JSON: records wherever they are, numbers with all their digits, and damage told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.engine.errors import IngestError
from martlet.loaders.ingest.reading import Param, _bytes, _json

PAIRS = [
    {"key": "page", "value": {"string_value": "/home", "int_value": None}},
    {"key": "ga_session_id", "value": {"string_value": None, "int_value": 1713}},
]
EVENT = {
    "event_name": "purchase",
    "event_timestamp": 1_609_459_200_123_456,
    "traffic_source": {"source": "google", "medium": "cpc"},
    "event_params": PAIRS,
    "items": [{"item_id": "A", "price": 9.5}, {"item_id": "B", "price": 1.25}],
}


def test_nested_objects_become_columns_and_numbers_keep_their_digits(read):
    found = read(
        '{"id": 12345678901234567890, "who": {"name": "Ann", "age": null}, "v": 1.10, "ok": true, "n": NaN}\n{"id": 2}'
    )
    assert found.source.columns == ("id", "who.name", "who.age", "v", "ok", "n")
    assert found.rows() == [
        ("12345678901234567890", "Ann", "", "1.10", "true", "NaN"),
        ("2", "", "", "", "", ""),
    ]
    assert found.source.numeric == {"id", "v"}
    assert found.source.format == "UTF-8, NDJSON, a record a line"


def test_a_damaged_line_spoils_only_itself(read):
    found = read('{"id": 1, "v": 2}\n{"id": 2, "v": \n[3]\n\n{"id": 4, "v": 5}\n')
    assert found.cells["id"].to_list() == ["1", None, None, "4"]
    assert [bool(problem) for problem in found.problems] == [False, True, True, False]
    assert found.problems[1].startswith("not valid JSON")
    assert found.originals[1:3] == ['{"id": 2, "v":', "[3]"]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([{"a": "1"}, {"a": "2"}], None),
        ({"meta": {"tags": [1]}, "data": {"rows": [{"a": "1"}, {"a": "2"}]}, "next": None}, None),
        ({"first": [{"a": "x"}], "data": {"rows": [{"a": "1"}, {"a": "2"}]}}, "data.rows"),
    ],
)
def test_the_list_of_records_is_found(read, document, path):
    for text in (json.dumps(document), json.dumps(document, indent=2)):
        assert read(text, records=path).rows() == [("1",), ("2",)]


def test_a_path_that_leads_nowhere_is_told(opened):
    for path, words in (("data.row", "no key 'row'"), ("data", "no list")):
        with pytest.raises(IngestError, match=words):
            opened('{"data": {"rows": [{"a": 1}]}}', records=path)


def test_objects_one_after_another_are_records(read):
    assert read('{\n "a": 1\n}\n{\n "a": 2\n}\n').rows() == [("1",), ("2",)]


def test_params_paths_and_elements_become_columns(read):
    params = {
        "page": Param(list="event_params", key="page"),
        "session": Param(list="event_params", key="ga_session_id"),
        "source": Param(path="traffic_source.source"),
    }
    found = read(
        json.dumps(EVENT) + "\n" + json.dumps({"event_name": "x", "items": []}),
        params=params,
        explode="items",
    )
    wanted = found.cells.select("event_name", "page", "session", "source", "items.item_id", "items.price")
    assert wanted.rows() == [
        ("purchase", "/home", "1713", "google", "A", "9.5"),
        ("purchase", "/home", "1713", "google", "B", "1.25"),
        ("x", None, None, None, None, None),
    ]
    assert found.originals[0] == found.originals[1] == json.dumps(EVENT)


def test_lists_that_nothing_uses_are_told(read):
    assert "lists can't be used and were ignored: event_params, items" in read(json.dumps([EVENT])).notes


def test_keys_that_come_late_are_told(read, monkeypatch):
    monkeypatch.setattr(_json, "_SURVEYED", 10)
    found = read('{"a": 1, "b": 2}\n{"a": 1, "c": 2}\n')
    assert found.source.columns == ("a", "b")
    assert any(note.endswith("ignored: c") for note in found.notes)


def test_a_key_without_name_is_given_one(read):
    assert read('{"": 1, "a": {"": 2}}\n{"": 3}\n').source.columns == ("unnamed", "a.unnamed")


def test_half_characters_are_replaced(read):
    assert read('[{"a": "x\\ud83d", "b": "1"}]').cells["b"].to_list() == ["1"]


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8))


@given(
    st.lists(st.fixed_dictionaries({"a": st.integers(), "b": SCALARS}), min_size=1, max_size=8),
    st.sampled_from(["list", "lines", "document"]),
    st.sampled_from([3, 50, 1 << 20]),
    st.booleans(),
)
def test_what_json_writers_write_comes_back(  # noqa: PLR0917
    read, monkeypatch, records, form, block, ascii_only
):
    monkeypatch.setattr(_bytes, "BLOCK", block)
    if form == "lines":
        text = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
    else:
        text = json.dumps(records if form == "list" else {"n": 1, "rows": records}, ensure_ascii=ascii_only)
    found = read(text)

    def cell(value):
        return (
            {None: "", True: "true", False: "false"}[value]
            if value is None or isinstance(value, bool)
            else str(value)
        )

    assert found.cells["a"].to_list() == [str(record["a"]) for record in records]
    assert found.cells["b"].fill_null("").to_list() == [cell(record["b"]) for record in records]
