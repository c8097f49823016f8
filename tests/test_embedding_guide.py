"""What docs/embedding.md shows to a program works as it stands."""

import re
import subprocess
import sys
from textwrap import dedent

import pytest

from .conftest import ROOT

GUIDE = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^ *```python\n(.*?)^ *```", GUIDE, re.DOTALL | re.MULTILINE)


def test_there_is_something_to_try():
    assert any("asyncio.run(" in block for block in BLOCKS)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_works(block, warehouse_path, tmp_path):
    (tmp_path / "warehouse.duckdb").symlink_to(warehouse_path)
    done = subprocess.run(
        [sys.executable, "-c", dedent(block)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
