"""The prompt: what is one question, what is answered, and that it works in a terminal with Tab and Ctrl-C."""

import os
import select
import signal
import sys
import time
from contextlib import suppress

import pytest
from click.testing import CliRunner

from martlet.cli import cli
from martlet.terminal import prompt
from martlet.terminal.shell import COMMANDS, GIVEN_UP, statements


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["SELECT 1;"], ["SELECT 1;"]),
        (["SELECT 1", "  + 2;", "SELECT 3;"], ["SELECT 1\n  + 2;", "SELECT 3;"]),
        (["-- a remark", "", "SELECT 1;"], ["SELECT 1;"]),
        (["SELECT 6", "a/b", ";"], ["SELECT 6\na/b\n;"]),
        (["email/roi by=month", ".help"], ["email/roi by=month", ".help"]),
        (["SELECT oh", GIVEN_UP, "SELECT 1;"], ["SELECT 1;"]),
        (["SELECT 1"], ["SELECT 1"]),
        ([], []),
    ],
)
def test_a_question_ends_with_its_semicolon_or_its_line(lines, asked):
    assert list(statements(lines)) == asked


@pytest.fixture
def run(warehouse_path):
    def asked(*lines):
        return CliRunner().invoke(cli, ["shell", "-w", str(warehouse_path)], input="\n".join(lines) + "\n")

    return asked


def test_lines_of_a_pipe_are_answered_one_after_another(run):
    result = run(
        "SELECT 1", "AS one;", "attribution/channels model=last", ".packs email", ".quit", "SELECT 2 AS two;"
    )
    assert result.exit_code == 0
    assert result.stdout.startswith("one\n───\n  1\n")
    assert "Direct" in result.stdout
    assert "5,711.88" in result.stdout
    assert "email/roi: " in result.stdout
    assert "two" not in result.stdout


def test_what_is_wrong_is_said_and_the_next_line_answered(run):
    result = run(
        "DROP TABLE star.fact_order;", "email/rio", "email/roi by='", ".tabels", ".packs mail", ".describe", "SELECT 4 AS four;"
    )  # fmt: skip
    assert result.exit_code == 2
    assert "four" in result.stdout
    told = result.stderr.splitlines()
    for words in (
        "exactly one SELECT",
        "Did you mean 'email/roi'?",
        "No closing quotation",
        "there is no command .tabels",
        "there is no pack mail",
        ".describe takes a query",
    ):
        assert any(words in line for line in told), words


def test_what_may_be_typed_is_known(warehouse):
    words = prompt.words_of(warehouse, list(COMMANDS))
    assert {
        ".tables",
        "email/roi",
        "star.fact_order",
        "orders",
        "campaign_id",
        "attribution.channels(",
        "SELECT",
    } <= {*words}


def in_terminal(*words):
    """Start the command line in a pseudo terminal; return its process and the terminal's other end."""
    import pty  # noqa: PLC0415 - not on Windows

    child, terminal = pty.fork()
    if child == 0:
        environment = {
            **os.environ,
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
            "COLUMNS": "80",
            "LINES": "24",
        }
        command = [sys.executable, "-m", "martlet", *map(str, words)]
        os.execve(sys.executable, command, environment)  # noqa: S606 - as a terminal does
    return child, terminal


@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal")
def test_the_name_of_a_pack_lists_its_queries_on_a_terminal(warehouse_path):
    child, terminal = in_terminal("query", "spend", "-w", warehouse_path)
    shown = b""
    # The other end is gone when the process is.
    with suppress(OSError):
        while part := os.read(terminal, 65536):
            shown += part
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(terminal)
    assert "weekly_panel" in shown.decode()
    assert "Which campaigns will overspend their budget" in " ".join(shown.decode().split())


def ended(child, terminal, *, seconds=60):
    """Return the exit code of a process that is about to end; one that does not is killed."""
    deadline = time.monotonic() + seconds
    while (found := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        # What nobody reads would keep it from ending; the other end is gone when the process is.
        with suppress(OSError):
            if select.select([terminal], [], [], 0.1)[0]:
                os.read(terminal, 65536)
    os.close(terminal)
    return os.waitstatus_to_exitcode(found[1])


@pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal")
def test_a_terminal_has_a_prompt_with_completion(warehouse_path):
    pytest.importorskip("prompt_toolkit")
    child, terminal = in_terminal("shell", "-w", warehouse_path)
    seen = ""

    def until(text, *, seconds=60):
        nonlocal seen
        deadline = time.monotonic() + seconds
        while text not in seen:
            assert time.monotonic() < deadline, seen
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536).decode("utf-8", "replace")
        before, _, seen = seen.partition(text)
        return before

    until("martlet>")
    os.write(terminal, b"SELECT count(*) AS people FROM star.dim_customer_hi\t")
    until("story")
    os.write(terminal, b"\r")
    until("...>")
    os.write(terminal, b";\r")
    until("people")
    os.write(terminal, b"SELECT oh\r")
    until("...>")
    os.write(terminal, b"\x03")
    until("martlet>")
    os.write(terminal, b"SELECT 40 + 2 AS answer;\r")
    until("───")
    until("42")
    # Before the prompt is there, the end of the input would be read by nobody.
    until("martlet>")
    os.write(terminal, b"\x04")
    assert ended(child, terminal) == 0
