"""The process that tries cases: a case a line comes in, an outcome a line goes out."""

import gc
import json
import os
import resource
import shutil
import sys
import traceback
from pathlib import Path

from . import itself
from .bases import COMPANY, SHOP
from .case import CLEAN, ERROR, FAULT, Case, Fault, Room
from .parts import PARTS

_PARTS = {**PARTS, "itself": itself}
# The machine is to survive what the attack finds.
_MOST_ADDRESSES = 12 * 2**30


def main(folder, own):
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Only outcomes go to whoever asks.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        case = Case(**json.loads(line))
        verdict, detail = _try(case, Path(folder), Path(own) / "case")
        answers.write(json.dumps({"verdict": verdict, "detail": detail[:2000]}) + "\n")
        answers.flush()


def _try(case, folder, own):
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir(parents=True)
    os.chdir(own)
    try:
        said = _PARTS[case.part].run(case, Room(own, folder / COMPANY, folder / SHOP))
    except Fault as fault:
        return FAULT, str(fault)
    except BaseException as error:  # noqa: BLE001 - panics of Rust and exits are faults too
        return FAULT, f"{type(error).__name__}: {error} ({_place(error)})"
    finally:
        gc.collect()
    return (ERROR, said) if said else (CLEAN, "")


def _place(error):
    """Return the innermost lines of Martlet, or of the attack, that an error went through."""
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if "site-packages" not in frame.filename
    ]
    return " < ".join(reversed(frames[-4:]))


if __name__ == "__main__":
    main(*sys.argv[1:])
