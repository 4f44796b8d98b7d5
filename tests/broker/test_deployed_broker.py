"""The broker in service: exactly the generated configuration, over TLS, against who would speak for others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.authority import Authority
from models.records.sos import SosBox
from models.records.unit import Unit
from store.database import open_database
from store.registers import put_boxes, put_units
from tests.broker.deployed import Caller, Deployed
from tests.broker.world import STATION, Worker, now_ms, number, register
from tests.servers import wait_until
from tests.stores import new_store

pytestmark = [
    pytest.mark.broker,
    # paho leaves the socket of a refused handshake to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

#: Half of them units, half of them boxes.
MANY = 100
UNITS = [f"m{n}" for n in range(MANY // 2)]
BOXES = [f"s{n}" for n in range(MANY // 2)]
NAMES = [f"{STATION}/unit/{unit}" for unit in UNITS] + [f"{STATION}/sos/{box}" for box in BOXES]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with a station of a hundred devices more; its address is the commands' own."""
    url = new_store(tmp_path_factory.mktemp("store") / "ssz.db")
    db = open_database(url, 1)
    register(db)
    with db.write() as tx:
        put_units(tx, [Unit(station=STATION, unit=unit) for unit in UNITS], now_ms())
        put_boxes(tx, [SosBox(station=STATION, box=box, lat=13.73, lon=100.54) for box in BOXES], now_ms())
    db.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSZ_DATABASE_URL", url)
        yield url


@pytest.fixture(scope="module")
def broker(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The broker, running."""
    made = Deployed(tmp_path_factory.mktemp("deployed"))
    made.write()
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def authority(broker: Deployed) -> Authority:
    """The devices' authority, for a hundred certificates at once."""
    return Authority(broker.conf / "authority", broker.conf / "broker", "devices")


def pair(folder: Path, authority: Authority, name: str) -> Path:
    """A certificate made out to a name by an authority, and its key."""
    stem = folder / name.replace("/", "-")
    certificate, key = authority.issue(name)
    Path(f"{stem}.crt").write_bytes(certificate)
    Path(f"{stem}.key").write_bytes(key)
    return stem


def said_by(name: str) -> str:
    """A topic only this device may write."""
    return f"ssz/v1/{name}/{'event' if '/sos/' in name else 'position'}"


def told_to(name: str) -> str:
    """A topic only this device may read."""
    return f"ssz/v1/{name}/command"


def test_no_device_of_a_hundred_speaks_or_hears_for_another(
    broker: Deployed, authority: Authority, tmp_path: Path
) -> None:
    worker = Caller(broker.workers, broker.ca, broker.conf / "worker" / "ingest", "ssz-t-all")
    worker.listen("ssz/#")
    told = [told_to(name) for name in NAMES]
    assert worker.say(told, retain=True) == told
    said, spoken_for, overheard = [said_by(name) for name in NAMES], [], []
    for name in NAMES:
        device = Caller(broker.devices, broker.ca, pair(tmp_path, authority, name))
        assert device.connected, device.refused
        device.listen("#")
        taken = device.say(said)
        spoken_for += [topic for topic in taken if topic != said_by(name)]
        overheard += [topic for topic in device.heard if topic != told_to(name)]
        assert said_by(name) in taken
        assert told_to(name) in device.heard
        device.close()
    wait_until(lambda: set(said) <= set(worker.heard), what="every device's own word")
    worker.close()
    assert (spoken_for, overheard) == ([], [])
    # What came through is what each said of itself: once, of 10,000 tried.
    assert sorted(topic for topic in worker.heard if topic in said) == sorted(said)


def test_who_has_no_certificate_of_ours_stays_outside(broker: Deployed, tmp_path: Path) -> None:
    ca, name = broker.ca, NAMES[0]
    rogue = pair(tmp_path, Authority(tmp_path, tmp_path, "rogue"), name)
    own = broker.issue(name)
    assert not Caller(broker.devices, ca).connected
    assert not Caller(broker.devices, ca, rogue).connected
    assert not Caller(broker.workers, ca, own).connected  # a device at the workers' door
    assert not Caller(broker.devices, ca, broker.conf / "worker" / "ingest").connected
    assert not Caller(broker.gateways, ca).connected  # anonymous
    assert not Caller(broker.gateways, ca, user="ingest", password="guess").connected
    good = Caller(broker.devices, ca, own)
    assert good.connected
    good.close()
    # Revoked: from the broker's next start on, and nobody else with it.
    broker.run("revoke", f"{own}.crt")
    broker.restart()
    assert not Caller(broker.devices, ca, own).connected
    other = Caller(broker.devices, ca, broker.issue(NAMES[1]))
    assert other.connected
    other.close()


def test_a_gateway_writes_its_topic_and_hears_nothing(broker: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    broker.run("gateway", "traccar", "positions")
    password = capsys.readouterr().out.splitlines()[-1]
    passwords = (broker.conf / "broker" / "passwords").read_text(encoding="utf-8")
    assert password not in passwords
    # The broker's one thread hashes at each sign-in, right or wrong, and every SOS waits meanwhile.
    assert {line.split("$")[2] for line in passwords.splitlines()} == {"101"}
    broker.restart()
    ca = broker.ca
    assert not Caller(broker.gateways, ca, user="traccar", password=f"{password}x").connected
    gateway = Caller(broker.gateways, ca, user="traccar", password=password)
    assert gateway.connected, gateway.refused
    gateway.listen("#")
    assert gateway.say(["positions", *(said_by(name) for name in NAMES[:3]), "owntracks/a/b"]) == ["positions"]
    assert gateway.heard == []
    gateway.close()


def test_our_worker_on_it_hears_a_press_answers_and_counts_what_was_cut_off(
    broker: Deployed, store: str, tmp_path: Path
) -> None:
    private = broker.conf / "worker"
    worker = Worker(
        store, f"mqtts://127.0.0.1:{broker.workers}", tmp_path, mqtt_ca_file=broker.ca,
        mqtt_cert_file=private / "ingest.crt", mqtt_key_file=private / "ingest.key", mqtt_log_file=broker.log,
    )  # fmt: skip
    ca, name = broker.ca, NAMES[-1]
    try:
        # A device that calls itself like the worker's own connection does not take it over.
        box = Caller(broker.devices, ca, broker.issue(name), client_id="ssz-main-alarm")
        box.listen("#")
        press = {"id": "p1", "at": now_ms(), "kind": "press"}
        assert box.say([said_by(name)], json.dumps(press).encode()) == [said_by(name)]
        wait_until(lambda: f"ssz/v1/{name}/receipt" in box.heard, what="the receipt of the press")
        assert worker.ready
        assert number(store, "SELECT count(*) FROM alarm") == 1
        box.say([said_by(name)], b"x" * 100_000)
        assert not box.connected
        wait_until(
            lambda: number(store, "SELECT count(*) FROM quarantine WHERE source = 'broker'") > 0,
            what="the 100 kB packet is counted",
        )
        box.close()
    finally:
        worker.stop()


def test_nobody_comes_in_as_one_of_our_workers(broker: Deployed) -> None:
    """What a worker's session holds are presses: who could take its client id over could throw them away."""
    ingest = Caller(broker.workers, broker.ca, broker.conf / "worker" / "ingest", "ssz-main-alarm")
    assert ingest.connected
    replay = broker.conf / "replay" / "replay"
    assert not Caller(broker.workers, broker.ca, replay, "ssz-main-alarm").connected
    player = Caller(broker.devices, broker.ca, replay, "ssz-main-alarm")
    assert player.connected
    assert player.say([said_by(name) for name in NAMES[:2]]) == []  # this station is at work
    assert ingest.connected
    player.close()
    ingest.close()


def test_a_device_s_will_reaches_its_own_topic_only_and_nothing_else_is_its_to_hear_or_keep(
    broker: Deployed, authority: Authority, tmp_path: Path
) -> None:
    own, other = BOXES[0], BOXES[1]
    mine, theirs = (f"ssz/v1/{STATION}/sos/{box}/online" for box in (own, other))
    worker = Caller(broker.workers, broker.ca, broker.conf / "worker" / "ingest", "ssz-t-wills")
    worker.listen("ssz/#")
    stem = pair(tmp_path, authority, f"{STATION}/sos/{own}")
    for topic in (theirs, mine):
        Caller(broker.devices, broker.ca, stem, will=topic).cut()
    wait_until(lambda: mine in worker.heard, what="the will of the box")
    assert theirs not in worker.heard  # it was spoken first, on the same connection to us
    box = Caller(broker.devices, broker.ca, stem)
    for topic in ("$SYS/#", "$share/g/#", "$share/ssz/ssz/#", f"ssz/v1/{STATION}/sos/+/command", "owntracks/#"):
        box.listen(topic)
    foreign = ["$SYS/broker/x", f"ssz/v1/{STATION}/sos/{other}/event", "owntracks/u/d", "positions"]
    assert box.say(foreign, retain=True) == []
    told = [told_to(f"{STATION}/sos/{box}") for box in (other, own)]
    assert worker.say(told) == told
    wait_until(lambda: told[1] in box.heard, what="its own command, told last")
    # The broker keeps the last command of the test before; of others' and of the broker's own it hears nothing.
    assert set(box.heard) == {told[1]}
    box.close()
    worker.close()


#: Holds connections that say nothing at a door, until it is told to end.
_IDLE = """
import resource, select, socket, sys
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
held = [socket.socket() for _ in range(1000)]
for one in held:
    one.setblocking(False)
    one.connect_ex(("127.0.0.1", int(sys.argv[1])))
for one in held:
    there = select.poll()
    there.register(one, select.POLLOUT)
    there.poll()
print(len(held), flush=True)
sys.stdin.read()
"""


def test_a_thousand_idle_connections_at_a_door_keep_no_device_and_no_worker_out(broker: Deployed) -> None:
    """In a process of their own: in this one, paho's select(2) would know no socket of a number above 1,023."""
    stem = broker.issue(NAMES[5])
    idle = subprocess.Popen(
        [sys.executable, "-c", _IDLE, str(broker.devices)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert idle.stdout is not None
        assert idle.stdout.readline() == "1000\n"
        for _ in range(3):
            device = Caller(broker.devices, broker.ca, stem)
            assert device.connected, device.refused
            assert device.say([said_by(NAMES[5])]) == [said_by(NAMES[5])]
            device.close()
        worker = Caller(broker.workers, broker.ca, broker.conf / "worker" / "ingest", "ssz-t-idle")
        assert worker.connected, worker.refused
        worker.close()
    finally:
        idle.communicate("", timeout=60)


def test_a_report_channel_s_gateway_writes_its_channel_and_no_other(
    broker: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    own = f"ssz/v1/{STATION}"
    broker.run("gateway", "line", f"{own}/report/line", f"{own}/camera/+/status")
    password = capsys.readouterr().out.splitlines()[-1]
    broker.restart()
    gateway = Caller(broker.gateways, broker.ca, user="line", password=password)
    assert gateway.connected, gateway.refused
    allowed = [f"{own}/report/line", f"{own}/camera/p1/status"]
    assert gateway.say([*allowed, f"{own}/report/other", f"{own}/incident/line", said_by(NAMES[-1])]) == allowed
    gateway.close()
