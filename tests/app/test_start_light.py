"""What a start does not load: it would be paid for before the first screen, at every start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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

#: What the sheet of the ground brings.
GEOMETRY = {"shapely", "pyproj", "numpy"}

#: The launcher's way to a server that is ready, without a socket; then what is loaded, and once more with the API.
_START = f"""
import asyncio, gc, sys
import serve, settings
serve.configure(settings.load_settings())
import streamlit_app
print("loaded", *(name for name in {HEAVY!r} if name in sys.modules))
from dashboard.api.route import api_route

async def once():
    async with streamlit_app.lifespan(streamlit_app.app):
        print("ready", gc.isenabled(), *(name for name in {HEAVY!r} if name in sys.modules))
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
    # The sheet of the ground is made beside the first page, and may have begun.
    assert set(again["ready"]) - GEOMETRY == {"True"}
    assert set(again["asked"]) - GEOMETRY == {"True", "fastapi"}
