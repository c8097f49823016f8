"""Segments of one's own: read strictly from TOML, put into the warehouse, kept by what comes later."""

import pytest

import martlet
from martlet.engine.errors import ParameterError, WarehouseError
from martlet.engine.units import read_folder
from martlet.loaders.warehouse import segments

TEXT = """
[maps.mine]
rules = [{ segment = "Best", recency = [4, 5], action = "Thank." }, { segment = "Rest" }]

[segments.lately]
doc = "Who came lately, and spent between 10 and 1000."
where = [
  { column = "recency_days", at_most = 400 },
  { column = "monetary", at_least = 10, below = 1000 },
  { column = "gender", is_not = "other" },
]
"""


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "w.duckdb"
    martlet.build(path, customers=30, days=200, seed=3, threads=1)
    return path


def test_a_file_is_installed_asked_replaced_and_kept(warehouse, tmp_path):
    file = tmp_path / "segments.toml"
    file.write_text(TEXT)
    assert martlet.install_segments(file, warehouse) == ["mine", "lately"]
    with martlet.open(warehouse) as opened:
        names = {row[0] for row in opened.query("segmentation/rfm_segments", rule_map="mine").rows()}
        members = opened.query("segmentation/members", name="lately").pl()
        expected = opened.sql(
            "SELECT customer_key FROM mart.customer_profile AS profile INNER JOIN segmentation.rfm AS rfm USING (customer_key) "
            "WHERE rfm.recency_days <= 400 AND rfm.monetary >= 10 AND rfm.monetary < 1000 AND gender <> 'other'"
        ).pl()
    assert names == {"Best", "Rest"}
    assert sorted(members["customer_key"]) == sorted(expected["customer_key"]) != []
    file.write_text(TEXT.replace("400", "0").replace("[maps.mine]", "[maps.other]"))
    martlet.install_segments(file, warehouse)
    martlet.advance(warehouse, days=3)
    with martlet.open(warehouse) as opened:
        maps = opened.sql("SELECT DISTINCT segment_map FROM meta.segment_rule ORDER BY 1").rows()
        limits = opened.sql(
            "SELECT position, number, words FROM meta.segment_condition WHERE segment = 'lately' ORDER BY 1"
        ).rows()
    assert maps == [("martlet",), ("mine",), ("other",), ("r",)]
    assert limits == [(1, 0.0, None), (2, 10.0, None), (3, 1000.0, None), (4, None, ["other"])]


def test_a_segment_that_is_not_there_is_refused(warehouse):
    with martlet.open(warehouse) as opened:
        with pytest.raises(
            martlet.QueryError, match="name must be one .* one_time_buyers, readers_without_order, regulars"
        ):
            opened.query("segmentation/members", name="lately")
        with pytest.raises(martlet.QueryError, match="rule_map must be a map .* martlet, r"):
            opened.query("segmentation/rfm", rule_map="mine")


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("[maps.mine]", "[maps.mine", "s.toml is no TOML"),
        ("[maps.mine]", "[map.mine]", "map is no key of a file of segments. Did you mean 'maps'"),
        ("[4, 5]", "[5, 4]", r"maps.mine.rules\[0\].recency must be the lowest and the highest score"),
        ("[4, 5]", "[0, 5]", "is 0; allowed are 1 to 5"),
        ('segment = "Rest"', "action = ''", r"lacks maps.mine.rules\[1\].segment"),
        (
            '"recency_days"',
            '"recency"',
            r"segments.lately.where\[0\].column is 'recency'.*Allowed: recency_days",
        ),
        ("at_most = 400", "at_mst = 400", "at_mst is no key.*at_most"),
        ("at_most = 400", 'is = "x"', "is is for words, and recency_days is a number"),
        ('is_not = "other"', "above = 3", "above is for numbers, and gender is a word"),
        (', is_not = "other"', "", "says nothing of gender; give one of at_least"),
        ("at_most = 400", 'at_most = "400"', "at_most must be a number, not '400'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(old, new, wrong):
    assert old in TEXT
    with pytest.raises(ParameterError, match=wrong):
        segments.parse(TEXT.replace(old, new), "s.toml")


def test_a_segment_without_conditions_and_a_file_that_is_not_there_are_refused(tmp_path, warehouse):
    with pytest.raises(ParameterError, match="segments.all.where must hold one condition"):
        segments.parse("[segments.all]\nwhere = []", "s.toml")
    with pytest.raises(ParameterError, match="no.toml can't be read"):
        martlet.install_segments(tmp_path / "no.toml", warehouse)
    (tmp_path / "s.toml").write_text(TEXT)
    with pytest.raises(WarehouseError, match="there is no"):
        martlet.install_segments(tmp_path / "s.toml", tmp_path / "none.duckdb")


def test_the_query_knows_every_column_that_a_condition_may_ask_about():
    source = next(text for path, text in read_folder("queries") if path.endswith("segmentation/_members.sql"))
    assert all(f'"{name}"' in source for name in (*segments.NUMBERS, *segments.WORDS))
