"""A signal ends a command once, and never in the middle of putting something in its place."""

import os
import signal
import subprocess
import sys

import pytest

from martlet.engine import interrupts
from martlet.engine.interrupts import Interrupted, allowed, held, raising, stopping

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture(autouse=True)
def _heard():
    """Hear a hang-up too where the run was started by nohup, which has it ignored."""
    before = signal.getsignal(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def send(number):
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_raises_and_is_known_by_its_code(number):
    before = [signal.getsignal(each) for each in SIGNALS]
    with raising():
        with pytest.raises(Interrupted):
            send(number)
        assert interrupts.code() == 128 + number
    assert [signal.getsignal(each) for each in SIGNALS] == before


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_waits_until_it_is_no_longer_held(number):
    done = []

    def work():
        with held():
            send(number)
            done.append("inside")

    with raising(), pytest.raises(Interrupted):
        work()
    assert done == ["inside"]


def test_what_is_allowed_within_is_cleaned_up_after():
    done = []

    def work():
        with held():
            try:
                with allowed():
                    send(signal.SIGTERM)
                    done.append("never")
            finally:
                # Sent again by a shell or a supervisor, it must not stop the cleaning.
                send(signal.SIGTERM)
                done.append("cleaned")

    with raising(), pytest.raises(Interrupted):
        work()
    assert done == ["cleaned"]


def test_a_signal_before_what_is_allowed_is_raised_there():
    def work():
        with held():
            send(signal.SIGINT)
            with allowed():
                pytest.fail("it should not begin")

    with raising(), pytest.raises(Interrupted):
        work()


def test_a_signal_that_the_process_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with raising():
            send(signal.SIGHUP)
            assert interrupts.code() is None
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_stops_what_a_connection_does():
    class Connection:
        stopped = 0

        def interrupt(self):
            self.stopped += 1

    one, other = Connection(), Connection()
    with stopping(other):
        pass
    with raising(), stopping(one), pytest.raises(Interrupted):
        send(signal.SIGTERM)
    assert (one.stopped, other.stopped) == (1, 0)


def test_a_command_that_does_not_end_is_ended():
    script = """
import os, signal, time
from martlet.engine import interrupts
interrupts._LONGEST_READING = 0.2
with interrupts.raising():
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        time.sleep(30)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (143, "Interrupted.\n")


def test_outside_of_a_command_nothing_changes():
    with held(), allowed(), pytest.raises(KeyboardInterrupt):
        send(signal.SIGINT)
