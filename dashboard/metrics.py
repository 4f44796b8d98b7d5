"""What `/metrics` says: the store's counts and the live picture as Prometheus text. Pure but for process figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from models.picture import Picture
from models.records.base import Millis
from store.sources import Counted


class _Figures(Collector):
    """One moment's figures, for one answer."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        """The metrics, as the registry asks for them."""
        return iter(self._metrics)


def _messages(counted: Sequence[Counted]) -> CounterMetricFamily:
    family = CounterMetricFamily(
        "ssz_messages", "Messages by source, station and what became of them.", labels=("source", "station", "reason")
    )
    for row in counted:
        family.add_metric((row.source, row.station, row.reason), row.count)
    return family


def _newest(picture: Picture, now: Millis) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "ssz_source_age_seconds", "Age of the newest message of a source.", labels=("source", "station")
    )
    for source in picture.sources.values():
        for station, at in source.newest.items():
            family.add_metric((source.source, station), max(0, now - at) / 1000)
    return family


def _connected(picture: Picture) -> GaugeMetricFamily:
    family = GaugeMetricFamily("ssz_source_connected", "1 while a source is connected.", labels=("source",))
    for source in picture.sources.values():
        if source.connected is not None:
            family.add_metric((source.source,), float(source.connected))
    return family


def _alarms(picture: Picture) -> GaugeMetricFamily:
    family = GaugeMetricFamily("ssz_alarms_open", "Open alarms by station and state.", labels=("station", "state"))
    for (station, state), n in sorted(
        Counter((alarm.station, str(alarm.state)) for alarm in picture.open_alarms).items()
    ):
        family.add_metric((station, state), n)
    return family


def _plain(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def exposition(
    picture: Picture, counted: Sequence[Counted], beat_age_ms: Millis | None, now: Millis, viewers: int = 0
) -> bytes:
    """The page in the Prometheus text format; a heartbeat never heard has age NaN."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    age_s = float("nan") if beat_age_ms is None else beat_age_ms / 1000
    registry.register(
        _Figures(
            [
                _messages(counted),
                _newest(picture, now),
                _connected(picture),
                _alarms(picture),
                _plain("ssz_heartbeat_age_seconds", "Age of our own heartbeat through broker and database.", age_s),
                _plain("ssz_units", "Units in the live picture.", len(picture.units)),
                _plain("ssz_boxes", "SOS boxes in the live picture.", len(picture.boxes)),
                _plain("ssz_live_viewers", "Screens connected to the live feed.", viewers),
                _plain("ssz_change_seq", "Newest change folded into the live picture.", picture.seq),
            ]
        )
    )
    return generate_latest(registry)
