import assert from "node:assert/strict";
import { test } from "node:test";
import palette from "../../../basemap/palette.json";
import { STATUS, STATUSES, THEMES, TINTS } from "../src/tints";
import themes from "../src/themes.css";

/** WCAG 2.2: relative luminance of `#rrggbb`, contrast of two. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

function atLeast(wanted: number, a: string, b: string, what: string): void {
  assert.ok(contrast(a, b) >= wanted, `${what}: ${a} on ${b} is ${contrast(a, b).toFixed(2)}, not ${wanted}`);
}

for (const theme of THEMES) {
  const tints = TINTS[theme];

  test(`${theme}: every word on the map is read on its halo and on the ground`, () => {
    for (const name of ["ink", "inkOld", "streetName", "hotspotName", "beat", "trail"] as const) {
      atLeast(4.5, tints[name], tints.halo, name);
      atLeast(4.5, tints[name], tints.land, name);
    }
    for (const name of ["streetName", "highwayName", "placeName", "publicName", "parkName", "waterName"] as const) {
      atLeast(4.5, palette[theme][name], palette[theme].halo, name);
    }
    atLeast(4.5, tints.plateInk, tints.plate, "word on a box");
    atLeast(4.5, tints.plateEmpty, tints.land, "word on a box that is silent");
  });

  test(`${theme}: every mark and line stands out from the ground`, () => {
    for (const status of STATUSES) atLeast(3, STATUS[status][theme], tints.land, status);
    for (const name of ["zone", "ring", "hotspot", "camera", "checkpoint", "stale", "plate"] as const) atLeast(3, tints[name], tints.land, name);
  });

  test(`${theme}: every word of the page is read on what it stands on`, () => {
    const block = themes.split("}")[theme === "night" ? 0 : 1] ?? "";
    const colours = new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name!, value!]));
    const of = (name: string): string => colours.get(name) ?? assert.fail(`no colour ${name}`);
    const written: [string, string[]][] = [
      ["text", ["panel", "land", "raise", "stripe", "chosen", "alarm-ground", "veil"]], ["mild", ["panel", "raise", "alarm-ground"]],
      ["soft", ["panel", "raise", "veil", "chosen"]], ["faint", ["stripe"]], ["note", ["panel", "land", "band", "stripe"]],
      ["warn-ink", ["panel"]], ["visitor-ink", ["panel"]], ["ack-ink", ["ack"]],
    ];
    for (const [ink, grounds] of written) for (const ground of grounds) atLeast(4.5, of(ink), of(ground), `${ink} on ${ground}`);
    atLeast(4.5, of("alarm-ink"), of("alarm-ground"), "clock of an alarm");
    atLeast(3, "#ffffff", of("alarm"), "large bold name of an alarm on the map");
    atLeast(4.5, "#1a1200", of("warn"), "a warning");
    for (const edge of ["edge", "answered"]) atLeast(theme === "day" ? 3 : 2, of(edge), of("panel"), edge);
  });
}
