"""`replay FILE` and `demo`: what plays devices through the real broker. The modules are slow to load: on demand."""

from __future__ import annotations

import argparse
import socket
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import PATIENCE_S, RefusedError, now_ms, opened, readable, record, say
from models.audit.deeds import Did
from settings import Settings

if TYPE_CHECKING:
    from commands.context import Commands
    from ingest.sources.endpoint import Endpoint

#: How long the broker may take to answer before a command gives up, in s.
_ANSWER_S = 5.0


def add(commands: Commands) -> None:
    """List the commands."""
    parser = commands.add_parser(
        "replay", help="play recorded fixes through the broker, to a station of kind demo or test"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV or Parquet; columns: docs/formats.md")
    parser.add_argument("--station", required=True, metavar="S")
    parser.add_argument("--speed", default="1", metavar="N", help="1 = as recorded, 10 = ten times as fast, or max")
    parser.add_argument("--speed-unit", default="kmh", metavar="U", help="of the file's speed column: kmh, ms, knots")
    parser.add_argument("--as-recorded", action="store_true", help="keep the recorded times (default: moved to now)")
    parser.add_argument("--move", action="store_true", help="put the fixes round the station's place")
    parser.add_argument("--limit", type=int, metavar="ROWS", help="only so many rows from the start")
    parser.set_defaults(run=_replay)
    parser = commands.add_parser(
        "demo",
        help="play the generated town into the broker until stopped (with SSZ_DEMO=1 the product does it itself)",
    )
    parser.set_defaults(run=_demo)


def _endpoint(settings: Settings) -> Endpoint:
    """The broker of the running product.

    Raises:
        RefusedError: nothing answers there.
    """
    from ingest.sources.broker import endpoint_of

    found = endpoint_of(settings.mqtt_url, settings.mqtt_port, settings.mqtt_ca_file)
    endpoint = replace(found, cert_file=settings.mqtt_cert_file, key_file=settings.mqtt_key_file)
    try:
        socket.create_connection((endpoint.host, endpoint.port), _ANSWER_S).close()
    except OSError as error:
        raise RefusedError(
            f"no broker at {endpoint.host}:{endpoint.port}: start the product first (SSZ_MQTT_URL, SSZ_MQTT_PORT)"
        ) from error
    return endpoint


def _replay(args: argparse.Namespace, settings: Settings) -> int:
    from ingest.sources.replay import ReplayOptions, ReplayRefusedError, main, parse_speed

    try:
        speed = parse_speed(args.speed)
    except ReplayRefusedError as error:
        raise RefusedError(str(error)) from error
    options = ReplayOptions(args.file, args.station, speed, args.as_recorded, args.move, args.speed_unit, args.limit)
    with opened(settings) as database:
        with database.write(patience_s=PATIENCE_S) as tx:
            detail = f"speed={args.speed} limit={args.limit or ''}"
            record(tx, Did.REPLAYED, station=args.station, object=f"file:{readable(args.file.name)}", detail=detail)
        return main(options, _endpoint(settings), database, now_ms, say, _complain)


def _complain(line: str) -> None:
    sys.stderr.write(f"manage.py: {line}\n")


def _demo(args: argparse.Namespace, settings: Settings) -> int:
    from ingest.sources.demo import Demo, DemoRefusedError, make_town, prepare
    from ingest.stopping import stop_signal

    wait = stop_signal()
    with opened(settings) as database:
        endpoint = _endpoint(settings)
        town = make_town(settings.demo_seed)
        try:
            prepare(database, town, now_ms())
        except DemoRefusedError as error:
            raise RefusedError(str(error)) from error
        demo = Demo(endpoint, town, now_ms)
        demo.start()
        say(f"demo: {len(town.units)} units and {len(town.boxes)} SOS boxes at {town.station}; Ctrl-C ends it")
        wait()
        demo.stop()
    return 0
