"""Every word a screen asks for exists in Thai and in English."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from dashboard.filters import GROUPS, PERIODS
from dashboard.live.told import PREFIXES
from dashboard.tables import link_rows
from dashboard.words import LANGUAGES, Language, as_language, table, word, words_with
from models.access.policy import Role
from models.alarms.kinds import Kind
from models.alarms.life import OUTCOMES, State, Step
from models.analysis.cases import LeftOut
from models.analysis.hotspots import Side, Trend
from models.analysis.hotspots import Why as MapWhy
from models.analysis.periods import Verdict
from models.audit.chain import Fault
from models.audit.deeds import GROUPS as DEEDS
from models.audit.deeds import Did
from models.drills import Refusal
from models.picture import SourceNow
from models.readiness import Readiness, Why
from models.records.base import Reason
from models.records.dispatch import How
from models.records.notice import Outcome, Trouble
from models.records.sos import Mark
from models.records.unit import UnitStatus
from models.response.groups import By
from models.response.report import Leg
from models.response.times import Sort

ROOT = Path(__file__).parents[2]
PYTHON = [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
SCRIPTS = sorted((ROOT / "dashboard/live/frontend/src").glob("*.ts"))
_KEY = re.compile(
    r"""["'`]((?:nav|live|mark|sos|err|sys|inc|flt|feeds|reason|equip|notice|drill|resp|sheet|dev|aud|hot)\.[a-z0-9_]+)["'`]"""
)


def _used(files: list[Path]) -> set[str]:
    return {key for file in files for key in _KEY.findall(file.read_text(encoding="utf-8"))}


def test_every_key_named_in_the_code_has_words_in_both_languages() -> None:
    used = _used([file for file in PYTHON if "node_modules" not in file.parts]) | _used(SCRIPTS)
    assert len(used) > 60
    for language in LANGUAGES:
        assert sorted(used - table()[language].keys()) == []


def test_every_key_that_is_put_together_has_words() -> None:
    keys = {f"mark.{mark.value}" for mark in Mark} | {f"reason.{reason.value}" for reason in Reason}
    keys |= {f"live.status_{status.value}" for status in UnitStatus} | {"live.status_unknown"}
    keys |= {f"live.alarm_{state.value}" for state in State}
    keys |= {f"live.kind_{kind}" for kind in ("sos", "panic", "unreadable")}
    keys |= {f"live.box_{state}" for state in ("ok", "fault", "offline", "unknown")}
    keys |= {f"live.data_{state}" for state in ("starting", "fresh", "stale", "reconnecting")}
    keys |= {f"live.sound_{state}" for state in ("on", "off", "blocked")}
    keys |= {f"live.band_storage_{state}" for state in ("slow", "full", "readonly")}
    keys |= {f"live.figure_{name}" for name in ("alarms", "live", "stale", "lost", "boxes")}
    keys |= {f"live.unit_{name}" for name in ("stale", "lost")} | {
        f"live.{name}" for name in ("zoom_in", "whole_zone")
    }
    parts = ("units", "labels", "trails", "boxes", "zones", "ring", "beats", "hotspots", "streets", "cameras")
    keys |= {f"live.part_{part}" for part in (*parts, "checkpoints")} | {"live.map_lost", "live.map_failed"}
    keys |= {f"flt.p_{period}" for period in [*PERIODS, "days"]}
    keys |= {f"inc.g{group}" for group in GROUPS if group != "0"}
    keys |= {f"inc.q_{quality}" for quality in ("exact", "street", "area", "none")}
    keys |= {f"inc.f_{finder}" for finder in ("victim", "patrol", "camera", "other")}
    keys |= {f"equip.{state.value}{more}" for state in Readiness for more in ("", "_means")}
    keys |= {f"equip.why_{why.value}" for why in Why}
    keys |= {f"live.trouble_{word}" for word in ("sent", *(one.value for one in Trouble))}
    keys |= {f"drill.bad_{why.value}" for why in Refusal}
    keys |= {f"notice.{word}" for word in ("works", "failing", "untried", "spent", *(one.value for one in Trouble))}
    keys |= {f"live.outcome_{outcome}" for outcome in OUTCOMES} | {f"live.step_{step.value}" for step in Step}
    keys |= {f"live.desk_group_{name}" for name in ("report", "technical", "shelved", "open", "close")}
    keys |= {f"live.step_notice_{outcome.value}" for outcome in Outcome}
    keys |= {f"aud.g_{group}" for group in DEEDS} | {f"aud.d_{did.replace('.', '_')}" for did in Did}
    keys |= {f"aud.r_{role}" for role in (*Role, "console", "system")}
    keys |= {f"aud.f_{fault}" for fault in Fault}
    keys |= {f"dev.{word}" for word in ("unit", "box", "key_devices", "key_channel")}
    keys |= {f"dev.state_{state}" for state in ("approved", "blocked")}
    keys |= {"live.step_raise", "live.step_tick", "live.step_untick"} | {f"live.kind_{kind.value}" for kind in Kind}
    keys |= {f"resp.by_{by.value}" for by in By} | {f"resp.leg_{leg.value}" for leg in Leg}
    keys |= {f"resp.sort_{sort.value}" for sort in Sort} | {f"resp.how_{how.value}" for how in How}
    keys |= {f"hot.why_{why}" for why in get_args(MapWhy)} | {f"hot.trend_{trend}" for trend in get_args(Trend)}
    keys |= {f"hot.side_{side}" for side in get_args(Side)} | {f"hot.day_{day}" for day in range(7)}
    keys |= {f"hot.out_{one.name}" for one in fields(LeftOut)} | {f"hot.change_{one}" for one in get_args(Verdict)}
    keys |= {f"hot.quality_{word}" for word in ("place", "history", "good", "fair", "poor", "none")}
    keys |= {f"hot.part_{part}" for part in ("spots", "periods", "patrol")}
    for language in LANGUAGES:
        assert sorted(keys - table()[language].keys()) == []


def test_the_bundle_is_given_every_key_it_asks_for() -> None:
    for language in LANGUAGES:
        assert sorted(_used(SCRIPTS) - words_with(PREFIXES, language).keys()) == []


def test_places_are_filled_and_an_unknown_key_is_an_error() -> None:
    assert word("inc.limited", "en", n=5) == "Only the newest 5 are shown; choose fewer days."
    with pytest.raises(KeyError):
        word("no.such_key", "th")


def test_only_two_languages() -> None:
    assert [as_language(text) for text in ("en", "th", None, "de")] == ["en", "th", "th", "th"]
    assert as_language("de", "en") == "en"


def test_thai_is_thai_and_places_agree_in_both() -> None:
    same = {"nav.other_language"}
    for key, text in table()["th"].items():
        assert key in same or re.search(r"[ก-๛]", text), key
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", table()["en"][key])), key


@pytest.mark.parametrize("language", ["th", "en"])
def test_columns_of_one_table_have_names_of_their_own(language: Language) -> None:
    now, zone = 1_764_000_000_000, ZoneInfo("Asia/Bangkok")
    [link] = link_rows([SourceNow("mqtt:main", connected=True, state_at=now)], zone, language)
    assert next(iter(link.values())) == "mqtt:main"
    assert len(link) == 3
