"""Print docs/settings.md, made from the settings themselves."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from settings import Settings


def page() -> str:
    """The page: one row a setting, with its default and its sentence."""
    lines = [
        "# Settings",
        "",
        "Read once at start from environment variables or a `.env` file. A value the product refuses stops the start",
        "with one line that names it (exit status 2).",
        "",
        "| Setting | Default | Meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        lines.append(f"| `SSZ_{name.upper()}` | `{default}` | {field.description} |".replace("| `` |", "| |"))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
