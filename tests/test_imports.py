"""Who may import whom: arrows point one way, modules make no circle, and what begins with _ stays in its package.

Imports within functions count, and those for types alone count for directions, but not for circles.
"""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "loaders", "models", "reports", "terminal")

# The rooms of the project, each with those that it may know besides itself, and why.
MAY = {
    "engine": set(),
    # Models are mathematics, and raise the errors of the engine.
    "models": {"engine"},
    # Loaders write the warehouse that the engine opens, and fit models on it.
    "loaders": {"engine", "models"},
    # Pictures and pages are made of what the engine answers.
    "reports": {"engine"},
    # Commands call these, and print what they give.
    "terminal": {"engine", "loaders", "reports"},
    "cli": {"engine", "loaders", "terminal"},
}
# The rooms of the loaders.
LOADERS_MAY = {
    "quality": set(),
    # A load ends with the checks, and their results are kept.
    "warehouse": {"quality"},
    # Forgetting a person rewrites the warehouse, and makes again what is made of the rows of fits.
    "privacy": {"warehouse", "fitting"},
    # Whoever was forgotten is not loaded again, and names become pseudonyms on their way in.
    "ingest": {"warehouse", "quality", "privacy"},
    # Parameters are kept in a warehouse.
    "fitting": {"warehouse"},
    # A company that lives on does not bring back whoever was forgotten, and is told what its customers are worth.
    "company": {"warehouse", "quality", "privacy", "fitting"},
    # Packs of one's own are put into a warehouse, and tried in one in memory.
    "user_packs": {"warehouse"},
    # Raw files tell of a company, with noise from its streams of random numbers.
    "extract": {"company"},
}


@dataclass(frozen=True)
class Import:
    """An import of one module by another; `is_typing` where it is for types alone."""

    by: str
    of: str
    is_typing: bool


def modules():
    """Return the file of each module of the project, by dotted name without `martlet.`."""
    files = [ROOT / "cli.py", ROOT / "__main__.py"]
    files += [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    found = {}
    for file in files:
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


@cache
def imports():
    """Return all imports of modules of the project by such modules."""
    return [
        one for name, file in MODULES.items() for one in imports_of(name, ast.parse(file.read_text("utf-8")))
    ]


def imports_of(name, tree):
    typing = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            module = target.removeprefix("martlet.")
            module = module if module in MODULES else module.rpartition(".")[0]
            if target.startswith("martlet.") and module in MODULES and module != name:
                yield Import(name, module, id(node) in typing)


def room(module, depth=0):
    return module.split(".")[depth]


def test_there_is_something_to_look_at():
    assert len(imports()) > len(MODULES) > 150
    assert Import("loaders.ingest.loading", "loaders.warehouse.star", is_typing=False) in imports()
    assert any(one.is_typing for one in imports())


def test_rooms_of_the_project_know_only_those_below_them():
    wrong = [
        one
        for one in imports()
        if room(one.by) in MAY and room(one.of) != room(one.by) and room(one.of) not in MAY[room(one.by)]
    ]
    assert wrong == []


def test_rooms_of_the_loaders_know_only_what_they_may():
    wrong = []
    for one in imports():
        if room(one.by) == room(one.of) == "loaders" and "loaders" not in (one.by, one.of):
            by, of = room(one.by, 1), room(one.of, 1)
            if by != of and of not in LOADERS_MAY[by]:
                wrong.append(one)
    assert wrong == []


def test_the_table_allows_nothing_that_nobody_needs():
    used = {
        (room(one.by, 1), room(one.of, 1)) for one in imports() if room(one.by) == room(one.of) == "loaders"
    }
    assert {(by, of) for by, all_of in LOADERS_MAY.items() for of in all_of} <= used


def test_what_is_private_is_imported_within_its_package_alone():
    wrong = []
    for one in imports():
        steps = one.of.split(".")
        for depth, step in enumerate(steps):
            is_private = step.startswith("_") and not step.startswith("__")
            owner = ".".join(steps[:depth])
            if is_private and not f"{one.by}.".startswith(f"{owner}."):
                wrong.append(one)
    assert wrong == []


def circles():
    """Return groups of modules that import each other, by Tarjan's algorithm."""
    graph = {
        name: sorted({one.of for one in imports() if one.by == name and not one.is_typing})
        for name in MODULES
    }
    numbers, lowest, stack, found = {}, {}, [], []

    def visit(name):
        numbers[name] = lowest[name] = len(numbers)
        stack.append(name)
        for other in graph[name]:
            if other not in numbers:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], numbers[other])
        if lowest[name] == numbers[name]:
            place = stack.index(name)
            group = stack[place:]
            del stack[place:]
            if len(group) > 1:
                found.append(sorted(group))

    for name in graph:
        if name not in numbers:
            visit(name)
    return found


def test_modules_make_no_circle():
    assert circles() == []


@pytest.mark.parametrize("names", [MAY, LOADERS_MAY])
def test_what_may_be_known_makes_no_circle(names):
    known = set()
    while grown := [name for name, below in names.items() if name not in known and below <= known]:
        known |= set(grown)
    assert known == set(names)
