"""A profile is read whole, and every mistake in one is told with its file, its place and what would be right."""

import pytest

from martlet.engine.errors import IngestError, UnknownNameError
from martlet.loaders.ingest.profile_files import load_profile, profile_names
from martlet.loaders.ingest.reading.options import FillDown, Param

from .profiles import written

GOOD = """
name  = "mine"
title = "Sales of the shop"

[read]
skip_lines = 2
fill_down  = { key = "No", columns = ["When"] }
params     = { page = { list = "event_params", key = "page_location" }, medium = "traffic_source.medium" }

[columns]
no     = { names = ["No", "Number"], required = true }
when   = { names = ["When"], dates = "dmy", zone = "Europe/Lisbon" }
who    = "Client"
amount = { names = ["Total"], decimal = ",", unit = "cents", min = 0, max = 100, impossible = [99] }
state  = { names = ["State"], words = { bezahlt = "completed" }, null = ["offen?"] }

[[mappings]]
entity      = "orders"
order_id    = "no"
customer_id = { from = "who", required = true }
ordered_at  = "when"
net_revenue = "amount"
status      = { from = "state", default = "completed" }

[[mappings]]
entity      = "customers"
where       = { state = ["bezahlt"] }
customer_id = ["who", "no"]
"""


@pytest.mark.parametrize("name", profile_names())
def test_each_profile_that_is_shipped_loads_under_its_name(name):
    profile = load_profile(name)
    assert profile.name == name
    assert profile.title


def test_all_that_a_profile_says_is_read(tmp_path):
    profile = written(tmp_path, GOOD)
    assert profile.read.skip_lines == 2
    assert profile.read.fill_down == FillDown("No", ("When",))
    assert profile.read.params == {
        "page": Param(list="event_params", key="page_location"),
        "medium": Param(path="traffic_source.medium"),
    }
    assert profile.columns["no"].names == ("No", "Number")
    assert profile.columns["who"].names == ("Client",)
    assert (profile.columns["amount"].decimal, profile.columns["amount"].max) == (",", 100)
    assert profile.main.fields["customer_id"].required
    assert profile.main.fields["status"].default == "completed"
    assert profile.mappings[1].where == {"state": ("bezahlt",)}
    assert profile.mappings[1].fields["customer_id"].columns == ("who", "no")


def test_a_column_is_known_by_its_key_unless_it_has_names(tmp_path):
    text = GOOD.replace('who    = "Client"', "who    = { required = true }")
    assert written(tmp_path, text).columns["who"].names == ("who",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title =", "titel =", "mine.toml: titel is no key of a profile. Did you mean 'title'?"),
        ('name  = "mine"\n', "", "mine.toml lacks name"),
        ("required = true }\nwhen", "requird = true }\nwhen", "columns.no.requird is no key.* Did you mean 'required'?"),
        ("required = true }\nwhen", 'required = "yes" }\nwhen', "columns.no.required must be true or false, not 'yes'"),
        ('dates = "dmy"', 'dates = "dmyy"', "columns.when.dates is 'dmyy'. Did you mean 'dmy'?"),
        ('"Europe/Lisbon"', '"Europe/Lisboa"', "columns.when.zone is 'Europe/Lisboa', which is no time zone. Did you mean 'Europe/Lisbon'"),
        ('unit = "cents"', 'unit = "cent"', "columns.amount.unit is 'cent'. Did you mean 'cents'?"),
        ("min = 0", "min = 200", "columns.amount.min is 200, more than its max, 100"),
        ("min = 0", 'min = "0"', "columns.amount.min must be a number, not '0'"),
        ('"Client"', '"Total"', "columns.amount.names: 'Total' is a name of columns.who already"),
        ('entity      = "orders"', 'entity      = "order"', "mappings.1..entity is 'order'. Did you mean 'orders'?"),
        ('entity      = "orders"\n', "", "mappings.1. lacks its entity"),
        ("net_revenue =", "net_revenu =", "mappings.1..net_revenu: orders have no field 'net_revenu'. Did you mean 'net_revenue'?"),
        ('= "amount"', '= "amout"', "mappings.1..net_revenue: there is no column 'amout' under .columns.. Did you mean 'amount'?"),
        ('ordered_at  = "when"\n', "", 'mappings.1. .orders. lacks ordered_at, .*add ordered_at = "column"'),
        ('ordered_at  = "when"', 'ordered_at  = "amount"', "mappings.1..ordered_at is a timestamp, but columns.amount.decimal is for these types: count, money"),
        ('"Client"', '{ type = "money" }\nx = "Client"', None),
        ('= { names = ["When"],', '= { type = "bool", names = ["When"],', "ordered_at is a timestamp, but columns.when is declared as a bool"),
        ("bezahlt = ", 'bezahlt = "compleated", x = ', "columns.state.words.bezahlt is 'compleated', which feeds status: unreadable word"),
        ('unit = "cents"', 'default = "none"', "columns.amount.default is 'none', which feeds net_revenue: unreadable amount"),
        ('default = "completed"', 'default = "doen"', "status.default is 'doen': unreadable word: none of open, completed"),
        ('{ from = "who", required = true }', "{ required = true }", "customer_id must have one of from, constant, row_number, later, file_name and files; it has none"),
        ('{ from = "who", required = true }', '{ from = "who", constant = "x" }', "it has from and constant"),
        ("where       = { state", "where       = { status", "mappings.2..where: there is no column 'status'.*Did you mean 'state'?"),
        ("skip_lines = 2", "skip_lines = -2", "read.skip_lines must be a whole number from 0"),
        ("skip_lines = 2", 'drop_totals = "(Total"', "read.drop_totals is no regular expression"),
        ('"traffic_source.medium"', '{ list = "event_params" }', "read.params.medium must be a dotted path, "),
        ("[columns]", "[columns", "mine.toml is not TOML"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place_and_what_would_be_right(tmp_path, old, new, message):
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    if message is None:
        written(tmp_path, text)
        return
    with pytest.raises(IngestError, match=message):
        written(tmp_path, text)


def test_mappings_may_still_be_called_feeds(tmp_path):
    assert written(tmp_path, GOOD.replace("[[mappings]]", "[[feeds]]")) == written(tmp_path, GOOD)


def test_unknown_profiles_get_the_nearest_name(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'orders'.*ends in .toml"):
        load_profile("order")
    with pytest.raises(IngestError, match=r"none\.toml can't be read: No such file"):
        load_profile(tmp_path / "none.toml")
