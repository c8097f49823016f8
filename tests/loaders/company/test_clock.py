"""Operational time and back, by the local hours of each rhythm."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.loaders.company import load_preset
from martlet.loaders.company._clock import DAY, Clock, Season, rhythm_of, seconds

PRESET = load_preset("ecommerce")
CLOCK = Clock(Season.of(PRESET, date(2024, 1, 1), date(2025, 1, 1)), date(2024, 1, 1), 0.1)
RHYTHMS = len(PRESET.people.places) * (len(PRESET.people.personas) + 1) + 1
START = seconds(date(2024, 1, 1))


@given(st.lists(st.integers(0, 366 * DAY - 1), min_size=1), st.integers(0, RHYTHMS - 1))
def test_moments_come_back_to_the_minute(offsets, rhythm):
    at = START + np.array(offsets)
    back = CLOCK.inverse(CLOCK.forward(at, rhythm), rhythm)
    assert np.abs(back - at).max() < 600


@given(st.lists(st.floats(-100.0, 450.0), min_size=2), st.integers(0, RHYTHMS - 1))
def test_what_is_later_stays_later(moments, rhythm):
    assert (np.diff(CLOCK.inverse(np.sort(moments), rhythm)) >= 0).all()


@given(st.floats(0.0, 366.0), st.integers(0, RHYTHMS - 1))
def test_all_rhythms_agree_on_the_day(moment, rhythm):
    """By the second: operational time at midnight is one number, which each day begins with."""
    u = np.array([moment])
    assert abs(int(CLOCK.inverse(u)[0] // DAY) - int(CLOCK.inverse(u, rhythm)[0] // DAY)) <= 0
    midnight = START + int(moment) * DAY
    assert CLOCK.forward(midnight, rhythm) == pytest.approx(float(CLOCK.forward(midnight)), abs=1e-9)


def _busiest(city, month, persona=-1):
    """Return the hour of UTC in which a Wednesday of the month has most demand, for people of a city."""
    place = [entry.city for entry in PRESET.people.places].index(city)
    day = START + (date(2024, month, 17) - date(2024, 1, 1)).days * DAY
    hours = day + np.arange(25) * 3600
    return int(np.diff(CLOCK.forward(hours, rhythm_of(PRESET, np.array(place), persona))).argmax())


@pytest.mark.parametrize(
    ("city", "month", "hour"),
    [
        ("London", 1, 20),
        ("London", 7, 19),
        ("New York", 1, 1),
        ("New York", 7, 0),
        ("Phoenix", 1, 3),
        ("Phoenix", 7, 3),
        ("Sydney", 1, 9),
        ("Sydney", 7, 10),
    ],
)
def test_the_evening_peak_is_local(city, month, hour):
    """At eight in the evening, by summer and winter time: Sydney is eleven hours ahead in January, Phoenix never changes."""
    assert _busiest(city, month) == hour


def test_a_persona_may_be_about_later():
    later = [persona.later for persona in PRESET.people.personas]
    assert _busiest("London", 1, int(np.argmax(later))) == 20 + max(later)
