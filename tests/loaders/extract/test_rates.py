"""Rates are read with every key and every range checked."""

import copy
import tomllib
from pathlib import Path

import pytest

from martlet.engine.errors import ParameterError
from martlet.loaders.extract import _rates

TEXT = tomllib.loads(Path(_rates.__file__).with_name("messy.toml").read_text(encoding="utf-8"))


def test_heavy_is_no_lighter_than_light():
    light, heavy = _rates.read_mess(TEXT, "light"), _rates.read_mess(TEXT, "heavy")
    for role, kinds in light.cells.items():
        assert all(rate <= heavy.cells[role][kind] for kind, rate in kinds.items())


def test_none_spoils_nothing():
    mess = _rates.read_mess(TEXT, "none")
    assert not mess.spoilt_roles
    assert not mess.rows
    assert not mess.encodings


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("cells.outlier.heavy", 0.3, "cells.outlier.heavy is 0.3; allowed are 0 to 0.25"),
        ("cells.outlier.light", "much", "cells.outlier.light is 'much'"),
        ("cells.outlier.light", 0.2, "cells.outlier.light is 0.2, more than its heavy"),
        ("cells.outlier.lite", 0.2, "cells.outlier.lite is no key of the rates. Did you mean 'light'?"),
        ("cells.outlier.reason", None, "the rates lack cells.outlier.reason"),
        ("cells.outlier.hits", ["mony"], "names 'mony', which is no role. Did you mean 'money'?"),
        ("cells.outlier.hits", ["key"], "names 'key', which is no role"),
        ("cells.outlier.hits", "money", "must be a list of names"),
        ("cells.typo", {}, "cells.typo is no key"),
        ("rows.late_row", None, "the rates lack rows.late_row"),
        ("encodings.shop_orders.light", "latin", "encodings.shop_orders.light is 'latin'"),
        ("cells", 3, "cells must be a table"),
    ],
)
def test_what_is_wrong_is_named(path, value, message):
    text = copy.deepcopy(TEXT)
    *parents, last = path.split(".")
    table = text
    for name in parents:
        table = table[name]
    if value is None:
        del table[last]
    else:
        table[last] = value
    with pytest.raises(ParameterError) as raised:
        _rates.read_mess(text, "heavy")
    assert message in str(raised.value)


def test_a_column_is_not_spoilt_altogether():
    text = copy.deepcopy(TEXT)
    for kind in ("missing_value", "outlier", "currency_sign"):
        text["cells"][kind]["heavy"] = 0.25
    with pytest.raises(ParameterError, match="spoil .* of its cells together"):
        _rates.read_mess(text, "heavy")
