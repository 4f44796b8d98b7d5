import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyView, formatView, parseView, type ViewState } from "../src/urlstate";

test("a view comes back from its address, other names stay", () => {
  const view: ViewState = {
    camera: { lat: 16.5461, lon: 104.7265, zoom: 15.25 }, off: ["ring", "cameras"], filter: "สายตรวจ 2&=#", fresh: "stale", kind: "motorcycle", follow: "demo/201",
    trail: 15, trailAll: true, at: 1_790_000_000_000, theme: "day", speed: 600,
  };
  const search = formatView(view, "?kiosk=abc&map=old");
  assert.deepEqual(parseView(search), view);
  assert.match(search, /kiosk=abc/);
  assert.match(search, /map=16.5461,104.7265,15.25&/);
  assert.equal(formatView(emptyView(), "?kiosk=abc"), "?kiosk=abc");
  assert.equal(formatView(emptyView(), ""), "");
  assert.deepEqual(parseView(""), emptyView());
});

test("whole degrees and southern places survive", () => {
  const view = { ...emptyView(), camera: { lat: -10, lon: 100, zoom: 10 } };
  assert.equal(formatView(view, ""), "?map=-10,100,10");
  assert.deepEqual(parseView("?map=-10,100,10"), view);
});

test("hostile values are left out, each by itself", () => {
  const bad = [
    "map=NaN,1,2", "map=91,1,2", "map=1,181,2", "map=1,2", "map=1,2,3,4", "map=1e1,2,3", "map=,,", "map=1,2,99",
    "off=units;drop", "follow=201", "follow=<script>", "follow=/", "follow=a%00/b", "trail=7", "trail=-5", "trail=15b", "trail=999999",
    "state=old", "kind=tank", "theme=noon", "at=abc", "at=-1", "at=1e99", "at=99999999999999999999", "speed=7", "speed=1e2", "%E0%A4%A", "&&==&",
  ];
  for (const text of bad) assert.deepEqual(parseView(`?${text}`), emptyView(), text);
  assert.equal(parseView(`?find=${"ก".repeat(5000)}`).filter.length, 80);
  assert.equal(parseView("?find=a%0Ab%E2%80%AEc").filter, "abc");
  assert.deepEqual(parseView("?off=units,units,__proto__,ring").off, ["units", "ring"]);
});
