"""Dependencies point one way (`docs/decisions.md`): read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: room -> rooms it may import
RULE: dict[str, frozenset[str]] = {
    "models": frozenset(),
    "store": frozenset({"models"}),
    "ingest": frozenset({"store", "models"}),
    "dashboard": frozenset({"store", "models"}),
    "jobs": frozenset({"store", "models"}),
    "pages": frozenset({"dashboard", "store", "models"}),
}
#: Where rooms are wired together.
WIRING = frozenset(
    {
        "ingest/assembly.py",
        "streamlit_app.py",
        "starting.py",
        "starting_jobs.py",
        "manage.py",
        "serve.py",
        "ingest/__main__.py",
    }
)
OURS = frozenset(RULE) | {
    "settings",
    "setting_values",
    "logs",
    "manage",
    "serve",
    "streamlit_app",
    "starting",
    "starting_jobs",
    "commands",
    "tests",
    "benchmarks",
}
#: Pure: no screens, no wires, no threads, no clock, no database session.
NEVER_IN_MODELS = frozenset(
    {"streamlit", "paho", "threading", "socket", "asyncio", "time", "sqlalchemy.orm", "requests", "httpx"}
)


def modules(room: str) -> list[Path]:
    return sorted(path for path in (ROOT / room).rglob("*.py") if "node_modules" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def breaches(room: str, path: Path) -> list[str]:
    name = path.relative_to(ROOT).as_posix()
    if name in WIRING:
        return []
    allowed = RULE[room] | {room}
    return [f"{name} imports {found}" for found in imports(path) if found.split(".")[0] in OURS - allowed]


@pytest.mark.parametrize("room", sorted(RULE))
def test_a_room_imports_only_what_the_rule_allows(room: str) -> None:
    assert modules(room), f"{room} is empty"
    assert [breach for path in modules(room) for breach in breaches(room, path)] == []


def test_the_rule_finds_a_breach() -> None:
    breach = ROOT / "tests" / "unit" / "test_settings.py"  # imports settings, which no room may
    assert breaches("models", breach) == [f"tests/unit/test_settings.py imports {name}" for name in ("settings",)]


def test_models_stay_pure() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("models")
        for name in imports(path)
        if any(name == never or name.startswith(never + ".") for never in NEVER_IN_MODELS)
    ]
    assert found == []


def test_only_wiring_reads_settings() -> None:
    wiring = WIRING | {path.relative_to(ROOT).as_posix() for path in modules("commands")}
    found = [
        name
        for path in ROOT.rglob("*.py")
        if not {".venv", "tests", "benchmarks", "scripts", "node_modules"} & set(path.relative_to(ROOT).parts)
        and (name := path.relative_to(ROOT).as_posix()) not in wiring
        and "settings" in {item.split(".")[0] for item in imports(path)}
    ]
    assert found == []


def test_no_page_script_lies_directly_in_pages() -> None:
    # Streamlit opens scripts directly in `pages/` by URL without running the main script.
    assert [path.name for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py"] == []


def test_there_are_no_import_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for room in RULE:
        for path in modules(room):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            graph[name] = {found for found in imports(path) if found.split(".")[0] in RULE}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name in done or name not in graph:
            return
        for after in graph[name]:
            visit(after, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())
