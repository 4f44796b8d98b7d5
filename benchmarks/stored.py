"""From publishing to stored, 1,000 messages a second offered."""

from __future__ import annotations

import math
import subprocess

import orjson

from benchmarks.load import UNITS, history_ms, unit_name
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station, Viewer, output_of, program
from tests.fault.product import now_ms

NAME = "stored"
RATE = 1000

#: p99 to reach, in ms.
MOST_MS = 250.0

#: How long after the last message one may still be stored before it counts as a time-out, in s.
PATIENCE_S = 30


def reader(station: Station, until: int, timeout_s: float, *more: str) -> subprocess.Popen[bytes]:
    """The process that sees what is stored; it reads when this returns."""
    process = program(
        "benchmarks.reader", "--url", station.url, "--until", until, "--timeout", timeout_s, *more
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stderr.readline() == b"reading\n"
    return process


def offer(rig: Rig, dialect: str, seconds: int) -> tuple[list[float], list[float], list[float]]:
    """ms from sending to stored and to PUBACK, and s of sending, of every message of one run."""
    with rig.station(dialect) as station:
        station.start()
        station.listening()
        viewer = Viewer(station)
        number = seconds * RATE
        eyes = reader(station, number, seconds + PATIENCE_S, "--fixes")
        first = history_ms(number, now_ms())
        options = ("--port", station.broker.port, "--rate", RATE, "--seconds", seconds, "--first-ms", first)
        times = orjson.loads(output_of(program("benchmarks.blast", *options), seconds + 60))
        seen = orjson.loads(output_of(eyes, seconds + PATIENCE_S + 30))
        viewer.close()
        sent = times["sent_ns"]
        assert station.count() == len(sent), f"{station.count()} of {len(sent)} stored"
    names = [f"{unit_name(i % UNITS)}/{first + i // UNITS * 1000}" for i in range(len(sent))]
    found = [(seen[name] - at) / 1e6 if name in seen else math.inf for name, at in zip(names, sent, strict=True)]
    acks = [(ack - at) / 1e6 for ack, at in zip(times["acked_ns"], sent, strict=True)]
    return found, acks, [(at - sent[0]) / 1e9 for at in sent]


def measure(rig: Rig) -> Figure:
    """The figure, on both databases."""
    lines: list[Line] = []
    samples: dict[str, object] = {}
    seconds = rig.of(25, 5)
    for dialect, target in (("sqlite", f"p99 <= {MOST_MS:.0f} ms"), ("postgresql", "")):
        found, acks, at = offer(rig, dialect, seconds)
        held = percentile(found, 0.99) <= MOST_MS if target else None
        offered = len(at) / at[-1]
        lines.append(Line(f"{dialect}, {offered:,.0f} msg/s", spread(found), spread(acks), target, held))
        samples[dialect] = {"stored_ms": plain(found), "puback_ms": plain(acks)}
    how = (
        f"{RATE:,} positions a second offered for {seconds} s by a process of its own, one open wall. Stored: the "
        "transaction is visible to another process that reads every 5 ms; its read counts as part of the time. "
        "Bare limit: from publishing to the broker's PUBACK, of the same messages. Every message is counted, one "
        f"not seen {PATIENCE_S} s after the end as never; afterwards all are counted through a fresh connection."
    )
    return Figure(NAME, "Publish to stored, 1,000 msg/s offered", how, lines, samples)
