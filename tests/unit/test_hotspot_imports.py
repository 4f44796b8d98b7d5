"""What the pages of hotspots load: nothing that fits a model is even in their process."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Libraries that fit, and the modules of ours that use them or make maps.
FITTING = ("sklearn", "geopandas", "joblib", "dask", "models.analysis.surface", "models.analysis.build",
           "models.analysis.gate", "pydeck", "models.analysis.candidates", "jobs")  # fmt: skip


def imported(page: Path) -> list[str]:
    """The import lines of a script."""
    tree = ast.parse(page.read_text(encoding="utf-8"))
    return [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_the_pages_that_show_maps_load_nothing_that_fits_them() -> None:
    """Both in one process: what either loaded would be there."""
    pages = [imported(ROOT / "pages" / "insight" / f"{name}.py") for name in ("hotspots", "forecasts")]
    assert all(len(lines) > 10 for lines in pages)
    # The live map's ground is made in the same process.
    asked = [*chain(*pages), "import dashboard.live.ground", "import dashboard.hotspots.sheet", "import sys"]
    script = "\n".join([*asked, f"print(sorted(name for name in {FITTING} if name in sys.modules))"])
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, text=True, capture_output=True, timeout=120, check=True
    )
    assert done.stdout.strip().splitlines()[-1] == "[]"
