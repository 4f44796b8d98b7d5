"""The quick way through columns of dates says what the exact reader says, or nothing."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from models.formats.dates import parse_moment
from models.imports.quick import Moments

CHICAGO = ZoneInfo("America/Chicago")
LOCAL = ["2022-06-30 11:00", "30/6/2565 11:05:09", "2022-06-30T23:59:59.250"]
OFFSET = [
    "2022-06-30T11:00:00.000+07:00", "2015-01-01T00:00:00.000-06:00", "2022-03-13T02:30:00.000-06:00",
    "2022-11-06T01:30:00+05:45", "30/6/2565 23:59:59.999-00:30",
]  # fmt: skip


@pytest.mark.parametrize("texts", [LOCAL, OFFSET])
def test_plain_ones_are_read_as_exactly(texts: list[str]) -> None:
    told = Moments(CHICAGO, False).all(["", *texts])
    assert told == [None, *(parse_moment(text, CHICAGO).at for text in texts)]


def test_what_is_written_otherwise_than_the_first_is_left_to_the_exact_reader() -> None:
    moments = Moments(CHICAGO, False)
    assert moments.all([OFFSET[0], LOCAL[0], "2022-06-30T11:00+25:00"])[1:] == [None, None]
    assert moments.all([LOCAL[0], OFFSET[0], "2022-06-30"])[1:] == [None, None]
    # An hour that the zone's clocks skip is one of the offset's all the same.
    assert moments.all(["2022-03-13T02:30:00+00:00"]) == [parse_moment("2022-03-13 02:30", UTC).at]


def test_nothing_is_nothing() -> None:
    assert Moments(CHICAGO, False).all([]) == []
    assert Moments(CHICAGO, False).all(["", "soon", ":"]) == [None, None, None]
