"""Managing accounts and sessions: each thing checked here, whoever asks, and written into the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from dashboard.access.choosing import new_account
from dashboard.access.identity import Who
from dashboard.access.steps import Problem
from models.access.grants import EVERYWHERE, Placed, covers, unknown_grants
from models.access.policy import Action, Role
from models.audit.deeds import Deed, Did, session_of
from models.records.access import WebSession
from models.records.account import Account
from models.records.base import Millis
from store import access, accounts
from store.audit import record
from store.database import Database, Tx
from store.scopes import placed

#: How long the link to the page where a password is chosen works, in ms.
LINK_MS = 10 * 60_000


class NotAllowedError(Exception):
    """Not this one, or not to these: nothing was changed, and nothing is said about what is there."""


@dataclass(frozen=True, slots=True)
class People:
    """The accounts within somebody's reach: an administrator of some stations manages those who have no others. Its
    methods block on the store. `idle_ms`: how long a session lives unused."""

    db: Database
    clock: Callable[[], Millis]
    idle_ms: Millis

    def accounts(self, who: Who) -> list[Account]:
        """The accounts within reach, by name.

        Raises:
            NotAllowedError: this one manages nobody.
        """
        _require(who)
        with self.db.read() as conn:
            rows, register = accounts.accounts(conn), placed(conn)
        return [row for row in rows if _within(who, row.stations, register)]

    def sessions(self, who: Who) -> list[WebSession]:
        """The sessions within reach that live, the newest first.

        Raises:
            NotAllowedError: this one manages nobody.
        """
        _require(who)
        with self.db.read() as conn:
            rows, register = access.living_sessions(conn, self.clock(), self.idle_ms), placed(conn)
        return [row for row in rows if _within(who, row.stations, register)]

    def own_sessions(self, who: Who) -> list[WebSession]:
        """One's own sessions that live; by a link only this one."""
        with self.db.read() as conn:
            if not who.account:
                row = access.session(conn, who.digest)
                return [row] if row else []
            return access.living_sessions(conn, self.clock(), self.idle_ms, who.account)

    def add(self, who: Who, name: str, display: str, role: str, stations: str) -> str | Problem:
        """Make an account; returns the one-time link's secret value, or why the name cannot be.

        Raises:
            NotAllowedError: not this one, no such role, or stations beyond its reach.
            NameTakenError: there is one like it.
        """
        made = new_account(name, display, role, stations, self.clock())
        if isinstance(made, Problem):
            return made
        with self.db.write() as tx:
            _require(who)
            self._require_rights(tx.conn, who, role, stations)
            accounts.add(tx, made)
            self._note(tx, who, Did.ACCOUNT_ADDED, made, f"{role} {stations}")
            return self._link(tx, made)

    def change(self, who: Who, account: str, role: str, stations: str) -> bool:
        """Give an account another role or other stations; its sessions end. False: it has them already.

        Raises:
            NotAllowedError: not this one, not this account, no such role, or stations beyond its reach.
            LastAdministratorError: nobody else could manage accounts.
        """
        with self.db.write() as tx:
            known = self._reached(tx.conn, who, account)
            self._require_rights(tx.conn, who, role, stations)
            changed = accounts.change_rights(tx, account, role, stations, self.clock())
            if changed:
                was = f"{known.role} {known.stations} -> {role} {stations}"
                self._note(tx, who, Did.ROLE_CHANGED, known, was)
            return changed

    def disable(self, who: Who, account: str) -> bool:
        """Close an account; its sessions end. False: it was closed.

        Raises:
            NotAllowedError: not this one, or not this account.
            LastAdministratorError: nobody else could manage accounts.
        """
        with self.db.write() as tx:
            known = self._reached(tx.conn, who, account)
            done = accounts.disable(tx, account, self.clock())
            if done:
                self._note(tx, who, Did.ACCOUNT_DISABLED, known)
            return done

    def enable(self, who: Who, account: str) -> bool:
        """Open a closed account. False: it was open.

        Raises:
            NotAllowedError: not this one, or not this account.
        """
        with self.db.write() as tx:
            known = self._reached(tx.conn, who, account)
            done = accounts.enable(tx, account)
            if done:
                self._note(tx, who, Did.ACCOUNT_ENABLED, known)
            return done

    def reset(self, who: Who, account: str) -> str | None:
        """Forget password and second factor; returns the one-time link's secret value, None for an account that is
        closed or signs in at an identity provider.

        Raises:
            NotAllowedError: not this one, or not this account.
        """
        with self.db.write() as tx:
            known = self._reached(tx.conn, who, account)
            if not accounts.reset(tx, account, self.clock()):
                return None
            self._note(tx, who, Did.PASSWORD_CHANGED, known, "reset")
            return self._link(tx, known)

    def end_session(self, who: Who, named: str) -> bool:
        """End a session within reach, by the letters of its hash that are shown. False: it is over.

        Raises:
            NotAllowedError: this one manages nobody.
        """
        return self._end(who, self.sessions(who), named)

    def end_own(self, who: Who, named: str) -> bool:
        """End one of one's own sessions, by the letters of its hash that are shown. False: it is none, or over."""
        return self._end(who, self.own_sessions(who), named)

    def _end(self, who: Who, among: Sequence[WebSession], named: str) -> bool:
        found = next((row for row in among if session_of(row.hash) == named), None)
        if found is None:
            return False
        with self.db.write() as tx:
            access.revoke_session(tx, found.hash, self.clock())
            record(tx, self._deed(who, Did.SESSION_ENDED, f"account:{found.account or 'link'}", f"session {named}"))
        return True

    def end_others(self, who: Who) -> int:
        """End all of one's own sessions but the one that asks; returns how many."""
        with self.db.write() as tx:
            ended = access.end_sessions_of(tx, who.account, self.clock(), but=who.digest)
            record(tx, self._deed(who, Did.SESSION_ENDED, f"account:{who.account}", f"{ended} others"))
        return ended

    def _reached(self, conn: Connection, who: Who, account: str) -> Account:
        _require(who)
        known = accounts.account(conn, account)
        if known is None or not _within(who, known.stations, placed(conn)):
            raise NotAllowedError
        return known

    def _require_rights(self, conn: Connection, who: Who, role: str, stations: str) -> None:
        register = placed(conn)
        unknown = not stations or unknown_grants(stations, register)
        if role not in set(Role) or unknown or not _within(who, stations, register):
            raise NotAllowedError

    def _link(self, tx: Tx, account: Account) -> str:
        return access.create_link(
            tx, account.display, account.role, self.clock(), account.stations, LINK_MS, account.id, "password"
        )

    def _note(self, tx: Tx, who: Who, action: Did, account: Account, detail: str = "") -> None:
        record(tx, self._deed(who, action, f"account:{account.id}", f"{account.name} {detail}".strip()))

    def _deed(self, who: Who, action: Did, of: str, detail: str) -> Deed:
        return Deed(self.clock(), who.name, who.role, session_of(who.digest), "", action, object=of, detail=detail)


def _require(who: Who) -> None:
    if not who.may(Action.MANAGE_PEOPLE):
        raise NotAllowedError


def _within(who: Who, grants: str, register: Sequence[Placed]) -> bool:
    """Whether somebody may give or take these grants."""
    return covers(EVERYWHERE if who.stations is None else who.grants, grants, register)
