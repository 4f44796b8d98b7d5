"""An SOS from publishing to stored, while positions flood."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

import orjson

from benchmarks.blast import Blaster
from benchmarks.load import history_ms
from benchmarks.presses import KINDS
from benchmarks.report import Figure, Line, percentile, plain, spread
from benchmarks.rig import Rig, Station, Viewer, output_of, program
from benchmarks.stored import MOST_MS, PATIENCE_S, reader
from tests.fault.product import now_ms

NAME = "sos-flood"

#: Positions offered a second.
RATE = 5000

#: Pause between two presses, in s: not in step with any timer of the product.
PAUSE_S = 0.097


@dataclass(slots=True)
class Presses:
    """What was pressed: key -> its kind and the steady time of sending; and every PUBACK time, in ms."""

    kinds: dict[str, str] = field(default_factory=dict)
    sent_ns: dict[str, int] = field(default_factory=dict)
    acks_ms: list[float] = field(default_factory=list)


def press_all(station: Station, each: int) -> Presses:
    """`each` presses of every kind in turn, one at a time, whatever becomes of them."""
    done = Presses()
    blaster = Blaster(station.broker.port, "bench-press")
    for number in range(each):
        for kind, make in KINDS.items():
            message, key = make(number, now_ms())
            blaster.send([message])
            done.kinds[key] = kind
            done.sent_ns[key] = blaster.sent_ns[-1]
            until = time.monotonic() + PAUSE_S
            while (left := until - time.monotonic()) > 0:
                blaster.hear(left)
    blaster.settle()
    blaster.close()
    done.acks_ms = [(ack - at) / 1e6 for ack, at in zip(blaster.acked_ns, blaster.sent_ns, strict=True)]
    return done


def flooded(rig: Rig, each: int) -> tuple[Presses, dict[str, int], float, float]:
    """The presses, when each was seen stored, and the positions offered and stored a second."""
    with rig.station() as station:
        station.start()
        station.listening()
        viewer = Viewer(station)
        seconds = each * len(KINDS) * PAUSE_S * 1.1 + 6
        first = history_ms(int(seconds * RATE), now_ms())
        options = ("--port", station.broker.port, "--rate", RATE, "--seconds", seconds, "--first-ms", first)
        flood = program("benchmarks.blast", *options)
        time.sleep(3)  # let the flood reach its height
        eyes = reader(station, each * len(KINDS), seconds + PATIENCE_S)
        before, start = station.accepted(), time.monotonic()
        done = press_all(station, each)
        stored = (station.accepted() - before) / (time.monotonic() - start)
        times = orjson.loads(output_of(flood, seconds + 120))["sent_ns"]
        seen: dict[str, int] = orjson.loads(output_of(eyes, seconds + PATIENCE_S + 30))
        viewer.close()
        kept = station.count("SELECT COUNT(*) FROM sos_event WHERE kind IN ('press', 'panic')")
        assert kept == len(done.kinds), f"{kept} of {len(done.kinds)} SOS stored"
    return done, seen, len(times) / ((times[-1] - times[0]) / 1e9), stored


def measure(rig: Rig) -> Figure:
    """The figure."""
    each = rig.of(250, 30)
    done, seen, offered, stored = flooded(rig, each)
    lines: list[Line] = []
    samples: dict[str, object] = {"puback_ms": plain(done.acks_ms)}
    for kind in KINDS:
        keys = [key for key, known in done.kinds.items() if known == kind]
        found = [(seen[key] - done.sent_ns[key]) / 1e6 if key in seen else math.inf for key in keys]
        held = percentile(found, 0.99) <= MOST_MS
        lines.append(Line(kind, spread(found), spread(done.acks_ms), f"p99 <= {MOST_MS:.0f} ms", held))
        samples[kind] = plain(found)
    lines.append(Line("positions meanwhile", f"{offered:,.0f} msg/s offered, {stored:,.0f} msg/s stored"))
    samples["positions"] = {"offered": round(offered), "stored": round(stored)}
    how = (
        f"{each} presses of each kind, one each {PAUSE_S * 1000:.0f} ms, while {RATE:,} positions a second are "
        "offered by a process of its own and one wall is open. Stored as above. Bare limit: the broker's PUBACK of "
        "the same presses. What the machine cannot take of the flood waits at the broker."
    )
    return Figure(NAME, "SOS publish to stored, while positions flood", how, lines, samples)
