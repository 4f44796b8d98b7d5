"""`basemap build FILE...` and `basemap check FILE`: the offline base map, made and looked through."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import RefusedError, say
from models.basemap.layers import DECLARED
from settings import Settings

if TYPE_CHECKING:
    from commands.basemap.sources import Bounds
    from commands.context import Commands

#: What is said of the data's origin unless told otherwise: the wording the ODbL asks for.
OPENSTREETMAP = "© OpenStreetMap contributors"
_MAX_ATTRIBUTION = 200


def add(commands: Commands) -> None:
    """List the commands."""
    actions = commands.add_parser("basemap", help="the offline base map").add_subparsers(
        required=True, metavar="COMMAND"
    )
    parser = actions.add_parser("build", help="make one .pmtiles file of street data: docs/basemap.md")
    parser.add_argument(
        "files", nargs="+", metavar="[LAYER=]FILE",
        help=f".osm.pbf, .osm, .geojson or .gpkg; of a file without tags say what it holds: {', '.join(DECLARED)}",
    )  # fmt: skip
    parser.add_argument("--output", type=Path, default=Path("basemap.pmtiles"), metavar="F")
    parser.add_argument("--bounds", metavar="W,S,E,N", help="leave out what lies outside, in degrees")
    parser.add_argument("--max-zoom", type=int, default=14, metavar="Z", help="finest zoom of the tiles (default 14)")
    parser.add_argument("--attribution", default=OPENSTREETMAP, metavar="TEXT", help=f"default: {OPENSTREETMAP}")
    parser.set_defaults(run=_build)
    parser = actions.add_parser("check", help="read every tile of a .pmtiles file")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=_check)


def _build(args: argparse.Namespace, _settings: Settings) -> int:
    from commands.basemap.build import build
    from commands.basemap.sources import source_of

    if not 10 <= args.max_zoom <= 16:
        raise RefusedError("--max-zoom must be 10 to 16")
    attribution = " ".join(args.attribution.split())
    if not 1 <= len(attribution) <= _MAX_ATTRIBUTION or "<" in attribution:
        raise RefusedError(f"--attribution must be 1 to {_MAX_ATTRIBUTION} characters of plain text")
    if args.output.suffix != ".pmtiles":
        raise RefusedError("--output must end in .pmtiles")
    started = time.monotonic()
    built = build(
        [source_of(name) for name in args.files], args.output,
        bounds=_bounds(args.bounds), max_zoom=args.max_zoom, attribution=attribution, say=say,
    )  # fmt: skip
    took = time.monotonic() - started
    say(", ".join(f"{name} {count:,}" for name, count in built.features.items()))
    say(f"{args.output}: {built.tiles:,} tiles, {built.size / 1e6:.1f} MB, {took:.1f} s")
    say(f"credit on the map: {attribution}")
    return 0


def _check(args: argparse.Namespace, _settings: Settings) -> int:
    from dashboard.basemap.archive import read_through
    from dashboard.basemap.bad_archive import BadArchiveError

    try:
        tiles = read_through(args.file)
    except BadArchiveError as error:
        raise RefusedError(f"{args.file}: {error}") from error
    say(f"{args.file}: all {tiles:,} tiles can be read")
    return 0


def _bounds(text: str | None) -> Bounds | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise RefusedError("--bounds must be W,S,E,N in degrees, such as 100.4,13.6,100.7,13.9") from None
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise RefusedError("--bounds must be W,S,E,N in degrees, west before east and south before north")
    return west, south, east, north
