"""A slim picture looks as the converter drew it, in a fraction of the bytes, and takes its colours from the page."""

import re
import struct
import zlib

import numpy as np
import pytest

import martlet
from martlet.engine.charts import converting
from martlet.reports import colours, pictures, slim

# One of each kind that a report draws; where the shapes become others: cells of a heat map, dots, lines.
PATHS = [
    "segmentation/rfm_segments",
    "web/traffic",
    "funnel/drop_off",
    "retention/cohorts",
    "value/clv",
    "funnel/stages",
    "email/machine_opens",
]


@pytest.fixture(scope="module")
def opened(warehouse_path):
    with martlet.open(warehouse_path) as warehouse:
        yield warehouse


def pixels(svg):
    """Return the grey of each pixel of a picture, by a decoder of PNG written here."""
    told = (
        svg
        if "xmlns=" in svg
        else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg" font-family="DejaVu Sans"', 1)
    )
    data = bytes(converting.converter().svg_to_png(told, scale=1))
    width, height = struct.unpack(">II", data[16:24])
    assert data[24:26] == b"\x08\x06"
    packed, place = b"", 8
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + size]
        place += size + 12
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 4 * width + 1)
    rows = np.zeros((height, width, 4), np.int64)
    before = np.zeros((width, 4), np.int64)
    for number in range(height):
        before = rows[number] = _unfiltered(
            raw[number, 0], raw[number, 1:].reshape(width, 4).astype(np.int64), before
        )
    alpha = rows[:, :, 3:] / 255
    return (rows[:, :, :3] * alpha + 255 * (1 - alpha)).mean(axis=2)


def _unfiltered(kind, given, above):
    if kind in (0, 2):
        return (given + (above if kind else 0)) % 256
    if kind == 1:
        return np.cumsum(given, axis=0) % 256
    out, left, corner = np.empty_like(given), np.zeros(4, np.int64), np.zeros(4, np.int64)
    for number, (one, up) in enumerate(zip(given, above, strict=True)):
        if kind == 3:
            guess = (left + up) // 2
        else:
            middle = left + up - corner
            far = np.abs(np.stack([middle - left, middle - up, middle - corner]))
            guess = np.choose(np.argmin(far, axis=0), [left, up, corner])
        left, corner = (one + guess) % 256, up
        out[number] = left
    return out


@pytest.mark.parametrize("path", PATHS)
def test_a_slim_picture_looks_as_it_was_drawn(opened, path):
    picture = pictures.spec_of(opened.query(path))
    drawn = converting.svg_of(picture.spec)
    small = slim.slim(drawn, themed=False)
    assert len(small) < len(drawn) / 3
    assert re.findall(r">([^<>]+)</text>", small) == [
        text
        for text, at in re.findall(r">([^<>]+)</text>", drawn)
        and (
            (found[2], found[1])
            for found in re.finditer(r"<text ([^>]*)>([^<>]+)</text>", drawn)
            if 'opacity="0"' not in found[1]
        )
    ]
    one, other = pixels(re.sub(r"font-family=\"[^\"]*\"", 'font-family="DejaVu Sans"', drawn)), pixels(small)
    rows, columns = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    assert abs(one.shape[0] - other.shape[0]) <= 1
    far = np.abs(one[:rows, :columns] - other[:rows, :columns])
    # Lengths are rounded to a tenth of a pixel, dots that shine through each other lie over each other once.
    assert far.mean() < 2.5
    assert one.std() > 10


def test_names_of_marks_begin_with_the_prefix_and_colours_are_variables(opened):
    picture = pictures.spec_of(opened.query("retention/cohorts"))
    first, second = picture.svg("a"), picture.svg("a")
    assert first == second
    names = re.findall(r'id="([^"]+)"', first)
    assert all(name.startswith("a") for name in names)
    assert set(re.findall(r"url\(#([^)]+)\)", first)) <= set(names)
    assert not re.search(r"#[0-9A-Fa-f]{3,6}\b|rgb\(", first)
    assert set(re.findall(r"var\(--(\w+)\)", first)) <= set(colours.DAY)
    assert "var(" not in colours.plain(first)


def luminance(colour):
    """Return the relative luminance of a colour, by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [colours.DAY, colours.NIGHT], ids=["day", "night"])
def test_words_and_marks_stand_out_from_their_ground(theme):
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert set(theme) == set(colours.DAY)
    for ground in ("ground", "page"):
        for words in ("ink", "soft", "link"):
            assert contrast(theme[words], theme[ground]) >= 4.5, words
    for mark in [name for name in theme if re.fullmatch(r"c\d", name)] + ["axis", "good"]:
        assert contrast(theme[mark], theme["ground"]) >= 3, mark
    # Little is near the ground, much far from it.
    steps = [contrast(theme[f"h{number}"], theme["ground"]) for number in range(11)]
    assert steps == sorted(steps)
