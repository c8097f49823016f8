"""A template is read strictly: each mistake is told with its file, its line and its key, and what would be right."""

import pytest

from martlet.engine.errors import UnitError
from martlet.reports import template
from martlet.reports.blocks import QueryBlock

FENCE = "```"


def block(toml, word="query"):
    return f"{FENCE}{word}\n{toml}\n{FENCE}\n"


def test_a_template_is_headings_words_and_blocks_in_order():
    read = template.parse(
        "week.md",
        '+++\ntitle = "A week"\ndays = 7\n[params]\nfloor = { type = "int", default = 3, doc = "Least." }\n+++\n\n# A *week*\n\nWords\nof two lines.\n\n'
        + block('ask = "email/roi"\nrows = 3'),
    )
    assert (read.title, read.days, read.parameters["floor"].default) == ("A week", 7, 3)
    heading, words, placed = read.parts
    assert (heading.level, heading.text, heading.line) == (1, "A *week*", 8)
    assert (words.text, words.line) == ("Words\nof two lines.", 10)
    assert placed.block == QueryBlock(ask="email/roi", rows=3)
    assert placed.line == 13
    assert placed.line_of("rows") == 15


def test_other_code_stays_code():
    (part,) = template.parse("x.md", block("SELECT 1", "sql")).parts
    assert "SELECT 1" in part.text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("+++\ntitle = 3\n+++\n", r"x\.md:2: title must be text, not 3"),
        ("+++\ntitel = 'a'\n+++\n", r"x\.md:2: titel is no key of a template. Did you mean 'title'"),
        ("+++\ntitle = 'a'\n", r"x\.md:1: the TOML that \+\+\+ begins has no \+\+\+"),
        ("+++\n\ntitle = \n+++\n", r"x\.md:3: this is no TOML"),
        ("+++\ndays = 0\n+++\n", r"x\.md:2: days is 0; allowed are 1 to 3660"),
        ("+++\nends_with = 'yaer'\n+++\n", r"x\.md:2: ends_with is 'yaer'"),
        (
            "+++\n[params]\nsince = { type = 'date', doc = 'x' }\n+++\n",
            r"x\.md:3: parameter since: a report has a since already",
        ),
        (
            "+++\n[params]\nn = { type = 'integer', doc = 'x' }\n+++\n",
            r"x\.md:3: parameter n: unknown type 'integer'",
        ),
        (
            "words\n\n" + block('aks = "email/roi"'),
            r"x\.md:4: aks is no key of a query block. Did you mean 'ask'",
        ),
        (block("rows = 3"), r"x\.md:1: a query block has either ask, a pack/query, or sql"),
        (block('ask = "a/b"\nsql = "SELECT 1"'), r"x\.md:1: a query block has either ask"),
        (block('ask = "a/b"\nrows = "3"'), r"x\.md:3: rows must be a whole number, not '3'"),
        (block('ask = "a/b"\nshow = ["cart"]'), r"x\.md:3: show\[0\] is 'cart'. Did you mean 'chart'"),
        (block('ask = "a/b"\nsection = true'), r"x\.md:3: section means nothing without when"),
        (block('ask = "a/b"\nchart = { kind = "bar", x = "a", y = "b" }'), r"x\.md:3: chart is for sql"),
        (
            block('sql = "SELECT 1"\nchart = { kind = "pie", x = "a", y = "b" }'),
            r"x\.md:3: chart.kind is 'pie'",
        ),
        (block('ask = "a/b\n'), r"x\.md:2: this is no TOML"),
        (block('ask = "a/b"\nname = "One"'), r"x\.md:3: name is 'One', but must be written as lower_case"),
        (2 * block('ask = "a/b"\nname = "one"'), r"x\.md:7: name 'one' is that of the block in line 1"),
        (
            "- item\n\n  ```query\n  ask = 'a/b'\n  ```\n",
            r"x\.md:3: a query block can't stand inside of a list",
        ),
        (
            "![logo](https://example.com/logo.png)\n",
            r"x\.md:1: a report is one file, so it takes no pictures",
        ),
        (block("most = 0", "summary"), r"x\.md:2: most is 0; allowed are 1 to 50"),
        (
            block("pakcs = ['email']", "packs"),
            r"x\.md:2: pakcs is no key of a packs block. Did you mean 'packs'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_its_key(text, wrong):
    with pytest.raises(UnitError, match=wrong):
        template.parse("x.md", text)
