"""What a killed process left in the data folder goes, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from store.leftovers import LEFT_MS, sweep

NOW = 1_800_000_000_000


def test_what_was_left_a_day_ago_goes_and_all_else_stays(tmp_path: Path) -> None:
    for name, age in (("imports/a", LEFT_MS + 2_000), ("imports/b", LEFT_MS - 2_000), ("export-x", LEFT_MS + 2_000),
                      ("export-y", 0), ("procedures/a", 2 * LEFT_MS)):  # fmt: skip
        place = tmp_path / name
        place.mkdir(parents=True)
        (place / "errors.csv").write_bytes(b"x")
        os.utime(place, ((NOW - age) / 1000,) * 2)
    (tmp_path / "ssz.db").write_bytes(b"x")
    assert sweep(tmp_path, NOW) == 2
    left = sorted(str(one.parent.relative_to(tmp_path)) for one in tmp_path.rglob("errors.csv"))
    assert left == ["export-y", "imports/b", "procedures/a"]
    assert sweep(tmp_path, NOW) == 0
    assert sweep(tmp_path / "none", NOW) == 0
