"""The response report: legs of the way from press to boots on the ground, per group, with their targets. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.records.base import Millis
from models.records.dispatch import How
from models.response.figures import Share, Spread, spread
from models.response.targets import Targets
from models.response.times import Mask, Numbers, Times, Words, called, took, trusted_press, waiting


class Leg(StrEnum):
    """One piece of the way, or a whole that a target speaks of."""

    STORED = "stored"  # press -> durably stored
    SHOWN = "shown"  # arrival -> first sent to a screen
    ACKNOWLEDGED = "acknowledged"  # arrival -> a person said "I have it"; target
    ASSIGNED = "assigned"  # acknowledged -> a unit was sent
    TRAVEL = "travel"  # the unit that came was sent -> on scene
    ON_SCENE = "on_scene"  # press -> on scene; target
    CLOSED = "closed"  # press -> closed


@dataclass(frozen=True, slots=True)
class Summary:
    """What a group of alarms adds up to.

    `answered`, `reached`: within target, of those that can be judged: the time is known, or the alarm waits longer
    than allowed already. `by_hand`: arrivals known only from a person's key. `not_sent`: closed without any unit
    sent: no arrival was to be. `no_arrival`: a unit was sent, and when it arrived nobody knows.
    """

    alarms: int
    legs: Mapping[Leg, Spread]
    answered: Share
    reached: Share
    by_hand: int
    not_sent: int
    no_arrival: int


@dataclass(frozen=True, slots=True)
class Legs:
    """The lengths of every leg of every alarm, ms, and whether it went that leg at all."""

    length: Mapping[Leg, Numbers]
    went: Mapping[Leg, Mask]
    late_answer: Mask
    late_arrival: Mask


def legs_of(times: Times, targets: Targets, now: Millis) -> Legs:
    """Every leg, worked out once for all groups."""
    pressed, since = trusted_press(times), called(times)
    length = {
        Leg.STORED: took(pressed, times.stored),
        Leg.SHOWN: took(times.raised, times.shown),
        Leg.ACKNOWLEDGED: took(times.raised, times.acknowledged),
        Leg.ASSIGNED: took(times.acknowledged, times.assigned),
        Leg.TRAVEL: took(times.sent, times.on_scene),
        Leg.ON_SCENE: took(since, times.on_scene),
        Leg.CLOSED: took(since, times.closed),
    }
    everyone = np.ones(len(times), dtype=np.bool_)
    ended = times.state == "closed"
    sent = times.unit != ""
    there = sent & (ended | (times.state == "on_scene"))
    went = {
        Leg.STORED: everyone,
        Leg.SHOWN: everyone,
        Leg.ACKNOWLEDGED: times.state != "raised",
        Leg.ASSIGNED: sent,
        Leg.TRAVEL: there,
        Leg.ON_SCENE: there,
        Leg.CLOSED: ended,
    }
    arriving = np.isnan(times.on_scene) & (times.state != "on_scene")
    return Legs(
        length,
        {leg: mask | ~np.isnan(length[leg]) for leg, mask in went.items()},
        np.isnan(times.acknowledged) & waiting(times, times.raised, now, targets.acknowledge_ms),
        arriving & waiting(times, since, now, targets.scene_ms),
    )


def summary(times: Times, legs: Legs, targets: Targets, rows: NDArray[np.intp]) -> Summary:
    """What the alarms at these places of the columns add up to."""
    found: dict[Leg, Spread] = {}
    shares: dict[Leg, Share] = {}
    late = {Leg.ACKNOWLEDGED: legs.late_answer[rows], Leg.ON_SCENE: legs.late_arrival[rows]}
    allowed = {Leg.ACKNOWLEDGED: targets.acknowledge_ms, Leg.ON_SCENE: targets.scene_ms}
    for leg, all_lengths in legs.length.items():
        length = all_lengths[rows]
        known = length[~np.isnan(length)]
        found[leg] = spread(known, int(legs.went[leg][rows].sum()) - len(known))
        if leg in allowed:
            shares[leg] = Share(int((known <= allowed[leg]).sum()), len(known) + int(late[leg].sum()))
    ended, unit = times.state[rows] == "closed", times.unit[rows]
    nowhere = np.isnan(times.on_scene[rows])
    return Summary(
        alarms=len(unit),
        legs=found,
        answered=shares[Leg.ACKNOWLEDGED],
        reached=shares[Leg.ON_SCENE],
        by_hand=int((times.scene_how[rows] == How.MANUAL.value).sum()),
        not_sent=int((ended & (unit == "") & nowhere).sum()),
        no_arrival=found[Leg.ON_SCENE].unknown,
    )


def summary_of(times: Times, targets: Targets, now: Millis) -> Summary:
    """What all of these alarms add up to."""
    return summary(times, legs_of(times, targets, now), targets, np.arange(len(times)))


def by_group(times: Times, legs: Legs, targets: Targets, keys: Words) -> dict[str, Summary]:
    """Key -> what the alarms of that key add up to, by key; alarms of the empty key stand in no group."""
    index, names = pd.factorize(keys, sort=True)
    order = np.argsort(index, kind="stable")
    ends = np.cumsum(np.bincount(index, minlength=len(names)))
    pieces = np.split(order, ends)[: len(names)]
    return {
        str(name): summary(times, legs, targets, rows)
        for name, rows in zip(names, pieces, strict=True)
        if name and len(rows)
    }
