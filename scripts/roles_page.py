"""Draw who may do what into `docs/roles.md`, from the table the product goes by."""

from __future__ import annotations

from pathlib import Path

from models.access.policy import POLICY, Action, Role

PAGE = Path(__file__).parents[1] / "docs" / "roles.md"
BEGIN = "<!-- drawn by scripts/roles_page.py: begin -->"
END = "<!-- drawn by scripts/roles_page.py: end -->"


def table() -> str:
    """One line an action, one column a role."""
    head = ["| Action | " + " | ".join(Role) + " |", "|" + "---|" * (len(Role) + 1)]
    rows = [
        f"| `{action}` | " + " | ".join("yes" if action in POLICY[role] else "" for role in Role) + " |"
        for action in Action
    ]
    return "\n".join([*head, *rows])


def renewed(page: str) -> str:
    """The page with its drawn part as the table says now."""
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{rest.split(END, 1)[1]}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
