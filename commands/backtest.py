"""`backtest FILE`, `backtest --station S`: how often a map would have been right, method by method."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.context import RefusedError, say
from models.analysis.families import FAMILIES
from settings import Settings

if TYPE_CHECKING:
    from commands.context import Commands


def add(commands: Commands) -> None:
    """List the command."""
    parser = commands.add_parser("backtest", help="how often a map of hotspots would have been right, on any city")
    parser.add_argument(
        "file", type=Path, nargs="?", metavar="FILE",
        help="CSV, XLSX, GeoJSON or Parquet with incident_id, occurred_at, category, lat, lon",
    )  # fmt: skip
    parser.add_argument("--station", default="", metavar="S", help="the incidents of a station of the store instead")
    parser.add_argument(
        "--family", default="", metavar="F",
        help=f"a category of the file, or {', '.join(FAMILIES)} (default: every case; of a station: property)",
    )  # fmt: skip
    parser.add_argument(
        "--horizon", type=_days, action="append", metavar="D",
        help="days; may be repeated (default: 7, 14 and 28)",
    )  # fmt: skip
    parser.add_argument("--zones", type=int, default=0, metavar="N", help="only the N busiest squares of --zone-km")
    parser.add_argument("--zone-km", type=float, default=1.5, metavar="KM", help="side of a square (default: 1.5)")
    parser.add_argument(
        "--cell", type=float, default=0.0, metavar="M",
        help="side of a cell in metres (default: 250; in zones 100)",
    )  # fmt: skip
    parser.add_argument("--shift", action="store_true", help="a map for each shift (setting SSZ_SHIFT_HOURS)")
    parser.add_argument("--json", action="store_true", help="as a document: docs/schemas/backtest.json")
    parser.set_defaults(run=_run)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 365):
        raise argparse.ArgumentTypeError(f"1 to 365 days, not {text[:20]}")
    return int(text)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    if bool(args.file) == bool(args.station):
        raise RefusedError("backtest needs FILE or --station S")
    if args.zones < 0 or not 0.05 <= args.zone_km <= 100 or not (args.cell == 0 or 10 <= args.cell <= 10_000):
        raise RefusedError("--zones must not be negative, --zone-km 0.05 to 100, --cell 10 to 10000")
    # pandas, SciPy and scikit-learn take a second to load: no other command waits for them.
    from commands.backtest_run import told_of
    from commands.backtest_table import as_json, as_text

    told = told_of(args, settings)
    say(as_json(told) if args.json else as_text(told))
    return 0
