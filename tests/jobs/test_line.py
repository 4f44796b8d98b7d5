"""LINE's Messaging API through Apprise, against a stand-in on loopback that speaks HTTPS as `api.line.me` and answers
as LINE does. Where that name leads to, and whose certificates count, is the test's; all else is the product's own."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from commands.authority import Authority
from jobs.notices import Courier
from jobs.sending import check_addresses, send_by_apprise
from models.notices.channels import Channel, Channels
from models.notices.words import Words
from models.thai_time import month_began
from store import alarms, notices
from store.database import Database
from tests.jobs.test_notices import NOW, Clock, as_the_product_logs, climb, kept, marked, press

HOST = "api.line.me"
ZONE = ZoneInfo("Asia/Bangkok")

#: As LINE issues them: 172 signs of base 64, among them `+`, `/` and `=`.
TOKEN = base64.b64encode(bytes(range(128, 256))).decode()
CHIEF = "U4af4980629f0a3b1c2d3e4f5a6b7c8d9"

#: Source: LINE Messaging API reference, "Send push message" and "Error responses".
PUSH = "/v2/bot/message/push"
MOST_TEXT, MOST_SENDER = 5_000, 20
BAD_TOKEN = 401, "Authentication failed. Confirm that the access token in the authorization header is valid."
BAD_USER = 400, "The property, 'to', in the request body is invalid (line: -, column: -)"
MONTH_SPENT = 429, "You have reached your monthly limit."
DOWN = 500, "The server is experiencing problems."


class Line:
    """The stand-in: takes what LINE takes and refuses what LINE refuses. `answers`: what it says first."""

    def __init__(self, certificate: Path) -> None:
        self.token, self.answers = TOKEN, list[tuple[int, str]]()
        self.got: list[dict[str, Any]] = []
        line = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            def do_POST(self) -> None:
                """Take it, or say why not."""
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, said = line.judge(self.path, self.headers["Authorization"], body)
                answer = json.dumps({"message": said} if said else {"sentMessages": [{"id": "461230966842064897"}]})
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer.encode())

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def judge(self, path: str, bearer: str | None, body: dict[str, Any]) -> tuple[int, str]:
        """The status, and why not."""
        if path != PUSH:
            return 404, "Not found"
        if bearer != f"Bearer {self.token}":
            return BAD_TOKEN
        if body.get("to") != CHIEF:
            return BAD_USER
        [message] = body["messages"]
        too_long = len(message["text"].encode("utf-16-le")) > 2 * MOST_TEXT
        if message["type"] != "text" or too_long or len(message["sender"]["name"]) > MOST_SENDER:
            return 400, "The request body has 1 error(s)"
        if self.answers:
            return self.answers.pop(0)
        self.got.append(message)
        return 200, ""

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """Where `api.line.me` is for the time of a test."""
    authority = Authority(tmp_path, tmp_path, "line")
    certificate = tmp_path / "line.pem"
    certificate.write_bytes(b"".join(authority.issue(HOST, [HOST])))
    server = Line(certificate)
    real = socket.getaddrinfo

    def leads(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        return real("127.0.0.1", server.port, *more, **named) if host == HOST else real(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", leads)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "line.crt"))
    for proxy in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    yield server
    server.stop()


def line_channel(token: str = TOKEN, user: str = CHIEF) -> Channel:
    return Channel("ผกก.", f"line://{token}/{user}", frozenset({1}), monthly_quota=200)


def test_a_press_nobody_answers_reaches_line_and_the_record_tells_each_try(sqlite_db: Database, line: Line) -> None:
    channel = line_channel()
    check_addresses([channel])
    clock = Clock()
    courier = Courier(sqlite_db, Channels((channel,)), send_by_apprise, clock, ZONE)
    alarm = press(sqlite_db, station="_unknown")
    climb(sqlite_db, NOW + 16_000)
    line.answers = [DOWN, MONTH_SPENT]
    with as_the_product_logs() as logged:
        for after_s in (16, 22, 38):
            clock.now = NOW + after_s * 1000
            courier.look(clock.now)
            assert courier.idle(30)
            assert marked(sqlite_db, alarm) == (after_s < 38)
    assert kept(sqlite_db, alarm, "_unknown") == [
        ("ผกก.", 1, 1, "failed", "refused 500"), ("ผกก.", 1, 2, "failed", "limit 429"), ("ผกก.", 1, 3, "sent", ""),
    ]  # fmt: skip
    [message] = line.got
    assert message["text"].startswith("ระดับ 1 กดปุ่ม SOS · sos-1")
    assert "ยังไม่มีผู้รับแจ้ง 38 วินาที" in message["text"]
    with sqlite_db.read() as conn:
        told = [one.detail for one in alarms.history(conn, "_unknown", alarm) if one.step == "notice"]
        assert notices.spent(conn, month_began(NOW, ZONE)) == {"ผกก.": 1}, "what LINE refused costs nothing"
    assert told == ["ผกก.: refused 500", "ผกก.: sent"], "a line when it changes whether somebody could be told"
    assert not any(secret in "\n".join(logged) for secret in (TOKEN, CHIEF))


def test_what_line_refuses_is_told_apart(line: Line) -> None:
    words = Words("ระดับ 1", "กดปุ่ม SOS")
    assert send_by_apprise(line_channel(token="x" * 171 + "="), words) == "refused 401"
    assert send_by_apprise(line_channel(user="U0"), words) == "refused 400"
    line.answers = [(429, "The API rate limit has been exceeded. Try again later.")]
    assert send_by_apprise(line_channel(), words) == "limit 429"
    assert line.got == []
    assert send_by_apprise(line_channel(), words) == ""


def test_a_server_that_is_not_lines_is_told_nothing(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")  # its certificate is of no authority the machine knows
    assert send_by_apprise(line_channel(), Words("ระดับ 1", "กดปุ่ม SOS")) == "connection"
    assert line.got == []
