"""Sending through Apprise: one channel, one text, an end in time, and an error in words of ours."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from models.notices.channels import BadChannelsError, Channel
from models.notices.words import Words
from models.records.notice import Trouble

#: Send a text by a channel; returns "" when it arrived, else a `Trouble` in words. Ends in time; see `outcome_of`.
Send = Callable[[Channel, Words], str]

#: Longest waits, in s: for a connection, and for each answer after it.
CONNECT_S, ANSWER_S = 5.0, 10.0

_LOG = logging.getLogger(__name__)
_STATUS = re.compile(r"error=(\d{3})\b|\((\d{3}), ")
#: HTTP's "too many requests": LINE says so when the month it was paid for is used up, and when it is asked too fast.
_TOO_MANY = "429"
_APPRISE = logging.getLogger("apprise")


class _Heard(logging.Handler):
    """What Apprise says in one thread. It may quote addresses: it is judged, and goes nowhere."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._thread = threading.get_ident()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of the own thread."""
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[_Heard]:
    heard = _Heard()
    _APPRISE.propagate = False  # its own lines name recipients, and tokens when it is asked for all of them
    _APPRISE.setLevel(logging.DEBUG)
    _APPRISE.addHandler(heard)
    try:
        yield heard
    finally:
        _APPRISE.removeHandler(heard)


def trouble_of(lines: Iterable[str]) -> str:
    """Why something did not arrive, from what Apprise said of it."""
    said = "\n".join(lines)
    status = _STATUS.search(said)
    if status:
        code = status[1] or status[2]
        return f"{(Trouble.LIMIT if code == _TOO_MANY else Trouble.REFUSED).value} {code}"
    if "timed out" in said.lower() or "timeout" in said.lower():
        return Trouble.TIMEOUT.value
    return Trouble.CONNECTION.value if "onnection" in said else Trouble.REFUSED.value


def check_addresses(channels: Iterable[Channel]) -> None:
    """Make sure that each channel's address is one of a service Apprise knows, and reaches one recipient.

    Of several, one that failed would have all of them told again, and each counts in the month's quota.

    Raises:
        BadChannelsError: one does not; the address itself is not told.
    """
    for channel in channels:
        with _listening():
            service = _service(channel)
        if service is not None and max(len(service), len(getattr(service, "targets", None) or ())) > 1:
            raise BadChannelsError(f"channel {channel.name!r} has several recipients: give each a channel")
        if service is None:
            raise BadChannelsError(f"channel {channel.name!r} has an address that names no known service")


def _service(channel: Channel) -> Any:
    """Apprise's plug-in for the address; None when there is none."""
    # Imported here: it costs a good part of a second, and most desks have no channels.
    import apprise

    asset = apprise.AppriseAsset(
        app_id="Smart Safety Zone",
        app_desc="Smart Safety Zone", app_url="", image_url_mask=None, image_url_logo=None,
        storage_mode=apprise.PersistentStoreMode.MEMORY, http_redirects=False, allow_templates=False,
    )  # fmt: skip
    return apprise.Apprise.instantiate(channel.address, asset=asset, suppress_exceptions=True)


def outcome_of(send: Send, channel: Channel, words: Callable[[], Words]) -> str:
    """What became of a text, even where making or sending it failed in a way nobody foresaw: a try must end, so that
    the desk sees that it did. Of such a fault the type alone is logged, for its text may quote the address."""
    try:
        return send(channel, words())
    except Exception as error:  # noqa: BLE001 - the boundary to a hundred services' code
        _LOG.error("channel %s has a fault: %s", channel.name, type(error).__name__)
        return Trouble.REFUSED.value


def send_by_apprise(channel: Channel, words: Words) -> str:
    """`Send` through Apprise."""
    import apprise

    with _listening() as heard:
        service = _service(channel)
        if service is None:
            return Trouble.REFUSED.value
        if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
            # A text longer than the service takes is refused there, each time it is tried: it goes out in two.
            service.overflow_mode = apprise.OverflowMode.SPLIT
        service.socket_connect_timeout = min(service.socket_connect_timeout or CONNECT_S, CONNECT_S)
        service.socket_read_timeout = min(service.socket_read_timeout or ANSWER_S, ANSWER_S)
        if service.notify(title=words.title, body=words.body, body_format="text"):
            return ""
    return trouble_of(heard.lines)
