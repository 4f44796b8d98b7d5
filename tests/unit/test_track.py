"""Jumps and repeated stamps depend on the set of fixes alone, never on the order of arrival."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from models.records.position import Fix, FixFlag
from models.track import TAIL, canonical, distance_m, far, insert, judged, smaller

START = 1_700_000_000_000


def fix(second: float, lat: float = 13.73, lon: float = 100.54, **more: object) -> Fix:
    return Fix("lumphini", "u1", START + int(second * 1000), lat, lon)._replace(**more)  # type: ignore[arg-type]


def jumps(fixes: tuple[Fix, ...]) -> list[bool]:
    return [bool(item.flags & FixFlag.JUMP) for item in fixes]


def test_distance_of_one_degree_of_latitude_is_the_sphere_s() -> None:
    assert round(distance_m(0, 0, 1, 0)) == 111_195


def test_a_spike_is_a_jump_and_the_fix_after_it_is_not() -> None:
    track = judged((fix(0), fix(5, lat=14.73), fix(10)))
    assert jumps(track) == [False, True, False]


def test_a_lasting_move_is_one_jump() -> None:
    track = judged((fix(0), fix(5, lat=14.73), fix(10, lat=14.73), fix(15, lat=14.73)))
    assert jumps(track) == [False, True, False, False]


def test_speed_is_judged_at_250_kmh() -> None:
    metres_a_second = 250 / 3.6
    degree = 111_195
    assert not far(fix(0), fix(10, lat=13.73 + 9.99 * metres_a_second / degree))
    assert far(fix(0), fix(10, lat=13.73 + 10.01 * metres_a_second / degree))


def test_a_late_fix_between_two_is_judged_and_has_the_one_after_it_judged_again() -> None:
    tail = insert(insert((), fix(0)), fix(10, lat=14.73))
    assert jumps(tail) == [False, True]
    # What came late shows that the unit was there already: the late fix is the jump, the one after it is not.
    tail = insert(tail, fix(8, lat=14.73))
    assert jumps(tail) == [False, True, False]


def test_of_two_with_one_stamp_the_smaller_by_canonical_json_counts_in_either_order() -> None:
    one, two = fix(0, lat=9.9), fix(0, lat=13.7)
    assert smaller(one, two) == smaller(two, one) == two  # "13.7" < "9.9" as text
    assert canonical(one).startswith('{"lat":9.9')
    assert insert(insert((), one), two) == insert(insert((), two), one)


def test_an_unchanged_tail_is_the_same_object() -> None:
    tail = insert((), fix(0))
    assert insert(tail, fix(0)) is tail


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from([13.73, 13.731, 14.9, 9.0]), st.sampled_from([5.0, None])),
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_the_newest_fixes_and_their_jumps_do_not_depend_on_the_order(
    points: list[tuple[int, float, float | None]], rng: random.Random
) -> None:
    fixes = [fix(second, lat=lat, accuracy_m=accuracy) for second, lat, accuracy in points]
    shuffled = fixes * 3
    rng.shuffle(shuffled)
    one: tuple[Fix, ...] = ()
    for item in sorted(fixes, key=lambda item: (item.at, canonical(item))):
        one = insert(one, item)
    other: tuple[Fix, ...] = ()
    for item in shuffled:
        other = insert(other, item)
    assert [item[:10] for item in one] == [item[:10] for item in other]
    assert len(one) <= TAIL
    # The two oldest kept may have lost the neighbours they were judged from; all newer ones must agree.
    assert jumps(one)[2:] == jumps(other)[2:]
