"""A backtest as a table a person reads."""

from __future__ import annotations

from typing import Any

import orjson

#: Cases a window must have on average before its figures mean something.
FEW = 50.0

#: What was found out of how a file writes its times.
_TIMES = {
    "offsets": "times name an offset from UTC: each row's own clock is taken",
    "buddhist_era": "years of the Buddhist era: 543 less",
    "day_first": "dates are day/month/year",
    "month_first": "dates are month/day/year",
    "midnight": "many times are midnight sharp: taken as days whose hour nobody wrote",
}

#: Why no case takes part, by what left most of them out.
_NOTHING = {
    "no_time": "no time can be read: write them as 2021-05-31 14:30",
    "bad_line": "no line has as many cells as the header",
    "no_place": "no place can be read: lat is degrees from -90 to 90 (or are lat and lon the wrong way round?)",
    "group4": "all are offences that police themselves find (group 4): such a map would show where police went",
    "other_family": "none of the rows that count is of the family",
    "future": "all happened after now",
}


def as_json(told: dict[str, Any]) -> str:
    """The document as it is printed."""
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()


def as_text(told: dict[str, Any]) -> str:
    """The document as a table a person reads."""
    family = ", ".join(told["offences"]) or "every case"
    where = f"{told['zones']} busiest squares of {told['zone_km']:g} km" if told["zones"] else "whole"
    left = ", ".join(f"{name} {number}" for name, number in told["left_out"].items() if number)
    lines = [
        f"{told['of']}: {family}; {where}, cells of {told['cell_m']:g} m{', by shift' if told['by_shift'] else ''}",
        f"{told['cases']} cases; left out: {left or 'none'}",
    ]
    lines += [_TIMES[word] for word in told["times"]]
    for horizon in told["horizons"]:
        lines += ["", *_table(horizon)]
    if not told["cases"]:
        most = max(told["left_out"].items(), key=lambda each: each[1], default=("", 0))
        lines.append(f"{_NOTHING.get(most[0] if most[1] else '', 'no case with a place')}: nothing to judge")
        return "\n".join(lines)
    return "\n".join(lines)


def _table(horizon: dict[str, Any]) -> list[str]:
    days, rows = horizon["days"], horizon["rows"]
    if not rows:
        return [f"{days} days: too short a past to judge; maps are drawn grey"]
    each = rows[0]["cases"] / rows[0]["windows"] if rows[0]["windows"] else 0.0
    if not each:
        return [f"{days} days: no case with a known hour: nothing to judge by shift"]
    if all(row["pai"][0] == row["pei"][0] == 1 for row in rows):
        return [
            f"{days} days: the ground is one cell, or as good as: every map is the same there, nothing to compare"
        ]
    few = ": too few to judge a single station by" if each < FEW else ""
    lines = [
        f"{days} days, {rows[0]['windows']} windows with a case: {rows[0]['cases']:.0f} cases, {each:.0f} each{few}",
        f"the gate would draw {horizon['chosen']} now ({horizon['why']})",
        f"{'share':>5}  {'method':<14} {'hit rate, 95 %':<22} {'PAI, 95 %':<20} {'PEI, 95 %':<19} "
        f"{'hits/cell':>9} {'naive_365':>9} {'365+all/3':>9}  difference, error",
    ]
    for share in dict.fromkeys(row["share"] for row in rows):
        lines += [_line(row) for row in rows if row["share"] == share]
    ceilings = ", ".join(f"{each['share']:.0%}: {each['pei']:.2f}" for each in horizon["pei_ceiling"])
    return [*lines, f"PEI of a map that knew the true rates (what chance leaves): {ceilings}"]


def _line(row: dict[str, Any]) -> str:
    hit, pai, pei = row["hit"], row["pai"], row["pei"]
    error = "" if row["difference_error"] is None else f"{100 * row['difference_error']:.2f}"
    return (
        f"{row['share']:>5.0%}  {row['method']:<14} "
        f"{100 * hit[0]:5.1f} % ({100 * hit[1]:.1f}-{100 * hit[2]:.1f})".ljust(44)
        + f" {pai[0]:6.2f} ({pai[1]:.2f}-{pai[2]:.2f})".ljust(21)
        + f" {pei[0]:.3f} ({pei[1]:.3f}-{pei[2]:.3f})".ljust(21)
        + f" {row['hits_per_cell'][0]:8.2f} {_percent(row['gain_over_naive_365'])}"
        + f" {_percent(row['gain_over_365_all3'])}  {100 * row['difference']:+.2f}, {error}"
    )


def _percent(gain: float | None) -> str:
    return f"{'-':>9}" if gain is None else f"{100 * gain:+7.1f} %"
