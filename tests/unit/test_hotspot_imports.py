"""What the pages of hotspots load: nothing that fits a model is even in their process."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Libraries that fit, and the modules of ours that use them or make maps.
FITTING = ("sklearn", "geopandas", "joblib", "dask", "models.analysis.surface", "models.analysis.build",
           "models.analysis.gate", "pydeck", "models.analysis.candidates", "jobs")  # fmt: skip


def imported(page: Path) -> list[str]:
    """The import lines of a script."""
    tree = ast.parse(page.read_text(encoding="utf-8"))
    return [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


@pytest.mark.parametrize("name", ["hotspots", "forecasts"])
def test_a_page_that_shows_maps_loads_nothing_that_fits_them(name: str) -> None:
    lines = imported(ROOT / "pages" / "insight" / f"{name}.py")
    assert len(lines) > 10
    # The live map's ground is made in the same process.
    asked = [*lines, "import dashboard.live.ground", "import dashboard.hotspots.sheet", "import sys"]
    script = "\n".join([*asked, f"print(sorted(name for name in {FITTING} if name in sys.modules))"])
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, text=True, capture_output=True, timeout=120, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
