"""Every figure that is measured stands in `docs/benchmarks.md`, every page of the documents is found from the README,
and what the documents lead to is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def figures() -> set[str]:
    """The names `python -m benchmarks --only` takes, read without loading what measures them."""
    source = ast.parse((ROOT / "benchmarks" / "__main__.py").read_text(encoding="utf-8"))
    (listed,) = (
        node.value for node in source.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "ALL"
    )  # fmt: skip
    assert isinstance(listed, ast.Tuple)
    modules = [one.id for one in listed.elts if isinstance(one, ast.Name)]
    found = (re.search(r'^NAME = "(.+)"$', (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8"), re.M)
             for name in modules)  # fmt: skip
    return {match[1] for match in found if match}


def test_every_figure_is_told_and_no_other() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", text, re.M)
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert len(figures()) > 40
    assert told == figures()


def test_every_page_is_found_from_the_readme() -> None:
    linked = {(ROOT / target).resolve() for target in LINK.findall(PAGES[0].read_text(encoding="utf-8"))}
    assert [page.name for page in PAGES[1:] if page not in linked] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_leads_to_is_there(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []
