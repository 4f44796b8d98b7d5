"""The report in the reader's words: durations, shares with their intervals, rows of tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.response.names import Names
from dashboard.tables import Row
from dashboard.times import moment, month
from dashboard.words import Language, table, word
from models.response.figures import LEAST, Share, Spread
from models.response.groups import By
from models.response.report import Leg, Summary
from models.response.times import Sort, Times, called


def length(ms: float | None, language: Language) -> str:
    """A duration as a person says it: `9.8 s`, `15 s`, `4:05 min`, `1:02:03 h`; a dash for none."""
    if ms is None:
        return "-"
    # Rounded first: 59.96 s is a minute.
    tenths = round(ms / 100)
    if tenths < 600:
        return f"{tenths / 10:{'.1f' if tenths % 10 else '.0f'}} {word('resp.sec', language)}"
    seconds = round(ms / 1000)
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02d} {word('resp.min', language)}"
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d} {word('resp.hour', language)}"


def percent(share: Share, language: Language) -> str:
    """A share in per cent, or why there is none."""
    if share.share is None:
        return "-"
    return f"{share.share:.0%}" if share.enough else word("resp.too_few", language)


def interval(share: Share, language: Language) -> str:
    """What stands below a share: of how many, and between what the true share may lie."""
    if not share.enough:
        return word("resp.of_few", language, hits=share.hits, n=share.n, least=LEAST)
    low, high = share.interval
    return word("resp.of", language, n=f"{share.n:,}", low=f"{low:.0%}", high=f"{high:.0%}")


def _both(share: Share, language: Language) -> str:
    """The share with its interval, short enough for a table."""
    if not share.enough:
        return percent(share, language)
    low, high = share.interval
    return f"{share.share:.0%} ({low:.0%}-{high:.0%})"


def quantile(value: float | None, of: Spread, language: Language) -> str:
    """A quantile of a leg, or why there is none."""
    return length(value, language) if of.enough else word("resp.too_few", language) if of.n else "-"


def group_name(by: By, key: str, names: Names, shifts: Sequence[int], language: Language) -> str:
    """The words of a group's key. A key without a name is told as it is."""
    if by is By.SHIFT:
        starts = [f"{start:02d}" for start in shifts]
        after = starts[(starts.index(key) + 1) % len(starts)] if key in starts else ""
        return f"{key}.00-{after}.00"
    if by is By.MONTH:
        year, number = key.split("-")
        return month(date(int(year), int(number), 1), language)
    return names.get(by, {}).get(key, key)


def group_rows(
    groups: Mapping[str, Summary], by: By, names: Names, shifts: Sequence[int], language: Language
) -> list[Row]:
    """One row a group: how many, how fast, how many within target, what is not known."""

    def row(key: str, one: Summary) -> Row:
        answer, arrival = one.legs[Leg.ACKNOWLEDGED], one.legs[Leg.ON_SCENE]
        return {
            word(f"resp.by_{by.value}", language): group_name(by, key, names, shifts, language),
            word("resp.calls", language): one.alarms,
            word("resp.ack_p50", language): quantile(answer.p50, answer, language),
            word("resp.ack_p90", language): quantile(answer.p90, answer, language),
            word("resp.ack_share", language): _both(one.answered, language),
            word("resp.arrivals", language): arrival.n,
            word("resp.scene_p50", language): quantile(arrival.p50, arrival, language),
            word("resp.scene_p90", language): quantile(arrival.p90, arrival, language),
            word("resp.scene_share", language): _both(one.reached, language),
            word("resp.by_hand", language): one.by_hand,
            word("resp.no_arrival", language): one.no_arrival,
            word("resp.not_sent", language): one.not_sent,
        }

    return [row(key, one) for key, one in groups.items()]


def leg_rows(one: Summary, language: Language) -> list[Row]:
    """One row a leg, in the order of the way."""
    return [
        {
            word("resp.leg", language): word(f"resp.leg_{leg.value}", language),
            word("resp.known", language): spread.n,
            word("resp.p50", language): quantile(spread.p50, spread, language),
            word("resp.p90", language): quantile(spread.p90, spread, language),
            word("resp.unknown", language): spread.unknown,
        }
        for leg, spread in one.legs.items()
    ]


def export_rows(
    groups: Mapping[str, Summary], by: By, names: Names, shifts: Sequence[int], language: Language
) -> list[dict[str, object]]:
    """The groups with plain numbers, for a spreadsheet: seconds, shares from 0 to 1 with their bounds, counts.

    What is of too few cases is left empty; the counts stand beside it.
    """

    def numbers(leg: str, spread: Spread) -> dict[str, object]:
        told: dict[str, object] = {f"{leg}_n": spread.n, f"{leg}_unknown": spread.unknown}
        for name, value in (("p50", spread.p50), ("p90", spread.p90)):
            told[f"{leg}_{name}_s"] = round(value / 1000, 1) if value is not None and spread.enough else None
        return told

    def shares(name: str, share: Share) -> dict[str, object]:
        told = (*share.interval, share.share) if share.enough else (None, None, None)
        low, high, middle = (None if part is None else round(part, 4) for part in told)
        return {
            f"{name}_in_target": share.hits, f"{name}_judged": share.n, f"{name}_share": middle,
            f"{name}_low": low, f"{name}_high": high,
        }  # fmt: skip

    rows = []
    for key, one in groups.items():
        row: dict[str, object] = {
            word(f"resp.by_{by.value}", language): group_name(by, key, names, shifts, language),
            "key": key,
            "calls": one.alarms,
        }
        for leg, spread in one.legs.items():
            row |= numbers(leg.value, spread)
        row |= shares("acknowledged", one.answered) | shares("on_scene", one.reached)
        rows.append(row | {"by_hand": one.by_hand, "arrival_unknown": one.no_arrival, "not_sent": one.not_sent})
    return rows


def sort_rows(counted: Mapping[Sort, Summary], test_presses: int, language: Language) -> list[Row]:
    """One row for each sort of alarm, that nobody take a drill for a call; and the boxes' routine test presses."""
    rows: list[Row] = [
        {
            word("resp.sort", language): word(f"resp.sort_{sort.value}", language),
            word("resp.calls", language): one.alarms,
            word("resp.ack_share", language): _both(one.answered, language),
            word("resp.scene_share", language): _both(one.reached, language),
        }
        for sort, one in counted.items()
    ]
    pressed: Row = dict.fromkeys(rows[0], "-") if rows else {}
    pressed |= {
        word("resp.sort", language): word("resp.test_presses", language),
        word("resp.calls", language): test_presses,
    }
    return [*rows, pressed]


def newest_rows(times: Times, most: int, names: Names, zone: ZoneInfo, language: Language) -> list[Row]:
    """The newest alarms with the way to their sheets."""
    order = np.argsort(-times.raised, kind="stable")[:most]
    since = called(times)

    def waited(row: int) -> str:
        end = times.on_scene[row]
        if np.isnan(end):
            return word("resp.unknown" if times.unit[row] else "resp.not_sent", language)
        told = length(float(end - since[row]), language) if end >= since[row] else word("resp.unknown", language)
        return f"{told} ({word(f'resp.how_{times.scene_how[row]}', language)})"

    def answered(row: int) -> str:
        took = times.acknowledged[row] - times.raised[row]
        return length(float(took), language) if took >= 0 else word("resp.unknown", language)

    rows: list[Row] = []
    for row in order:
        outcome, kind = str(times.outcome[row]), str(times.kind[row])
        box = f"{times.station[row]}/{times.origin[row]}"
        told: Row = {
            word("resp.raised", language): moment(int(times.raised[row]), zone, language),
            word("flt.station", language): group_name(By.STATION, str(times.station[row]), names, (), language),
            word("resp.by_box", language): names.get(By.BOX, {}).get(box, str(times.origin[row])),
            word("resp.kind", language): table()[language].get(f"live.kind_{kind}", kind),
            word("resp.ack", language): answered(row),
            word("resp.to_scene", language): waited(row),
            word("resp.outcome", language): word(f"live.outcome_{outcome}", language) if outcome else "-",
            word("resp.sheet", language): f"/live/desk/{times.alarm[row]}/sheet.pdf",
        }
        rows.append(told)
    return rows
