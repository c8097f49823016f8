"""The repository root is the package: these hold pyproject.toml to the folders, and the folders to the design."""

import ast
import subprocess
import sys
import tomllib

import pytest

import martlet
from martlet.engine.errors import MartletError

from .conftest import ROOT

# Each may import those after it.
ARROW = ("cli", "terminal", "loaders", "engine")
NOT_SHIPPED = {"tests", "benchmarks", "build", "dist"}


def test_listed_packages_are_the_folders_on_disk():
    found = {
        ".".join(["martlet", *path.parent.relative_to(ROOT).parts])
        for path in ROOT.rglob("__init__.py")
        if not (set(path.relative_to(ROOT).parts) & NOT_SHIPPED) and ".venv" not in path.parts
    }
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert sorted(found) == sorted(listed)


def test_root_holds_only_the_public_modules():
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "__main__.py", "cli.py"}


def test_sql_and_queries_hold_no_python():
    for folder in ("sql", "queries"):
        assert {path.suffix for path in (ROOT / folder).rglob("*") if path.is_file()} <= {".sql", ".toml"}


@pytest.mark.parametrize("package", ARROW[1:])
def test_imports_point_one_way(package):
    """Also those of type checkers and those inside functions: what is below knows nothing of what is above."""
    above = ARROW[: ARROW.index(package)]
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for name in names:
                assert name.removeprefix("martlet.").split(".")[0] not in above, f"{path}: {name}"


def test_public_names_exist_and_are_complete():
    assert sorted(martlet.__all__) == martlet.__all__ or set(martlet.__all__) == set(dir(martlet))
    for name in martlet.__all__:
        assert getattr(martlet, name) is not None


def test_every_error_is_public_and_a_martlet_error():
    errors = {name for name in martlet.__all__ if name.endswith("Error")}
    assert errors == {kind.__name__ for kind in MartletError.__subclasses__()} | {"MartletError"}


def test_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'buld'"):
        martlet.buld  # noqa: B018


@pytest.mark.parametrize("code", ["import martlet", "import martlet.cli", "import martlet.engine.errors"])
def test_import_loads_no_heavy_package(code):
    heavy = "{'duckdb', 'polars', 'numpy', 'pyarrow', 'faker', 'sqlglot', 'rich', 'jinja2'}"
    script = f"import sys; {code}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
