"""No read of the store can forget whose stations it is for: read from the signatures themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

STORE = Path(__file__).resolve().parents[2] / "store"

#: Parameters that hold a read to stations. None of them may have a default.
HELD_BY = frozenset({"stations", "station", "scope", "wanted", "alarm", "grants"})

#: Modules whose rows belong to no station, and why.
NOBODYS = {
    "among": "how a query is held to a list",
    "access": "sessions, links and tokens, found by the hash of their secret",
    "accounts": "people, for those who manage them",
    "sign_ins": "tries to sign in, by account and address",
    "audit": "deeds, for those who may see them",
    "changes": "numbers that wake the live picture",
    "columns": "one table of all incidents; each question asked of it names its scope (tests/store/test_columns.py)",
    "integrity": "the file itself",
    "kiosks": "links of screens, found by the hash of their secret or on the console",
    "leases": "which process does what",
    "migrate": "the schema",
    "outbox": "what is to be published, by ingest",
    "partitions": "the tables themselves",
    "registry": "who speaks for whom, for ingest",
    "rights": "what opens doors after a restore, told on the console",
    "rows": "how a row becomes a record",
    "saved_views": "what a person keeps, found by the person",
    "scopes": "what a grant means",
}

#: Reads of all stations that no screen and no route calls: ingest, jobs, the console, and what a process starts from.
INSIDE = frozenset(
    {
        "alarms.reading.recent", "alarms.trouble.open_technical", "alarms.trouble.shelved",
        "checkpoints.away_m", "devices.keys",
        "dispatch.under_way", "drills.of_press", "forecasts.any_over", "forecasts.due", "forecast_proof.verify",
        "forecast_tally.wrong",
        "hidden.hidden_batches",
        "hotspots.weights", "import_runs.broken_off", "import_runs.known",
        "incidents.seen",
        "notices.lately", "notices.tries", "patrols.with_units", "positions.count", "positions.newest_tails",
        "positions.not_stored", "purposes.purposes", "purposes.readings", "quarantine.by_reason",
        "quarantine.held_bytes", "quarantine.payload", "raw.stations", "registers.with_senders",
        "restore_picture.restore", "sos.heard", "sos.is_stored", "sources.newest",
    }
)  # fmt: skip

#: Reads of all stations that the web process makes, and why nobody sees another station's by them.
WEB = {
    "incident_changes.edited_of": "of one import, which the page has found among those of its stations",
    "incident_changes.history": "of one incident, named with its station; the page asks whether that is seen first",
    "incident_changes.near_in_time": "of the station an incident is entered for, one of those the form offers",
    "incidents.as_named": "the words of the station an incident is entered for, one of those the form offers",
    "incident_changes.one": "one incident, named with its station; the page asks whether that is seen first",
    "incident_nearby.nearby": "what is near an incident that was found, of its own station alone",
    "one_track.held": "of one unit, which the door has found among those of who asks",
    "refits.runs": "when maps were made anew last, by how many stations; none is named",
    "notices.newest": "of the channels asked for, which the page has chosen by their stations",
    "notices.spent": "how many messages a channel has sent; told of the channels chosen by their stations",
    "purposes.find": "a purpose opens nothing to any but the session or token that stated it",
    "registers.unit_names": "kept once for all viewers; frames pick by scope (tests/unit/test_frames.py)",
    "shown.shown_of": "which alarms have been on a screen; never told",
    "sos.recent_keys": "names for presses that wait; never told",
    "tally.tallies": "counts by station; the answer sums those of the scope (tests/store/test_tally.py)",
}


def reads() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function of the store that is handed a connection to read from."""
    for file in sorted(STORE.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                first = node.args.args[0] if node.args.args else None
                if (
                    first is not None
                    and first.annotation is not None
                    and ast.unparse(first.annotation) == "Connection"
                ):
                    module = ".".join(file.relative_to(STORE).with_suffix("").parts)
                    yield f"{module}.{node.name}", node


def required(node: ast.FunctionDef) -> set[str]:
    """Names of the parameters a caller must give."""
    plain = node.args.args
    given = plain[: len(plain) - len(node.args.defaults)]
    named = [one for one, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if default is None]
    return {one.arg for one in (*given, *named)}


def test_every_read_is_held_to_stations_or_says_why_not() -> None:
    found = {name: node for name, node in reads() if name.split(".")[0] not in NOBODYS}
    assert len(found) > 40
    free = {name for name, node in found.items() if not required(node) & HELD_BY}
    assert free == INSIDE | set(WEB)


def test_no_parameter_that_holds_a_read_can_be_left_out() -> None:
    for name, node in reads():
        asked = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)} & HELD_BY
        assert asked <= required(node), name


def test_screens_and_routes_call_no_read_of_all_stations() -> None:
    called: set[str] = set()
    for room in ("dashboard", "pages"):
        for file in sorted((STORE.parent / room).rglob("*.py")):
            if "node_modules" not in file.parts:
                tree = ast.parse(file.read_text(encoding="utf-8"))
                called |= {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
                for node in ast.walk(tree):
                    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("store."):
                        module = (node.module or "").rsplit(".", 1)[1]
                        called |= {f"{module}.{one.name}" for one in node.names}
    # A package's reads are called by its own name: `alarms.recent` is `alarms.reading.recent`.
    inside = {
        name: {".".join(name.split(".")[-2:]), f"{name.split('.')[0]}.{name.split('.')[-1]}"} for name in INSIDE
    }
    assert not {name for name, spelled in inside.items() if spelled & called}
    web = {name for name in WEB if {".".join(name.split(".")[-2:])} & called}
    assert web == set(WEB), "no longer called: take it out"
