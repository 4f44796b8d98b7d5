"""The way in with a name and a password, and with the code that may be asked for after them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.access import argon
from dashboard.access.beginning import (
    Beginning,
    LinkProblem,
    Origin,
    by_link,
    digest_of,
    of_account,
    taken_link,
)
from dashboard.access.seal import Seal
from dashboard.access.sessions import Keeper, SignedIn
from dashboard.access.steps import MOST_TRIES, Asked, Kind, Problem, Refused, begin_step
from models.accounts import delay, second_factor
from models.accounts.names import compared
from models.records.access import WebSession
from models.records.account import Account, SignInStep
from models.records.base import Millis
from store import access, accounts, sign_ins
from store.database import Database, Tx


@dataclass(frozen=True, slots=True)
class Entrance:
    """Signs people in. Its methods block, on the store and for the tenth of a second an argon2id hash takes; any
    thread may call them. `totp_roles`: whose accounts must have a second factor."""

    db: Database
    keeper: Keeper
    seal: Seal
    clock: Callable[[], Millis]
    totp_roles: frozenset[str] = frozenset()

    def by_password(
        self, name: str, password: str, origin: Origin, old_cookie: str = ""
    ) -> SignedIn | Asked | Refused:
        """Name and password. That a name is unknown, a password wrong or an account closed is one answer, for which
        the same is done.

        Raises:
            StorageError: the store cannot be written; nobody is let in.
        """
        account = self.owner(name, password, origin)
        if isinstance(account, Refused):
            return account
        again = argon.hashed(password) if argon.outdated(account.password) else ""

        def exchange(tx: Tx, new: Beginning) -> WebSession | Asked | Refused:
            now_so = accounts.account(tx.conn, account.id)
            if now_so is None or now_so.password != account.password or now_so.disabled_at is not None:
                return Refused(Problem.WRONG)  # changed while the hash was made
            if again:
                accounts.set_password(tx, account.id, again)
            return self.after_password(tx, now_so, new)

        return self.keeper.begin(exchange, old_cookie, origin)

    def owner(self, name: str, password: str, origin: Origin) -> Account | Refused:
        """The open account a name and a password are those of; a failure delays the next try."""
        plain = compared(name)
        counted = self.seal.name(plain or name)
        account, wait = self._may_try(plain, counted, origin.address)
        if wait > 0:
            return self.noted(Refused(Problem.WAIT, -(-wait // 1000)), account, origin)
        right = argon.right(account.password if account else "", password)
        if account is None or not right or account.disabled_at is not None:
            return self.noted(Refused(Problem.WRONG), account, origin)
        with self.db.write() as tx:
            sign_ins.succeed(tx, counted, origin.address)
        return account

    def noted(self, refused: Refused, account: Account | None, origin: Origin) -> Refused:
        """A refusal, counted and so written down, not each of many (`refusals`); never inside a transaction.
        `account`: the one whose name was given, None for a name that is nobody's."""
        self.keeper.refusing.refused(origin.address, f"account:{account.id if account else '?'}", refused.why.value)
        return refused

    def _may_try(self, name: str | None, counted: str, address: str) -> tuple[Account | None, Millis]:
        """The account of a name, if there is one, and how long it has to wait; else this try is counted as failed
        until it turns out right: of many at once none gets through uncounted."""
        now = self.clock()
        with self.db.read() as conn:
            account, wait = self._wait_ms(conn, name, counted, address, now)
        if wait > 0:
            return account, wait
        with self.db.write() as tx:
            account, wait = self._wait_ms(tx.conn, name, counted, address, now)
            if wait <= 0:
                sign_ins.fail(tx, counted, address, now)
        return account, wait

    def _wait_ms(
        self, conn: Connection, name: str | None, counted: str, address: str, now: Millis
    ) -> tuple[Account | None, Millis]:
        account = accounts.named(conn, name or "")
        known = sign_ins.known_address(conn, account.id if account else "-", address)
        return account, delay.wait_ms(sign_ins.failures(conn, counted), address, known, now)

    def after_password(self, tx: Tx, account: Account, new: Beginning) -> WebSession | Asked:
        """What follows once the password was shown or chosen: a code, its setting up, or the session."""
        if account.totp:
            return begin_step(tx, Kind.CODE, account.id, new.now)
        if account.role in self.totp_roles:
            return self.begin_enrolment(tx, account.id, new.now)
        return of_account(tx, account, new)

    def begin_enrolment(self, tx: Tx, account: str, now: Millis) -> Asked:
        """Have a second factor set up, with a secret that counts once a code of it was shown."""
        cookie = secrets.token_urlsafe(32)
        sealed = self.seal.close(second_factor.new_secret(), digest_of(cookie))
        return begin_step(tx, Kind.ENROL, account, now, cookie, sealed)

    def by_code(self, cookie: str, code: str, origin: Origin, old_cookie: str = "") -> SignedIn | Refused:
        """Six digits of the second factor, or a recovery code. Each is good once; after five tries the password is
        asked for again.

        Raises:
            StorageError: the store cannot be written; nobody is let in.
        """
        whose: list[Account] = []

        def exchange(tx: Tx, new: Beginning) -> WebSession | Refused:
            step, account = self.under_way(tx, cookie, Kind.CODE, new.now)
            whose.extend([account] if account else [])
            if step is None or account is None or not sign_ins.count_try(tx, step.hash, MOST_TRIES):
                return Refused(Problem.OVER)
            if (wrong := self.code_problem(tx, account, code, new.now)) is not None:
                return wrong
            sign_ins.use_step(tx, step.hash, new.now)
            return of_account(tx, account, new)

        result = self.keeper.begin(exchange, old_cookie, origin)
        return result if isinstance(result, SignedIn) else self.noted(result, whose[0] if whose else None, origin)

    def code_problem(self, tx: Tx, account: Account, code: str, now: Millis) -> Refused | None:
        """Use up a code of an account's second factor, or a recovery code; why it is refused, None when it is right.
        Failures are counted for the account wherever the code is asked for."""
        counted = self.seal.name(f"code of {account.id}")
        if (wait := delay.code_wait_ms(sign_ins.failures(tx.conn, counted), now)) > 0:
            return Refused(Problem.WAIT, -(-wait // 1000))
        if not self._right_code(tx, account, code, now):
            sign_ins.fail(tx, counted, "", now)
            return Refused(Problem.CODE)
        sign_ins.succeed(tx, counted, "")
        return None

    def under_way(self, tx: Tx, cookie: str, kind: Kind, now: Millis) -> tuple[SignInStep | None, Account | None]:
        """The step a cookie stands for, and its account as it is now; no account when it was closed meanwhile."""
        step = sign_ins.step(tx.conn, digest_of(cookie), kind.value, now)
        account = accounts.account(tx.conn, step.account) if step else None
        return step, account if account and account.disabled_at is None else None

    def _right_code(self, tx: Tx, account: Account, code: str, now: Millis) -> bool:
        secret = self.seal.open(account.totp, account.id)
        found = second_factor.step_of(secret, code, now, account.totp_step) if secret else None
        if found is not None:
            return accounts.use_step(tx, account.id, found)
        kept = self.seal.codes(account.id, second_factor.plain_code(code))
        return accounts.use_code(tx, account.id, kept, now)

    def by_link(self, link: str, origin: Origin, old_cookie: str = "") -> SignedIn | Asked | LinkProblem:
        """A one-time link: a session, or the page where a password is chosen.

        Raises:
            StorageError: the store cannot be written; the link is still good.
        """

        def exchange(tx: Tx, new: Beginning) -> WebSession | Asked | LinkProblem:
            known = access.link(tx.conn, digest_of(link))
            if known is None or not known.leads_to:
                return by_link(tx, digest_of(link), new)
            taken = taken_link(tx, known.hash, new.now)
            if isinstance(taken, LinkProblem):
                return taken
            if taken.leads_to == "first":
                taken_first = accounts.any_account(tx.conn)
                return LinkProblem.USED if taken_first else begin_step(tx, Kind.FIRST, "", new.now)
            return begin_step(tx, Kind.PASSWORD, taken.account, new.now)

        return self.keeper.begin(exchange, old_cookie, origin)
