"""What the program's own text must never hold: SQL put together from values, code from outside, markup from data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("models", "store", "ingest", "dashboard", "jobs", "pages", "commands")
_SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|DROP|ALTER|LISTEN|NOTIFY|ATTACH|VACUUM|TRUNCATE|GRANT|SET LOCAL"
    r"|WHERE|ORDER BY|FROM|JOIN|VALUES)\b"
)

#: Statements put together from something else than a constant of their module, looked at one by one.
REVIEWED = {
    ("store/database.py", "left_ms"): "a whole number computed from a time",
    ("store/engines.py", "0 if writing else 5000"): "one of two numbers",
    ("store/imports.py", "', '.join(_COLUMNS)"): "names of columns in the source",
    ("store/imports.py", "', '.join([_SQLITE_ROW] * rows)"): "question marks",
    ("store/side.py", "table"): "a table of the schema",
    ("store/side.py", "names"): "columns of the schema",
    ("store/side.py", "marks"): "question marks",
}

#: Markup written by the program: what is drawn in it is escaped there, and looked at one by one.
MARKUP = {
    "dashboard/hotspots/measured.py",
    "dashboard/hotspots/strip.py",
    "dashboard/desk.py",
    "dashboard/basemap/beside.py",
    "dashboard/html_table.py",
    "dashboard/theme/__init__.py",
    # Links of the program's own with escaped names; tables of `html_table`.
    "dashboard/exports/part.py",
    "dashboard/exports/track_part.py",
    "dashboard/imports/coming.py",
    "dashboard/imports/part.py",
}

_NEVER_CALLED = {"eval", "exec", "compile", "__import__"}
_NEVER_IMPORTED = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "yaml", "joblib"}

#: joblib spreads work over processes here; its `load`, which runs what it reads, is nowhere.
SPREADS = ("spread.py", {"joblib", "joblib.externals.loky.process_executor"})


def sources() -> list[Path]:
    """Every Python file of the product."""
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    return [*(file for file in files if "node_modules" not in file.parts), *sorted(ROOT.glob("*.py"))]


def assembled(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, expression) of what is put into a text that reads like SQL."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
            inner = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            sides = (node.left, node.right)
            text = " ".join(str(side.value) for side in sides if isinstance(side, ast.Constant))
            inner = [side for side in sides if not isinstance(side, ast.Constant)]
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("format", "replace")
            and isinstance(node.func.value, ast.Constant)
        ):
            text, inner = str(node.func.value.value), list(node.args)
        else:
            continue
        if _SQL.search(text):
            yield from ((node.lineno, ast.unparse(part)) for part in inner)


def constant(expression: str) -> bool:
    """Whether it is a constant of a module, by its name."""
    return re.fullmatch(r"_?[A-Z][A-Z0-9_]*", expression) is not None


@pytest.mark.parametrize("room", [*ROOMS, "."])
def test_sql_takes_values_as_parameters_only(room: str) -> None:
    found = []
    for file in sources():
        name = str(file.relative_to(ROOT))
        if name.startswith("store/migrations/") or (name.split("/")[0] if "/" in name else ".") != room:
            continue
        for line, expression in assembled(ast.parse(file.read_text(encoding="utf-8"))):
            if not constant(expression) and (name, expression) not in REVIEWED:
                found.append(f"{name}:{line} {expression}")
    assert found == []


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("f\"SELECT * FROM unit WHERE unit = '{unit}'\"", ["unit"]),
        ("'SELECT * FROM unit WHERE unit = ' + unit", ["unit"]),
        ("'DELETE FROM unit WHERE unit = %s' % unit", ["unit"]),
        ("'SELECT {} FROM unit'.format(column)", ["column"]),
        ('f"{greeting} to you"', []),
    ],
)
def test_the_rule_finds_a_breach(text: str, inner: list[str]) -> None:
    assert [expression for _, expression in assembled(ast.parse(text))] == inner


def test_what_was_reviewed_is_still_there() -> None:
    there = {
        (str(file.relative_to(ROOT)), expression)
        for file in sources()
        for _, expression in assembled(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert REVIEWED.keys() - there == set()


def test_nothing_from_outside_is_run() -> None:
    found = []
    for file in sources():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _NEVER_CALLED:
                found.append(f"{file.name}:{node.lineno} {node.func.id}")
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if file.name == SPREADS[0]:
                names = [name for name in names if name not in SPREADS[1]]
                taken = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
                found += [f"{file.name} takes {name}" for name in taken if name in ("load", "dump", "Memory")]
            found += [f"{file.name} imports {name}" for name in names if name.split(".")[0] in _NEVER_IMPORTED]
            if isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
                assert isinstance(node.value, ast.Constant)
                found += [f"{file.name} {node.arg}"] if node.value.value else []
    assert found == []


def test_markup_is_written_in_few_places_and_every_value_in_it_is_escaped() -> None:
    where = set()
    for file in sources():
        name = str(file.relative_to(ROOT))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in ("unsafe_allow_html", "unsafe_allow_javascript"):
                raise AssertionError(f"{name} {node.arg}")
            if isinstance(node, ast.Attribute) and node.attr in ("html", "iframe") and _streamlit(node.value):
                where.add(name)
    assert where == MARKUP


def _streamlit(node: ast.expr) -> bool:
    return ast.unparse(node) in ("st", "components", "st.components", "st.components.v1", "components.v1")
