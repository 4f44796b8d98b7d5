"""Notices: tell people outside the room of an alarm that nobody answers. A thread a channel, so that a slow one holds
up no other; none of them ever holds the alarm lane for longer than a few rows."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from jobs.job import Job
from jobs.sending import Send, outcome_of
from models.alarms.ladder import INSISTS
from models.alarms.life import State
from models.alarms.queue import FLOOD_MS
from models.notices.channels import BadChannelsError, Channel, Channels, parse_channels
from models.notices.plan import Due, Go, due, next_go
from models.notices.words import Words, words_of, words_together
from models.records.alarm import AlarmNow
from models.records.base import Millis
from models.records.station import Station
from models.thai_time import month_began
from store import alarms, notices, registers
from store.database import Database
from store.errors import StorageError

_LOG = logging.getLogger(__name__)

#: Kinds of station that nobody is ever called for: generated and replayed data.
_NEVER = frozenset({"test", "demo"})

#: The longest file of channels that is read, in bytes.
_MOST_BYTES = 256 * 1024

Clock = Callable[[], Millis]


def read_channels(file: Path) -> Channels:
    """The channels of a file.

    Raises:
        BadChannelsError: it cannot be read or used; names the file, never an address.
    """
    try:
        with file.open("rb") as opened:
            body = opened.read(_MOST_BYTES + 1)
        if len(body) > _MOST_BYTES:
            raise BadChannelsError(f"{file} is too large")
        return parse_channels(body.decode("utf-8-sig"))
    except OSError as error:
        raise BadChannelsError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise BadChannelsError(f"{file} is not UTF-8") from None
    except BadChannelsError as error:
        raise BadChannelsError(f"{file}: {error}") from None


def waiting(conn: Connection) -> list[AlarmNow]:
    """Alarms nobody has acknowledged, of families and stations for which people may be called."""
    never = {station.code for station in registers.stations(conn, None) if station.kind in _NEVER}
    open_now = alarms.open_alarms(conn, None)
    raised = [alarm for alarm in open_now if alarm.state == State.RAISED and alarm.family in INSISTS]
    return [alarm for alarm in raised if alarm.station not in never]


class Courier:
    """Sends what is due. `send` must end in time (`jobs.sending.send_by_apprise`)."""

    def __init__(self, database: Database, channels: Channels, send: Send, clock: Clock, zone: ZoneInfo) -> None:
        self._database = database
        self._channels = channels
        self._send = send
        self._clock = clock
        self._zone = zone
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def job(self) -> Job:
        """The job, looking each second. Its lease is kept while anything waits, so one process sends."""
        return Job(
            "notices", every_ms=1_000, lease_ms=10_000, wanted=self._wanted,
            run=lambda database, now: self.look(now),
        )  # fmt: skip

    def _wanted(self, conn: Connection, _now: Millis) -> bool:
        return bool(self._channels.channels) and bool(waiting(conn))

    def look(self, now: Millis) -> None:
        """Hand what is due to the channels' threads; a channel that still sends gets the rest at the next look."""
        mine: dict[str, list[Due]] = defaultdict(list)
        with self._database.read() as conn:
            sent = notices.spent(conn, month_began(now, self._zone))
            lately = notices.lately(conn, now - FLOOD_MS)
            for one in due(waiting(conn), self._channels.channels, notices.tries(conn), sent, now):
                mine[one.channel.name].append(one)
            names = {station.code: station for station in registers.stations(conn, None)}
        for channel, dues in mine.items():
            go = next_go(dues, lately.get(channel, ()), now)
            if not go.dues:
                continue
            with self._lock:
                if channel in self._busy:
                    continue
                self._busy.add(channel)
            thread = threading.Thread(
                target=self._deliver, args=(channel, go, names), name=f"notice-{channel}", daemon=True
            )
            try:
                thread.start()
            except RuntimeError as error:  # no thread is to be had now: the next look tries again
                _LOG.warning("channel %s: %s", channel, error)
                self._free(channel)

    def stop(self, timeout_s: float) -> bool:
        """Send no more, and wait until what is sent now is written down; False when a channel still sends."""
        self._stopping.set()
        return self.idle(timeout_s)

    def idle(self, timeout_s: float) -> bool:
        """Wait until no channel sends; False when one still does."""
        end = time.monotonic() + timeout_s
        while self._busy and time.monotonic() < end:
            time.sleep(0.01)
        return not self._busy

    def _deliver(self, channel: str, go: Go, stations: dict[str, Station]) -> None:
        try:
            if go.together:
                self._deliver_together(go, stations)
                return
            for one in go.dues:
                if self._stopping.is_set():
                    return
                self._deliver_one(one, stations.get(one.alarm.station))
        except StorageError as error:
            _LOG.warning("channel %s: notices cannot be written down, they are tried again: %s", channel, error)
        except Exception as error:  # noqa: BLE001 - tried again, loudly; its text may quote an address
            _LOG.error("channel %s has a fault: %s", channel, type(error).__name__)
        finally:
            self._free(channel)

    def _free(self, channel: str) -> None:
        with self._lock:
            self._busy.discard(channel)

    def _deliver_one(self, one: Due, station: Station | None) -> None:
        with self._database.write() as tx:
            alarm = notices.begin(tx, one, self._clock())
        if alarm is None:
            return
        name = alarm.station if station is None else name_of(station, one.channel)

        def words() -> Words:
            link = self._channels.map_link
            return words_of(alarm, one.level, one.channel, name, link, self._clock(), self._zone)

        error = outcome_of(self._send, one.channel, words)
        with self._database.write() as tx:
            notices.end(tx, one, error, self._clock())
        if error:
            _LOG.warning("channel %s: alarm %s could not be told: %s", one.channel.name, alarm.id, error)

    def _deliver_together(self, go: Go, stations: dict[str, Station]) -> None:
        """All of them in one message; each is a try of its own, begun before it and ended after it.

        They are begun in one transaction: where the store fails, either all of them are told, or none was begun and
        the next look tells them. They are few (`MOST_TOGETHER`), so a press does not wait for them.
        """
        if self._stopping.is_set():
            return
        with self._database.write() as tx:
            now = self._clock()
            begun = [(one, alarm) for one in go.dues if (alarm := notices.begin(tx, one, now)) is not None]
        if not begun:
            return
        channel = begun[0][0].channel
        names = {code: name_of(station, channel) for code, station in stations.items()}
        told, level = [alarm for _, alarm in begun], max(one.level for one, _ in begun)

        def words() -> Words:
            link = self._channels.map_link
            return words_together(told, level, channel, names, link, self._clock(), self._zone, go.more)

        error = outcome_of(self._send, channel, words)
        first = begun[0][0]
        with self._database.write() as tx:
            for one, _ in begun:
                notices.end(tx, one, error, self._clock(), together=one is not first)
        if error:
            _LOG.warning("channel %s: %d alarms could not be told: %s", channel.name, len(begun), error)


def name_of(station: Station, channel: Channel) -> str:
    """A station's name in a channel's language."""
    return station.name_th if channel.language == "th" else station.name_en
