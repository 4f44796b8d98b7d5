"""The picture of an alarm's life in the docs is the one the product goes by."""

from __future__ import annotations

from models.alarms.life import RULES
from scripts.alarms_page import PAGE, diagram, renewed


def test_the_page_is_drawn_from_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run `python -m scripts.alarms_page`"


def test_every_change_of_state_is_in_the_diagram() -> None:
    picture = diagram()
    for rule in RULES:
        if rule.then is not rule.state:
            (line,) = [line for line in picture.splitlines() if f"{rule.state} --> {rule.then}:" in line]
            assert rule.step in line
