"""Unknown boxes that press together: after the fifth in ten minutes, one alarm with a count stands for the rest."""

from __future__ import annotations

import threading
from dataclasses import replace

from models.records.base import Millis
from models.records.sos import ALARMING, Mark, Signal

#: Unknown boxes of one credential that each raise an alarm of their own (contract, section 3).
SINGLE = 5

#: Within this time, in ms.
WINDOW_MS = 10 * 60_000

#: Credentials remembered at most; the one not heard for longest is forgotten.
_MOST = 1_000


class Crowd:
    """Counts unknown boxes by credential. MQTT shows of a credential only the source and the station of the topic.

    Asking again for the same box gives the same answer, so a press may be judged twice.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._boxes: dict[tuple[str, str], dict[str, Millis]] = {}

    def mark(self, signal: Signal, credential: str = "") -> Signal:
        """The signal, marked `grouped` when its credential already has five other unknown boxes pressing."""
        if Mark.UNKNOWN_BOX not in signal.marks or signal.kind not in ALARMING:
            return signal
        key = (credential or signal.source, signal.station)
        with self._lock:
            boxes = self._boxes.pop(key, {})
            boxes = {box: at for box, at in boxes.items() if signal.received_at - at < WINDOW_MS}
            if signal.origin in boxes or len(boxes) < SINGLE:
                boxes[signal.origin] = signal.received_at
                grouped = False
            else:
                grouped = True
            self._boxes[key] = boxes
            if len(self._boxes) > _MOST:
                del self._boxes[next(iter(self._boxes))]
        return replace(signal, marks=signal.marks | {Mark.GROUPED}) if grouped else signal
