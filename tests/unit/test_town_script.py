"""The demo's story: repeatable, in the words of the contract, with presses that do not give up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import orjson
import pytest

from ingest.decode import decode_topic
from ingest.sources.demo_messages import box_secret
from ingest.sources.demo_script import Script
from ingest.sources.mqtt_publish import Outgoing
from models.records.position import Fix
from models.records.sos import EventKind, Signal
from models.signature import is_signed
from models.town.drive import Mode
from models.town.ground import to_degrees
from models.town.town import Town, make_town

START = 1_795_000_000_000


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(4)


def play(script: Script, seconds: int, start: int = START) -> list[tuple[int, Outgoing]]:
    """What is sent in so many seconds, looked at four times a second."""
    return [(now, message) for now in range(start, start + seconds * 1000, 250) for message in script.advance(now)]


def kind_of(message: Outgoing) -> str:
    parts = message.topic.split("/")
    return f"{parts[3]} {parts[5]}" if len(parts) == 6 else parts[3]


def records_of(message: Outgoing, now: int) -> Sequence[object]:
    found = decode_topic(message.topic, message.payload, now)
    assert isinstance(found, list), found
    return found


def test_two_runs_that_start_together_agree_to_the_byte(town: Town) -> None:
    assert play(Script(town, START), 200) == play(Script(town, START), 200)


def test_everything_that_is_sent_is_accepted_by_the_real_decoders(town: Town) -> None:
    script = Script(town, START)
    sent = [(START, message) for message in script.hello(START)] + play(script, 1_500)
    kinds = Counter(kind_of(message) for _, message in sent)
    assert set(kinds) == {
        "unit position", "unit status", "sos event", "sos online", "camera status", "checkpoint scan", "report",
        "incident",
    }  # fmt: skip
    for now, message in sent:
        assert len(records_of(message, now)) == 1
    assert all(message.retain == (kind_of(message) in ("unit status", "sos online")) for _, message in sent)


def test_each_unit_sends_a_fix_each_two_seconds(town: Town) -> None:
    fixes = Counter(
        message.topic for _, message in play(Script(town, START), 60) if kind_of(message) == "unit position"
    )
    assert len(fixes) == 8
    assert set(fixes.values()) <= {29, 30, 31}


def test_fixes_are_drawable_and_of_their_own_time(town: Town) -> None:
    for now, message in play(Script(town, START), 30):
        if kind_of(message) == "unit position":
            (fix,) = records_of(message, now)
            assert isinstance(fix, Fix)
            assert fix.at == now
            assert fix.flags == 0


def test_each_box_is_heard_each_half_minute(town: Town) -> None:
    beats = Counter(
        message.topic
        for _, message in play(Script(town, START), 120)
        if kind_of(message) == "sos event" and orjson.loads(message.payload)["kind"] == "heartbeat"
    )
    assert len(beats) == 12
    assert set(beats.values()) == {4}


def test_ids_are_never_used_twice_not_even_by_the_next_run(town: Town) -> None:
    def ids(start: int) -> list[str]:
        script = Script(town, start)
        bodies = [(kind_of(message), orjson.loads(message.payload)) for _, message in play(script, 900, start)]
        return [body["id"] for kind, body in bodies if "id" in body and body.get("kind") != "press"]

    first, second = ids(START), ids(START + 3_600_000)
    assert len(set(first)) == len(first)
    assert not set(first) & set(second)


def test_a_press_is_signed_and_repeated_unchanged_until_its_receipt(town: Town) -> None:
    script = Script(town, START)
    (press,) = script.press("sos-03", "p1", START)
    (signal,) = records_of(press, START)
    assert isinstance(signal, Signal)
    assert (signal.kind, signal.origin) == (EventKind.PRESS, "sos-03")
    assert is_signed(signal.sig, box_secret(4, "sos-03"), town.station, "sos-03", "p1", START, "press")

    again = [now - START for now in range(START, START + 44_000, 250) if press in script.advance(now)]
    assert again == [2_000, 6_000, 14_000, 30_000]
    assert script.presses.waiting >= {("sos-03", "p1")}
    script.heard(f"ssz/v1/{town.station}/sos/sos-03/receipt", b'{"id":"p1"}', START + 31_000)
    assert ("sos-03", "p1") not in script.presses.waiting
    assert script.presses.taken("sos-03", "p1")
    assert press not in [message for _, message in play(script, 60, START + 44_000)]


def test_another_boxs_receipt_does_not_count(town: Town) -> None:
    script = Script(town, START)
    script.press("sos-03", "p1", START)
    script.heard(f"ssz/v1/{town.station}/sos/sos-04/receipt", b'{"id":"p1"}', START)
    assert script.presses.waiting == {("sos-03", "p1")}


def test_the_first_press_comes_by_itself_and_more_follow(town: Town) -> None:
    presses = [
        orjson.loads(message.payload)["id"]
        for _, message in play(Script(town, START), 1_800)
        if kind_of(message) == "sos event" and orjson.loads(message.payload)["kind"] == "press"
    ]
    assert 3 <= len(set(presses)) <= 20


def test_a_unit_goes_where_it_is_sent_and_closing_frees_it(town: Town) -> None:
    script = Script(town, START)
    play(script, 60)
    topic = f"ssz/v1/{town.station}/unit/car-204/command"
    lat, lon = to_degrees(town.graph.nodes[town.boxes[4].node])

    def command(kind: str, now: int) -> list[Outgoing]:
        body = {"id": f"c-{kind}", "at": now, "kind": kind, "alarm": "a1", "place": "", "lat": lat, "lon": lon}
        return script.heard(topic, orjson.dumps(body), now)

    (sent,) = command("dispatched", START + 60_000)
    assert orjson.loads(sent.payload)["status"] == "enroute"
    assert sent.topic.split("/")[4] == "car-204"
    assert command("dispatched", START + 61_000) == []
    later = [message for _, message in play(script, 420, START + 60_000) if message.topic == sent.topic]
    assert [orjson.loads(message.payload)["status"] for message in later] == ["on_scene"]
    assert command("arrived", START + 470_000) == []
    (freed,) = command("closed", START + 480_000)
    assert (freed.topic, orjson.loads(freed.payload)["status"]) == (sent.topic, "available")
    assert script.patrol.states["car-204"].mode is not Mode.SCENE


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("ssz/v1/mueang_mukdahan/unit/car-201/command", b"\xff\xfe not json"),
        ("ssz/v1/mueang_mukdahan/unit/car-201/command", b"[1]"),
        ("ssz/v1/mueang_mukdahan/unit/car-999/command", b'{"kind":"dispatched","alarm":"a","lat":16.5,"lon":104.7}'),
        ("ssz/v1/mueang_mukdahan/unit/car-201/command", b'{"kind":"dispatched","alarm":"a","lat":null,"lon":null}'),
        ("ssz/v1/mueang_mukdahan/unit/car-201/command", b'{"kind":"explode","alarm":"a","lat":16.5,"lon":104.7}'),
        ("short", b"{}"),
    ],
)
def test_what_a_device_cannot_read_it_passes_over(town: Town, topic: str, payload: bytes) -> None:
    assert Script(town, START).heard(topic, payload, START) == []


def test_a_pause_is_not_made_up(town: Town) -> None:
    script = Script(town, START)
    script.advance(START)
    assert len(script.advance(START + 600_000)) < 60


def test_boxes_say_that_they_come_and_go(town: Town) -> None:
    script = Script(town, START)
    assert [orjson.loads(message.payload)["online"] for message in script.goodbye(START)] == [False] * 12
    assert sum(orjson.loads(message.payload).get("online", False) for message in script.hello(START)) == 12
