"""Progress: lines in a log, bars on a terminal, silence when asked for; never on stdout."""

import io

import pytest

from martlet.terminal import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


REPORTS = [
    ("star.dim_date", 730, 1.0),
    ("star.fact_order", 500, 0.5),
    ("star.fact_order", 900, 1.0),
    ("star.fact_order", 1000, 1.0),
    ("star.fact_event", 7, 1.0),
]


def test_a_log_is_told_now_and_then_that_a_long_build_is_alive(capsys, monkeypatch):
    clock = iter([0, 3, 6, 12, 13, 17, 18])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.tables() as advance:
        for report in REPORTS:
            advance(*report)
    assert capsys.readouterr() == ("", "1,630 rows so far, now of star.fact_order\n")


@pytest.mark.parametrize("shown", [progress.tables, progress.steps])
def test_quiet_is_silence(capsys, shown):
    with shown(quiet=True) as advance:
        assert advance is None
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_bars(monkeypatch, capsys):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress.tables() as advance:
        for report in REPORTS[:2]:
            advance(*report)
    assert "star.fact_order" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_a_terminal_gets_the_step_of_a_load(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with progress.steps() as advance:
        advance("reading", 0.0)
        advance("checking", 0.8)
    assert "checking" in terminal.getvalue()
