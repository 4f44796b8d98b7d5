"""Notices against a real web server and a real mail server, one of which fails; and what is written down of them."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import apprise
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import insert

from jobs.notices import Courier, read_channels, waiting
from jobs.runner import Runner
from jobs.sending import check_addresses, send_by_apprise
from manage import main
from models.alarms.ladder import Ladders
from models.alarms.life import Step
from models.notices.channels import BadChannelsError, Channel, Channels
from models.notices.plan import Due
from models.notices.words import Words
from models.records.alarm import AlarmNow
from models.records.notice import Notice
from models.records.report import EMERGENCY, CitizenReport
from models.records.sos import EventKind, Mark, Signal, SosBox, split_marks
from models.records.station import Station
from models.thai_time import month_began
from starting_jobs import stop_jobs
from store import alarms, notices, registers, reports
from store.database import Database, Tx
from store.errors import StorageError
from store.rows import table_of, values_of
from store.sos import take_signal
from tests.servers import free_port, wait_until
from tests.store.plans import plan_of

NOW = 1_790_000_000_000
ZONE = ZoneInfo("Asia/Bangkok")


class Clock:
    """A clock the test moves."""

    now = NOW

    def __call__(self) -> int:
        return self.now


class Webhook:
    """A real web server on loopback that keeps what it is sent, and answers `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[dict[str, Any]] = []
        self.go = threading.Event()
        self.go.set()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                """Take it."""
                hook.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                hook.go.wait(60)
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"json://127.0.0.1:{self._server.server_address[1]}/TOKEN"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class Mailbox:
    """What a real mail server on loopback was handed; `refuse` makes it say no."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse = False

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        """A mail came."""
        if self.refuse:
            return "451 not now"
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.stop()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    yield box, f"mailto://127.0.0.1:{port}/?from=ssz@police.example&to=chief@police.example&mode=insecure"
    controller.stop()


def press(db: Database, box: str = "sos-1", station: str = "lumphini") -> str:
    with db.write() as tx:
        taken = take_signal(
            tx, Signal(station, "box", box, "p1", NOW, EventKind.PRESS, NOW, lat=13.7, lon=100.5), NOW
        )
    assert taken.alarm is not None
    return taken.alarm.id


def climb(db: Database, now: int) -> None:
    with db.write() as tx:
        alarms.escalate(tx, Ladders(), now)


def kept(db: Database, alarm: str, station: str = "lumphini") -> list[tuple[str, int, int, str, str]]:
    with db.read() as conn:
        found = notices.of_alarm(conn, station, alarm)
    return [(one.channel, one.level, one.attempt, one.outcome, one.error) for one in found]


def marked(db: Database, alarm: str) -> bool:
    with db.read() as conn:
        return Mark.NOTICE_FAILED in split_marks(alarms.find(conn, alarm, None).marks)


@contextmanager
def as_the_product_logs() -> Iterator[list[str]]:
    """The lines that reach the product's log: of every logger that passes its records on, from INFO up."""
    lines: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield lines
    finally:
        root.removeHandler(handler)


@pytest.fixture
def town(db: Database) -> Database:
    rows = [("lumphini", "metro"), ("practice", "test")]
    with db.write() as tx:
        stations = [Station(code=code, name_th="สน.ลุมพินี", name_en=code, kind=kind) for code, kind in rows]
        registers.put_stations(tx, stations, NOW)
    return db


def test_a_failing_channel_is_tried_again_shown_on_the_alarm_and_stops_no_other(
    town: Database, webhook: Webhook, mailbox: tuple[Mailbox, str]
) -> None:
    box, mail = mailbox
    webhook.status = 503
    clock = Clock()
    channels = Channels((Channel("hook", webhook.address, frozenset({1})), Channel("mail", mail, frozenset({1, 2}))))
    courier = Courier(town, channels, send_by_apprise, clock, ZONE)
    runner = Runner(town, [courier.job()], clock, "a")
    alarm, practice = press(town), press(town, station="practice")

    def look(after_s: int) -> None:
        clock.now = NOW + after_s * 1000
        runner.tick(courier.job())
        assert courier.idle(60)

    with as_the_product_logs() as logged:
        look(10)
        assert kept(town, alarm) == []  # the press itself calls nobody
        climb(town, NOW + 16_000)
        look(16)
        assert kept(town, alarm) == [("hook", 1, 1, "failed", "refused 503"), ("mail", 1, 1, "sent", "")]
        assert marked(town, alarm)
        look(18)
        assert len(webhook.got) == 1
        webhook.status = 200
        look(21)
        assert kept(town, alarm)[1:] == [("mail", 1, 1, "sent", ""), ("hook", 1, 2, "sent", "")]
        assert not marked(town, alarm)
        box.refuse = True
        climb(town, NOW + 61_000)
        look(61)
        assert kept(town, alarm)[-1] == ("mail", 2, 1, "failed", "refused 451")
        with town.write() as tx:
            alarms.step(tx, alarm, Step.ACKNOWLEDGE, by="ก", role="dispatcher", origin="", now=clock.now)
        look(3_600)
        assert len(kept(town, alarm)) == 4  # somebody answered
    assert "could not be told: refused 503" in "\n".join(logged)
    assert "TOKEN" not in "\n".join(logged)
    assert "chief@police.example" not in "\n".join(logged)
    [sent] = box.mails
    assert "ยังไม่มีผู้รับแจ้ง 16 วินาที" in sent.get_body(("plain",)).get_content()
    assert webhook.got[1]["title"].startswith("ระดับ 1 กดปุ่ม SOS")
    assert "สน.ลุมพินี · ตู้ sos-1" in webhook.got[1]["message"]
    assert kept(town, practice, "practice") == []  # nobody is ever called for a test station
    with town.read() as conn:
        steps = [line.detail for line in alarms.history(conn, "lumphini", alarm) if line.step == "notice"]
        assert notices.spent(conn, month_began(NOW, ZONE)) == {"hook": 1, "mail": 1}
        assert notices.newest(conn, ["mail", "none"])["mail"].error == "refused 451"
    assert sorted(steps[:2]) == ["hook: refused 503", "mail: sent"]
    assert steps[2:] == ["hook: sent", "mail: refused 451"]


def test_two_processes_send_one_notice_and_a_slow_channel_holds_up_no_press(
    sqlite_db: Database, webhook: Webhook
) -> None:
    clock = Clock()
    channels = Channels((Channel("hook", webhook.address, frozenset({1})),))
    couriers = [Courier(sqlite_db, channels, send_by_apprise, clock, ZONE) for _ in range(2)]
    alarm = press(sqlite_db, station="_unknown")
    climb(sqlite_db, NOW + 16_000)
    clock.now = NOW + 16_000
    webhook.go.clear()
    for courier in couriers:
        courier.look(clock.now)  # without the lease: the row alone must hold
    assert press(sqlite_db, "sos-2", "_unknown") != alarm  # while the channel hangs
    wait_until(lambda: [one[3] for one in kept(sqlite_db, alarm, "_unknown")] == ["sending"], what="the try's row")
    webhook.go.set()
    assert all(courier.idle(60) for courier in couriers)
    assert kept(sqlite_db, alarm, "_unknown") == [("hook", 1, 1, "sent", "")]
    assert len(webhook.got) == 1


def test_a_process_that_died_while_it_sent_is_taken_over_from_and_a_quota_ends(sqlite_db: Database) -> None:
    clock = Clock()
    sent: list[str] = []

    def send(channel: Channel, _words: Words) -> str:
        sent.append(channel.name)
        if len(sent) == 1:
            raise KeyboardInterrupt  # gone without a word
        return ""

    paid = Channel("paid", "x://", frozenset({1}), monthly_quota=1)
    courier = Courier(sqlite_db, Channels((paid,)), send, clock, ZONE)
    found = [press(sqlite_db, f"sos-{number}", "_unknown") for number in range(3)]
    climb(sqlite_db, NOW + 16_000)
    clock.now = NOW + 16_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", lambda _args: None)
        courier.look(clock.now)
        assert courier.idle(60)
    clock.now += 60_000
    courier.look(clock.now)
    assert courier.idle(60)
    late = press(sqlite_db, "sos-late", "_unknown")
    climb(sqlite_db, NOW + 76_000)
    courier.look(clock.now)
    assert courier.idle(60)
    outcomes = Counter(alarm[3:] for one in [*found, late] for alarm in kept(sqlite_db, one, "_unknown"))
    assert outcomes == {("failed", "lost"): 3, ("sent", ""): 1, ("sent", "together"): 2, ("quota", "quota"): 1}
    assert [marked(sqlite_db, one) for one in [*found, late]] == [False, False, False, True]


def test_a_fault_nobody_foresaw_is_a_failure_that_the_desk_sees_and_no_log_quotes(sqlite_db: Database) -> None:
    clock = Clock()

    def send(_channel: Channel, _words: Words) -> str:
        raise LookupError("https://SECRET")

    courier = Courier(sqlite_db, Channels((Channel("hook", "x://", frozenset({1})),)), send, clock, ZONE)
    alarm = press(sqlite_db, station="_unknown")
    climb(sqlite_db, NOW + 16_000)
    clock.now = NOW + 16_000
    with as_the_product_logs() as logged:
        courier.look(clock.now)
        assert courier.idle(60)
    assert kept(sqlite_db, alarm, "_unknown") == [("hook", 1, 1, "failed", "refused")]
    assert marked(sqlite_db, alarm)
    assert "LookupError" in "\n".join(logged)
    assert "SECRET" not in "\n".join(logged)


def test_without_a_thread_now_the_next_look_sends(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    channels = Channels((Channel("hook", "x://", frozenset({1})),))
    courier = Courier(sqlite_db, channels, lambda _channel, _words: "", clock, ZONE)
    alarm = press(sqlite_db, station="_unknown")
    climb(sqlite_db, NOW + 16_000)

    def full(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        courier.look(NOW + 16_000)
    courier.look(NOW + 17_000)
    assert courier.idle(60)
    assert kept(sqlite_db, alarm, "_unknown") == [("hook", 1, 1, "sent", "")]


def test_the_end_of_the_process_waits_for_the_notice_under_way_and_sends_no_more(sqlite_db: Database) -> None:
    clock, started, go = Clock(), threading.Event(), threading.Event()

    def send(_channel: Channel, _words: Words) -> str:
        started.set()
        assert go.wait(60)
        return ""

    courier = Courier(sqlite_db, Channels((Channel("hook", "x://", frozenset({1})),)), send, clock, ZONE)
    runner = Runner(sqlite_db, [courier.job()], clock, "a")
    found = [press(sqlite_db, f"sos-{number}", "_unknown") for number in range(2)]
    climb(sqlite_db, NOW + 16_000)
    runner.tick(courier.job())
    assert started.wait(60)
    ending = threading.Thread(target=stop_jobs, args=(runner, courier))
    ending.start()
    assert not courier.stop(0)  # still under way
    go.set()
    ending.join(60)
    assert not ending.is_alive()
    assert [[one[3] for one in kept(sqlite_db, alarm, "_unknown")] for alarm in found] == [["sent"], []]


def test_trouble_of_equipment_keeps_no_notice_waiting(sqlite_db: Database) -> None:
    with sqlite_db.write() as tx:
        registers.put_stations(tx, [Station(code="lumphini", name_th="ก", name_en="a", kind="metro")], NOW)
        registers.put_boxes(tx, [SosBox(station="lumphini", box="sos-1", lat=13.7, lon=100.5)], NOW)
        take_signal(tx, Signal("lumphini", "box", "sos-1", "t1", NOW, EventKind.TAMPER, NOW), NOW)
    with sqlite_db.read() as conn:
        assert [alarm.state for alarm in alarms.open_alarms(conn, None)] == ["raised"]
        assert waiting(conn) == []


def test_the_command_sends_a_test_to_each_channel_and_says_what_became_of_it(
    sqlite_url: str, webhook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "channels.toml"
    dead = f"json://127.0.0.1:{free_port()}/TOKEN"
    rows = [("hook", webhook.address), ("dead", dead)]
    file.write_text("".join(f'[[channel]]\nname = "{name}"\naddress = "{address}"\n' for name, address in rows))
    monkeypatch.setenv("SSZ_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SSZ_NOTIFY_FILE", str(file))
    assert main(["notify", "test"]) == 1
    assert capsys.readouterr() == ("hook: sent\ndead: connection\n", "")
    assert webhook.got[0]["title"] == "ทดสอบการแจ้งเตือน"
    monkeypatch.setenv("SSZ_DEMO", "1")
    with pytest.raises(SystemExit):
        main(["notify", "test"])
    assert "tells nobody" in capsys.readouterr().err


def test_a_file_is_read_and_an_address_of_no_service_is_refused_without_being_told(tmp_path: Path) -> None:
    file = tmp_path / "channels.toml"
    file.write_text('[[channel]]\nname = "x"\naddress = "nonsense://SECRET"\n', encoding="utf-8-sig")
    channels = read_channels(file)
    with pytest.raises(BadChannelsError, match="'x' has an address") as refused:
        check_addresses(channels.channels)
    assert "SECRET" not in str(refused.value)
    check_addresses([Channel("ok", "line://token/user")])
    mail = "mailto://127.0.0.1:25/?from=a@police.example&mode=insecure&to="
    check_addresses([Channel("one", f"{mail}b@police.example")])
    for several in ("line://token/SECRET/user2", f"{mail}SECRET@police.example,c@police.example"):
        with pytest.raises(BadChannelsError, match="'many' has several recipients") as refused:
            check_addresses([Channel("many", several)])
        assert "SECRET" not in str(refused.value)
    with pytest.raises(BadChannelsError, match="cannot read"):
        read_channels(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"\xe9")
    with pytest.raises(BadChannelsError, match="not UTF-8"):
        read_channels(tmp_path / "latin")


def test_a_hundred_and_ten_sos_are_each_named_to_the_channel_in_fifteen_messages_within_half_a_minute(
    sqlite_db: Database,
) -> None:
    clock = Clock()
    told: list[str] = []

    def send(_channel: Channel, words: Words) -> str:
        told.append(words.body)
        return "refused 503" if len(told) == 11 else ""

    channel = Channel("hook", "x://", frozenset({1}), monthly_quota=200)
    courier = Courier(sqlite_db, Channels((channel,)), send, clock, ZONE)
    found = [press(sqlite_db, f"sos-{number:03}", "_unknown") for number in range(110)]
    for _ in range(4):
        climb(sqlite_db, NOW + 16_000)

    def look(after_s: int) -> None:
        clock.now = NOW + after_s * 1000
        courier.look(clock.now)
        assert courier.idle(60)

    for second in range(16, 19):
        look(second)
    assert len(told) == 10, "one by one"
    look(19)
    assert "20 เหตุยังไม่มีผู้รับแจ้ง" in told[10]
    assert "อีก 80 เหตุ" in told[10]
    assert sum(marked(sqlite_db, one) for one in found) == 20, "nobody heard of these yet"
    for second in range(20, 40):
        look(second)
    arrived = told[:10] + told[11:]
    assert [sum(f"ตู้ sos-{number:03}" in body for body in arrived) for number in range(110)] == [1] * 110
    outcomes = Counter(one[3:] for alarm in found for one in kept(sqlite_db, alarm, "_unknown"))
    assert outcomes == {("sent", ""): 15, ("sent", "together"): 95, ("failed", "refused 503"): 20}
    assert not any(marked(sqlite_db, one) for one in found)
    with sqlite_db.read() as conn:
        assert notices.spent(conn, NOW) == {"hook": 15}
    assert len(told) == 16, "the message that was refused cost nothing"


def test_a_flood_of_drills_and_reports_leaves_a_call_for_help_its_own_message_at_once(town: Database) -> None:
    clock = Clock()
    told: list[str] = []

    def send(_channel: Channel, words: Words) -> str:
        told.append(words.title)
        return ""

    courier = Courier(town, Channels((Channel("hook", "x://", frozenset({1})),)), send, clock, ZONE)
    for number in range(15):
        report = CitizenReport("lumphini", "line", f"r-{number}", NOW, EMERGENCY, "ช่วยด้วย", NOW, contact="081")
        with town.write() as tx:
            reports.take(tx, report)
    climb(town, NOW + 16_000)
    for second in range(16, 31):
        clock.now = NOW + second * 1000
        courier.look(clock.now)
        assert courier.idle(60)
    assert len(told) == 10, "one by one; the others wait for their minute"
    press(town)
    climb(town, NOW + 17_000)
    clock.now += 1_000
    courier.look(clock.now)
    assert courier.idle(60)
    assert told[10:] == ["ระดับ 1 กดปุ่ม SOS · sos-1"]


def test_a_store_that_fails_while_many_are_begun_has_begun_none_and_the_next_look_tells_all(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    told: list[str] = []

    def send(_channel: Channel, words: Words) -> str:
        told.append(words.body)
        return ""

    courier = Courier(sqlite_db, Channels((Channel("hook", "x://", frozenset({1})),)), send, clock, ZONE)
    found = [press(sqlite_db, f"sos-{number:03}", "_unknown") for number in range(40)]
    climb(sqlite_db, NOW + 16_000)
    clock.now = NOW + 16_000
    for _ in range(3):
        courier.look(clock.now)
        assert courier.idle(60)
    assert len(told) == 10
    begun: list[str] = []

    def full(tx: Tx, one: Due, now: int) -> AlarmNow | None:
        begun.append(one.alarm.id)
        if len(begun) == 15:
            raise StorageError("disk full")
        return begin(tx, one, now)

    begin = notices.begin
    with monkeypatch.context() as patch:
        patch.setattr(notices, "begin", full)
        courier.look(clock.now)
        assert courier.idle(60)
    assert (len(told), len(begun)) == (10, 15)
    outcomes = Counter(one[3] for alarm in found for one in kept(sqlite_db, alarm, "_unknown"))
    assert outcomes == {"sent": 10}, "none is left as if it were being sent"
    for _ in range(2):
        courier.look(clock.now)
        assert courier.idle(60)
        clock.now += 10_000
    assert all(kept(sqlite_db, alarm, "_unknown")[-1][2:4] == (1, "sent") for alarm in found)


def test_a_text_longer_than_a_service_takes_goes_out_in_several_and_none_of_it_is_cut(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Channel("hook", webhook.address)
    service = apprise.Apprise.instantiate(channel.address)
    monkeypatch.setattr(type(service), "body_maxlen", 300)
    lines = [f"21:13:00 กดปุ่ม SOS · ตู้ sos-{number:02}" for number in range(20)]
    assert send_by_apprise(channel, Words("ระดับ 1 20 เหตุ", "\n".join(lines))) == ""
    assert len(webhook.got) > 1
    said = "\n".join(one["message"] for one in webhook.got)
    assert [said.count(f"sos-{number:02}") for number in range(20)] == [1] * 20


def test_only_the_newest_tries_are_read_and_by_key(db: Database) -> None:
    alarm = press(db, station="_unknown")
    with db.write() as tx:
        rows = [
            Notice(station="_unknown", alarm=alarm, level=1, channel="hook", attempt=number, at=NOW, outcome="failed")
            for number in range(1, 300)
        ]
        other = [
            Notice(station="_unknown", alarm=f"old{n}", level=1, channel="hook", attempt=1, at=NOW)
            for n in range(500)
        ]
        tx.conn.execute(insert(table_of(Notice)), [values_of(row) for row in [*rows, *other]])
    with db.read() as conn:
        assert [one.attempt for one in notices.tries(conn)] == [299]
    assert "SCAN notice" not in plan_of(db, notices.newest_tries())
    assert "Seq Scan on notice" not in plan_of(db, notices.newest_tries())
