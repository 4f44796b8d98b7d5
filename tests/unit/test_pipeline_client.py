"""The bulk client stands on private names of a pinned paho, and never acknowledges on the wrong connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from ingest.sources import mqtt_loop, mqtt_prompt
from ingest.sources.mqtt_client import PRIVATE_NAMES, Arrivals, BulkClient
from ingest.sources.mqtt_prompt import PromptClient

_GREETING = b"\x20\x02\x00\x00"


class Peer:
    """The other end of a client's socket: what a broker would say and hear."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ends: list[socket.socket] = []
        self._given: list[socket.socket] = []
        monkeypatch.setattr(Client, "_create_socket", lambda client: self._pair())

    def _pair(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self.ends.append(ours)
        self._given.append(theirs)
        return theirs

    def close(self) -> None:
        """Close both ends of every connection."""
        for end in (*self.ends, *self._given):
            end.close()

    def heard(self) -> bytes:
        """Everything the client has sent on the newest connection."""
        self.ends[-1].setblocking(False)
        try:
            return self.ends[-1].recv(65_536)
        except BlockingIOError:
            return b""


@pytest.fixture
def peer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """Connections made by clients of this test end here."""
    peer = Peer(monkeypatch)
    yield peer
    peer.close()


def connected(peer: Peer, arrivals: list[Arrivals], room: bool = True) -> BulkClient:
    """A client of MQTT 3.1.1 with a connection."""
    client = BulkClient("c", arrivals.append, lambda wait_s: room, lambda: 1_000, MQTTv311)
    client.connect("127.0.0.1", 1)
    peer.heard()
    return client


def test_paho_still_has_the_names() -> None:
    client = BulkClient("c", lambda arrivals: None, lambda wait_s: True, lambda: 0)
    assert [name for name in PRIVATE_NAMES if not hasattr(client, name)] == []
    plain = Client(CallbackAPIVersion.VERSION2)
    assert [name for name in mqtt_prompt.PRIVATE_NAMES if not hasattr(plain, name)] == []
    assert [name for name in mqtt_loop.PRIVATE_NAMES if not hasattr(plain, name)] == []
    assert "_loop" in Client.__dict__  # ours stands in its place
    assert set(client._in_packet) == {
        "command", "have_remaining", "remaining_count", "remaining_mult", "remaining_length", "packet",
        "to_process", "pos",
    }  # fmt: skip


def test_one_read_is_one_arrival(peer: Peer) -> None:
    arrivals: list[Arrivals] = []
    client = connected(peer, arrivals)
    peer.ends[-1].send(_GREETING + b"\x32\x07\x00\x01a\x00\x05hi" + b"\x30\x04\x00\x01by" + b"\x30\x09\x00")
    assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert arrivals == [Arrivals([("a", b"hi", 5, False), ("b", b"y", 0, False)], 1_000, 1)]
    peer.ends[-1].send(b"\x01a123456")
    client.loop_read()
    assert arrivals[1].messages == [("a", b"123456", 0, False)]


def test_acknowledgements_of_an_older_connection_are_dropped(peer: Peer) -> None:
    client = connected(peer, [])
    assert client.ack_many([1, 2], client.generation)
    client.loop_write()
    assert peer.heard() == b"\x40\x02\x00\x01\x40\x02\x00\x02"
    older = client.generation
    client.reconnect()
    peer.heard()
    assert not client.ack_many([1, 2], older)
    client.loop_write()
    assert peer.heard() == b""
    assert client.ack_many([3], client.generation)


def test_acknowledgements_still_unsent_do_not_cross_to_the_next_connection(peer: Peer) -> None:
    client = connected(peer, [])
    client._sockpairW = None
    client._on_socket_register_write = lambda *args: None  # paho then leaves writing to its loop
    client.ack_many([9], client.generation)
    client.reconnect()
    client.loop_write()
    assert b"\x40\x02\x00\x09" not in peer.heard()


def test_nothing_is_read_while_there_is_no_room_and_the_connection_is_kept(peer: Peer) -> None:
    arrivals: list[Arrivals] = []
    client = connected(peer, arrivals, room=False)
    peer.ends[-1].send(b"\x30\x04\x00\x01ab")
    client._ping_t = 1.0
    assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert arrivals == []
    assert client._ping_t == 0


def test_a_broken_stream_ends_the_connection_alone(peer: Peer) -> None:
    client = connected(peer, [])
    peer.ends[-1].send(b"\x34\x05\x00\x01a\x00\x01")
    assert client.loop_read() == MQTTErrorCode.MQTT_ERR_PROTOCOL
    assert client.reconnect() == MQTTErrorCode.MQTT_ERR_SUCCESS


def test_leaving_ends_the_wait_for_a_broker_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour of waiting lies before it; and a client that has left can be started again."""
    tries: list[int] = []
    tried = threading.Event()

    def away(_: Client) -> socket.socket:
        tries.append(1)
        tried.set()
        raise ConnectionRefusedError

    monkeypatch.setattr(Client, "_create_socket", away)
    client = PromptClient(CallbackAPIVersion.VERSION2, "prompt")
    client.reconnect_delay_set(3600, 3600)
    for turn in range(1, 3):
        tried.clear()
        client.connect_async("127.0.0.1", 1)
        client.loop_start()
        assert tried.wait(60)
        client.disconnect()
        leaving = threading.Thread(target=client.loop_stop, daemon=True)
        leaving.start()
        leaving.join(60)
        assert not leaving.is_alive()
        assert len(tries) == turn
        for end in (client._sockpairR, client._sockpairW):  # paho makes new ones at each start
            assert end is not None
            end.close()


def test_the_waits_grow_as_paho_says() -> None:
    waited: list[float | None] = []

    class Waits(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return False

    client = PromptClient(CallbackAPIVersion.VERSION2, "prompt")
    client.reconnect_delay_set(1, 4)
    client._leaving = Waits()
    for _ in range(4):
        client._reconnect_wait()
    assert waited == [1, 2, 4, 4]
