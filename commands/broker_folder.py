"""The folder `manage.py broker` keeps: a part for each who reads it, and what signs apart from all of them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from commands.authority import RENEW_DAYS, Authority, ends_in_days, hosts_of
from commands.context import RefusedError
from commands.handing import Owner, open_folder, owner_named, write_file

#: Parts of the folder: what Mosquitto reads, what ingest and web process read, what `replay` reads.
BROKER, WORKERS, REPLAY = "broker", "worker", "replay"

#: Whom Mosquitto runs as, when nobody says it.
BROKER_USER = "mosquitto"


class BrokerFolder:
    """`broker/`, `worker/` and `replay/` are handed to their readers; `authority/` is nobody's but the operator's."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made or read yet."""
        self.at = folder
        self.broker, self.worker, self.replay = (folder / part for part in (BROKER, WORKERS, REPLAY))
        self.authority = folder / "authority"

    def make(self, users: Mapping[str, str]) -> None:
        """Make the parts, and hand each to the user named for it, now and at every later writing.

        Raises:
            RefusedError: no such user, handing over needs root, or what signed so far is not there.
        """
        self._require_authority()
        if not self.at.exists():
            self.at.mkdir(parents=True)
            self.at.chmod(0o755)  # each part closes itself
        self.authority.mkdir(mode=0o700, exist_ok=True)
        known = {**self.users, **users}
        try:
            owners = {part: owner_named(user) for part, user in known.items()}
        except ValueError as error:
            raise RefusedError(str(error)) from error
        if os.geteuid() != 0 and any(owner.uid != os.geteuid() for owner in owners.values()):
            raise RefusedError("only root can hand files to another user: run it by sudo")
        self._write_rows(self.authority / "users.csv", sorted(known.items()))
        del self.users
        for part in (BROKER, WORKERS, REPLAY):
            open_folder(self.at / part, owners.get(part) if part in users else None)

    def require(self) -> None:
        """Raises RefusedError: `config` was not run here."""
        if not (self.broker / "mosquitto.conf").exists():
            raise RefusedError(
                f"{self.at} holds no broker's configuration: run `manage.py broker config {self.at}` first"
            )

        self._require_authority()

    def _require_authority(self) -> None:
        """What signed is needed once there are devices: a new one would shut all of them out."""
        for crt in sorted(self.broker.glob("*.crt")):
            if crt.stem != "broker" and not (self.authority / f"{crt.stem}.key").exists():
                raise RefusedError(
                    f"{self.authority}/{crt.stem}.key is not there: put back the folder that signed so far"
                )

    @cached_property
    def users(self) -> dict[str, str]:
        """Part -> the user it was handed to."""
        return dict(self._rows(self.authority / "users.csv"))

    def _owner(self, part: str) -> Owner | None:
        return owner_named(self.users[part]) if part in self.users and os.geteuid() == 0 else None

    def put(self, part: str, name: str, data: bytes) -> None:
        """Write a file of a part, for its reader. One that is there keeps the owner it has."""
        file = self.at / part / name
        write_file(file, data, owner=None if file.exists() else self._owner(part))

    def put_pair(self, part: str, name: str, pair: tuple[bytes, bytes]) -> None:
        """A certificate and its key."""
        self.put(part, f"{name}.key", pair[1])
        self.put(part, f"{name}.crt", pair[0])

    def signs(self, name: str) -> Authority:
        """The authority of that name; what it makes public lies with the broker."""
        return Authority(self.authority, self.broker, name, self._owner(BROKER))

    def due(self, part: str, name: str, by: Authority, hosts: Sequence[str] = ()) -> bool:
        """Whether a certificate of ours must be issued anew: none there, one of other hosts or of another authority,
        or one that is good for less than `RENEW_DAYS`."""
        crt, key = self.at / part / f"{name}.crt", self.at / part / f"{name}.key"
        if not (crt.exists() and key.exists()):
            return True
        held = crt.read_bytes()
        good = by.issued_by(held) and ends_in_days(held, datetime.now(UTC)) >= RENEW_DAYS
        return not good or sorted(hosts_of(held)) != sorted(hosts)

    def hosts(self) -> list[str]:
        """What the broker's certificate is made out to; without one this machine."""
        crt = self.broker / "broker.crt"
        return hosts_of(crt.read_bytes()) if crt.exists() else ["localhost", "127.0.0.1"]

    @property
    def gateways(self) -> dict[str, list[str]]:
        """Gateway -> the topics it may write."""
        return {name: topics for name, *topics in self._rows(self.authority / "gateways.csv")}

    def put_gateways(self, gateways: Mapping[str, Sequence[str]]) -> None:
        """Remember them."""
        self._write_rows(
            self.authority / "gateways.csv", [(name, *topics) for name, topics in sorted(gateways.items())]
        )

    @staticmethod
    def _rows(file: Path) -> list[list[str]]:
        if not file.exists():
            return []
        with file.open(encoding="utf-8", newline="") as lines:
            return list(csv.reader(lines))

    @staticmethod
    def _write_rows(file: Path, rows: Sequence[Sequence[str]]) -> None:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(rows)
        write_file(file, text.getvalue().encode())
