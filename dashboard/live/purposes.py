"""Stating why one looks back, and holding every reading against it. May be called from any thread."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable

from dashboard.access.asking import RefusedError
from dashboard.access.deeds import deed_of
from dashboard.access.identity import Who
from models.audit.deeds import Deed, Did
from models.picture import Key
from models.records.access import ALL_STATIONS
from models.records.base import Millis
from models.records.purpose import Purpose, plain, wrong
from store import audit, purposes
from store.database import Database

#: A stated purpose holds for a shift.
LIFE_MS = 8 * 3_600_000

#: Purposes and readings remembered, so that playing does not write the same hour again and again.
_KEPT = 4096

_NONE = "state a purpose first: what it is read or taken for"


class Purposes:
    """Writes purposes and readings down; what cannot be written down is not read."""

    def __init__(self, db: Database, clock: Callable[[], Millis]) -> None:
        self._db = db
        self._clock = clock
        self._known: OrderedDict[str, Purpose] = OrderedDict()
        self._noted: OrderedDict[tuple[str, str, Millis, Millis], None] = OrderedDict()
        self._lock = threading.Lock()

    def state(self, who: Who, reason: str, text: str, address: str) -> Purpose:
        """Write a purpose down and return it.

        Raises:
            RefusedError: it says too little, too much, or is for no known reason.
            StorageError: it could not be written.
        """
        text = plain(text)
        said = wrong(reason, text)
        if said is not None:
            raise RefusedError(400, said)
        now = self._clock()
        stations = ALL_STATIONS if who.stations is None else ",".join(sorted(who.stations))
        purpose = Purpose(
            id=secrets.token_hex(16), at=now, who=who.name, role=who.role, holder=who.digest, stations=stations,
            reason=reason, text=text, expires_at=now + LIFE_MS,
        )  # fmt: skip
        with self._db.write() as tx:
            purposes.state(tx, purpose)
            audit.record(
                tx,
                deed_of(who, now, Did.PURPOSE_STATED, address, object="purpose", detail=reason, purpose=purpose.id),
            )
        return purpose

    def again(self, who: Who, reason: str, text: str, address: str) -> str:
        """The id of this purpose, stated now unless it was before and still holds: a machine says it each time.

        Raises:
            RefusedError: 403, it is no purpose.
            StorageError: it could not be written.
        """
        said = (who.digest, reason, plain(text))
        now = self._clock()
        with self._lock:
            for known in self._known.values():
                if (known.holder, known.reason, known.text) == said and now < known.expires_at:
                    return known.id
        try:
            purpose = self.state(who, reason, text, address)
        except RefusedError as error:
            raise RefusedError(403, f"{_NONE} ({error})") from error
        self._remember(purpose)
        return purpose.id

    def must_hold(self, who: Who, purpose: str) -> None:
        """Let pass one who stated this purpose, as long as it holds.

        Raises:
            RefusedError: 403, there is no such purpose of this one's, or it has ended.
        """
        stated = self._find(purpose)
        if stated is None or stated.holder != who.digest or self._clock() >= stated.expires_at:
            raise RefusedError(403, _NONE)

    def reading(self, who: Who, purpose: str, one: Key | None, start: Millis, end: Millis, address: str) -> None:
        """Write down that a window `start <= t < end` is about to be read, of one unit or of all.

        Raises:
            RefusedError: 403, there is no such purpose of this one's, or it has ended.
            StorageError: it could not be written: then nothing may be read.
        """
        self.must_hold(who, purpose)
        unit = "" if one is None else "/".join(one)
        wanted = [(purpose, unit, *piece) for piece in purposes.pieces(start, end)]
        with self._lock:
            new = [key for key in wanted if key not in self._noted]
        if not new:
            return
        with self._db.write() as tx:
            now = self._clock()
            purposes.note_reading(tx, purpose, unit, start, end, now)
            audit.record(tx, _read(who, now, address, one, (start, end), purpose))
        with self._lock:
            self._noted.update(dict.fromkeys(new))
            while len(self._noted) > _KEPT:
                self._noted.popitem(last=False)

    def _find(self, purpose: str) -> Purpose | None:
        with self._lock:
            known = self._known.get(purpose)
        if known is None and purpose:
            with self._db.read() as conn:
                known = purposes.find(conn, purpose)
            if known is not None:
                self._remember(known)
        return known

    def _remember(self, purpose: Purpose) -> None:
        with self._lock:
            self._known[purpose.id] = purpose
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)


def _read(who: Who, at: Millis, address: str, one: Key | None, window: tuple[Millis, Millis], purpose: str) -> Deed:
    """That a window of one unit's track or of everybody's past is about to be read."""
    detail = f"from={window[0]} to={window[1]}"
    if one is None:
        return deed_of(who, at, Did.SAW_PAST, address, object="units", detail=detail, purpose=purpose)
    station, unit = one
    return deed_of(
        who, at, Did.SAW_TRACK, address, station=station, object=f"unit:{unit}", detail=detail, purpose=purpose
    )
