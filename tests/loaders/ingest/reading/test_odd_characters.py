"""Bytes that are invalid in the file's encoding spoil their cell; what is valid is a character like any other."""

import pytest

from martlet.loaders.ingest.reading.options import BROKEN

HEAD = "customer,date,amount,note\n"
ROWS = "Ann,2024-01-01,5.00,fine\nZoë,2024-01-02,6.00,{}\nEve,2024-01-03,7.00,fine\n"


@pytest.mark.parametrize(
    "character", ["\ufffd", "\u0085", "\u200b", "\u00ad", "\ufeff", "\U0001f600", "\u2028", "\v"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_valid_characters_are_kept(read, character, encoding):
    found = read((HEAD + ROWS.format(f"a{character}b")).encode(encoding))
    assert set(found.problems) == {None}
    assert found.cells["note"][1] == f"a{character}b"
    assert found.cells["customer"][1] == "Zoë"


def test_a_replacement_character_alone_does_not_change_the_encoding(read):
    found = read((HEAD + "Ann,2024-01-01,5.00,a\ufffdb\n").encode())
    assert found.source.format.startswith("UTF-8")
    assert found.rows() == [("Ann", "2024-01-01", "5.00", "a\ufffdb")]


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + ROWS.format("Zoë é bad")).encode().replace(b"bad", b"\xff\xfe"),
        (HEAD + ROWS.format("bad")).encode().replace(b"bad", b"\x00"),
        (HEAD + ROWS.format('"b, bad"')).encode().replace(b"bad", b"\x01"),
        (HEAD + ROWS.format("bad")).encode("utf-16-le").replace("bad".encode("utf-16-le"), b"\x00\xd8"),
        b"\xff\xfe"
        + (HEAD + ROWS.format("bad")).encode("utf-16-le").replace("bad".encode("utf-16-le"), b"\x00\xd8"),
        (HEAD + ROWS.format("bad")).encode("cp1252").replace(b"bad", b"\x81"),
    ],
)
def test_what_is_invalid_spoils_its_cell_only(opened, content):
    (batch,) = opened(content).batches()
    assert batch.problems.to_list() == [None] * 3
    assert batch.problems_in(["customer", "date", "amount"]).to_list() == [None] * 3
    assert batch.problems_in(["customer", "note"]).to_list() == [None, BROKEN, None]
    assert batch.cells["customer"].to_list() == ["Ann", "Zoë", "Eve"]


def test_rows_that_are_left_out_move_what_is_spoilt(opened):
    text = HEAD + "Ann,2024-01-01,5.00,é é\n" + HEAD + "Bob,2024-01-02,6.00,bad\nTotal,,11.00,\n"
    (batch,) = opened(text.encode().replace(b"bad", b"\xff")).batches()
    assert batch.cells["customer"].to_list() == ["Ann", "Bob"]
    assert batch.problems_in(["note"]).to_list() == [None, BROKEN]
    assert batch.only(batch.cells["customer"] == "Bob").problems_in(["note"]).to_list() == [BROKEN]
