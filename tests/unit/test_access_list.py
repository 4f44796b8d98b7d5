"""The broker's access list: nothing a name can hold widens it."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from ingest.sources.access_list import (
    MOST_BYTES,
    access_list,
    credentials,
    gateway_named,
    gateway_topic,
    left_out,
    native_credential,
)
from store.registry import NATIVE, Registry, Target, native_id

#: What no name may bring in: another level, a wildcard, another line.
TRICKY = st.text(st.sampled_from("ab1 กุ+#/\n\r\t\x00\u2028\u202e$"), min_size=1, max_size=12) | st.text(min_size=1)


def common_name(name: str) -> x509.NameAttribute[str]:
    """The name in a certificate.

    Raises:
        ValueError: it does not fit.
    """
    return x509.NameAttribute(NameOID.COMMON_NAME, name)


def registry(*targets: Target, apps: tuple[str, ...] = ()) -> Registry:
    """A registry that approves these."""
    known = {(NATIVE, native_id(target)): target for target in targets}
    known |= {("owntracks", name): Target("lumphini", "unit", "u") for name in apps}
    return Registry(
        targets=MappingProxyType(known),
        stations=MappingProxyType({"lumphini": "metro", "play": "test"}),
        natives=frozenset(targets),
    )


def entries(text: str) -> dict[str, list[str]]:
    """User -> its lines, as Mosquitto reads the file."""
    found: dict[str, list[str]] = {}
    user = ""
    for line in text.split("\n"):
        if line.startswith("user "):
            user = line.removeprefix("user ")
            assert user not in found, "an entry stands there twice"
            found[user] = []
        elif line.startswith("topic "):
            found[user].append(line.removeprefix("topic "))
        else:
            assert not line or line.startswith("#"), line
    return found


def test_a_box_and_a_unit_of_one_name_have_topics_of_their_own() -> None:
    text = access_list(registry(Target("lumphini", "box", "a1"), Target("lumphini", "unit", "a1")), {})
    found = entries(text)
    own = "ssz/v1/lumphini/sos/a1"
    assert found["lumphini/sos/a1"] == [
        f"write {own}/event", f"write {own}/online", f"read {own}/receipt", f"read {own}/command",
    ]  # fmt: skip
    own = "ssz/v1/lumphini/unit/a1"
    assert found["lumphini/unit/a1"] == [
        f"write {own}/position", f"write {own}/alarm", f"write {own}/status",
        "write ssz/v1/lumphini/checkpoint/+/scan", f"read {own}/command",
    ]  # fmt: skip
    # Recorded files are played to stations that are not at work, and to no other.
    assert found["replay"] == ["write ssz/v1/play/#"]


@given(names=st.lists(TRICKY, max_size=6, unique=True), apps=st.lists(TRICKY, max_size=6, unique=True))
def test_no_name_widens_the_list(names: list[str], apps: list[str]) -> None:
    targets = [Target("lumphini", kind, name) for name in names for kind in ("unit", "box")]
    known = registry(*targets, apps=tuple(apps))
    found = entries(access_list(known, {"traccar": ["positions"]}))
    assert found.pop("traccar") == ["write positions"]
    found.pop("ingest")
    found.pop("replay")
    for user, lines in found.items():
        # Every name the list holds can be made out in a certificate; a Thai letter is three bytes of it.
        assert common_name(user)
        for line in lines:
            topic = line.split(" ", 1)[1]
            assert "#" not in topic
            assert topic.count("+") == topic.count("checkpoint/+/scan")
            assert topic.startswith(("ssz/v1/lumphini/", "owntracks/"))
    assert found.keys() == credentials(known)
    assert len(found) + len(left_out(known)) == len(known.targets)


def test_long_names_stay_apart() -> None:
    one, two = (native_credential(Target("lumphini", "unit", "u" * 90 + end)) for end in "12")
    assert one != two
    assert len(one) == len(two) == MOST_BYTES


def test_a_long_thai_name_is_cut_between_letters() -> None:
    one, two = (native_credential(Target("lumphini", "unit", "สายตรวจลุมพินีที่" + end)) for end in ("๑", "๒"))
    assert one != two
    assert all(common_name(name) and len(name.encode()) <= MOST_BYTES for name in (one, two))


def test_a_gateway_may_be_allowed_reports_incidents_and_cameras_of_our_stations_and_nothing_else() -> None:
    own = "ssz/v1/lumphini"
    allowed = (f"{own}/report/line", f"{own}/incident/cad", f"{own}/camera/p1/status", f"{own}/camera/+/status")
    for topic in allowed:
        assert gateway_topic(topic, {"lumphini"})
        assert not gateway_topic(topic, {"elsewhere"})
    for topic in (
        f"{own}/report/+", f"{own}/incident/#", f"{own}/report/line/more", f"{own}/sos/b1/event",
        f"{own}/sos/+/online",
        f"{own}/unit/u1/position", f"{own}/alarm/a/state", "ssz/v1/+/report/line", "ssz/#", f"{own}/camera/#",
        f"{own}/report/line\ntopic write #", "#", "+/x", "$SYS/x", "/x", "", " positions",
    ):  # fmt: skip
        assert not gateway_topic(topic, {"lumphini", "+"}), topic
    assert gateway_topic("application/+/device/+/event/up", set())


@pytest.mark.parametrize("name", ["ingest", "replay", "ssz-main-alarm", "Traccar", "a b", "x/sos/b1", "", "a:b"])
def test_a_gateway_is_named_like_nobody_else(name: str) -> None:
    assert not gateway_named(name)
    assert gateway_named("traccar")
