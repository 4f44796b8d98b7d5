"""Where a unit can have been, by its own fixes."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from models.presence import away_m
from models.records.position import Fix, FixFlag

NOW = 1_790_000_000_000
BOX = (13.73, 100.54)
#: Degrees of latitude of a kilometre.
KM = 1 / 111.195


@dataclass(frozen=True)
class Said:
    """A fix so many km north of the box, some seconds from the moment."""

    km: float
    s: float = 0.0
    flags: int = 0
    accuracy_m: float | None = None

    @property
    def fix(self) -> Fix:
        return Fix(
            "lumphini", "u1", NOW + int(self.s * 1000), BOX[0] + self.km * KM, BOX[1], accuracy_m=self.accuracy_m,
            flags=self.flags,
        )  # fmt: skip


FAR = [Said(3, -10), Said(3, 0), Said(3, 10)]


@pytest.mark.parametrize(
    ("said", "away"),
    [
        (FAR, True),
        (FAR[:2], False),  # two are too few to speak against anybody
        ([*FAR, Said(0.4, 60)], False),  # one lets it be there
        ([Said(3, -40), Said(3, 40), Said(3, 41)], False),  # within 40 s it can have come
        ([Said(8, -55), Said(8, 55), Said(8, 56)], True),
        ([Said(8, -61), Said(8, 61), Said(8, 62)], False),  # nobody knows where it was meanwhile
        ([Said(0.49)] * 3, False),
        ([Said(0.52)] * 3, True),
        ([Said(3, accuracy_m=3_000)] * 3, False),
        ([Said(3, flags=int(FixFlag.MOCK))] * 3, False),  # who makes fixes up proves nothing by them
        ([Said(3, flags=int(FixFlag.JUMP))] * 3, False),
        ([], False),
    ],
)
def test_a_unit_was_elsewhere_only_when_no_fix_of_its_own_lets_it_be_there(said: list[Said], away: bool) -> None:
    found = away_m(*BOX, NOW, [one.fix for one in said])
    assert (found is not None) is away


def test_how_far_it_was_at_least() -> None:
    found = away_m(*BOX, NOW, [one.fix for one in FAR])
    assert found == pytest.approx(3_000 - 500 - 10 * 250 / 3.6, abs=5)
