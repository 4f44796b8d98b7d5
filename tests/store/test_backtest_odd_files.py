"""`manage.py backtest` on files nobody would make on purpose: a plain word and an exit code, never a traceback."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import orjson
import pandas as pd
import pytest

import manage
from commands.backtest_table import as_text

SCHEMA = orjson.loads((Path(__file__).parents[2] / "docs" / "schemas" / "backtest.json").read_bytes())
DAY = 86_400_000
RNG = np.random.default_rng(3)
TOWN = (16.54, 104.72)


def rows(number: int, name: str = "i", *, days: tuple[float, float] = (1.0, 300.0), **given: Any) -> pd.DataFrame:
    """Cases of so many days ago, some places of a square kilometre hot; columns that are given are laid over them."""
    ago = RNG.uniform(*days, number)
    when = pd.to_datetime((time.time_ns() // 1_000_000 - ago * DAY).astype(np.int64), unit="ms")
    made = pd.DataFrame(
        {
            "incident_id": [f"{name}{each}" for each in range(number)],
            "occurred_at": when.strftime("%Y-%m-%dT%H:%M:%S"),
            "category": np.where(np.arange(number) % 2, "Robbery", "ลักทรัพย์"),
            "lat": TOWN[0] + 0.01 * RNG.beta(1, 3, number),
            "lon": TOWN[1] + 0.01 * RNG.beta(1, 3, number),
        }
    )
    return made.assign(**given)


def csv(frame: pd.DataFrame, encoding: str = "utf-8") -> bytes:
    """The frame as text."""
    return frame.to_csv(index=False).encode(encoding)


def joined(*frames: pd.DataFrame) -> bytes:
    """Several frames as one file."""
    return csv(pd.concat(frames))


@dataclass(frozen=True)
class Odd:
    """A file and what is asked: what the table says, how many cases took part, and what was left out (`left`)."""

    body: Callable[[], bytes]
    says: str
    cases: int = 0
    left: tuple[str, int] | None = None
    flags: str = ""


SHORT, SAME = "too short a past to judge", "every map is the same there"
GATE = "the gate would draw"
#: Answered: exit code 0.
ANSWERED = {
    "only the header": Odd(lambda: csv(rows(0)), "nothing to judge"),
    "one row": Odd(lambda: csv(rows(1)), SHORT, 1),
    "four cases": Odd(lambda: csv(rows(4)), GATE, 4),
    "all on one point": Odd(lambda: csv(rows(90, lat=TOWN[0], lon=TOWN[1])), SAME, 90),
    "on a line": Odd(lambda: csv(rows(90, lat=TOWN[0])), GATE, 90),
    "two towns 600 km apart": Odd(
        lambda: joined(rows(90), rows(40, "far", lat=11.2, lon=104.7)), GATE, 90, ("stray", 40)
    ),
    "a stray at (0, 0)": Odd(lambda: joined(rows(90), rows(2, "zero", lat=0, lon=0)), GATE, 90, ("stray", 2)),
    "all at (0, 0)": Odd(lambda: csv(rows(90, lat=0, lon=0)), "nothing to judge", 0, ("stray", 90)),
    "places that are words": Odd(lambda: csv(rows(90, lat="ไม่ทราบ")), "nothing to judge", 0, ("no_place", 90)),
    "latitude and longitude swapped": Odd(
        lambda: csv(rows(90).rename(columns={"lat": "lon", "lon": "lat"})), "the wrong way round", 0, ("no_place", 90)
    ),
    "semicolons and decimal commas": Odd(
        lambda: rows(90).to_csv(index=False, sep=";", decimal=",").encode(), GATE, 90
    ),
    "the west's letters": Odd(
        lambda: csv(rows(90, category="Überfall à main armée"), "latin-1"), GATE, 90, None, "--family überfall"
    ),
    "a comma too many in some lines": Odd(
        lambda: csv(rows(90)).replace("ลักทรัพย์".encode(), b"a,b"), GATE, 45, ("bad_line", 45)
    ),
    "every time at midnight, by shift": Odd(
        lambda: csv(rows(90).assign(occurred_at=lambda all_: all_["occurred_at"].str[:10] + "T00:00:00")),
        "nothing to judge by shift",
        90,
        ("no_hour", 90),
        "--shift",
    ),
    "only what patrols find": Odd(
        lambda: csv(rows(90, category="ยาเสพติด")), "where police went", 0, ("group4", 90), "--family ยาเสพติด"
    ),
    "no hour, by shift": Odd(
        lambda: csv(rows(90).assign(occurred_at=lambda all_: all_["occurred_at"].str[:10])),
        "nothing to judge by shift",
        90,
        ("no_hour", 90),
        "--shift",
    ),
    "all in the future": Odd(lambda: csv(rows(90, days=(-300, -2))), SHORT, 0, ("future", 90)),
    "some in the future": Odd(lambda: joined(rows(90), rows(9, "f", days=(-90, -2))), GATE, 90, ("future", 9)),
    "ten years of nothing, then a burst": Odd(
        lambda: joined(rows(1, days=(3650, 3651)), rows(90, "b", days=(1, 9))), GATE, 91
    ),
    "the same id in every row": Odd(lambda: csv(rows(90, incident_id="x")), SHORT, 1, ("duplicate", 89)),
    "no id in any row": Odd(lambda: csv(rows(90, incident_id="")), GATE, 90, ("duplicate", 0)),
    "no time in any row": Odd(lambda: csv(rows(90, occurred_at="?")), "no time can be read", 0, ("no_time", 90)),
    "byte order mark": Odd(lambda: csv(rows(90), "utf-8-sig"), GATE, 45, ("other_family", 45), "--family ลักทรัพย์"),
    "cp874": Odd(lambda: csv(rows(90), "cp874"), GATE, 45, ("other_family", 45), "--family ลักทรัพย์"),
    "UTF-16": Odd(lambda: csv(rows(90), "utf-16"), GATE, 45, ("other_family", 45), "--family ลักทรัพย์"),
    "more zones than there are": Odd(
        lambda: csv(rows(90)), "busiest squares of 2 km", 90, None, "--zones 900 --zone-km 2"
    ),
    "a zone smaller than a cell": Odd(lambda: csv(rows(90)), SAME, 90, None, "--zones 3 --zone-km 0.06"),
    "a horizon longer than the past": Odd(lambda: csv(rows(90)), SHORT, 90, None, "--horizon 365"),
}
#: Refused: exit code 2, one line.
REFUSED = {
    "a column missing": (lambda: csv(rows(9).drop(columns=["lat", "category"])), "", "no column category, lat"),
    "empty": (lambda: b"", "", "the file is empty"),
    "a column twice": (lambda: b"incident_id,occurred_at,category,lat,lon,LAT\n", "", "the column lat twice"),
    "another category": (lambda: csv(rows(9)), "--family arson", "no category arson in the file; it has: Robbery"),
    "no horizon": (lambda: csv(rows(9)), "--horizon 0", "--horizon: 1 to 365 days, not 0"),
    "a zone of no size": (lambda: csv(rows(9)), "--zones 2 --zone-km nan", "--zone-km 0.05 to 100"),
    "a cell of no size": (lambda: csv(rows(9)), "--cell 0.001", "--cell 10 to 10000"),
    "cells for a country": (
        lambda: joined(rows(9), rows(40, "w", lat=np.linspace(16, 19, 40))), "--cell 10", "choose a larger --cell",
    ),
}  # fmt: skip


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], bytes], str], list[str]]:
    """Writes the file; returns the command line."""
    monkeypatch.chdir(tmp_path)

    def write(body: Callable[[], bytes], flags: str) -> list[str]:
        (tmp_path / "odd.csv").write_bytes(body())
        usual = [] if "--horizon" in flags else ["--horizon", "7"]
        return ["backtest", "odd.csv", *flags.split(), *usual]

    return write


@pytest.mark.parametrize("name", ANSWERED)
def test_an_odd_file_is_answered_in_plain_words(
    name: str, asked: Callable[[Callable[[], bytes], str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    odd = ANSWERED[name]
    line = asked(odd.body, odd.flags)
    assert manage.main([*line, "--json"]) == 0
    document = orjson.loads(capsys.readouterr().out)
    jsonschema.validate(document, SCHEMA)
    assert document["cases"] == odd.cases
    assert document["zones"] <= 4, "as many as there are"
    if odd.left:
        assert document["left_out"][odd.left[0]] == odd.left[1]
    # The table is made of the document: the work is not done twice.
    assert odd.says in as_text(document)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_judged_is_refused_in_a_line(
    name: str, asked: Callable[[Callable[[], bytes], str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    body, flags, word = REFUSED[name]
    with pytest.raises(SystemExit) as ended:
        manage.main(asked(body, flags))
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert word in said
    assert len(said.splitlines()) == 1
