"""The measuring tools themselves: percentiles count time-outs, packets are MQTT, what is stored has its name."""

from __future__ import annotations

import math
from pathlib import Path

import orjson
import pytest

from benchmarks.blast import publish_packet
from benchmarks.load import UNITS, history_ms, positions
from benchmarks.presses import KINDS
from benchmarks.reader import names_of
from benchmarks.report import Figure, Line, percentile, plain, spread, write
from benchmarks.soak import as_markdown, outcomes
from ingest.decode import decode_topic, signals_of
from ingest.sources.mqtt_packets import read_packets
from models.happenings import SignalStored, to_json
from models.records.position import Fix
from tests.fault import counts

NOW = 1_790_000_000_000


def test_a_percentile_is_the_nearest_rank_and_a_time_out_is_never() -> None:
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7.0], 0.99) == 7.0
    late = [1.0] * 197 + [math.inf] * 3
    assert percentile(late, 0.99) == math.inf
    assert spread(late) == "p50 1.0 / p95 1.0 / p99 never / max never ms (n = 200, 3 timed out)"
    assert "too few" in spread([1.0] * 199)
    assert plain([1.23456, math.inf]) == [1.235, None]


def test_what_the_sender_writes_is_what_a_broker_reads() -> None:
    sent = [("a/b", b"x"), ("ssz/v1/bench/unit/u1/position", b"y" * 20_000)]
    stream = b"".join(publish_packet(topic, payload, number + 1) for number, (topic, payload) in enumerate(sent))
    messages, controls, used = read_packets(stream, v5=False)
    assert [(topic, payload, mid) for topic, payload, mid, _ in messages] == [(*sent[0], 1), (*sent[1], 2)]
    assert (controls, used) == ([], len(stream))


def test_every_position_is_a_fix_of_its_own_and_none_is_in_the_future() -> None:
    number = 3 * UNITS
    found = [decode_topic(topic, body, NOW) for topic, body in positions(number, history_ms(number, NOW))]
    fixes = [records[0] for records in found if isinstance(records, list)]
    assert all(isinstance(fix, Fix) for fix in fixes)
    keys = {(fix.unit, fix.at) for fix in fixes if isinstance(fix, Fix)}
    assert len(keys) == number
    assert max(at for _, at in keys) < NOW


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_sos_is_one_event_whose_key_is_known_beforehand(kind: str) -> None:
    (topic, body), key = KINDS[kind](7, NOW)
    records = decode_topic(topic, body, NOW)
    assert isinstance(records, list)
    [signal] = signals_of(records)
    # A Traccar server knows no stations and its own ids: the registry gives both.
    assert signal.key.split("/")[3:] == key.split("/")[3:]
    assert names_of(to_json([SignalStored("bench", key, NOW)]), fixes=False) == [key]


def test_a_stored_fix_is_named_by_unit_and_time() -> None:
    body = to_json([Fix("bench", "u1", NOW, 13.7, 100.5)])
    assert names_of(body, fixes=True) == [f"u1/{NOW}"]
    assert names_of(body, fixes=False) == []


def test_results_say_what_was_missed(tmp_path: Path) -> None:
    figure = Figure("one", "One figure", "So.", [Line("a", "9", "1", "<= 5", False), Line("b", "2")], {"ms": [1.0]})
    write([figure], {"commit": "abc"}, ["one"], tmp_path)
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "| a | 9 | 1 | <= 5 | **no** |" in text
    assert "| b | 2 |  |  |  |" in text
    assert not figure.held
    assert orjson.loads((tmp_path / "results.json").read_bytes())["figures"]["one"]["samples"] == {"ms": [1.0]}


def test_a_figure_measured_again_leaves_the_others_with_their_own_commit(tmp_path: Path) -> None:
    first, second = (Figure(name, name, "So.", [Line("a", "9")]) for name in ("one", "two"))
    order = ["two", "one"]
    write(
        [first, second, Figure("old", "old", "So.", [])],
        {"commit": "abc", "processor": "p"},
        [*order, "old"],
        tmp_path,
    )
    write([first], {"commit": "def", "processor": "p"}, order, tmp_path)
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    said = [line for line in text.splitlines() if line.startswith("`")]
    assert said == ["`two`: commit abc.", "`one`: commit def."]
    assert text.count("| processor | p |") == 1


def test_of_several_times_the_longest_is_held_against_what_is_allowed() -> None:
    for seconds in (1.0, 3.5, 2.0):
        counts.took("back", seconds, 3)
    counts.took("only told", 99.0)
    _, times = counts.taken()
    assert times["back"].late
    assert str(times["back"]) == "3.5 s (allowed: 3 s)"
    assert not times["only told"].late
    assert counts.taken() == ({}, {})


def test_a_soak_tells_each_test_with_its_counts(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase name="test_row_1_kills" time="61.2"><properties>'
        '<property name="acknowledged by the broker" value="20000"/><property name="back" value="2.0 s"/>'
        '<property name="load" value="1.5"/></properties></testcase>'
        '<testcase name="test_row_2" time="1"><failure message="no"/></testcase></testsuite></testsuites>'
    )
    page = as_markdown(outcomes(report), {"commit": "abc"}, 600)
    assert "| row 1 kills | passed | 61 | 1.5 | acknowledged by the broker: 20000; back: 2.0 s |" in page
    assert "| row 2 | failure | 1 |  |  |" in page
    assert "1 of 2 passed in 10 minutes" in page
