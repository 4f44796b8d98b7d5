"""`refit`: make the maps of hotspots, score the forecasts whose time is over, learn from the past."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from commands.context import RefusedError, now_ms, opened, require_stations, say, user
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commands.context import Commands
    from jobs.refit import How, Step
    from jobs.turn import Turn
    from models.analysis.due import When
    from store.database import Database

#: A refit is never in a hurry: what answers alarms on this machine goes first.
_NICE = 15

#: Exit status when stations failed and were written down. Not 1: that is any fault nobody foresaw.
FAILED = 3


def add(commands: Commands) -> None:
    """List the command."""
    parser = commands.add_parser("refit", help="make hotspot maps, score forecasts, learn from the past")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--station", metavar="S", help="of this station")
    which.add_argument("--all", action="store_true", help="of every station whose cases changed (the default)")
    which.add_argument("--due", action="store_true", help="only what is due now, as the product does it by itself")
    parser.add_argument("--again", action="store_true", help="although nothing changed")
    parser.add_argument("--learn", action="store_true", help="let all stations' past choose the method first")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--while-open", action="store_true", help=argparse.SUPPRESS)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    # A service that is shut in may set no priority; its unit says one.
    with suppress(OSError):
        os.nice(_NICE)
    if args.while_open:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    # Loaded here: the mathematics take seconds that no other command should wait for.
    from jobs.refit import How
    from jobs.spread import Workers
    from jobs.turn import RunningError, turn
    from models.analysis.due import When
    from models.analysis.shifts import Shifts

    workers = Workers(args.workers or os.cpu_count() or 1, settings.dask_scheduler)
    how = How(Shifts(settings.shifts, settings.zone), workers, "system" if args.due else f"console:{user()}")
    when = When(settings.refit_cases, settings.refit_hour, settings.zone)
    with opened(settings) as database:
        if args.station is not None:
            require_stations(database, args.station)
        try:
            # From the first read on: of two that begin at once the second finds everything done.
            with turn(database, now_ms) as mine:
                return _refit(database, args, how, when, mine)
        except RunningError as error:
            if not args.due:
                raise RefusedError(str(error)) from error
            say(f"refit: {error}")
            return 0


def _refit(database: Database, args: argparse.Namespace, how: How, when: When, mine: Turn) -> int:
    from jobs import learn, refit, scoring

    scored = scoring.score_due(database, now_ms())
    if scored:
        say(f"forecasts: {scored} scored")
    names = _names(database, args, when)
    if args.learn or learn.wanted(database, now_ms(), when):
        now = now_ms()
        with database.read() as conn:
            everybody = learn.known(conn, now)
        task_of = partial(refit.task, database, at=now, shifts=how.shifts, everybody=everybody)
        found = learn.learn(database, now, task_of, how.workers)
        for (family, days, which), told in sorted(found.choices.items()):
            by = " by shift" if which else ""
            say(f"method: {family}, {days} days{by}: {told.choice.method} ({told.choice.why})")
    if not names:
        say("refit: nothing to do")
        return 0
    made = refit.run(database, names, how, now_ms, partial(_tell, quiet=args.due), mine)
    say(f"refit: {made.done} of {len(names)} stations, {made.maps} maps, {made.failed} failed")
    return FAILED if made.failed else 0


def _names(database: Database, args: argparse.Namespace, when: When) -> Sequence[str]:
    from jobs import refit

    if args.due:
        return refit.due(database, now_ms(), when)
    stations = None if args.station is None else [args.station]
    return refit.with_cases(database, stations) if args.again else refit.changed(database, now_ms(), stations)


def _tell(step: Step, quiet: bool) -> None:
    if step.error:
        sys.stderr.write(f"{step.station}: {step.error}\n")
    elif not quiet:
        say(f"{step.number}/{step.of} {step.station}: {step.maps} maps")


def _end_with_parent() -> None:
    """End when the process that started this one is gone: its end of the pipe closes."""
    # Not through `sys.stdin`: its lock is still held when the interpreter ends, which is then an abort.
    while os.read(0, 1024):
        pass
    os._exit(1)
