"""`docs/security.md` names a test for what it says, and leaves no row of the checklist out."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
ROWS = 33
_NAMED = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")


def rows() -> dict[int, list[str]]:
    """Row number -> its columns: rule, state, what we do, tests."""
    found = re.findall(r"^\| (\d+) \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len({number for number, _ in found}) == len(found), "a row stands there twice"
    return {int(number): [part.strip() for part in rest.split("|")] for number, rest in found}


def test_every_row_of_the_checklist_is_there() -> None:
    assert sorted(rows()) == list(range(1, ROWS + 1))
    for number, columns in rows().items():
        assert len(columns) == 4, number
        assert columns[1] in ("holds", "part", "open", "by hand"), number


def test_what_holds_names_its_tests_and_what_does_not_says_what_is_missing() -> None:
    for number, (_, state, told, tests) in rows().items():
        named = _NAMED.findall(tests)
        assert named or state != "holds", f"row {number} holds by no test"
        assert not named or state != "open", f"row {number} is open and names a test"
        assert told or state == "open", f"row {number} does not say what we do"


def test_every_named_test_exists() -> None:
    functions: dict[str, set[str]] = {}
    for file, name in _NAMED.findall(PAGE.read_text(encoding="utf-8")):
        if file not in functions:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            functions[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in functions[file], f"{file} has no {name}"
    assert functions
