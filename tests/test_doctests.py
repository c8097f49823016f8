"""The examples in the docstrings of the public functions and classes give what they say."""

import doctest
import shutil

import pytest

import martlet

READING = [
    martlet.open,
    martlet.Warehouse,
    martlet.Result,
    martlet.check,
    martlet.compile,
    martlet.dashboard,
    martlet.extract,
    martlet.forget,
    martlet.profiles,
    martlet.quarantine,
    martlet.sniff,
    martlet.truth,
]
WRITING = [
    martlet.fit,
    martlet.ingest,
    martlet.install_packs,
    pytest.param(martlet.advance, marks=pytest.mark.slow),
]


def run(subject, **namespace) -> None:
    """Run all examples of a function, or of a class and its methods."""
    namespace["martlet"] = martlet
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    shown: list[str] = []
    for examples in doctest.DocTestFinder().find(subject, subject.__name__, globs=namespace):
        runner.run(examples, out=shown.append)
    assert "".join(shown) == ""
    assert runner.tries > 0


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The company of 20 customers that the example of `build` makes."""
    target = tmp_path_factory.mktemp("examples") / "warehouse.duckdb"
    run(martlet.build, path=target)
    return target


@pytest.mark.parametrize("subject", READING, ids=lambda subject: subject.__name__)
def test_examples_of_what_reads(subject, path, tmp_path):
    with martlet.open(path) as warehouse:
        run(subject, path=path, folder=tmp_path, warehouse=warehouse)


@pytest.mark.parametrize("subject", WRITING, ids=lambda subject: subject.__name__)
def test_examples_of_what_writes(subject, path, tmp_path):
    run(subject, path=shutil.copy(path, tmp_path), folder=tmp_path)


def test_every_public_function_has_an_example():
    functions = [
        getattr(martlet, name)
        for name in martlet.__all__
        if name[0].islower() and name not in {"__version__", "ingest_paths"}
    ]
    assert martlet.build in functions
    assert [function.__name__ for function in functions if ">>>" not in (function.__doc__ or "")] == []
