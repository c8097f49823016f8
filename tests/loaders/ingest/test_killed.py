"""A load that is killed, at whatever step, leaves the old warehouse byte for byte, and the next load cleans up."""

import os
import signal
import subprocess
import sys

import pytest

import martlet

LOAD = """
import sys, time
import martlet

def say(step, share):
    print(step, flush=True)
    if step.startswith(sys.argv[3]):
        time.sleep(60)

martlet.ingest("orders", sys.argv[2], warehouse=sys.argv[1], progress=say)
"""
HEADER = "order_id,customer_id,date,amount\n"


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("step", ["reading second.csv", "loading second.csv", "checking"])
@pytest.mark.usefixtures("quick")
def test_killed_at_any_step_the_old_warehouse_is_whole(step, tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    target, first, second = folder / "w.duckdb", tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(HEADER + "A1,C1,2024-01-05,5\n")
    second.write_text(HEADER + "".join(f"B{n},C{n % 50},2024-01-05,{n}\n" for n in range(2000)))
    martlet.ingest("orders", first, warehouse=target)
    before = target.read_bytes()
    loading = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(target), str(second), step], stdout=subprocess.PIPE, text=True
    )
    while not loading.stdout.readline().startswith(step):
        assert loading.poll() is None, "the load ended too early"
    loading.send_signal(signal.SIGKILL)
    loading.wait(timeout=60)
    loading.stdout.close()
    assert target.read_bytes() == before
    assert len(list(folder.iterdir())) > 1, "the kill left nothing, so it came at no step of the writing"
    assert martlet.ingest("orders", second, warehouse=target).rows_loaded == 2000
    assert list(folder.iterdir()) == [target]
