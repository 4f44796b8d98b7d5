"""Signing in with password and second factor, on both databases: what lets in, what does not, and what it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from dashboard.access import argon
from dashboard.access.beginning import LinkProblem, Origin
from dashboard.access.choosing import Choosing, Enrolled, new_account
from dashboard.access.entrance import Entrance
from dashboard.access.identity import Who
from dashboard.access.known import MEMORY_MS
from dashboard.access.people import People
from dashboard.access.seal import Seal
from dashboard.access.sessions import Keeper, Limits, SignedIn
from dashboard.access.steps import MOST_TRIES, STEP_MS, Asked, Kind, Problem, Refused
from models.accounts.delay import FORGET_MS
from models.audit.deeds import session_of
from models.records.account import Account
from store import access, accounts
from store.database import Database

HOUR = 3_600_000
SECRET = "k3-Vq9xT0zLw7RrB1mNf5Jp8Yd2Hs6Ga4Ue"
PASSWORD = "ladprao tiger canal 87"
DESK, STREET = Origin("10.0.0.1", "Firefox"), Origin("203.0.113.9", "curl")


CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class Clock:
    def __init__(self) -> None:
        self.at = 1_790_000_000_000

    def __call__(self) -> int:
        return self.at


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes at a thousandth of the cost: what is tried here is what follows from them."""
    monkeypatch.setattr(argon, "_hasher", lambda: CHEAP)
    argon._nobodys.cache_clear()
    yield
    argon._nobodys.cache_clear()


@pytest.fixture
def encoded() -> str:
    return argon.hashed(PASSWORD)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def choosing(db: Database, clock: Clock) -> Iterator[Choosing]:
    keeper = Keeper(db, clock, Limits(12 * HOUR, 8 * HOUR))
    yield Choosing(Entrance(db, keeper, Seal(SECRET), clock, frozenset({"administrator"})))
    keeper.close()


def account(db: Database, encoded: str, name: str = "somchai", role: str = "dispatcher") -> Account:
    made = new_account(name, "", role, "lumphini", 1)
    assert isinstance(made, Account)
    made.password = encoded
    with db.write() as tx:
        accounts.add(tx, made)
        return made.model_copy()


def deeds(db: Database) -> list[str]:
    """What was written into the audit log; without a key it waits there."""
    with db.read() as conn:
        return [row.body for row in conn.execute(text("SELECT body FROM audit_waiting ORDER BY id"))]


def test_a_password_lets_in_the_right_one_and_says_one_thing_to_all_others(
    choosing: Choosing, db: Database, encoded: str
) -> None:
    made = account(db, encoded)
    closed = account(db, encoded, "closed")
    with db.write() as tx:
        accounts.disable(tx, closed.id, 1)
    enter = choosing.entrance.by_password
    for name, word in (
        ("somchai", "wrong password here"), ("nobody", PASSWORD), ("closed", PASSWORD), ("", ""),
        ("sоmchai", PASSWORD),
    ):  # fmt: skip
        assert enter(name, word, STREET) == Refused(Problem.WRONG)
    signed = enter(" SomChai ", PASSWORD, DESK)
    assert isinstance(signed, SignedIn)
    assert (signed.who.name, signed.who.role, signed.who.account) == ("somchai", "dispatcher", made.id)
    assert signed.who.stations == frozenset({"lumphini"})
    with db.read() as conn:
        session = access.session(conn, signed.who.digest)
    assert session is not None
    assert (session.address, session.agent) == ("10.0.0.1", "Firefox")
    said = deeds(db)
    assert [body.count("session.refused") for body in said] == [1, 1, 1, 0]
    assert [f"tries={number}" in body for number, body in zip((1, 2, 4), said[:3], strict=True)] == [True] * 3
    assert f"account:{made.id}" in said[0]
    assert "session.began" in said[-1]
    assert not any(PASSWORD in body or "wrong password" in body or "nobody" in body for body in said)


def test_the_same_work_is_done_for_a_name_that_is_nobodys(
    choosing: Choosing, db: Database, encoded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(db, encoded)
    asked: list[bool] = []
    right = argon.right

    def watched(known: str, word: str) -> bool:
        asked.append(bool(known))
        return right(known, word)

    monkeypatch.setattr(argon, "right", watched)
    for name in ("somchai", "nobody"):
        choosing.entrance.by_password(name, "wrong password here", STREET)
    assert asked == [True, False]  # a hash was made for both


def test_of_many_tries_at_once_none_is_uncounted(choosing: Choosing, db: Database, encoded: str) -> None:
    account(db, encoded)
    answers: list[object] = []

    def guess() -> None:
        answers.append(choosing.entrance.by_password("somchai", "wrong password here", STREET))

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [one for one in answers if isinstance(one, Refused)]
    assert len(refused) == 8
    assert sum(one.why is Problem.WRONG for one in refused) == 3


def test_guesses_delay_their_own_address_and_the_desk_signs_in_at_once(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    account(db, encoded)
    enter = choosing.entrance.by_password
    assert isinstance(enter("somchai", PASSWORD, DESK), SignedIn)
    for _ in range(3):
        assert enter("somchai", "wrong password here", STREET) == Refused(Problem.WRONG)
    assert enter("somchai", PASSWORD, STREET) == Refused(Problem.WAIT, 1)
    assert isinstance(enter("somchai", PASSWORD, DESK), SignedIn)
    clock.at += 1000
    assert isinstance(enter("somchai", PASSWORD, STREET), SignedIn)


def test_a_hash_of_a_lower_cost_is_made_anew(choosing: Choosing, db: Database) -> None:
    made = account(db, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
    assert isinstance(choosing.entrance.by_password("somchai", PASSWORD, DESK), SignedIn)
    with db.read() as conn:
        now_so = accounts.account(conn, made.id)
    assert now_so is not None
    assert now_so.password.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert isinstance(choosing.entrance.by_password("somchai", PASSWORD, DESK), SignedIn)


def enrolled(choosing: Choosing, clock: Clock, name: str) -> tuple[str, Enrolled]:
    asked = choosing.entrance.by_password(name, PASSWORD, DESK)
    assert isinstance(asked, Asked)
    assert asked.kind is Kind.ENROL
    secret = choosing.secret_of(asked.cookie, clock.at)
    assert secret is not None
    assert choosing.second(asked.cookie, "000000", DESK) == Refused(Problem.CODE)
    done = choosing.second(asked.cookie, pyotp.TOTP(secret).at(clock.at // 1000), DESK)
    assert isinstance(done, Enrolled)
    assert choosing.second(asked.cookie, "000000", DESK) == Refused(Problem.OVER)
    return secret, done


def test_a_required_second_factor_is_set_up_then_asked_for_and_each_code_works_once(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    made = account(db, encoded, "boss", "administrator")
    secret, done = enrolled(choosing, clock, "boss")
    with db.read() as conn:
        stored = str(
            list(conn.execute(text("SELECT * FROM account")))
            + list(conn.execute(text("SELECT * FROM recovery_code")))
        )
    assert secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in done.codes)
    code = pyotp.TOTP(secret).at(clock.at // 1000)

    def at_code() -> str:
        asked = choosing.entrance.by_password("boss", PASSWORD, DESK)
        assert isinstance(asked, Asked)
        assert asked.kind is Kind.CODE
        return asked.cookie

    by_code = choosing.entrance.by_code
    assert by_code(at_code(), code, DESK) == Refused(Problem.CODE)  # the one it was set up with
    clock.at += 30_000
    code = pyotp.TOTP(secret).at(clock.at // 1000)
    step = at_code()
    signed = by_code(step, code, DESK)
    assert isinstance(signed, SignedIn)
    assert signed.who.account == made.id
    assert by_code(step, code, DESK) == Refused(Problem.OVER)
    assert by_code(at_code(), code, DESK) == Refused(Problem.CODE)
    assert isinstance(by_code(at_code(), done.codes[3].upper(), DESK), SignedIn)
    assert by_code(at_code(), done.codes[3], DESK) == Refused(Problem.CODE)
    with db.read() as conn:
        assert accounts.codes_left(conn, made.id) == 9


def test_a_code_is_asked_for_five_times_ten_in_a_quarter_of_an_hour_and_times_out(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    account(db, encoded, "boss", "administrator")
    secret, _ = enrolled(choosing, clock, "boss")

    def at_code() -> str:
        asked = choosing.entrance.by_password("boss", PASSWORD, DESK)
        assert isinstance(asked, Asked)
        return asked.cookie

    by_code = choosing.entrance.by_code
    for _ in range(2):
        step = at_code()
        assert [by_code(step, "123", DESK) for _ in range(MOST_TRIES)] == [Refused(Problem.CODE)] * MOST_TRIES
        assert by_code(step, "123", DESK) == Refused(Problem.OVER)
    clock.at += 30_000
    right = pyotp.TOTP(secret).at(clock.at // 1000)
    waits = by_code(at_code(), right, DESK)
    assert isinstance(waits, Refused)
    assert waits.why is Problem.WAIT
    clock.at += FORGET_MS
    step = at_code()
    clock.at += STEP_MS
    assert by_code(step, right, DESK) == Refused(Problem.OVER)
    assert isinstance(by_code(at_code(), pyotp.TOTP(secret).at(clock.at // 1000), DESK), SignedIn)


def test_the_first_link_makes_one_administrator_and_then_works_no_more(choosing: Choosing, db: Database) -> None:
    links = [choosing.first_link(), choosing.first_link()]
    assert links[0]
    assert links[1]
    asked = choosing.entrance.by_link(links[0], DESK)
    other = choosing.entrance.by_link(links[1], STREET)
    assert isinstance(asked, Asked)
    assert isinstance(other, Asked)
    for word, why in (("short", Problem.SHORT), ("passwordpassword", Problem.EASY)):
        assert choosing.first(asked.cookie, "boss", "ผกก. สมศรี", word, DESK) == Refused(why)
    assert choosing.first(asked.cookie, "bо ss", "", PASSWORD, DESK) == Refused(Problem.NAME)
    done = choosing.first(asked.cookie, "boss", "ผกก. สมศรี", PASSWORD, DESK)
    assert isinstance(done, Asked)
    assert done.kind is Kind.ENROL  # administrators need a second factor here
    assert choosing.first(other.cookie, "evil", "", PASSWORD, STREET) == Refused(Problem.OVER)
    assert choosing.first_link() is None
    assert choosing.entrance.by_link(links[0], DESK) is LinkProblem.USED


def test_a_reset_ends_everything_and_leads_to_a_new_password(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    made = account(db, encoded)
    signed = choosing.entrance.by_password("somchai", PASSWORD, DESK)
    assert isinstance(signed, SignedIn)
    with db.write() as tx:
        assert accounts.reset(tx, made.id, clock.at)
        link = access.create_link(tx, "s", "dispatcher", clock.at, account=made.id, leads_to="password")
    clock.at += MEMORY_MS
    assert choosing.entrance.keeper.find(signed.cookie) is None
    assert choosing.entrance.by_password("somchai", PASSWORD, DESK) == Refused(Problem.WRONG)
    asked = choosing.entrance.by_link(link, DESK)
    assert isinstance(asked, Asked)
    assert choosing.password(asked.cookie, "somchai12345", DESK) == Refused(Problem.HAS_NAME)
    again = choosing.password(asked.cookie, "violet buffalo on rama four", DESK)
    assert isinstance(again, SignedIn)
    assert choosing.password(asked.cookie, PASSWORD, DESK) == Refused(Problem.OVER)


def test_another_password_ends_the_other_sessions_and_keeps_this_one(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    account(db, encoded)
    here, there = (choosing.entrance.by_password("somchai", PASSWORD, DESK) for _ in range(2))
    assert isinstance(here, SignedIn)
    assert isinstance(there, SignedIn)
    assert choosing.other_password(here.who, "wrong password here", PASSWORD, DESK) == Refused(Problem.WRONG)
    assert choosing.other_password(here.who, PASSWORD, "violet buffalo on rama four", DESK) is None
    clock.at += MEMORY_MS
    assert choosing.entrance.keeper.find(here.cookie) is not None
    assert choosing.entrance.keeper.find(there.cookie) is None


def test_a_disabled_account_gets_no_further_with_what_it_has_under_way(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    account(db, encoded, "second", "administrator")
    made = account(db, encoded, "boss", "administrator")
    secret, _ = enrolled(choosing, clock, "boss")
    asked = choosing.entrance.by_password("boss", PASSWORD, DESK)
    assert isinstance(asked, Asked)
    with db.write() as tx:
        accounts.change_rights(tx, made.id, "viewer", "*", clock.at)
        accounts.disable(tx, made.id, clock.at)
    clock.at += 30_000
    assert choosing.entrance.by_code(asked.cookie, pyotp.TOTP(secret).at(clock.at // 1000), DESK) == Refused(
        Problem.OVER
    )


def test_no_session_is_taken_over_from_the_browser(choosing: Choosing, db: Database, encoded: str) -> None:
    account(db, encoded)
    signed = choosing.entrance.by_password("somchai", PASSWORD, DESK, "chosen-by-the-attacker")
    assert isinstance(signed, SignedIn)
    assert signed.cookie != "chosen-by-the-attacker"
    assert choosing.entrance.keeper.find("chosen-by-the-attacker") is None
    again = choosing.entrance.by_password("somchai", PASSWORD, DESK, signed.cookie)
    assert isinstance(again, SignedIn)
    assert choosing.entrance.keeper.find(signed.cookie) is None


def people_of(db: Database, clock: Clock) -> tuple[People, Who]:
    return People(db, clock, 8 * HOUR), Who("a", "administrator", None, "session", "d" * 64)


def enrolling(choosing: Choosing, clock: Clock, signed: SignedIn) -> tuple[str, str]:
    """A second factor on its way to being set up: the cookie of the step, and the code that would finish it."""
    asked = choosing.begin_second(signed.who, PASSWORD, DESK)
    assert isinstance(asked, Asked)
    secret = choosing.secret_of(asked.cookie, clock.at)
    assert secret is not None
    return asked.cookie, pyotp.TOTP(secret).at(clock.at // 1000)


@pytest.mark.parametrize("what", ["reset", "disabled", "role", "end", "end_own", "end_others", "sign_out", "anew"])
def test_what_is_under_way_ends_with_the_sessions_of_its_account(
    choosing: Choosing, db: Database, encoded: str, clock: Clock, what: str
) -> None:
    made = account(db, encoded)
    people, administrator = people_of(db, clock)
    keeper = choosing.entrance.keeper
    signed, other = (choosing.entrance.by_password("somchai", PASSWORD, DESK) for _ in range(2))
    assert isinstance(signed, SignedIn)
    assert isinstance(other, SignedIn)
    step, code = enrolling(choosing, clock, signed)
    with db.write() as tx:
        link = access.create_link(tx, "s", "dispatcher", clock.at, account=made.id, leads_to="password")
    to_password = choosing.entrance.by_link(link, STREET)
    assert isinstance(to_password, Asked)
    shown = session_of(signed.who.digest)
    if what == "reset":
        assert people.reset(administrator, made.id)
    elif what == "disabled":
        assert people.disable(administrator, made.id)
        assert people.enable(administrator, made.id)
    elif what == "role":
        assert people.change(administrator, made.id, "viewer", "*")
    elif what == "end":
        assert people.end_session(administrator, shown)
    elif what == "end_own":
        assert people.end_own(other.who, shown)
    elif what == "end_others":
        assert people.end_others(other.who) == 1
    elif what == "sign_out":
        keeper.sign_out(signed.who)
    else:
        assert isinstance(choosing.entrance.by_password("somchai", PASSWORD, DESK, signed.cookie), SignedIn)
    assert choosing.second(step, code, STREET) == Refused(Problem.OVER)
    assert choosing.password(to_password.cookie, "violet buffalo on rama four", STREET) == Refused(Problem.OVER)
    with db.read() as conn:
        now_so = accounts.account(conn, made.id)
    assert now_so is not None
    assert (now_so.totp, now_so.password) == ("", "" if what == "reset" else encoded)


@pytest.mark.parametrize("what", ["reset", "disabled", "ended"])
def test_what_an_administrator_does_while_a_hash_is_made_is_not_overwritten(
    choosing: Choosing, db: Database, encoded: str, clock: Clock, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    made = account(db, encoded)
    people, administrator = people_of(db, clock)
    signed = choosing.entrance.by_password("somchai", PASSWORD, DESK)
    assert isinstance(signed, SignedIn)
    right = argon.right

    def meanwhile(known: str, word: str) -> bool:
        if what == "reset":
            people.reset(administrator, made.id)
        elif what == "disabled":
            people.disable(administrator, made.id)
        else:
            people.end_session(administrator, session_of(signed.who.digest))
        return right(known, word)

    monkeypatch.setattr(argon, "right", meanwhile)
    assert choosing.other_password(signed.who, PASSWORD, "violet buffalo on rama four", DESK) == Refused(Problem.OVER)
    monkeypatch.setattr(argon, "right", right)
    with db.read() as conn:
        now_so = accounts.account(conn, made.id)
    assert now_so is not None
    assert now_so.password == ("" if what == "reset" else encoded)
    assert isinstance(choosing.begin_second(signed.who, PASSWORD, DESK), Refused)


def test_another_second_factor_wants_a_code_of_the_present_one(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    account(db, encoded, "boss", "administrator")
    secret, done = enrolled(choosing, clock, "boss")
    who = done.signed.who
    assert choosing.begin_second(who, PASSWORD, DESK) == Refused(Problem.CODE)
    assert choosing.begin_second(who, PASSWORD, DESK, "000000") == Refused(Problem.CODE)
    clock.at += 30_000
    assert isinstance(choosing.begin_second(who, PASSWORD, DESK, pyotp.TOTP(secret).at(clock.at // 1000)), Asked)
    assert isinstance(choosing.begin_second(who, PASSWORD, DESK, done.codes[0]), Asked)
    assert choosing.begin_second(who, PASSWORD, DESK, done.codes[0]) == Refused(Problem.CODE)


def test_a_session_that_gives_way_to_another_is_written_down(choosing: Choosing, db: Database, encoded: str) -> None:
    account(db, encoded)
    former = choosing.entrance.by_password("somchai", PASSWORD, DESK)
    assert isinstance(former, SignedIn)
    choosing.entrance.by_password("somchai", PASSWORD, DESK, former.cookie)
    choosing.entrance.by_password("somchai", PASSWORD, DESK, former.cookie)
    ended = [body for body in deeds(db) if "session.ended" in body]
    assert len(ended) == 1
    assert session_of(former.who.digest) in ended[0]


def test_hundreds_of_refusals_of_any_kind_are_few_rows(
    choosing: Choosing, db: Database, encoded: str, clock: Clock
) -> None:
    account(db, encoded, "boss", "administrator")
    enrolled(choosing, clock, "boss")
    asked = choosing.entrance.by_password("boss", PASSWORD, STREET)
    assert isinstance(asked, Asked)
    before, refused = len(deeds(db)), 0
    for number in range(100):
        # Names there are and names there are none of, wrong and told to wait, and wrong codes.
        for one in ("boss", f"nobody{number}"):
            assert isinstance(choosing.entrance.by_password(one, "wrong password here", STREET), Refused)
        assert isinstance(choosing.entrance.by_code(asked.cookie, "000000", STREET), Refused)
        refused += 3
    rows = deeds(db)[before:]
    assert len(rows) == refused.bit_length() == 9
    assert "tries=256" in rows[-1]
