"""Streamlit's front end out of memory, behind the door, and the hints of a page with the live map."""

from __future__ import annotations

import json
import re
from html import unescape

from dashboard.access.headers import script_hashes
from dashboard.access.sessions import COOKIE
from dashboard.language import COOKIE as LANGUAGE
from dashboard.live.assets_route import engine_name, module_name
from dashboard.shell import FOLDER, INDEX_PAGE, MAP_PAGES
from tests.app.serving import Product


def test_every_file_the_page_names_comes_as_it_is_on_the_disk(product: Product) -> None:
    named = re.findall(r'"\./static/([^"]+)"', INDEX_PAGE.read_text())
    assert len(named) > 20
    with product.client(product.session().cookie) as client:
        for name in named:
            answer = client.get(f"/static/{name}")
            assert answer.status_code == 200
            assert answer.content == (FOLDER / name).read_bytes()
            assert "immutable" in answer.headers["cache-control"]
            kind = {"js": "text/javascript", "css": "text/css", "woff2": "font/woff2"}[name.rsplit(".", 1)[1]]
            assert answer.headers["content-type"].split(";")[0] == kind
        assert client.head(f"/static/{named[0]}").content == b""


def test_nothing_else_is_to_be_had_there(product: Product) -> None:
    with product.client(product.session().cookie) as client:
        for name in ("", "js", "%2e%2e/index.html", "js/none.js", "js//x"):
            assert client.get(f"/static/{name}").status_code == 404, name
        assert client.post("/static/js/none.js").status_code in (403, 404, 405)
    with product.client() as stranger:
        named = next((FOLDER / "js").iterdir()).name
        assert stranger.get(f"/static/js/{named}").status_code == 401


def test_a_page_with_the_map_names_what_it_will_need_and_no_other_page_does(product: Product) -> None:
    with product.client(product.session().cookie) as client:
        links = re.findall(r"<([^>]+)>; rel=(\w+)", client.get("/").headers["link"])
        modules = {path.rsplit("/", 1)[1].split(".")[0].split("-")[0]: rel for path, rel in links if ".js" in path}
        assert {"live", "map", "BidiComponent", "Html", "recordbatch"} <= set(modules), "what a part imports, too"
        assert set(modules.values()) == {"modulepreload"}
        assert len(modules) < 12
        assert sum(path.endswith(".woff2") for path, _ in links) == 6
        for path, _ in links:
            assert client.get(path).status_code == 200
        others = MAP_PAGES - {"/desk"}
        assert {client.get(path).headers["link"] for path in others} == {client.get("/").headers["link"]}
        assert "/static/" not in client.get("/desk").headers["link"], "Streamlit comes later there"
        spots = re.findall(r"/static/js/([^.>]+)[^>]*>; rel=modulepreload", client.get("/hotspots").headers["link"])
        assert {"BidiComponent", "Html", "Selectbox", "Autocomplete"} <= set(spots)
        told = client.get("/response").headers["link"]
        assert {"Html", "Selectbox", "Metric"} <= set(re.findall(r"/static/js/([^.>]+)", told))
        assert "BidiComponent" not in told
        analysts = [client.get(path).headers["link"] for path in ("/incidents", "/clock", "/before-after")]
        for link in analysts:
            assert {"BidiComponent", "Selectbox", "Multiselect"} <= set(re.findall(r"/static/js/([^.>]+)", link))
        # The incidents' views are in the map's bundle; its engine is loaded when there is ground to draw.
        assert [module_name() in link for link in analysts] == [True, False, False]
        assert all(engine_name() not in link for link in analysts)
        for path in set(
            re.findall(r"<([^>]+)>", "".join([client.get("/hotspots").headers["link"], told, *analysts]))
        ):
            assert client.get(path).status_code == 200
        assert "link" not in client.get("/feeds").headers
    with product.client() as stranger:
        assert "link" not in stranger.get("/").headers


def test_a_page_with_the_map_is_streamlits_with_one_script_more_which_may_run(product: Product) -> None:
    with product.client(product.session().cookie) as client:
        answer = client.get("/map")
    [ours] = re.findall(r"    <script>\s+window\.__streamlit = .*?</script>\n", answer.text, re.DOTALL)
    assert answer.text.replace(ours, "").split() == INDEX_PAGE.read_text(encoding="utf-8").split()
    assert answer.text.index(ours) < answer.text.index('<script type="module"')
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == (
        "no-cache",
        "text/html; charset=utf-8",
    )
    policy = answer.headers["content-security-policy"]
    hashes = script_hashes(answer.content)
    assert len(hashes) == 2
    assert all(one in policy for one in hashes)


def test_the_desks_address_tells_its_program_all_it_needs_and_only_those_who_may_work_there(product: Product) -> None:
    signed = product.session("dispatcher")
    with product.client(signed.cookie) as client:
        thai = client.get("/desk")
        english = client.get("/desk", headers={"cookie": f"{COOKIE}={signed.cookie}; {LANGUAGE}=en"})
    told = []
    for answer in (thai, english):
        [said] = re.findall(r'<meta name="ssz-told" content="([^"]*)" />', answer.text)
        told.append(json.loads(unescape(said)))
        program = f'<script id="ssz-program" type="module" src="/assets/{module_name()}"></script>'
        assert answer.text.count(program) == 1
        assert re.findall(r'<script type="([^"]+)"[^>]* src="./static/js/index', answer.text) == ["ssz-later"]
        assert answer.headers["cache-control"] == "private, no-store"
        assert len(script_hashes(answer.content)) == 2, "no script of its own that the policy would have to let pass"
    assert [one["language"] for one in told] == ["th", "en"]
    assert told[0]["csrf"] == signed.who.csrf != ""
    assert (told[0]["mode"], told[0]["mayAcknowledge"], told[0]["module"]) == ("desk", True, module_name())
    assert "/response" in [link["href"] for link in told[0]["links"]]
    for role in ("viewer", "analyst"):
        with product.client(product.session(role).cookie) as client:
            page = client.get("/desk").text
            assert "ssz-told" not in page
            assert re.findall(r'<script type="([^"]+)"[^>]* src="./static/js/index', page) == ["module"]
