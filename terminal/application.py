"""How the command line behaves as a whole: errors in one line, exit codes, suggestions, quiet ends of pipes.

Exit codes: 0 when it worked, 2 for a caller's mistake, 1 for ours, 130 after Ctrl-C, 143 after SIGTERM. When whoever reads
stdout has had enough and closes it, as `head` does, the command ends quietly with 0.
"""

from __future__ import annotations

import inspect
import os
import sys
import warnings
from contextlib import suppress
from typing import Any

import click

from martlet.engine import interrupts
from martlet.engine.errors import MartletError, did_you_mean, shown
from martlet.terminal import completion

__all__ = ["Application", "Command"]

_SETTINGS = {"help_option_names": ["-h", "--help"]}


class _Mistake(click.ClickException):
    """A caller's error, shown as `Error: ...` on stderr."""

    exit_code = 2


class _Failure(click.ClickException):
    """An error of ours, shown alike."""

    exit_code = 1


def _verbatim(text: str | None) -> str | None:
    """Keep the lines of the examples as they are written, where click would fill a paragraph."""
    return text and inspect.cleandoc(text).replace("\nFor example:\n", "\n\b\nFor example:\n")


class Command(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"context_settings": _SETTINGS, **options})
        self.help = _verbatim(self.help)


class Application(click.Group):
    """A group of commands that ends well whatever happens."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"context_settings": _SETTINGS, **options})
        self.help = _verbatim(self.help)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; a misspelt one is an error that names the nearest."""
        if (
            not ctx.resilient_parsing
            and not args[0].startswith("-")
            and self.get_command(ctx, args[0]) is None
        ):
            ctx.fail(f"there is no command {shown(args[0])}.{did_you_mean(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """List the commands in the order in which a newcomer meets them, which is that of their definition."""
        return list(self.commands)

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the program, or answer the shell that asks how a word goes on."""
        if completion.VARIABLE in os.environ:
            completion.register()
        with interrupts.raising(), warnings.catch_warnings():
            warnings.showwarning = _tell
            try:
                return super().main(*args, **options)
            except BaseException:
                if (code := interrupts.code()) is not None:
                    sys.exit(code)
                raise

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read the arguments, which can already print help."""
        try:
            return super().make_context(*args, **options)
        except BrokenPipeError:
            _silence_stdout()
            raise click.exceptions.Exit(0) from None
        except KeyboardInterrupt:
            raise _interrupted() from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except click.exceptions.Exit:
            raise
        except BaseException as error:
            # An engine that is interrupted raises an error of its own, and so may what is cleaned up after it.
            if interrupts.code() is not None or isinstance(error, KeyboardInterrupt):
                raise _interrupted() from None
            if isinstance(error, BrokenPipeError):
                _silence_stdout()
                return None
            if isinstance(error, (click.ClickException, click.Abort)) or not isinstance(error, Exception):
                raise
            raise _shown(error) from error
        return result


def _shown(error: Exception) -> click.ClickException:
    """Return an error as click shows it."""
    if isinstance(error, MartletError):
        return (_Mistake if error.exit_code == _Mistake.exit_code else _Failure)(str(error))
    if isinstance(error, OSError):
        _silence_stdout()
        return _Failure(str(error))
    if os.environ.get("MARTLET_TRACEBACK"):
        raise error
    return _Failure(
        f"unexpected {type(error).__name__}: {error}\n"
        "This is a bug in Martlet. MARTLET_TRACEBACK=1 shows where it happened."
    )


def _interrupted() -> click.exceptions.Exit:
    click.echo("Interrupted.", err=True)
    return click.exceptions.Exit(interrupts.code() or interrupts.SIGINT_CODE)


def _tell(message: Warning | str, *_: object, **__: object) -> None:
    """Show a warning as the one line that it is, without the place in the code."""
    click.echo(f"warning: {message}", err=True)


def _silence_stdout() -> None:
    """Point stdout nowhere, so that the interpreter's last flush finds nobody missing."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
