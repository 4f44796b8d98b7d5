"""What a start does not load: it would be paid for before the first screen, at every start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.serving import ROOT, environment
from tests.servers import free_port

#: Half of what a start took before: the API's framework and shapes, tables, geometry, a broker nobody asked for.
HEAVY = (
    "fastapi",
    "pandas",
    "pyarrow",
    "geopandas",
    "altair",
    "sklearn",
    "shapely",
    "pyproj",
    "numpy",
    "amqtt",
    "alembic",
)

#: The launcher's way to a server that is ready, without a socket; then what is loaded; once more with the first
#: sheet of the ground, and with the API.
_START = f"""
import asyncio, gc, sys
import orjson
import serve, settings
serve.configure(settings.load_settings())
import streamlit_app
from streamlit.runtime.pages_manager import PagesManager
PagesManager("streamlit_app.py")  # as the first visit makes one
print("folder", PagesManager.uses_pages_directory)
print("loaded", *(name for name in {HEAVY!r} if name in sys.modules))
from dashboard import runtime
from dashboard.api.route import api_route
from models.access.scope import scope_for

async def once():
    async with streamlit_app.lifespan(streamlit_app.app):
        print("ready", gc.isenabled(), *(name for name in {HEAVY!r} if name in sys.modules))
        running = runtime.current()
        all_of_it = scope_for("administrator", None)
        sheet = running.ground.sheet(all_of_it, running.hub.sheets(all_of_it).ground)
        rings = orjson.loads(sheet)["ring"]["features"]
        print("sheet", len(rings), *(name for name in {HEAVY!r} if name in sys.modules))
        api_route(lambda: None).app.app()
        print("asked", gc.isenabled(), *(name for name in {HEAVY!r} if name in sys.modules))

gc.disable()
asyncio.run(once())
"""


def loaded(folder: Path) -> dict[str, list[str]]:
    """What a start has loaded when it is ready, and with the API; the first word says whether garbage is seen to."""
    settings = {"SSZ_DEMO": "1", "SSZ_MQTT_URL": f"mqtt://127.0.0.1:{free_port()}"}
    done = subprocess.run(
        [sys.executable, "-c", _START], cwd=ROOT, env=environment(folder, free_port(), **settings),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {words[0]: words[1:] for words in map(str.split, done.stdout.splitlines())}


def test_a_start_on_a_store_with_the_town_loads_nothing_heavy_until_asked(tmp_path: Path) -> None:
    first = loaded(tmp_path)
    assert {"shapely", "pyproj", "alembic"} <= set(first["ready"])  # it migrated, and made the town
    assert first["loaded"] == []
    again = loaded(tmp_path)
    assert again["loaded"] == []
    assert again["ready"] == ["True"]
    assert again["sheet"] == ["1"]  # the zone's ring is in it, from the store
    assert again["asked"] == ["True", "fastapi"]
    assert again["folder"] == ["False"]  # the list of screens is ours from the first visit on: `navigation.claim`


_AS_MAIN = "run_name='__main__'"


@pytest.mark.parametrize(("way", "status"), [("run_path('manage.py', ", 0), ("run_module('ingest', ", 2)])
def test_a_command_and_a_worker_load_without_looking_for_garbage_and_look_for_it_then(
    way: str, status: int, tmp_path: Path
) -> None:
    program = f"""
import gc, runpy, sys
sys.argv = ["manage.py", "--help"]
runs = []
gc.callbacks.append(lambda phase, info: runs.append(phase))
try:
    runpy.{way}{_AS_MAIN})
except SystemExit as ended:
    print("ended", ended.code, gc.isenabled(), gc.get_freeze_count() > 50_000, len(runs) < 100)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(tmp_path, 70_000),
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1:] == [f"ended {status} True True True"], done.stdout + done.stderr
