"""The keeper on both databases: links used once, sessions that end, and a store that is away for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from dashboard.access.beginning import LinkProblem, digest_of
from dashboard.access.known import MEMORY_MS, alive
from dashboard.access.sessions import TOUCH_MS, Keeper, Limits, SignedIn
from models.records.access import WebSession
from models.records.station import Station
from store import access, kiosks, registers
from store.database import Database, open_database
from store.errors import StorageBusyError, StorageError
from store.follower import Follower

HOUR = 3_600_000
LIMITS = Limits(life_ms=12 * HOUR, idle_ms=8 * HOUR)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = 1_790_000_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper(db: Database, clock: Clock) -> Iterator[Keeper]:
    made = Keeper(db, clock, LIMITS, "metrics")
    yield made
    made.close()


def signed_in(keeper: Keeper, role: str = "viewer", stations: str = "*", old: str = "") -> SignedIn:
    result = keeper.sign_in(keeper.new_link("a", role, HOUR, stations), old)
    assert isinstance(result, SignedIn)
    return result


def test_a_link_makes_one_session(keeper: Keeper) -> None:
    link = keeper.new_link("ร.ต.อ. สมชาย", "dispatcher", HOUR, "lumphini, hat_yai")
    first = keeper.sign_in(link)
    assert isinstance(first, SignedIn)
    assert (first.who.name, first.who.role) == ("ร.ต.อ. สมชาย", "dispatcher")
    assert first.who.stations == frozenset({"lumphini", "hat_yai"})
    assert keeper.sign_in(link) is LinkProblem.USED
    assert keeper.find(first.cookie) == first.who


def test_links_end(keeper: Keeper, clock: Clock) -> None:
    link = keeper.new_link("a", "viewer", 10 * 60_000)
    clock.at += 10 * 60_000
    assert keeper.sign_in(link) is LinkProblem.EXPIRED
    assert keeper.sign_in("nothing") is LinkProblem.WRONG


def test_only_hashes_are_stored(keeper: Keeper, db: Database) -> None:
    link = keeper.new_link("a", "viewer", HOUR)
    signed = keeper.sign_in(link)
    assert isinstance(signed, SignedIn)
    with db.read() as conn:
        assert access.link(conn, link) is None
        assert access.session(conn, signed.cookie) is None
        assert access.session(conn, digest_of(signed.cookie)) is not None


def test_a_session_outlives_the_process(keeper: Keeper, db: Database, clock: Clock) -> None:
    signed = signed_in(keeper)
    after_restart = Keeper(db, clock, LIMITS)
    assert after_restart.find(signed.cookie) == signed.who
    after_restart.close()


def test_sessions_end_after_their_life_and_when_idle(keeper: Keeper, clock: Clock) -> None:
    idle = signed_in(keeper)
    clock.at += 8 * HOUR
    assert keeper.find(idle.cookie) is None
    used = signed_in(keeper)
    for _ in range(11):
        clock.at += HOUR
        assert keeper.find(used.cookie) is not None
    clock.at += HOUR
    assert keeper.find(used.cookie) is None


def test_an_open_tab_is_no_use_an_open_map_is(keeper: Keeper, clock: Clock) -> None:
    tab, board = signed_in(keeper), signed_in(keeper)

    async def look() -> tuple[bool, bool]:
        return await keeper.still(tab.who), await keeper.still(board.who, used=True)

    said = []
    for _ in range(9):
        clock.at += HOUR
        keeper.find(tab.cookie, used=False)  # the page draws itself anew by a timer
        said.append(asyncio.run(look()))
    assert said == [(True, True)] * 7 + [(False, True)] * 2
    assert (keeper.find(tab.cookie), keeper.find(board.cookie)) == (None, board.who)


def test_use_is_written_down_once_a_minute(keeper: Keeper, db: Database, clock: Clock) -> None:
    signed = signed_in(keeper)
    began = clock.at
    clock.at += TOUCH_MS
    for _ in range(5):
        keeper.find(signed.cookie)
    keeper.close()
    with db.read() as conn:
        row = access.session(conn, signed.who.digest)
    assert row is not None
    assert row.used_at == began + TOUCH_MS


def test_an_older_use_never_replaces_a_newer_one(keeper: Keeper, db: Database, clock: Clock) -> None:
    signed = signed_in(keeper)
    with db.write() as tx:
        access.touch_session(tx, signed.who.digest, clock.at - 1)
    with db.read() as conn:
        row = access.session(conn, signed.who.digest)
    assert row is not None
    assert row.used_at == clock.at


def test_a_sign_out_counts_at_once_a_foreign_one_within_moments(keeper: Keeper, db: Database, clock: Clock) -> None:
    signed, other = signed_in(keeper), signed_in(keeper)
    keeper.find(signed.cookie)
    keeper.find(other.cookie)
    keeper.sign_out(signed.who)
    assert keeper.find(signed.cookie) is None
    with db.write() as tx:
        access.revoke_session(tx, other.who.digest, clock.at)
    clock.at += MEMORY_MS
    assert keeper.find(other.cookie) is None


def test_a_station_that_moved_is_out_of_its_sessions_as_soon_as_the_change_log_says_so(
    keeper: Keeper, db: Database, clock: Clock
) -> None:
    """The clock stands still: no session is old enough to be read again for that alone."""

    def put(province: str) -> None:
        with elsewhere.write() as tx:
            registers.put_stations(
                tx, [Station(code="a", name_th="a", name_en="a", kind="test", province=province)], clock.at
            )

    elsewhere, follower = open_database(db.url), Follower(db, clock)
    follower.start()
    stop = follower.subscribe(keeper.memory.happened)
    try:
        put("ระยอง")
        signed = signed_in(keeper, stations="province:ระยอง")
        assert signed.who.stations == frozenset({"a"})
        put("ตราด")
        deadline = time.monotonic() + 60
        while (who := keeper.find(signed.cookie)) is None or who.stations:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        stop()
        follower.stop()
        elsewhere.close()


def test_signing_in_ends_the_browsers_former_session(keeper: Keeper) -> None:
    former = signed_in(keeper)
    assert keeper.find(former.cookie)
    signed_in(keeper, old=former.cookie)
    assert keeper.find(former.cookie) is None


def test_while_the_store_is_away_the_known_stay_in_and_others_out(
    sqlite_db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(sqlite_db, clock, LIMITS)
    known, unknown = signed_in(keeper), signed_in(keeper)
    keeper.find(known.cookie)

    def away() -> None:
        raise StorageBusyError("away")

    monkeypatch.setattr(sqlite_db, "read", away)
    clock.at += HOUR
    assert keeper.find(known.cookie) == known.who
    with pytest.raises(StorageError):
        keeper.find(unknown.cookie)
    clock.at += 12 * HOUR
    assert keeper.find(known.cookie) is None
    keeper.close()


@pytest.mark.parametrize(
    ("revoked", "expires", "used", "lives"),
    [(None, 101, 100, True), (None, 100, 100, False), (100, 101, 100, False), (None, 101, 90, False)],
)
def test_alive(revoked: int | None, expires: int, used: int, lives: bool) -> None:
    row = WebSession(
        hash="h",
        name="a",
        role="viewer",
        csrf="c",
        created_at=0,
        used_at=used,
        expires_at=expires,
        revoked_at=revoked,
    )
    assert alive(row, now=100, idle_ms=10) is lives


def test_a_use_that_could_not_be_written_down_keeps_the_session_alive(
    keeper: Keeper, db: Database, clock: Clock
) -> None:
    signed = signed_in(keeper)
    clock.at += 7 * HOUR
    with db.write():  # nothing can be written meanwhile
        assert keeper.find(signed.cookie) is not None
        clock.at += 2 * HOUR
        assert keeper.find(signed.cookie) is not None


def test_a_kiosk_knows_no_idle_time_and_ends_with_its_link(keeper: Keeper, db: Database, clock: Clock) -> None:
    with db.write() as tx:
        link = kiosks.create_kiosk(tx, "wall", "hat_yai", clock.at, 90 * 24 * HOUR, rotate_s=30)
    signed = keeper.open_kiosk(link)
    assert isinstance(signed, SignedIn)
    assert (signed.who.role, signed.who.kiosk, signed.who.visitor, signed.who.rotate_s) == ("viewer", True, False, 30)
    assert signed.who.stations == frozenset({"hat_yai"})
    clock.at += 89 * 24 * HOUR
    after_restart = Keeper(db, clock, LIMITS)
    assert after_restart.find(signed.cookie) == signed.who
    clock.at += 24 * HOUR
    assert after_restart.find(signed.cookie) is None
    assert keeper.open_kiosk(link) is LinkProblem.EXPIRED
    after_restart.close()


def test_revoking_a_link_ends_every_screen_and_no_persons_session(keeper: Keeper, db: Database, clock: Clock) -> None:
    person = signed_in(keeper)
    with db.write() as tx:
        link = kiosks.create_kiosk(tx, "wall", "*", clock.at, HOUR)
        other = kiosks.create_kiosk(tx, "other", "*", clock.at, HOUR)
    screens = [keeper.open_kiosk(link), keeper.open_kiosk(link), keeper.open_kiosk(other)]
    cookies = [screen.cookie for screen in screens if isinstance(screen, SignedIn)]
    with db.write() as tx:
        assert kiosks.revoke_kiosk(tx, "wall", clock.at)
    clock.at += MEMORY_MS
    assert [keeper.find(cookie) is None for cookie in [*cookies, person.cookie]] == [True, True, False, False]
    assert keeper.open_kiosk(link) is LinkProblem.REVOKED
    with db.read() as conn:
        assert [(row.name, row.revoked_at) for row in kiosks.kiosks(conn)] == [
            ("other", None),
            ("wall", clock.at - MEMORY_MS),
        ]
