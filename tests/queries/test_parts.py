"""Parts that queries share give them their parameters; lists of words may be written as one text in SQL."""

import pytest

from martlet.engine import packs


def test_a_part_gives_its_parameters_to_each_query_that_includes_it():
    channels, paths = (packs.get(f"attribution/{name}").parameters for name in ("channels", "paths"))
    assert channels["lookback_days"] == paths["lookback_days"]
    assert "model" in channels
    assert "model" not in paths
    assert next(iter(paths)) == "limit_to", "the query's own come first"


def test_a_query_may_declare_what_differs():
    channels, compare = (packs.get(f"attribution/{name}").parameters for name in ("channels", "compare"))
    assert channels["model"].default == ["linear"]
    assert set(channels["model"].of) - set(compare["model"].default) == {"markov", "counterfactual"}
    assert compare["model"].doc == channels["model"].doc
    # The model that must be fitted first shares out no order, which channels has to.
    assert compare["model"].of == (*channels["model"].of, "incremental")


@pytest.mark.parametrize("given", ["'last,first'", "['last', 'first']"])
def test_a_list_of_words_may_be_one_text(warehouse, given):
    rows = warehouse.sql(
        f"SELECT DISTINCT model FROM attribution.channels(model := {given}) ORDER BY model"
    ).rows()
    assert rows == [("first",), ("last",)]


def test_a_wrong_word_in_a_text_is_refused(warehouse):
    with pytest.raises(Exception, match="model must be a list"):
        warehouse.sql("FROM attribution.channels(model := 'lats')")
