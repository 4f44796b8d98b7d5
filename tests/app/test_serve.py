"""Starting and stopping as an operator does: one line and exit code 2 for what he must mend, an orderly end."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from serve import listen
from store.database import open_database
from tests.app.serving import METRICS_TOKEN, ROOT, Product, environment
from tests.fault.viewer import Viewer
from tests.servers import free_port, wait_until
from tests.stores import new_store


def refused(folder: Path, port: int, **settings: str) -> str:
    """The one line a start ends with."""
    done = subprocess.run(
        [sys.executable, "serve.py"],
        cwd=ROOT, env=environment(folder, port, **settings), capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    said = done.stderr.strip().splitlines()
    assert len(said) == 1, done.stderr
    return said[0]


_OPEN = """
import importlib, sys
import streamlit_app
from dashboard.runtime import CannotStartError

def wrong(*_):
    raise ValueError("no such thing")

module, name = sys.argv[1].split(":")
setattr(importlib.import_module(module), name, wrong)
try:
    streamlit_app.open_store(streamlit_app.SETTINGS)
except (ValueError, CannotStartError) as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("models.town.town:make_town", "CannotStartError setting SSZ_DEMO_SEED: no such thing"),
        ("ingest.sources.demo_prepare:prepare", "ValueError no such thing"),
        ("starting:open_safely", "ValueError no such thing"),
    ],
)
def test_only_a_seed_without_a_town_is_called_a_wrong_seed(tmp_path: Path, part: str, said: str) -> None:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _OPEN, part],
        cwd=ROOT, env=environment(tmp_path, 1, SSZ_DEMO="1"), capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == said


# Which values are wrong: `tests/unit/test_settings.py`. Here what a start makes of them, the first read and the last.
@pytest.mark.parametrize(("setting", "value"), [("SSZ_PORT", "high"), ("SSZ_SECRET_KEY", "short")])
def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, value: str) -> None:
    line = refused(tmp_path, free_port(), **{setting: value})
    assert setting.removeprefix("SSZ_") in line
    assert "short" not in line


def test_an_answer_does_not_wait_for_the_acknowledgement_of_its_first_piece() -> None:
    """Nagle's algorithm (RFC 896) is off on what is accepted: with it, and the other end's delayed acknowledgement,
    each answer of two pieces takes 40 ms."""

    async def accepted() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listener = listen("127.0.0.1", 0)
        async with await asyncio.start_server(met, sock=listener):
            _, writer = await asyncio.open_connection(*listener.getsockname())
            no_delay = await asyncio.wait_for(found, 60)
            writer.close()
        return no_delay

    assert asyncio.run(accepted()) != 0


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"127.0.0.1:{port}" in refused(tmp_path, port)
    assert not (tmp_path / "ssz.db").exists()


def test_the_brokers_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert str(port) in refused(tmp_path, free_port(), SSZ_INGEST="embedded", SSZ_MQTT_PORT=str(port))


def test_a_newer_database_is_left_as_it_is(tmp_path: Path) -> None:
    db = open_database(new_store(tmp_path / "ssz.db"))
    with db.write() as tx:
        tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    before = (tmp_path / "ssz.db").read_bytes()
    assert "newer" in refused(tmp_path, free_port())
    assert (tmp_path / "ssz.db").read_bytes() == before


def test_a_damaged_database_is_left_as_it_is_and_the_start_goes_on_beside_it(tmp_path: Path) -> None:
    damaged = b"not a database at all\n" * 500
    (tmp_path / "ssz.db").write_bytes(damaged)
    product = Product(tmp_path)
    product.start()
    with product.client() as client:
        told = client.get("/readyz", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).json()
    assert product.stop() == 0
    assert told["storage"] == "readonly"
    assert "ssz.db" in told["storage_reason"]
    assert (tmp_path / "ssz.db").read_bytes() == damaged


def test_sigterm_ends_it_in_order_and_sessions_outlive_it(tmp_path: Path) -> None:
    first = Product(tmp_path)
    assert first.start() == f"Listening: {first.url}"
    cookie = first.session().cookie
    with first.client(cookie) as client:
        assert client.get("/").status_code == 200
    assert first.stop() == 0
    assert "Traceback" not in first.log.read_text()
    again = Product(tmp_path, port=first.port)
    again.start()
    with again.client(cookie) as client:
        assert client.get("/").status_code == 200
    assert again.stop() == 0


def test_it_is_configured_the_same_from_every_folder(tmp_path: Path) -> None:
    """Elsewhere it must not fall back to Streamlit's defaults: faults shown to everybody, outside hosts asked."""
    asked = """
import serve, settings, streamlit.config as found
serve.configure(settings.load_settings())
print(*(found.get_option(n) for n in ("client.showErrorDetails", "browser.gatherUsageStats", "server.allowedHosts")))
"""
    given = environment(tmp_path, 8511) | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        env=given,
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert done.stdout == "none False ['127.0.0.1', 'localhost']\n"


#: A machine without Mosquitto, for a Python that finds this on its path.
_WITHOUT_MOSQUITTO = """
import shutil
found = shutil.which
shutil.which = lambda name, *more, **named: None if name == "mosquitto" else found(name, *more, **named)
"""


@pytest.mark.broker
@pytest.mark.parametrize("own", ["mosquitto", "demo broker"])
def test_ctrl_c_twice_in_a_row_ends_it_without_a_traceback(tmp_path: Path, own: str) -> None:
    settings = {"SSZ_DEMO": "1", "SSZ_INGEST": "embedded", "SSZ_MQTT_PORT": str(free_port())}
    if own == "demo broker":
        (tmp_path / "sitecustomize.py").write_text(_WITHOUT_MOSQUITTO, encoding="utf-8")
        settings["PYTHONPATH"] = str(tmp_path)
    product = Product(tmp_path, settings)
    product.start()
    assert product.process is not None
    looking = Viewer(product.url, product.session().cookie)  # somebody looks: the end has something to wait for
    try:
        product.process.send_signal(signal.SIGINT)
        time.sleep(0.1)  # as quick as a hand is
        product.process.send_signal(signal.SIGINT)
        assert product.process.wait(timeout=60) == 0
    finally:
        looking.close()
        product.stop(signal.SIGKILL)
    said = product.log.read_text()
    assert ("demo broker: not for service" in said) is (own == "demo broker")
    assert "Traceback" not in said


def test_ctrl_c_while_it_loads_ends_it_without_a_traceback(tmp_path: Path) -> None:
    product = Product(tmp_path)
    with product.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "serve.py"],
            cwd=ROOT, env=environment(tmp_path, product.port), stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
    wait_until(lambda: _bound(product.port), 60, "the port is taken, the first thing it does")
    process.send_signal(signal.SIGINT)
    process.wait(60)
    assert "Traceback" not in product.log.read_text()


def _bound(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
