"""`broker config|certificate|revoke|gateway`: what a Mosquitto in service needs, made from the device registry."""

from __future__ import annotations

import argparse
import csv
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from commands.authority import Authority, write_private
from commands.context import RefusedError, opened, say
from ingest.sources.access_list import REPLAYER, WORKER, access_list, credentials, gateway_named, left_out
from ingest.sources.mosquitto_deploy import Doors, deployed, password_line
from settings import Settings
from store import registry

if TYPE_CHECKING:
    from commands.context import Commands

#: The authorities of the two doors that ask for certificates.
DEVICES, WORKERS = "devices", "workers"


def add(commands: Commands) -> None:
    """List the commands."""
    broker = commands.add_parser("broker", help="configuration and certificates of a Mosquitto in service")
    kinds = broker.add_subparsers(required=True, metavar="COMMAND")
    config = kinds.add_parser("config", help="write mosquitto.conf, the access list and our own certificates")
    _folder(config)
    config.add_argument("--host", nargs="+", action="extend", default=[], metavar="H", help="names of the broker")
    config.add_argument("--at", metavar="PATH", help="where the folder lies for the broker, when elsewhere")
    config.add_argument("--data", default="/var/lib/mosquitto", metavar="PATH", help="where its queue is kept")
    config.add_argument("--user", default="mosquitto", metavar="NAME", help="whom the broker runs as")
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
    folder: Path = args.folder.absolute()
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for name in (DEVICES, WORKERS):
        Authority(folder, name)
    ours = Authority(folder, WORKERS)
    hosts = args.host or ["localhost", "127.0.0.1"]
    if args.host or not (folder / "broker.crt").exists():
        # Devices check the broker by the authority that vouches for them: they need one file, not two.
        _write_pair(folder / "broker", Authority(folder, DEVICES).issue(hosts[0], hosts))
    for name in (WORKER, REPLAYER):
        if not (folder / "private" / f"{name}.crt").exists():
            _write_pair(folder / "private" / name, ours.issue(name))
    doors = Doors(args.devices_port, args.gateways_port, args.workers_port, args.listen, args.listen_workers)
    place = PurePosixPath(args.at or folder)
    (folder / "mosquitto.conf").write_text(
        deployed(place, PurePosixPath(args.data), doors, args.user), encoding="utf-8"
    )
    (folder / "passwords").touch(mode=0o640)
    with opened(settings) as database, database.read() as conn:
        known = registry.load(conn)
    (folder / "acl").write_text(access_list(known, _gateways(folder)), encoding="utf-8")
    for name in left_out(known):
        say(f"left out, its name cannot stand in the list: {name}")
    say(f"{folder}: mosquitto.conf, and acl of {len(credentials(known))} devices; start the broker again")
    return 0


def _write_pair(stem: Path, pair: tuple[bytes, bytes]) -> None:
    """`stem.crt` and `stem.key`."""
    stem.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(stem.with_name(f"{stem.name}.key"), pair[1])
    stem.with_name(f"{stem.name}.crt").write_bytes(pair[0])


def _require_config(folder: Path) -> None:
    if not (folder / "mosquitto.conf").exists():
        raise RefusedError(f"{folder} holds no broker's configuration: run `manage.py broker config {folder}` first")


def _certificate(args: argparse.Namespace, settings: Settings) -> int:
    _require_config(args.folder)
    with opened(settings) as database, database.read() as conn:
        known = credentials(registry.load(conn))
    if args.name not in known:
        raise RefusedError(f"{args.name} is no approved device: import or approve it first")
    if args.out.with_name(f"{args.out.name}.key").exists():
        raise RefusedError(f"{args.out}.key is there already")
    _write_pair(args.out, Authority(args.folder, DEVICES).issue(args.name))
    say(f"{args.out}.crt and {args.out}.key are for {args.name} alone; it checks the broker by devices.crt")
    return 0


def _revoke(args: argparse.Namespace, settings: Settings) -> int:
    _require_config(args.folder)
    try:
        name = Authority(args.folder, DEVICES).revoke(args.certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise RefusedError(f"{args.certificate}: {error}") from error
    say(f"the certificate of {name} is refused once the broker was started again")
    return 0


def _gateway(args: argparse.Namespace, settings: Settings) -> int:
    _require_config(args.folder)
    if not gateway_named(args.name):
        raise RefusedError(f"{args.name}: a gateway is named by small letters, digits and hyphens")
    for topic in args.topics:
        if topic.startswith(("ssz/", "+", "#", "$", "/")) or not topic.isprintable() or topic != topic.strip():
            raise RefusedError(f"{topic}: a gateway writes foreign topics only (positions, application/…)")
    gateways = dict(_gateways(args.folder)) | {args.name: list(args.topics)}
    with (args.folder / "gateways.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([name, *topics] for name, topics in sorted(gateways.items()))
    password = secrets.token_urlsafe(32)
    lines = (args.folder / "passwords").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{args.name}:")]
    (args.folder / "passwords").write_text(
        "".join(f"{line}\n" for line in [*kept, password_line(args.name, password)]), encoding="utf-8"
    )
    with opened(settings) as database, database.read() as conn:
        known = registry.load(conn)
    (args.folder / "acl").write_text(access_list(known, _gateways(args.folder)), encoding="utf-8")
    say(f"{args.name} may write {', '.join(args.topics)}; start the broker again. Its password, shown this once:")
    say(password)
    return 0


def _gateways(folder: Path) -> Mapping[str, Sequence[str]]:
    file = folder / "gateways.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        return {name: topics for name, *topics in csv.reader(lines)}
