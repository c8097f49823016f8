"""`python -m martlet` is `martlet`."""

from __future__ import annotations

from martlet.engine import interrupts

__all__ = ["main"]


def main() -> None:
    """Run the command line; a signal that comes before its work ends the process at once, one after it does nothing."""
    interrupts.end_at_once()
    from martlet.cli import cli  # noqa: PLC0415 - after the signals are taken care of

    try:
        cli(prog_name="martlet")
    finally:
        interrupts.ignore()


if __name__ == "__main__":
    main()
