"""The parts of the attack, by name: each has `cases`, `run` and, in seconds, the `TIMEOUT` of one."""

from . import bounds, disk, files, kills, life, paths, privacy, process, readers, statements, values

__all__ = ["PARTS"]

PARTS = {
    "files": files,
    "bounds": bounds,
    "values": values,
    "statements": statements,
    "kills": kills,
    "readers": readers,
    "disk": disk,
    "life": life,
    "paths": paths,
    "privacy": privacy,
    "process": process,
}
