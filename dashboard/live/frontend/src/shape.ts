/** What the objects in a frame's head must look like: a feed that sends nonsense is told from one that speaks. */

type Kind = "string" | "number" | "number?" | "boolean" | "boolean?" | "strings" | "lat" | "lon" | "lat?" | "lon?"
  | "time" | "time?";
export type Shape = Readonly<Record<string, Kind>>;

const PLACE: Shape = { lat: "lat?", lon: "lon?" };

export const BOX: Shape = {
  s: "string", id: "string", ...PLACE, th: "string", en: "string", online: "boolean?", heard: "time", bat: "number?",
  mains: "boolean?", fault: "string",
};

export const ALARM: Shape = {
  s: "string", id: "string", ok: "string", origin: "string", kind: "string", prio: "number", detail: "string",
  state: "string", v: "number",
  raised: "time", pressed: "time", last: "time", presses: "number", marks: "strings", place: "string", ...PLACE,
  level: "number", by: "string", unit: "string", outcome: "string", shelved: "time?",
  shelver: "string", stored: "boolean",
};

export const FEED: Shape = {
  beat: "time", stale_s: "number", live_s: "number", lost_s: "number", broker: "string", storage: "string",
  demo: "boolean", replay: "boolean",
};

/** Milliseconds a calendar can show: beyond it a date throws. */
const MAX_TIME = 8e15;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const fits: Record<Kind, (value: unknown) => boolean> = {
  string: (value) => typeof value === "string",
  number: isNumber,
  "number?": (value) => value === null || isNumber(value),
  boolean: (value) => typeof value === "boolean",
  "boolean?": (value) => value === null || typeof value === "boolean",
  strings: (value) => Array.isArray(value) && value.every((one) => typeof one === "string"),
  lat: (value) => isNumber(value) && Math.abs(value) <= 90,
  lon: (value) => isNumber(value) && Math.abs(value) <= 180,
  time: (value) => isNumber(value) && value >= 0 && value <= MAX_TIME,
  "time?": (value) => value === null || fits.time(value),
  "lat?": (value) => value === null || fits.lat(value),
  "lon?": (value) => value === null || fits.lon(value),
};

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value has every field of a shape, each of its kind. What it has besides is left alone. */
export function hasShape(value: unknown, shape: Shape): boolean {
  return isObject(value) && Object.entries(shape).every(([name, kind]) => fits[kind](value[name]));
}

export function tuplesOf(value: unknown, ...kinds: Kind[]): boolean {
  return Array.isArray(value) && value.every(
    (row) => Array.isArray(row) && row.length === kinds.length && kinds.every((kind, at) => fits[kind](row[at])),
  );
}
