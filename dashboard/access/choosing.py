"""What people choose for themselves: the first account, a password, a second factor with its recovery codes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.access import argon
from dashboard.access.beginning import Beginning, Origin, digest_of, of_account
from dashboard.access.deeds import of_owner
from dashboard.access.entrance import Entrance
from dashboard.access.identity import Who
from dashboard.access.sessions import SignedIn
from dashboard.access.steps import Asked, Kind, Problem, Refused
from models.access.policy import Role
from models.accounts import passwords, second_factor
from models.accounts.names import compared, folded, shown, skeleton
from models.audit.deeds import Did
from models.records.access import ALL_STATIONS, WebSession
from models.records.account import LOCAL, Account
from models.records.base import Millis
from store import access, accounts, sign_ins
from store.audit import record
from store.database import Tx

#: What comes of a page: signed in, more is asked for, or not let in.
Outcome = SignedIn | Asked | Refused

#: How long the link to the first account works, in ms: whoever starts the server reads it there.
FIRST_MS = 60 * 60_000


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A second factor is set up: the new session, and the recovery codes, shown this once."""

    signed: SignedIn
    codes: list[str]


def new_account(name: str, display: str, role: str, stations: str, now: Millis) -> Account | Problem:
    """A local account without a password, or why it cannot have this name. Whether it is taken says the store."""
    plain, seen = compared(name), shown(display or name)
    if plain is None:
        return Problem.NAME
    if seen is None:
        return Problem.DISPLAY
    key = secrets.token_hex(16)
    return Account(
        id=key, name=plain, skeleton=skeleton(plain), display=seen, display_fold=folded(seen), role=role,
        stations=stations, issuer=LOCAL, subject=key, created_at=now,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choosing:
    """Takes what was chosen at the sign-in pages. Its methods block."""

    entrance: Entrance

    def account_of(self, cookie: str, kind: Kind, now: Millis) -> Account | None:
        """Whose step it is, for the page to say; None when it is over, or belongs to nobody yet."""
        with self.entrance.db.read() as conn:
            step = sign_ins.step(conn, digest_of(cookie), kind.value, now)
            return accounts.account(conn, step.account) if step else None

    def waits(self, cookie: str, kind: Kind, now: Millis) -> bool:
        """Whether this browser has come so far."""
        with self.entrance.db.read() as conn:
            return sign_ins.step(conn, digest_of(cookie), kind.value, now) is not None

    def secret_of(self, cookie: str, now: Millis) -> str | None:
        """The second factor's secret that is being set up in this browser; None when that is over."""
        with self.entrance.db.read() as conn:
            step = sign_ins.step(conn, digest_of(cookie), Kind.ENROL.value, now)
        return self.entrance.seal.open(step.data, step.hash) if step else None

    def first_link(self) -> str | None:
        """A one-time link to the page where the first account is made; None when there is one already."""
        with self.entrance.db.read() as conn:
            if accounts.any_account(conn):
                return None
        with self.entrance.db.write() as tx:
            return access.create_link(
                tx, "first", Role.ADMINISTRATOR, self.entrance.clock(), life_ms=FIRST_MS, leads_to="first"
            )

    def first(self, cookie: str, name: str, display: str, password: str, origin: Origin) -> Outcome:
        """Make the first account, an administrator of every station, and go on as after its password."""
        made = new_account(name, display, Role.ADMINISTRATOR, ALL_STATIONS, self.entrance.clock())
        if isinstance(made, Problem):
            return Refused(made)
        if (bad := passwords.problem(password, (made.name, made.display))) is not None:
            return Refused(Problem(bad.value))
        made.password = argon.hashed(password)

        def exchange(tx: Tx, new: Beginning) -> WebSession | Asked | Refused:
            step = sign_ins.step(tx.conn, digest_of(cookie), Kind.FIRST.value, new.now)
            if step is None or accounts.any_account(tx.conn):
                return Refused(Problem.OVER)
            accounts.add(tx, made)
            record(tx, of_owner(made, origin, new.now, Did.ACCOUNT_ADDED, "the first"))
            sign_ins.use_step(tx, step.hash, new.now)
            return self.entrance.after_password(tx, made, new)

        return self.entrance.keeper.begin(exchange, "", origin)

    def password(self, cookie: str, password: str, origin: Origin, old_cookie: str = "") -> Outcome:
        """Choose a password by a link; every session the account had ends."""
        account = self.account_of(cookie, Kind.PASSWORD, self.entrance.clock())
        if account is None:
            return Refused(Problem.OVER)
        if (bad := passwords.problem(password, (account.name, account.display))) is not None:
            return Refused(Problem(bad.value))
        encoded = argon.hashed(password)

        def exchange(tx: Tx, new: Beginning) -> WebSession | Asked | Refused:
            step, owner = self.entrance.under_way(tx, cookie, Kind.PASSWORD, new.now)
            if step is None or owner is None:
                return Refused(Problem.OVER)
            sign_ins.use_step(tx, step.hash, new.now)
            self._keep_password(tx, owner, encoded, origin, new.now)
            return self.entrance.after_password(tx, owner, new)

        return self.entrance.keeper.begin(exchange, old_cookie, origin)

    def other_password(self, who: Who, now_in_use: str, password: str, origin: Origin) -> Refused | None:
        """Change one's own password, by the one in use; every other session of the account ends."""
        account = self._own(who, now_in_use, origin)
        if isinstance(account, Refused):
            return account
        if (bad := passwords.problem(password, (account.name, account.display))) is not None:
            return Refused(Problem(bad.value))
        encoded = argon.hashed(password)
        with self.entrance.db.write() as tx:
            if self._still_so(tx, who, account) is None:
                return Refused(Problem.OVER)
            self._keep_password(tx, account, encoded, origin, self.entrance.clock(), but=who.digest)
        return None

    def begin_second(self, who: Who, now_in_use: str, origin: Origin, code: str = "") -> Asked | Refused:
        """Set up a second factor, the first one by the password in use, another one by a code of the present one too:
        who has learnt the password must not replace it."""
        account = self._own(who, now_in_use, origin)
        if isinstance(account, Refused):
            return account
        with self.entrance.db.write() as tx:
            now_so, now = self._still_so(tx, who, account), self.entrance.clock()
            if now_so is None:
                return Refused(Problem.OVER)
            wrong = self.entrance.code_problem(tx, now_so, code, now) if now_so.totp else None
            if wrong is None:
                return self.entrance.begin_enrolment(tx, now_so.id, now)
        return self.entrance.noted(wrong, account, origin)

    def second(self, cookie: str, code: str, origin: Origin, old_cookie: str = "") -> Enrolled | Refused:
        """Turn the second factor on by a code of it; the account's other sessions end, and this one begins anew."""
        secret = self.secret_of(cookie, self.entrance.clock())
        codes = second_factor.recovery_codes()

        def exchange(tx: Tx, new: Beginning) -> WebSession | Refused:
            step, account = self.entrance.under_way(tx, cookie, Kind.ENROL, new.now)
            if step is None or account is None or secret is None:
                return Refused(Problem.OVER)
            found = second_factor.step_of(secret, code, new.now, -1)
            if found is None:
                return Refused(Problem.CODE)
            seal = self.entrance.seal
            hashes = [seal.codes(account.id, second_factor.plain_code(one))[0] for one in codes]
            accounts.set_second_factor(tx, account.id, seal.close(secret, account.id), found, hashes)
            record(tx, of_owner(account, origin, new.now, Did.SECOND_FACTOR_CHANGED, "on"))
            access.end_sessions_of(tx, account.id, new.now)
            return of_account(tx, account, new)

        result = self.entrance.keeper.begin(exchange, old_cookie, origin)
        return Enrolled(result, codes) if isinstance(result, SignedIn) else result

    def _own(self, who: Who, password: str, origin: Origin) -> Account | Refused:
        """The account of a session whose holder shows its password once more; failures are counted as at sign-in."""
        with self.entrance.db.read() as conn:
            account = accounts.account(conn, who.account) if who.account else None
        if account is None:
            return Refused(Problem.OVER)
        return self.entrance.owner(account.name, password, origin)

    def _still_so(self, tx: Tx, who: Who, shown: Account) -> Account | None:
        """The account, if nothing was changed while the hash was made: neither reset nor disabled, nor the session
        that asks ended."""
        account, session = accounts.account(tx.conn, shown.id), access.session(tx.conn, who.digest)
        if account is None or account.disabled_at is not None or account.password != shown.password:
            return None
        return account if session is not None and session.revoked_at is None else None

    def _keep_password(
        self, tx: Tx, owner: Account, encoded: str, origin: Origin, now: Millis, but: str = ""
    ) -> None:
        accounts.set_password(tx, owner.id, encoded)
        access.end_links_of(tx, owner.id, now)
        access.end_sessions_of(tx, owner.id, now, but=but)
        record(tx, of_owner(owner, origin, now, Did.PASSWORD_CHANGED))


#: How the routes ask for it: the store opens only when the server starts.
AskedFor = Callable[[], Choosing]
