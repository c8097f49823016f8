"""The command `extract`."""

import polars as pl
from click.testing import CliRunner

from martlet.terminal.commands.extract import extract


def test_writes_files_and_tells_what_was_spoilt(company, tmp_path):
    arguments = [str(tmp_path / "raw"), "--messy", "light", "--format", "mixed", "--warehouse", str(company)]
    done = CliRunner().invoke(extract, arguments)
    assert done.exit_code == 0, done.output
    assert done.stdout == ""
    assert "defects, all of them in _truth/defects.parquet" in done.stderr
    assert pl.read_parquet(tmp_path / "raw" / "catalogue_products.parquet").height > 10


def test_quiet_says_nothing(company, tmp_path):
    done = CliRunner().invoke(extract, [str(tmp_path / "raw"), "--quiet", "--warehouse", str(company)])
    assert (done.exit_code, done.output) == (0, "")
