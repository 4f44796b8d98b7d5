"""Draw the life of an alarm into `docs/alarms.md`, from the table the product goes by."""

from __future__ import annotations

from pathlib import Path

from models.alarms.kinds import Family, Kind, family_of, priority_of
from models.alarms.life import LIFE, RULES, STEP_ROLES, SYSTEM, Rule, State, Step

PAGE = Path(__file__).parents[1] / "docs" / "alarms.md"
BEGIN = "<!-- drawn by scripts/alarms_page.py: begin -->"
END = "<!-- drawn by scripts/alarms_page.py: end -->"

_ONLY = {frozenset({Family.TECHNICAL}): ", equipment only", frozenset({Family.HELP}): ", drills only"}


def diagram() -> str:
    """The states and the steps between them; what leaves the state as it is stands in the table alone."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> raised: raise"]
    ways: dict[tuple[State, State], list[str]] = {}
    for rule in RULES:
        if rule.then is not rule.state or rule.step is Step.ASSIGN:
            ways.setdefault((rule.state, rule.then), []).append(rule.step.value)
    lines += [f"    {state} --> {then}: {', '.join(steps)}" for (state, then), steps in ways.items()]
    return "\n".join([*lines, "    closed --> [*]", "```"])


def _who(rule: Rule) -> str:
    who = ["people"] if rule.roles >= STEP_ROLES else []
    return " or ".join([*who, *(["system"] if SYSTEM in rule.roles else [])])


def life() -> str:
    """One line a step, one column a state: the next state, and who may take it."""
    head = ["| Step | " + " | ".join(State) + " |", "|" + "---|" * (len(State) + 1)]
    rows = []
    for step in Step:
        rules = [LIFE.get((state, step)) for state in State]
        cells = ["" if rule is None else f"{rule.then} ({_who(rule)})" for rule in rules]
        only = {family for rule in rules if rule for family in rule.families}
        name = f"`{step}`" + _ONLY.get(frozenset(only), "")
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join([*head, *rows])


def kinds() -> str:
    """Every kind, its family and priority."""
    rows = [f"| `{kind}` | {family_of(kind)} | {int(priority_of(kind))} |" for kind in Kind]
    return "\n".join(["| Kind | Family | Priority |", "|---|---|---|", *rows])


def drawn() -> str:
    """What stands between the two marks of the page."""
    people = ", ".join(sorted(STEP_ROLES))
    return "\n\n".join([BEGIN, diagram(), f"People: {people}.", life(), kinds(), END])


def renewed(page: str) -> str:
    """The page with its drawn part as the table says now."""
    before, rest = page.split(BEGIN, 1)
    return before + drawn() + rest.split(END, 1)[1]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
