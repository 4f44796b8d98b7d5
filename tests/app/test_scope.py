"""Nothing of another station ever leaves: every path the running product and its API name, asked by every role with
any grants, over the real door. Paths come from the product, not from a list."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from dashboard.access.beginning import digest_of
from dashboard.access.csrf import HEADER as CSRF
from dashboard.access.sessions import COOKIE
from dashboard.live.past_routes import HEADER as PURPOSE
from models.access.grants import Placed, stations_of
from models.access.policy import Action, Role, may
from models.access.scope import scope_for
from models.records.base import UNKNOWN_STATION
from models.records.station import Station
from store import access, registers, sources
from tests.app.scope_town import MARKS, NOBODY, OURSELVES, STATIONS, STRANGER, Town, fill
from tests.app.serving import METRICS_TOKEN, Product, clock
from tests.live_reader import QUERY
from tests.servers import wait_until
from tests.stores import new_store

REGISTER = [Placed(code, *levels) for code, levels in STATIONS.items()]

GRANTS = ["", "*", "zqalpha", "zqalpha,zqdelta", "bureau:ภ.1", "province:อยุธยา", "zqbravo, province:สงขลา"]

#: Answers whose bytes are told at once: Streamlit's own files and the door's have no data of ours in them.
NO_DATA = ("/_stcore", "/static", "/assets", "/component", "/sign-", "/in/", "/healthz")

WHY = {"reason": "review", "text": "ตรวจสอบสิทธิ์การเข้าถึงข้อมูล"}


@dataclass
class World:
    """The product over the town, and what was signed in or asked for once."""

    product: Product
    town: Town
    paths: list[str]
    clients: dict[tuple[str, str], tuple[httpx.Client, str]] = field(default_factory=dict)

    def client(self, role: str, grants: str) -> tuple[httpx.Client, str]:
        """Somebody signed in, and the cookie's value; with a stated purpose if the role may state one."""
        known = self.clients.get((role, grants))
        if known is None:
            signed = self.product.session(role, grants)
            client = self.product.client(signed.cookie)
            client.headers[CSRF] = signed.who.csrf
            stated = client.post("/live/purpose", json=WHY)
            if stated.status_code == 201:
                client.headers[PURPOSE] = stated.json()["id"]
            assert (stated.status_code == 201) is may(role, Action.REPLAY)
            known = self.clients[role, grants] = client, signed.cookie
        return known


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, routes: list[tuple[str, str]]) -> Iterator[World]:
    """The product, started over the filled store."""
    product = Product(tmp_path_factory.mktemp("scope"))
    new_store(product.folder / "ssz.db")
    db = product.open_store()
    town = fill(db)
    db.close()
    product.start()
    found = World(product, town, [])
    try:
        with product.client(product.session().cookie) as client:
            api = client.get("/api/v1/openapi.json").json()["paths"]
            # Columns of the incidents are read after the start; until then their doors say 503.
            wait_until(lambda: client.get("/cases/rows").status_code != 503, 30, "the incidents being read")
        paths = {f"/api/v1{path.removeprefix('/api/v1')}" for path, told in api.items() if "get" in told}
        live = {path for kind, path in routes if kind == "http" and not path.startswith(NO_DATA)}
        found.paths = sorted(paths | live)
        assert len(paths) >= 8
        assert {"/live/ground", "/live/hotspots", "/live/past", "/live/tracks", "/live/desk/x/sheet.pdf"} <= live
        yield found
    finally:
        for client, _ in found.clients.values():
            client.close()
        product.stop()


def visible(role: str, grants: str, visitor: bool = False) -> set[str]:
    """The marks somebody may read."""
    scope = scope_for(role, stations_of(grants, REGISTER), visitor)
    if role == "nobody":
        return set()
    seen = {code for code in STATIONS if scope.sees(code)}
    if scope.unknown_alarms:
        seen |= {NOBODY, OURSELVES}
    return seen | ({STRANGER} if scope.unknown else set())


def asked(world: World, path: str, mark: str, words: dict[str, str]) -> tuple[str, dict[str, str]]:
    """A path with ids of one station put in, and a query that names them too."""
    alarm, unit = world.town.alarms.get(mark, "none"), f"{mark}-car"
    filled = path.replace("{alarm}", alarm).replace("{unit}", unit).replace("/x", f"/{alarm}")
    at = world.town.at
    if path.startswith("/api/"):
        day = datetime.fromtimestamp((at - 7_000_000) / 1000, UTC).isoformat()
        query = {"from": day, "station": mark, "zone": f"{mark}-zone", "format": "csv", "include": "unknown",
                 "state": "all", "unit": unit}  # fmt: skip
    else:
        window = {"from": str(at - 3_500_000), "to": str(at)}
        query = {**window, "at": str(at - 60_000), "until": str(at), "unit": f"{mark}/{unit}", "visitor": "1"}
        query |= {"reason": "incident"} if path.endswith("/sheet.pdf") else {}
    required = {"from", "to", "at", "until", "reason"} & set(query) if path.startswith("/live/") else set()
    return filled, {name: query[name] for name in query if name in required or name in words}


def told(answer: httpx.Response, echoed: list[str]) -> str:
    """What an answer says, without what the question said itself."""
    if answer.headers.get("content-type") == "application/pdf":
        document = pypdfium2.PdfDocument(io.BytesIO(answer.content))
        body = "".join(page.get_textpage().get_text_range() for page in document)
        document.close()
    else:
        body = answer.content.decode("utf-8", "replace")
    if answer.status_code >= 400:
        for said in sorted(echoed, key=len, reverse=True):
            body = body.replace(said, "")
    return body


roles = st.sampled_from(list(Role))
grants = st.sampled_from(GRANTS)
words = st.dictionaries(
    st.sampled_from(["from", "station", "zone", "format", "include", "state", "unit", "visitor"]), st.just(""),
)  # fmt: skip


def test_nothing_outside_the_scope_ever_leaves(world: World) -> None:
    answered: set[str] = set()

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(roles, grants, st.sampled_from(world.paths), st.sampled_from(MARKS), words)
    def every_answer(role: str, grants: str, path: str, mark: str, more: dict[str, str]) -> None:
        client, _ = world.client(role, grants)
        filled, query = asked(world, path, mark, more)
        answer = client.get(filled, params=query)
        # Without a heartbeat the product is not ready, and says so.
        assert answer.status_code < 500 or path == "/readyz", (filled, answer.text)
        if answer.status_code == 200:
            answered.add(path)
        body = told(answer, [*filled.strip("/").split("/"), *query.values()])
        leaked = {one for one in MARKS if one in body} - visible(role, grants)
        assert not leaked, (role, grants, filled, query, leaked)

    every_answer()
    asking = {path for path in world.paths if path.startswith(("/api/v1/", "/live/"))}
    assert len(answered & asking) >= len(asking) * 0.7, f"hardly anything was answered: {asking - answered}"


@pytest.mark.parametrize("visitor", [False, True])
def test_the_live_feed_tells_each_scope_its_own(world: World, visitor: bool) -> None:
    for role in Role:
        for text in GRANTS:
            _, cookie = world.client(role, text)
            address = f"ws://localhost:{world.product.port}/live?{QUERY}" + ("&visitor=1" if visitor else "")
            with connect(
                address, additional_headers={"cookie": f"{COOKIE}={cookie}"}, open_timeout=60, proxy=None
            ) as socket:
                first = socket.recv(timeout=60)
            assert isinstance(first, bytes)
            body = first.decode("utf-8", "replace")
            seen = {mark for mark in MARKS if mark in body}
            may_see = visible(role, text, visitor)
            assert seen <= may_see, (role, text)
            # A device nobody has approved has said nothing that is drawn; a visitor is told no names of units.
            assert may_see - {STRANGER} <= seen, (role, text)
            assert ("ร.ต.อ." in body) is (may(role, Action.SEE_PERSON) and not visitor and bool(seen)), (role, text)


def test_a_role_nobody_knows_gets_neither_ground_nor_figures_nor_the_feed(world: World) -> None:
    client, cookie = world.client("nobody", "*")
    for path in ("/live/ground", "/live/hotspots", "/live/figures"):
        assert client.get(path).status_code == 403, path
    address = f"ws://localhost:{world.product.port}/live?{QUERY}"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address, additional_headers={"cookie": f"{COOKIE}={cookie}"}, open_timeout=60, proxy=None),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_each_mark_is_told_to_somebody(world: World) -> None:
    """The marks are where they would leak from, or the tests above could not fail."""
    client, _ = world.client("administrator", "*")
    found: dict[str, set[str]] = {}
    for path in ("units?include=unknown", "alarms?state=all", "incidents", "zones", "sources"):
        body = client.get(f"/api/v1/{path}").text
        found[path] = {mark for mark in MARKS if mark in body}
    assert set().union(*found.values()) == set(MARKS)
    for path in ("units?include=unknown", "alarms?state=all", "incidents", "zones", "sources"):
        assert set(STATIONS) <= found[path], path
    at = world.town.at
    for path in ("ground", f"past?at={at - 1000}", f"tracks?from={at - 60_000}&to={at}"):
        body = client.get(f"/live/{path}").content.decode("utf-8", "replace")
        assert set(STATIONS) <= {mark for mark in MARKS if mark in body}, path
    # The figures are sums of the scope's stations: one call each.
    for text, raised in (("*", 5), ("province:อยุธยา", 3), ("zqdelta", 2)):
        assert world.client("administrator", text)[0].get("/live/figures").json()["raised"] == raised
    assert world.client("viewer", "bureau:ภ.1")[0].get("/live/figures").json()["raised"] == 3


def test_a_tokens_figures_are_of_what_it_may_see(world: World) -> None:
    db = world.product.open_store()
    try:
        with db.write() as tx:
            # What was refused: of a station of the register, and of something that is nowhere.
            sources.count(tx, "zqdelta-feed", "zqdelta", "malformed", 1, clock())
            sources.count(tx, f"{NOBODY}-feed", UNKNOWN_STATION, "unknown_station", 1, clock())
            for role in (*Role, "nobody"):
                for number, text in enumerate(GRANTS):
                    access.add_token(tx, digest_of(f"{role}-{number}"), f"{role}-{number}", role, text, clock())
    finally:
        db.close()
    said: dict[tuple[str, str], str] = {}
    with world.product.client() as client:
        for role in (*Role, "nobody"):
            for number, text in enumerate(GRANTS):
                headers = {"authorization": f"Bearer {role}-{number}"}
                pages = [client.get(path, headers=headers).text for path in ("/metrics", "/readyz")]
                said[role, text] = body = "".join(pages)
                seen = {mark for mark in MARKS if mark in body}
                assert seen <= (visible(role, text) if role != "nobody" else set()), (role, text, seen)
                if role != "nobody" and text == "zqalpha":
                    assert "\nssz_units 1.0\n" in body
        own = client.get("/metrics", headers={"authorization": f"Bearer {METRICS_TOKEN}"}).text
    assert set(STATIONS) | {NOBODY} <= {mark for mark in MARKS if mark in own}
    assert set(STATIONS) <= {mark for mark in MARKS if mark in said["viewer", "*"]}


def ids(schema: dict[str, Any], path: str, method: str) -> set[str]:
    """The parameters of a path that name something of a station."""
    said = schema["paths"][path][method].get("parameters", [])
    return {one["name"] for one in said} & {"alarm", "unit", "station", "zone"}


def names(world: World, code: str) -> dict[str, str]:
    """What is called what at a station; at one that is nowhere, names that could be."""
    alarm = world.town.alarms.get(code, "0" * 32)
    return {"alarm": alarm, "unit": f"{code}-car", "station": code, "zone": f"{code}-zone"}


def test_an_id_of_another_station_is_answered_as_one_that_is_nowhere(world: World) -> None:
    client, _ = world.client("commander", "zqdelta")  # sees all that can be asked
    schema = client.get("/api/v1/openapi.json").json()
    foreign, nowhere, own = names(world, "zqalpha"), names(world, "zqnowhere"), names(world, "zqdelta")
    body = {"unit": "zqdelta-car", "outcome": "test", "note": "ทดสอบสิทธิ์", "minutes": 5}
    checked = 0
    for path, methods in schema["paths"].items():
        for method in methods:
            named = ids(schema, path, method)
            for name in sorted(named):
                answers = []
                for given_ids in (foreign, nowhere):
                    said = {one: (given_ids if one == name else own)[one] for one in named}
                    url = f"/api/v1{path.removeprefix('/api/v1')}"
                    url = url.replace("{alarm}", said.get("alarm", ""))
                    url = url.replace("{unit}", said.get("unit", ""))
                    query = {one: said[one] for one in named if f"{{{one}}}" not in path}
                    ask = partial(client.post, json=body) if method == "post" else client.get
                    answer = ask(url, params=query)
                    text = answer.text
                    for value in said.values():
                        text = text.replace(value, "ID")
                    answers.append((answer.status_code, text, sorted(set(answer.headers) - {"date"})))
                assert answers[0] == answers[1], (method, path, name)
                # What the role may not do at all is refused before anything is looked for.
                assert answers[0][0] in (403, 404), (method, path, name, answers[0])
                checked += answers[0][0] == 404
    assert checked >= 12
    # Nothing was done to it, and the own one can be reached: the paths were right.
    alarm = world.client("chief", "zqalpha")[0].get(f"/api/v1/alarms/{foreign['alarm']}").json()
    assert len(alarm["history"]) == 2
    assert client.get(f"/api/v1/alarms/{own['alarm']}").status_code == 200


def test_the_desks_doors_too_answer_for_another_station_as_for_nowhere(world: World) -> None:
    client, _ = world.client("chief", "zqdelta")
    foreign, nowhere = world.town.alarms["zqalpha"], "0" * 32
    paths = [path for path in world.paths if path.startswith("/live/desk/x")]
    assert len(paths) >= 3
    for path in paths:
        for method, body in (("GET", None), ("POST", {"item": "x", "done": True})):
            answers = [client.request(method, path.replace("/x", f"/{one}"), json=body) for one in (foreign, nowhere)]
            said = [(one.status_code, one.text.replace(foreign, "ID").replace(nowhere, "ID")) for one in answers]
            assert said[0] == said[1], (method, path)
            # A method the path does not take is answered by Streamlit's empty page.
            assert said[0][0] in (404, 405) or '<div id="root"></div>' in said[0][1], (method, path)


def test_a_station_that_joins_a_province_later_is_in_and_its_feed_opens_anew(world: World) -> None:
    client, cookie = world.client("viewer", "province:ระยอง")
    assert client.get("/live/ground").json()["stations"] == []
    address = f"ws://localhost:{world.product.port}/live?{QUERY}"
    with connect(address, additional_headers={"cookie": f"{COOKIE}={cookie}"}, open_timeout=60, proxy=None) as socket:
        socket.recv(timeout=60)
        move(world, "ระยอง")
        try:
            assert ended(socket) == 1008
            codes = [one["code"] for one in client.get("/live/ground").json()["stations"]]
            assert codes == ["zqlate"]
        finally:
            move(world, "")


def ended(socket: Connection) -> int | None:
    """The code a WebSocket is closed with from the other side."""
    try:
        while True:
            socket.recv(timeout=60)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def move(world: World, province: str) -> None:
    """Put a station into a province."""
    late = Station(code="zqlate", name_th="ใหม่", name_en="new", kind="test", province=province)
    db = world.product.open_store()
    with db.write() as tx:
        registers.put_stations(tx, [late], clock())
    db.close()
