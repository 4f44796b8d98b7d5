"""`python -m benchmarks`: measure every figure, print it, write `RESULTS.md`. Exit status 1 when one is missed."""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks import (
    acknowledge_shown,
    audit_append,
    audit_verify,
    backtest_cities,
    backtest_shift,
    backtest_zones,
    before_after_coverage,
    box_lost,
    broker_pixel,
    calm,
    clock_open,
    clusters_million,
    cold,
    desk_open,
    drain_postgres,
    drain_sqlite,
    feed_memory,
    feedback,
    fit_time,
    hit_interval,
    hotspots_claims,
    hotspots_known_rates,
    hotspots_open,
    hotspots_stability,
    import_incidents,
    machine,
    map_renders,
    memory,
    nearest_units,
    policy,
    push,
    refit_stations,
    response_report,
    sign_in,
    sos_flood,
    sos_full,
    sos_lock,
    sos_lock_postgres,
    sos_thousand,
    sos_wall,
    sos_wall_flood,
    stored,
    tiles,
    time_machine,
    viewers,
    wall_recovery,
    workbench_browser,
    workbench_server,
)  # fmt: skip
from benchmarks.report import as_text, write
from benchmarks.rig import Rig

ALL = (
    sos_flood, stored, cold, sos_wall, sos_wall_flood, sos_lock, sos_lock_postgres, sos_full, wall_recovery, push,
    viewers,
    broker_pixel, feed_memory, map_renders, calm, drain_sqlite, memory, drain_postgres, tiles,
    time_machine, nearest_units, desk_open, hotspots_open, acknowledge_shown, sos_thousand, policy,
    response_report, audit_verify, audit_append, sign_in, box_lost,
    hotspots_claims, hotspots_known_rates, hotspots_stability, clusters_million,
    backtest_cities, backtest_zones, backtest_shift, hit_interval, fit_time,
    feedback, refit_stations, workbench_server, workbench_browser, before_after_coverage, clock_open,
    import_incidents,
)  # fmt: skip
FIGURES = {module.NAME: module for module in ALL}


def main() -> int:
    """Measure; returns the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=sorted(FIGURES), help="this figure (may be repeated)")
    parser.add_argument(
        "--quick", action="store_true", help="small numbers, to see that it works; nothing is written"
    )
    parser.add_argument("--keep", action="store_true", help="with --only: renew these figures in the results")
    options = parser.parse_args()
    chosen = [module for name, module in FIGURES.items() if not options.only or name in options.only]
    facts = machine.facts()
    for name, value in facts.items():
        print(f"{name:20} {value}")
    figures = []
    rig = Rig(options.quick)
    try:
        for module in chosen:
            start = time.monotonic()
            facts |= machine.moment()
            print(f"\n== {module.NAME}", flush=True)
            figures.append(module.measure(rig))
            print(as_text(figures[-1]), f"\n  ({time.monotonic() - start:.0f} s)", flush=True)
            if not options.quick and (options.keep or not options.only):
                # After each: a run that is cut short leaves what it has measured.
                write(figures[-1:], facts, list(FIGURES))
    finally:
        rig.close()
    missed = [figure.name for figure in figures if not figure.held]
    print(f"\n{len(figures)} figures, missed: {', '.join(missed) or 'none'}")
    return 1 if missed and not options.quick else 0


if __name__ == "__main__":
    sys.exit(main())
