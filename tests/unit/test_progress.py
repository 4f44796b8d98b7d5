"""A unit's way by its words and its fixes: whichever knew it first, and nothing that was known before."""

from __future__ import annotations

from dataclasses import dataclass

from models.dispatch.progress import Known, Progress, progress
from models.records.dispatch import Dispatch, How
from models.records.unit import UnitStatus, UnitStatusPast
from tests.unit.test_arrival import NOW, PLACE, Spot, track

#: Comes from 900 m, is inside from second 60 on, leaves at 200.
DRIVE: tuple[Spot, ...] = (
    (-10, 900, 0), (10, 900, 0), (20, 790, 0), (30, 600, 0), (50, 200, 0), (60, 10, 0), (75, 10, 0), (190, 10, 0),
    (200, 200, 0), (240, 900, 0),
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    second: float
    word: UnitStatus


def judged(
    *spots: Spot,
    said: tuple[Said, ...] = (),
    now: float = 1000,
    place: tuple[float, float] | None = PLACE,
    **known: int,
) -> Progress:
    sent = Dispatch(station="s", alarm="a", version=3, unit_station="s", unit="u", assigned_at=NOW)
    for name, second in known.items():
        setattr(sent, name, NOW + 1000 * second)
    words = [
        UnitStatusPast(station="s", unit="u", at=NOW + round(1000 * one.second), status=one.word.value)
        for one in said
    ]
    return progress(sent, track(*spots), words, place, NOW + round(1000 * now))


def known(second: float, how: How) -> Known:
    return Known(NOW + round(1000 * second), how)


def test_fixes_alone_tell_the_whole_way() -> None:
    assert judged(*DRIVE) == Progress(known(20, How.GPS), known(60, How.GPS), known(200, How.GPS))


def test_a_word_that_was_first_counts_and_one_that_was_later_does_not() -> None:
    words = (Said(5, UnitStatus.ENROUTE), Said(90, UnitStatus.ON_SCENE), Said(195, UnitStatus.AVAILABLE))
    assert judged(*DRIVE, said=words) == Progress(known(5, How.UNIT), known(60, How.GPS), known(195, How.UNIT))


def test_words_alone_tell_it_where_no_fix_is_or_nobody_knows_the_place() -> None:
    words = (Said(5, UnitStatus.ENROUTE), Said(90, UnitStatus.ON_SCENE), Said(100, UnitStatus.BUSY))
    told = Progress(known(5, How.UNIT), known(90, How.UNIT))
    assert judged(said=words) == told  # busy is busy there
    assert judged(*DRIVE, said=words, place=None) == told


def test_words_from_before_it_was_sent_are_about_something_else() -> None:
    assert not judged(said=(Said(-5, UnitStatus.ENROUTE), Said(-1, UnitStatus.ON_SCENE)))


def test_what_is_known_is_not_told_again_nor_put_right() -> None:
    assert not judged(*DRIVE, enroute_at=1, on_scene_at=2, left_at=3)
    assert judged(*DRIVE, on_scene_at=100) == Progress(left=known(200, How.GPS))


def test_who_is_there_already_is_not_on_its_way() -> None:
    words = (Said(10, UnitStatus.ON_SCENE), Said(20, UnitStatus.ENROUTE))
    assert judged(said=words) == Progress(None, known(10, How.UNIT), known(20, How.UNIT))


def test_a_device_whose_clock_is_ahead_is_there_now_and_not_later() -> None:
    assert judged(said=(Said(200, UnitStatus.ON_SCENE),), now=30) == Progress(on_scene=known(30, How.UNIT))
