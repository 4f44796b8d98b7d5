"""What the product imports is declared, what is declared is used, and the list of licences is that of the pins."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions
from pathlib import Path

import pytest

from scripts.licences import page

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("models", "store", "ingest", "dashboard", "jobs", "pages", "commands")
CHECKS = ("tests", "benchmarks", "scripts")

#: Declared and imported nowhere by name: why it is there.
BY_NAME_ONLY = {
    "tzdata": "time zones where the system has none",
    "python-multipart": "Starlette's forms",
    "websockets": "uvicorn's WebSockets; serve.py names the implementation",
    "uharfbuzz": "shapes Thai for fpdf2", "axe-playwright-python": "its script is read as a file",
    "mypy": "a program", "ruff": "a program", "pytest-timeout": "of pytest", "pytest-xdist": "of pytest",
    "pandas-stubs": "types", "types-jsonschema": "types", "types-psutil": "types",
}  # fmt: skip


def declared(file: str) -> set[str]:
    """The libraries a `.in` file declares itself."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    names = (re.match(r"[A-Za-z0-9_.-]+", line) for line in lines if line and not line.startswith(("#", "-")))
    return {found[0].lower().replace("_", "-") for found in names if found}


@cache
def imported(rooms: tuple[str, ...]) -> frozenset[str]:
    """Top names of what the files of some rooms import, those within functions too."""
    files = [file for room in rooms for file in (ROOT / room).rglob("*.py") if "node_modules" not in file.parts]
    files += list(ROOT.glob("*.py")) if "models" in rooms else []
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    ours = {path.stem for path in ROOT.iterdir()}
    return frozenset(found - sys.stdlib_module_names - ours)


@cache
def holders() -> Mapping[str, list[str]]:
    """Which libraries hold a module; to find out reads every file name of every library."""
    return packages_distributions()


def libraries(names: frozenset[str]) -> set[str]:
    """The libraries that hold these modules."""
    known = holders()
    return {library.lower().replace("_", "-") for name in names for library in known.get(name, [name])}


def test_the_product_imports_what_it_declares_and_no_more() -> None:
    used = libraries(imported(ROOMS))
    assert used - declared("requirements.in") == set()
    unused = declared("requirements.in") - used - BY_NAME_ONLY.keys()
    assert unused == set()


def test_the_checks_import_what_is_declared_for_them() -> None:
    both = declared("requirements.in") | declared("requirements-dev.in")
    used = libraries(imported(CHECKS))
    assert used - both == set()
    assert declared("requirements-dev.in") - used - BY_NAME_ONLY.keys() == set()


@pytest.mark.parametrize("name", sorted(BY_NAME_ONLY))
def test_an_exception_is_still_needed(name: str) -> None:
    everywhere = libraries(imported(ROOMS)) if name in declared("requirements.in") else libraries(imported(CHECKS))
    assert name not in everywhere, "it is imported by now: take it off the list"


def test_the_list_of_licences_is_that_of_the_pins() -> None:
    """A library for other platforms only says nothing of itself here: its row stands, its licence is not compared."""
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").splitlines()
    here = page().splitlines()
    assert [line for line in here if line not in listed] == [], "run `make licences`"
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    for row in (line for line in listed if line not in here):
        name, version = (part.strip() for part in row.strip("| ").split("|")[:2])
        found = re.search(rf"^{re.escape(name)}(?:\[[a-z,]+\])?=={re.escape(version)} ;", pins, re.MULTILINE)
        assert found, f"{row}: run `make licences`"
        with pytest.raises(PackageNotFoundError):
            metadata(name)
