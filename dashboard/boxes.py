"""The readiness board as rows of a table, in the reader's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from dashboard.tables import Row
from dashboard.times import age, moment
from dashboard.words import Language, table, word
from models.readiness import Judged, Readiness, Why
from models.records.base import Millis

#: A shape beside each word, for those who see no colours; and colours that none of them confuses. None is red: that
#: is for open alarms.
SHAPES: Mapping[Readiness, str] = {
    Readiness.DOWN: "■", Readiness.UNKNOWN: "◆", Readiness.WATCH: "▲", Readiness.READY: "●",
}  # fmt: skip
COLOURS: Mapping[Readiness, str] = {
    Readiness.DOWN: "background-color:#3d4248;color:#ffffff",
    Readiness.UNKNOWN: "background-color:#e3c6d8;color:#3a1f30",
    Readiness.WATCH: "background-color:#ffdf9e;color:#3d2b00",
    Readiness.READY: "background-color:#c9ead9;color:#06382a",
}


def state_text(state: Readiness, language: Language) -> str:
    """Shape and word of a state."""
    return f"{SHAPES[state]} {word(f'equip.{state.value}', language)}"


def fault_text(fault: str, language: Language) -> str:
    """A box's own word for its fault; ours where we know it."""
    return table()[language].get(f"equip.fault_{fault.strip().lower()}", fault)


def why_text(one: Judged, now: Millis, language: Language) -> str:
    """Every reason in words, the gravest first."""

    def told(why: Why) -> str:
        silent = age(now - one.box.heard_at, language)
        return word(f"equip.why_{why.value}", language, age=silent, fault=fault_text(one.box.fault, language))

    return " · ".join(told(why) for why in one.why)


def readiness_rows(
    boxes: Iterable[Judged], stations: Mapping[str, str], now: Millis, zone: ZoneInfo, language: Language
) -> list[Row]:
    """One row a box. `stations`: code -> name."""

    def row(one: Judged) -> Row:
        box = one.box
        mains = {True: "equip.mains_yes", False: "equip.mains_no", None: "equip.not_said"}[box.mains]
        name = (box.name_th or box.name_en) if language == "th" else (box.name_en or box.name_th)
        battery = word("equip.not_said", language) if box.battery_pct is None else f"{box.battery_pct:.0f}"
        return {
            word("equip.state", language): state_text(one.state, language),
            word("equip.box", language): box.box,
            word("equip.name", language): name,
            word("equip.why", language): why_text(one, now, language),
            word("equip.due", language): moment(one.test_due_at, zone, language)[:-9],
            word("equip.tested", language): moment(box.tested_at, zone, language)[:-9],
            word("equip.heard", language): moment(box.heard_at, zone, language),
            word("equip.battery", language): battery,
            word("equip.mains", language): word(mains, language),
            word("flt.station", language): stations.get(box.station, box.station),
        }

    return [row(one) for one in boxes]
