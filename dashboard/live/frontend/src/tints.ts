/** Colours of day and night, of the ground and of the marks. Red is for open alarms only; every state has a shape and
 * a word too. Pure. */

import palette from "../../../basemap/palette.json";

export const THEMES = ["night", "day"] as const;
export type Theme = (typeof THEMES)[number];

const { night, day } = palette;

/** Okabe and Ito's colours, told apart by every kind of colour vision; by day darkened until they stand out from white. */
export const STATUS = {
  available: { night: "#56b4e9", day: "#0072b2", shape: "circle" },
  enroute: { night: "#f0e442", day: "#7a6a00", shape: "triangle" },
  on_scene: { night: "#e69f00", day: "#b35c00", shape: "square" },
  busy: { night: "#cc79a7", day: "#a03f80", shape: "diamond" },
  off_duty: { night: "#9aa7b4", day: "#5f6c78", shape: "bar" },
  unknown: { night: "#dfe6ec", day: "#3a4652", shape: "ring" },
} as const;

export type Status = keyof typeof STATUS;
export const STATUSES = Object.keys(STATUS) as Status[];

export function statusOf(st: string | null): Status {
  return st !== null && st in STATUS ? (st as Status) : "unknown";
}

/** What the live map draws itself, over the base map. `ink`: outlines and words; `halo`: the edge round them. */
export interface Tints {
  land: string;
  street: string;
  streetMajor: string;
  streetName: string;
  ring: string;
  beat: string;
  hotspot: string;
  hotspotName: string;
  trail: string;
  zone: string;
  camera: string;
  checkpoint: string;
  ink: string;
  inkOld: string;
  halo: string;
  stale: string;
  /** A box that can be relied on, its word, and one that cannot. */
  plate: string;
  plateInk: string;
  plateEmpty: string;
  fault: string;
}

export const TINTS: Record<Theme, Tints> = {
  night: {
    land: night.land, street: night.street, streetMajor: night.primary, streetName: night.streetName,
    ring: "#c9d3dd", beat: "#9fb7e8", hotspot: "#d98c5f", hotspotName: "#f0c3a6", trail: "#7fd1c7",
    zone: "#e8c547", camera: "#8fa9c4", checkpoint: "#c9b48f", ink: "#f3f6f9", inkOld: "#b4bec8", halo: night.halo,
    stale: "#8793a0", plate: "#d9f2ec", plateInk: "#0b2a24", plateEmpty: "#b9c4ce", fault: "#e69f00",
  },
  day: {
    land: day.land, street: day.path, streetMajor: day.ownStreet, streetName: day.streetName,
    ring: "#5a6672", beat: "#3350a0", hotspot: "#b4551c", hotspotName: "#8a3d0f", trail: "#00695c",
    zone: "#8a6100", camera: "#4d6780", checkpoint: "#7d6433", ink: "#10161d", inkOld: "#4a5560", halo: day.halo,
    stale: "#5f6c78", plate: "#0b5d4e", plateInk: "#ffffff", plateEmpty: "#4a5560", fault: "#e69f00",
  },
};
