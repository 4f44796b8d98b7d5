"""The map engine in a real browser: motion, stacks, following, areas, trails, what it does when it cannot draw."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.fixture_server import ZONE, FixtureServer, alarm, box, now_ms, unit
from tests.e2e.looking import click_at, coloured, drawn_at, open_wall

pytestmark = pytest.mark.browser

#: Begins to keep the positions of a mark, one for each frame in which it moved, until half a second after it has
#: reached a place: `followed` gives them.
_FOLLOW = """([key, lat, lon]) => { window.followed = (async () => {
    const seen = [], map = window.__ssz.map, end = map.raw.project([lon, lat]), began = performance.now()
    let there = null
    while (performance.now() - began < 60000 && (there === null || performance.now() - there < 500)) {
        await new Promise(requestAnimationFrame)
        const at = map.where(key)
        if (Math.hypot(at.x - end.x, at.y - end.y) < 0.05) there ??= performance.now()
        if (seen.length === 0 || seen.at(-1)[0] !== at.x || seen.at(-1)[1] !== at.y) seen.push([at.x, at.y])
    }
    return seen
})() }"""

#: How often the map is drawn, by the page's own clock, in 1/s.
_RENDERS = """async () => {
    const layer = window.__ssz.map.layer, drawn = layer.renders, began = performance.now()
    await new Promise((done) => setTimeout(done, 1500))
    return (layer.renders - drawn) * 1000 / (performance.now() - began)
}"""

#: Fifteen seconds of the map's life, in as many frames: the time told to them goes on by a second each.
_SECONDS = """async () => {
    const real = window.requestAnimationFrame, frame = () => new Promise((done) => real.call(window, done))
    window.ahead ??= 0
    window.requestAnimationFrame = (call) => real.call(window, (now) => call(now + window.ahead))
    for (let i = 0; i < 15; i += 1) {
        window.ahead += 1000
        window.__ssz.map.tick()
        await frame()
        await frame()
    }
    window.requestAnimationFrame = real
}"""

#: Whether five marks of a stack are drawn at five places.
_SPREAD = """() => new Set([0, 1, 2, 3, 4].map((i) => {
    const at = window.__ssz.map.where(`demo/3${i}`)
    return `${Math.round(at.x)} ${Math.round(at.y)}`
})).size === 5"""

_ALL_DRAWN = """(layers) => layers.every(
    (layer) => window.__ssz.map.raw?.queryRenderedFeatures({ layers: [layer] }).length > 0)"""

_LOSE = """(which) => {
    window.lose = document.querySelector(which).getContext("webgl2").getExtension("WEBGL_lose_context")
    window.lose.loseContext()
}"""


_NO_GPU_FOR_MARKS = """{
    const real = HTMLCanvasElement.prototype.getContext
    window.noGpu = true
    HTMLCanvasElement.prototype.getContext = function (...how) {
        return window.noGpu && this.className === "ssz-overlay" ? null : real.apply(this, how)
    }
}"""

#: Texts asked for and texts drawn, in two frames, of a texture for some ten of them.
_SMALL_TEXTURE = """async () => {
    const { layer } = window.__ssz.map, { writing } = layer.parts, { quads } = writing
    let told = 0, put = 0
    const add = writing.add.bind(writing), lay = quads.add.bind(quads)
    writing.side = 400
    writing.empty()
    writing.add = (...one) => { told += 1; add(...one) }
    quads.add = (...one) => { put += 1; lay(...one) }
    for (let i = 0; i < 2; i += 1) {
        const drawn = new Promise((done) => { layer.watched = done })
        layer.ask()
        await drawn
    }
    return [told, put]
}"""


def test_a_mark_glides_to_its_fix_and_never_beyond(wall: Page, server: FixtureServer) -> None:
    at = now_ms() - 5_000
    server.units = [unit("201", 16.5460, 104.7265, at=at)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    wall.evaluate(_FOLLOW, ["demo/201", 16.5460, 104.7275])
    server.send(units=[unit("201", 16.5460, 104.7275, at=at + 4_000)])
    seen: list[tuple[float, float]] = wall.evaluate("() => window.followed")
    x = [place[0] for place in seen]
    end = wall.evaluate("() => window.__ssz.map.raw.project([104.7275, 16.5460]).x")
    assert any(x[0] + 1 < place < end - 1 for place in x), "it glides through places between the fixes"
    assert x == sorted(x)
    assert abs(x[-1] - end) < 0.1
    server.send(units=[unit("201", 16.5460, 104.7265, at=at + 3_000)])  # late: moves nothing back
    server.send(units=[unit("202", 16.5470, 104.7265)])
    drawn_at(wall, "demo/202", 16.5470, 104.7265)
    drawn_at(wall, "demo/201", 16.5460, 104.7275)
    # Nothing moves: the map comes to rest, and is drawn once a second for the ages, no more.
    a_second: list[float] = []
    while not a_second or (a_second[-1] > 4 and len(a_second) < 20):
        a_second.append(wall.evaluate(_RENDERS))
    assert a_second[-1] <= 4, a_second


def test_who_wants_no_motion_gets_none(wall: Page, server: FixtureServer) -> None:
    wall.emulate_media(reduced_motion="reduce")
    at = now_ms() - 3_000
    server.units = [unit("201", 16.5460, 104.7265, at=at)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    wall.evaluate(_FOLLOW, ["demo/201", 16.5460, 104.7275])
    server.send(units=[unit("201", 16.5460, 104.7275, at=at + 2_000)])
    seen: list[tuple[float, float]] = wall.evaluate("() => window.followed")
    assert len({place[0] for place in seen}) <= 2


def test_a_stack_is_spread_and_a_crowd_is_told_as_a_list(wall: Page, server: FixtureServer) -> None:
    here, crowd = (16.5470, 104.7275), (16.5455, 104.7275)
    server.units = [unit(f"3{i}", *here) for i in range(5)] + [unit(f"9{i:04}", *crowd) for i in range(4_000)]
    server.units += [unit("pole", 90.0, 0.0), unit("far", 16.5, 179.99)]
    server.boxes = [box("SOS-09", -90.0, 12.0)]
    open_wall(wall, server)
    drawn_at(wall, "demo/30", *here)
    expect(wall.locator(".ssz-note")).to_contain_text("สายตรวจ pole")
    click_at(wall, *here)
    wall.wait_for_function(_SPREAD)
    spread = wall.evaluate("() => window.__ssz.map.where('demo/33')")
    frame = wall.locator(".ssz-canvas").bounding_box()
    assert frame is not None
    wall.mouse.click(frame["x"] + spread["x"], frame["y"] + spread["y"])
    expect(wall.locator(".ssz-card")).to_contain_text("สายตรวจ 33 · ว่าง พร้อมปฏิบัติ")
    click_at(wall, *crowd)
    expect(wall.locator(".ssz-stack h2")).to_have_text("4000 หน่วยอยู่จุดเดียวกัน")
    drawn_at(wall, "demo/33", *here)
    wall.locator(".ssz-stack .ssz-row", has_text="90003").click()
    expect(wall.locator(".ssz-card")).to_contain_text("สายตรวจ 90003")
    assert wall.evaluate("() => window.__ssz.selection.key") == "unit/demo/90003"


def test_following_moves_the_map_until_a_drag_and_a_link_opens_the_same_view(
    wall: Page, server: FixtureServer
) -> None:
    server.mode = "live"
    at = now_ms() - 9_000
    server.units = [unit("201", 16.5460, 104.7265, at=at), unit("202", 16.5465, 104.7280)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    click_at(wall, 16.5460, 104.7265)
    wall.get_by_role("button", name="ติดตาม", exact=True).click()
    wall.locator(".ssz-menu summary").click()
    wall.get_by_label("กล้อง").uncheck()
    wall.get_by_label("เส้นทางย้อนหลัง").select_option("15")
    wall.locator(".ssz-menu summary").click()
    wall.wait_for_url("**/?off=cameras&follow=demo/201&trail=15")
    server.send(units=[unit("201", 16.5480, 104.7275, at=at + 8_000)])
    middle = """([lat, lon]) => { const c = window.__ssz.map.raw.getCenter()
        return Math.abs(c.lat - lat) < 1e-5 && Math.abs(c.lng - lon) < 1e-5 }"""
    wall.wait_for_function(middle, arg=[16.5480, 104.7275])
    server.units = [unit("201", 16.5480, 104.7275, at=at + 8_000)]
    wall.reload()
    expect(wall.locator(".ssz-chip")).to_contain_text("กำลังติดตาม สายตรวจ 201")
    wall.wait_for_function("() => window.__ssz?.map?.raw?.getLayer('cameras')")
    wall.wait_for_function(middle, arg=[16.5480, 104.7275])
    hidden = "() => window.__ssz.map.raw.getLayoutProperty('cameras', 'visibility')"
    wall.wait_for_function(f"({hidden})() === 'none'")
    wall.mouse.move(600, 600)
    wall.mouse.down()
    wall.mouse.move(760, 500, steps=6)
    wall.mouse.up()
    expect(wall.locator(".ssz-chip")).to_be_hidden()
    wall.wait_for_url(lambda url: "map=16.5" in url and "follow" not in url)


def test_who_is_inside_a_drawn_area_now(wall: Page, server: FixtureServer) -> None:
    server.mode = "live"
    server.units = [unit("201", 16.5460, 104.7265), unit("202", 16.5480, 104.7290)]
    server.boxes = [box("SOS-01", 16.5462, 104.7262)]
    server.alarms = [alarm("a1", lat=16.5459, lon=104.7268)]
    open_wall(wall, server)
    panel = wall.locator(".ssz-area")
    corners = [(16.5455, 104.7255), (16.5455, 104.7275), (16.5468, 104.7275), (16.5468, 104.7255)]
    wall.get_by_role("button", name="ใครอยู่ในพื้นที่").click()
    click_at(wall, *corners[0])
    wall.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    wall.get_by_role("button", name="ใครอยู่ในพื้นที่").click()
    for corner in corners:
        click_at(wall, *corner)
    wall.keyboard.press("Enter")
    expect(panel).to_contain_text("สายตรวจ 1 หน่วย ตู้ SOS 1 ตู้ เหตุ SOS 1 เหตุ")
    server.send(units=[unit("202", 16.5461, 104.7270)])
    expect(panel).to_contain_text("สายตรวจ 2 หน่วย")
    panel.locator(".ssz-row", has_text="สายตรวจ 202").click()
    expect(wall.locator(".ssz-card")).to_contain_text("สายตรวจ 202")


def test_a_gap_in_a_trail_is_an_estimate_and_polygons_are_drawn(wall: Page, server: FixtureServer) -> None:
    def polygon(west: float, south: float, **values: str) -> dict[str, object]:
        corners = [[west, south], [west + 0.001, south], [west + 0.001, south + 0.001], [west, south + 0.001]]
        shape = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
        return {"type": "Feature", "properties": values, "geometry": shape}

    eight = [ZONE[0], ZONE[2], ZONE[1], ZONE[3], ZONE[0]]
    crossing = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [eight]}}
    beat = polygon(104.7240, 16.5475, s="demo", kind="beat", th="เขตตรวจที่ ๑")
    server.ground["zones"]["features"] += [beat, crossing]
    server.hotspots = {"type": "FeatureCollection", "features": [polygon(104.7280, 16.5475, th="จุดเสี่ยง ก")]}
    server.ground["ring"] = {"type": "FeatureCollection", "features": [polygon(104.7215, 16.5475)]}
    at = now_ms() - 200_000
    server.units = [unit("201", 16.5450, 104.7265, at=at)]
    server.mode = "live"
    wall.goto(f"{server.url}?trail=15&follow=demo/201")
    drawn_at(wall, "demo/201", 16.5450, 104.7265)
    wall.evaluate("() => window.__ssz.url.change({ follow: null })")
    wall.get_by_role("button", name="แสดงทั้งพื้นที่").click()
    wall.evaluate("() => window.__ssz.selection.set('unit/demo/201')")
    server.send(units=[unit("201", 16.5455, 104.7265, at=at + 30_000)])
    server.send(units=[unit("201", 16.5465, 104.7265, at=at + 150_000)])
    server.send(units=[unit("201", 16.5470, 104.7265, at=at + 170_000)])
    wall.wait_for_function(
        """() => (window.__ssz.map.sheets.get("trails")?.features ?? []).map((one) => one.geometry.type).join() ===
            "MultiLineString,LineString,Point" """,
    )
    layers = ["trail-line", "trail-gap", "trail-word", "beat-line", "hotspot-fill", "ring-fill", "zone-line"]
    wall.wait_for_function(_ALL_DRAWN, arg=layers)
    note = "() => window.__ssz.map.sheets.get('trails')?.features[2]?.properties.note"
    wall.wait_for_function(f"(wanted) => ({note})() === wanted", arg="ประมาณการ")


@pytest.mark.parametrize("which", ["canvas", ".ssz-overlay"])
def test_a_lost_gpu_is_a_list_meanwhile_and_the_map_comes_back(wall: Page, server: FixtureServer, which: str) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    server.boxes = [box("SOS-01", 16.5461, 104.7250)]
    server.alarms = [alarm("a1")]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    wall.evaluate(_LOSE, which)
    expect(wall.locator(".ssz-instead")).to_contain_text("ระบบกราฟิกของเครื่องนี้กำลังเริ่มใหม่")
    expect(wall.locator(".ssz-instead")).to_contain_text("สายตรวจ 201")
    wall.evaluate("() => window.lose.restoreContext()")
    expect(wall.locator(".ssz-instead")).to_be_hidden()
    server.send(units=[unit("201", 16.5480, 104.7265)])
    drawn_at(wall, "demo/201", 16.5480, 104.7265)
    coloured(wall, 16.5480, 104.7265, (86, 180, 233))
    wall.wait_for_function("() => window.__ssz.map.raw?.queryRenderedFeatures({ layers: ['boxes'] }).length === 1")
    expect(wall.locator(".ssz-pin")).to_have_count(1)


def test_a_map_that_breaks_is_said_in_words(wall: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    wall.evaluate("() => { window.__ssz.map.layer.spot = () => { throw new Error('broken on purpose') } }")
    expect(wall.locator(".ssz-instead")).to_contain_text("แผนที่ขัดข้อง")
    expect(wall.locator(".ssz-instead")).to_contain_text("สายตรวจ 201")
    server.send(alarms=[alarm("a1")])
    expect(wall.locator(".ssz-ack")).to_be_visible()


def test_marks_without_a_gpu_are_said_and_a_map_made_anew_has_them_again(wall: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    wall.add_init_script(_NO_GPU_FOR_MARKS)
    wall.goto(server.url)
    instead = wall.locator(".ssz-instead")
    expect(instead).to_contain_text("แผนที่ขัดข้อง")
    expect(instead).to_contain_text("สายตรวจ 201")
    wall.evaluate("() => { window.noGpu = false }")
    expect(instead).to_be_hidden()
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    wall.evaluate(_LOSE, ".ssz-overlay")
    expect(instead).to_contain_text("ระบบกราฟิกของเครื่องนี้กำลังเริ่มใหม่")
    wall.evaluate("() => window.__ssz.map.canvas.fail(new Error('broken on purpose'))")
    expect(instead).to_contain_text("แผนที่ขัดข้อง")
    expect(instead).to_be_hidden()
    drawn_at(wall, "demo/201", 16.5460, 104.7265)


def test_more_words_than_the_texture_holds_are_all_written(wall: Page, server: FixtureServer) -> None:
    server.units = [unit(f"{n}", 16.5440 + n % 4 * 0.002, 104.7240 + n // 4 * 0.002) for n in range(12)]
    open_wall(wall, server)
    wall.wait_for_function("() => window.__ssz.map.layer.labels.shown.length >= 8")
    told, put = wall.evaluate(_SMALL_TEXTURE)
    assert told == put > 20


def test_a_map_library_that_no_longer_draws_is_said_in_words(wall: Page, server: FixtureServer) -> None:
    server.units = [unit("201", 16.5460, 104.7265)]
    open_wall(wall, server)
    drawn_at(wall, "demo/201", 16.5460, 104.7265)
    instead = wall.locator(".ssz-instead")
    wall.evaluate(_SECONDS)
    expect(instead).to_be_hidden()
    wall.evaluate("() => { window.__ssz.map.raw.triggerRepaint = () => {} }")
    wall.evaluate(_SECONDS)
    expect(instead).to_contain_text("แผนที่ขัดข้อง")
