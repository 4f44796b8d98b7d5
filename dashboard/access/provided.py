"""Accounts of an identity provider: made at the first sign-in, with the rights its claims give at each."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from dashboard.access.beginning import Beginning, Origin, of_account
from dashboard.access.choosing import new_account
from dashboard.access.deeds import of_owner
from dashboard.access.entrance import Entrance
from dashboard.access.sessions import SignedIn
from dashboard.access.steps import Problem, Refused
from models.access.grants import unknown_grants
from models.accounts.claims import Identity
from models.audit.deeds import Did
from models.records.access import WebSession
from models.records.account import Account
from models.records.base import Millis
from store import access, accounts
from store.accounts import LastAdministratorError, NameTakenError
from store.audit import record
from store.database import Tx
from store.scopes import placed

_LOG = logging.getLogger("dashboard.oidc")


@dataclass(frozen=True, slots=True)
class Provided:
    """Signs in whom the provider knows. Its methods block on the store."""

    entrance: Entrance

    def sign_in(self, identity: Identity, origin: Origin, old_cookie: str = "") -> SignedIn | Refused:
        """A session with the rights the claims give now. An account is one by issuer and subject, never by its name:
        no provider gets at a local account by calling somebody so.

        Raises:
            StorageError: the store cannot be written; nobody is let in.
        """

        known: Account | None = None

        def exchange(tx: Tx, new: Beginning) -> WebSession | Refused:
            nonlocal known
            known = accounts.of_subject(tx.conn, identity.issuer, identity.subject)
            unknown = set(unknown_grants(",".join(identity.grants), placed(tx.conn)))
            stations = ",".join(grant for grant in identity.grants if grant not in unknown)
            if not identity.role or not stations or (known is not None and known.disabled_at is not None):
                if known is not None:  # what was given before is given no more
                    access.end_sessions_of(tx, known.id, new.now)
                return Refused(Problem.NO_RIGHTS)
            if known is None:
                known = self._new(tx, identity, stations, new.now)
                record(tx, of_owner(known, origin, new.now, Did.ACCOUNT_ADDED, f"{identity.role} {stations}"))
            elif (changed := self._change(tx, known, identity.role, stations, new.now)) is not None:
                was = f"{known.role} {known.stations} -> {identity.role} {stations}{changed}"
                record(tx, of_owner(known, origin, new.now, Did.ROLE_CHANGED, was))
                known.role, known.stations = identity.role, stations
            return of_account(tx, known, new)

        result = self.entrance.keeper.begin(exchange, old_cookie, origin)
        return result if isinstance(result, SignedIn) else self.entrance.noted(result, known, origin)

    def _change(self, tx: Tx, known: Account, role: str, stations: str, now: Millis) -> str | None:
        """Give an account the rights of its claims; None: it has them already, else what is to be said of it.

        The provider's word counts for the last administrator too: rights it has taken back must not live on here, and
        the console makes another. It is said loudly.
        """
        try:
            return "" if accounts.change_rights(tx, known.id, role, stations, now) else None
        except LastAdministratorError:
            accounts.change_rights(tx, known.id, role, stations, now, even_last=True)
            _LOG.error("the provider took the rights of the last administrator; `manage.py user add` makes another")
            return ", the last administrator"

    def note_refused(self, origin: Origin, why: str) -> None:
        """Write down that an answer of the provider did not hold; not each of many."""
        self.entrance.keeper.refusing.refused(origin.address, "oidc", f"oidc: {why}")

    def _new(self, tx: Tx, identity: Identity, stations: str, now: Millis) -> Account:
        """A new account, named as the provider says; with a name of its own where that is none or is taken."""
        own = "oidc-" + hashlib.sha256(f"{identity.issuer}\0{identity.subject}".encode()).hexdigest()[:12]
        tries = ((identity.name, identity.display), (own, identity.display), (own, own))
        for name, display in tries:
            made = new_account(name, display, identity.role, stations, now)
            if isinstance(made, Problem):
                continue
            made.issuer, made.subject = identity.issuer, identity.subject
            try:
                accounts.add(tx, made)
            except NameTakenError:
                continue
            return made.model_copy()
        raise NameTakenError(own)
