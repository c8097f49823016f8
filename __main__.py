"""`python -m martlet` is `martlet`."""

from martlet.cli import cli

cli(prog_name="martlet")
