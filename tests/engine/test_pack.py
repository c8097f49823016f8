"""What `_pack.toml` says of a pack: read strictly, and true of the queries."""

import re

import pytest

from martlet.engine import packs
from martlet.engine.errors import UnitError, UnknownNameError
from martlet.engine.packs import Packs

from ..conftest import ROOT

PACKS = list(packs.shipped().by_name.values())
QUERY = """/*
question = "How many?"
doc = "Orders."
grain = ["orders"]
[columns]
orders = "Orders."
*/
SELECT count(*) AS orders FROM star.fact_order ORDER BY orders
"""
HEAD = 'title = "Mine"\nsummary = "What is mine."\n'


def given(toml):
    files = {f"here/mine/{name}.sql": QUERY for name in ("first", "second")}
    return Packs({**files, "here/mine/_pack.toml": toml})


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_the_order_names_each_query_exactly_once(pack):
    text = (ROOT / "queries" / pack.name / "_pack.toml").read_text(encoding="utf-8")
    named = re.findall(r'"(\w+)"', re.search(r"^order = \[(.*?)\]", text, re.DOTALL | re.MULTILINE)[1])
    assert sorted(named) == sorted(query.name for query in pack.queries)
    assert named == [query.name for query in pack.queries]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_says_in_a_sentence_what_it_is_for_and_which_query_to_take(pack):
    assert re.fullmatch(r"[A-Z][^.]*\.", pack.summary)
    assert pack.story
    assert pack.which
    for name in re.findall(r"`(\w+)`", pack.story):
        assert name in {query.name for query in pack.queries} | {other.name for other in PACKS}


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("titel = 1", "here/mine/_pack.toml: titel: unknown key. Did you mean 'title'?"),
        ('title = "Mine"', "_pack.toml: the key 'summary' is missing"),
        ('title = 3\nsummary = ""', "title: must be a str, not 3"),
        ("title =", "this is no TOML"),
        (HEAD + 'order = ["frist"]', "order: there is no query 'frist'. Did you mean 'first'?"),
        (HEAD + 'order = ["first", "first"]', "order: names 'first' twice"),
        (
            HEAD + '[which]\nall = "secnd"',
            "which.'all': there is no query 'mine/secnd'. Did you mean 'mine/second'?",
        ),
        (HEAD + 'report = ["frist"]', "report: there is no query 'frist'. Did you mean 'first'"),
        (HEAD + "[examples]\nfrist = {}", "examples: there is no query 'frist'"),
        (HEAD + "[examples]\nfirst = { days = 3 }", "examples: "),
        (HEAD + "[examples]\nfirst = 3", "must be a table of parameters, not 3"),
    ],
)
def test_a_mistake_is_told_with_file_key_and_the_nearest_name(toml, words):
    with pytest.raises(UnitError) as caught:
        _ = given(toml).by_name
    assert str(caught.value).startswith("here/mine/_pack.toml: ")
    assert words in str(caught.value)


def test_queries_that_the_order_leaves_out_come_last():
    assert [query.name for query in given(HEAD + 'order = ["second"]').pack("mine").queries] == [
        "second",
        "first",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("email", "is a pack; name one of its queries: email/roi, email/credit"),
        ("roi", "there are several queries 'roi': name attribution/roi or email/roi"),
        ("rfn", "Did you mean 'rfm'?"),
        ("funel", "Did you mean 'funnel'?"),
        ("attribution/chanels", "Did you mean 'attribution/channels'?"),
        ("zzz", "martlet packs lists those of the packs attribution, "),
    ],
)
def test_a_name_that_is_no_query_is_told_what_is_near(name, words):
    with pytest.raises(UnknownNameError, match=re.escape(words)):
        packs.get(name)


def test_a_query_goes_by_its_last_part_where_only_one_pack_has_it():
    assert packs.get("rfm").path == "segmentation/rfm"
    assert packs.get("segmentation.rfm").path == "segmentation/rfm"


def test_an_unknown_pack_is_told_the_nearest():
    with pytest.raises(UnknownNameError, match="there is no pack 'funel'. Did you mean 'funnel'?"):
        packs.shipped().pack("funel")
