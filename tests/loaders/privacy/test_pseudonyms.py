"""Pseudonyms are keyed, stable, of the right form, and tell nothing."""

import hashlib
import hmac

import polars as pl
import pytest

from martlet.engine.errors import ParameterError
from martlet.loaders.privacy.pseudonyms import VARIABLE, pseudonym_key, pseudonymise

KEY = b"0123456789abcdef"


def made(values, kind, key=KEY):
    return (
        pl.DataFrame({"x": values}, schema={"x": pl.String})
        .select(pseudonymise(pl.col("x"), key, kind=kind))["x"]
        .to_list()
    )


def test_a_pseudonym_is_the_hmac_of_kind_and_value():
    expected = hmac.new(KEY, b"email\0ann@example.com", hashlib.sha256).hexdigest()[:32]
    assert made(["Ann@Example.COM "], "email") == [f"{expected}@pseudonym.invalid"]


def test_ways_to_write_one_value_are_one():
    assert len(set(made(["Ann  Lee", " ann lee", "ANN LEE"], "name"))) == 1
    assert len(set(made(["+49 (30) 123-45", "0049 30 12345", "493012345"], "phone"))) == 1
    assert len(set(made(["a@x.de", "A@X.de ", "b@x.de"], "email"))) == 2


def test_kinds_and_keys_do_not_tell_of_each_other():
    assert made(["ann"], "name") != made(["ann"], "name", b"another key of bytes")
    assert made(["ann"], "name")[0] not in made(["ann"], "email")[0]


def test_missing_values_stay_missing():
    for kind in ("name", "email", "phone"):
        assert made([None, "", "  "], kind) == [None, "", ""]
    assert made([], "name") == []


def test_the_order_and_the_number_of_values_do_not_matter():
    values = [f"person {n % 97}" for n in range(5000)]
    once = dict(zip(values, made(values, "name"), strict=True))
    assert made(values[::-1], "name") == [once[value] for value in values[::-1]]
    assert len(set(once.values())) == 97


def test_addresses_still_are_addresses_that_nobody_owns():
    (address,) = made(["ann@example.com"], "email")
    name, _, domain = address.partition("@")
    assert (len(name), domain) == (32, "pseudonym.invalid")


def test_the_key_comes_from_a_file_or_a_variable(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "a key of many bytes")
    assert pseudonym_key() == b"a key of many bytes"
    file = tmp_path / "key"
    file.write_bytes(b"from a file, with a newline\n")
    assert pseudonym_key(file) == b"from a file, with a newline"


def test_no_key_or_a_weak_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(
        ParameterError, match="variable MARTLET_PSEUDONYM_KEY is empty or not set; .* at least 16 bytes"
    ):
        pseudonym_key()
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(ParameterError, match="has 5 bytes"):
        pseudonym_key()
    with pytest.raises(ParameterError, match="can't be read from .*nothing: No such file"):
        pseudonym_key(tmp_path / "nothing")


def test_unknown_kinds_are_refused():
    with pytest.raises(ParameterError, match="Did you mean 'email'"):
        pseudonymise(pl.col("x"), KEY, kind="emial")
