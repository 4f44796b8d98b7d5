"""Every column a reader knows stands in `docs/formats.md`."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.formats.incident_file import NAMES
from models.formats.register_files import REGISTERS
from models.formats.street_file import STREET_NAMES

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
TITLES = {
    "station": "Stations",
    "zone": "Zones",
    "box": "SOS boxes",
    "camera": "Camera points",
    "checkpoint": "Checkpoints (red boxes)",
    "unit": "Units",
    "street": "Streets",
    "incident": "Incidents",
}
OTHER = {"incident": NAMES, "street": STREET_NAMES}


def section(title: str) -> str:
    return DOCS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("kind", sorted(TITLES))
def test_every_column_is_documented(kind: str) -> None:
    names = OTHER[kind] if kind in OTHER else REGISTERS[kind].names
    text = section(TITLES[kind])
    assert [name for name in names if f"`{name}`" not in text] == []
