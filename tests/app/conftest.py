"""The running product, started once for all tests that only ask it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.app.serving import ROOT, Product, environment

_ROUTES = """
import json
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes
from streamlit_app import app

def told(route, prefix=""):
    if isinstance(route, Mount) and route.routes:
        return [row for inner in route.routes for row in told(inner, prefix + route.path)]
    kind = "socket" if isinstance(route, WebSocketRoute) else "http"
    return [(kind, prefix + getattr(route, "path", "/"))]

routes = app._user_routes + create_streamlit_routes(app._create_runtime())
print(json.dumps([row for route in routes for row in told(route)]))
"""


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A web process with an empty store and no ingest. Tests add sessions, they never change its settings."""
    running = Product(tmp_path_factory.mktemp("product"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """(kind, path) of every route of the app, Streamlit's own included, with its parameters filled in."""
    folder = tmp_path_factory.mktemp("routes")
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _ROUTES],
        cwd=ROOT, env=environment(folder, 1), capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    rows: list[list[str]] = json.loads(told.stdout.splitlines()[-1])
    found = {(kind, _filled(path)) for kind, path in rows}
    assert len(found) > 20
    return sorted(found)


def _filled(path: str) -> str:
    parts = ["x" if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts) or "/"
