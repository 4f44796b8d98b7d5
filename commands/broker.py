"""`broker config|certificate|revoke|gateway`: what a Mosquitto in service needs, made from the device registry."""

from __future__ import annotations

import argparse
import secrets
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from commands.authority import Authority
from commands.broker_folder import BROKER, BROKER_USER, REPLAY, WORKERS, BrokerFolder
from commands.context import PATIENCE_S, RefusedError, opened, record, say
from commands.handing import write_file
from ingest.sources.access_list import (
    REPLAYER,
    WORKER,
    access_list,
    credentials,
    gateway_named,
    gateway_topic,
    left_out,
)
from ingest.sources.mosquitto_deploy import Doors, deployed, password_line
from models.audit.deeds import Did
from settings import Settings
from store import registry
from store.database import Database
from store.registry import Registry

if TYPE_CHECKING:
    from commands.context import Commands

#: The authorities of the two doors that ask for certificates.
_DEVICES, _WORKERS = "devices", "workers"


def add(commands: Commands) -> None:
    """List the commands."""
    broker = commands.add_parser("broker", help="configuration and certificates of a Mosquitto in service")
    kinds = broker.add_subparsers(required=True, metavar="COMMAND")
    config = kinds.add_parser("config", help="write mosquitto.conf, the access list and our own certificates")
    _folder(config)
    config.add_argument("--host", nargs="+", action="extend", default=[], metavar="H", help="names of the broker")
    config.add_argument("--at", metavar="PATH", help="where the folder lies for the broker, when elsewhere")
    config.add_argument("--data", default="/var/lib/mosquitto", metavar="PATH", help="where its queue is kept")
    whom = "a user of this machine, or a container's number; remembered"
    config.add_argument(
        "--broker-user", metavar="USER", help=f"whom the broker runs as, and its files are for: {whom}"
    )
    config.add_argument("--worker-user", metavar="USER", help=f"whom ingest and web process run as: {whom}")
    config.add_argument("--listen", metavar="ADDRESS", help="one address for devices and gateways; none: all")
    config.add_argument("--listen-workers", default="127.0.0.1", metavar="ADDRESS", help="address for our workers")
    for door, port in (("devices", 8883), ("gateways", 8884), ("workers", 8885)):
        config.add_argument(f"--{door}-port", type=int, default=port, metavar="PORT")
    config.set_defaults(run=_config)

    issue = kinds.add_parser("certificate", help="issue a device's certificate and key")
    _folder(issue)
    issue.add_argument("name", metavar="NAME", help="STATION/unit/UNIT, STATION/sos/BOX or owntracks:USER/DEVICE")
    issue.add_argument("--out", required=True, type=Path, metavar="FILE", help="writes FILE.crt and FILE.key")
    issue.set_defaults(run=_certificate)

    revoke = kinds.add_parser("revoke", help="refuse a device's certificate from the broker's next start on")
    _folder(revoke)
    revoke.add_argument("certificate", type=Path, metavar="FILE.crt")
    revoke.set_defaults(run=_revoke)

    gateway = kinds.add_parser("gateway", help="a password for a gateway, printed alone on the last line")
    _folder(gateway)
    gateway.add_argument("name", metavar="NAME", help="small letters, digits and hyphens: traccar, chirpstack ...")
    gateway.add_argument("topics", nargs="+", metavar="TOPIC", help="what it may write: positions ...")
    gateway.set_defaults(run=_gateway)


def _folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the broker's folder")


def _config(args: argparse.Namespace, settings: Settings) -> int:
    folder = BrokerFolder(args.folder.absolute())
    named = {BROKER: args.broker_user, WORKERS: args.worker_user}
    folder.make({part: user for part, user in named.items() if user})
    with opened(settings) as database:
        _renew(folder, args.host or folder.hosts(), database)
        with database.read() as conn:
            known = registry.load(conn)
    doors = Doors(args.devices_port, args.gateways_port, args.workers_port, args.listen, args.listen_workers)
    place = PurePosixPath(args.at or folder.broker)
    text = deployed(place, PurePosixPath(args.data), doors, folder.users.get(BROKER, BROKER_USER))
    folder.put(BROKER, "mosquitto.conf", text.encode())
    if not (folder.broker / "passwords").exists():
        folder.put(BROKER, "passwords", b"")
    _list(folder, known)
    for name in left_out(known):
        say(f"left out, its name cannot stand in the list: {name}")
    for name, end in folder.signs(_DEVICES).ending(datetime.now(UTC)):
        if name in credentials(known):
            say(f"ends {end:%Y-%m-%d}, issue another (`broker certificate`): {name}")
    say(f"{folder.at}: mosquitto.conf, and acl of {len(credentials(known))} devices; start the broker again")
    return 0


def _renew(folder: BrokerFolder, hosts: list[str], database: Database) -> None:
    """See to our own certificates; what is good stays as it is, key and all."""
    devices, workers = folder.signs(_DEVICES), folder.signs(_WORKERS)
    # Devices check the broker by the authority that vouches for them: they need one file, not two. A replay comes in
    # by the devices' door, where nobody chooses a client id: it could take over a worker's session.
    ours: tuple[tuple[str, str, Authority, list[str]], ...] = (
        (BROKER, "broker", devices, hosts),
        (WORKERS, WORKER, workers, []),
        (REPLAY, REPLAYER, devices, []),
    )
    for part, name, by, made_out in ours:
        if folder.due(part, name, by, made_out):
            _write_down(database, Did.CERTIFICATE_ISSUED, f"certificate:{name}")
            folder.put_pair(part, name, by.issue(made_out[0] if made_out else name, made_out))
            say(f"issued: the certificate of {name}; start again who runs with an older one")
    # What vouches for the broker, and its certificate, so that a worker sees when it ends.
    for part, names in ((WORKERS, ("devices.crt", "broker.crt")), (REPLAY, ("devices.crt",))):
        for name in names:
            held = (folder.broker / name).read_bytes()
            if not (folder.at / part / name).exists() or (folder.at / part / name).read_bytes() != held:
                folder.put(part, name, held)


def _write_down(database: Database, did: Did, object: str, detail: str = "") -> None:
    """Into the audit log, by itself: no press waits until our files are on the disk."""
    with database.write(patience_s=PATIENCE_S) as tx:
        record(tx, did, object=object, detail=detail)


def _list(folder: BrokerFolder, known: Registry) -> None:
    folder.put(BROKER, "acl", access_list(known, folder.gateways).encode())


def _certificate(args: argparse.Namespace, settings: Settings) -> int:
    folder = BrokerFolder(args.folder)
    folder.require()
    crt, key = (args.out.with_name(f"{args.out.name}.{end}") for end in ("crt", "key"))
    with opened(settings) as database:
        with database.read() as conn:
            known = credentials(registry.load(conn))
        if args.name not in known:
            raise RefusedError(f"{args.name} is no approved device: import or approve it first")
        if key.exists():
            raise RefusedError(f"{key} is there already")
        _write_down(database, Did.CERTIFICATE_ISSUED, f"certificate:{args.name}")
    certificate, secret = folder.signs(_DEVICES).issue(args.name)
    write_file(key, secret)
    write_file(crt, certificate, 0o644)
    say(f"{crt} and {key} are for {args.name} alone; it checks the broker by devices.crt")
    return 0


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    folder = BrokerFolder(args.folder)
    folder.require()
    with opened(settings) as database:
        try:
            name = folder.signs(_DEVICES).revoke(args.certificate.read_bytes())
        except (OSError, ValueError) as error:
            raise RefusedError(f"{args.certificate}: {error}") from error
        _write_down(database, Did.CERTIFICATE_REVOKED, f"certificate:{name}")
    say(f"the certificate of {name} is refused once the broker was started again")
    return 0


def _gateway(args: argparse.Namespace, settings: Settings) -> int:
    folder = BrokerFolder(args.folder)
    folder.require()
    if not gateway_named(args.name):
        raise RefusedError(f"{args.name}: a gateway is named by small letters, digits and hyphens")
    with opened(settings) as database:
        with database.read() as conn:
            known = registry.load(conn)
        for topic in args.topics:
            if not gateway_topic(topic, known.stations.keys()):
                raise RefusedError(
                    f"{topic}: a gateway writes foreign topics (positions, application/…), and of ours, at a "
                    "registered station, ssz/v1/STATION/report/CHANNEL, …/incident/SOURCE and …/camera/CAMERA/status"
                )
        _write_down(database, Did.GATEWAY_PASSWORD, f"gateway:{args.name}", " ".join(args.topics))
    password = secrets.token_urlsafe(32)
    folder.put_gateways({**folder.gateways, args.name: args.topics})
    lines = (folder.broker / "passwords").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{args.name}:")]
    text = "".join(f"{line}\n" for line in [*kept, password_line(args.name, password)])
    folder.put(BROKER, "passwords", text.encode())
    _list(folder, known)
    say(f"{args.name} may write {', '.join(args.topics)}; start the broker again. Its password, shown this once:")
    say(password)
    return 0
