/** Colours, shapes and icons of the marks. Red is for open alarms only; every state has a shape and a word too. */

import palette from "../../../basemap/palette.json";
import type { Freshness } from "./age";

const night = palette.night;

export const GROUND = {
  land: night.land, street: night.street, streetMajor: night.primary, streetName: night.streetName,
  ring: "#c9d3dd", beat: "#9fb7e8", hotspot: "#d98c5f", hotspotName: "#f0c3a6", trail: "#7fd1c7",
  zone: "#e8c547", zoneFill: "#e8c547", camera: "#8fa9c4", checkpoint: "#c9b48f", label: "#f3f6f9", halo: "#0b1016",
} as const;

/** Okabe and Ito's colours, told apart by every kind of colour vision. */
export const STATUS = {
  available: { colour: "#56b4e9", shape: "circle" },
  enroute: { colour: "#f0e442", shape: "triangle" },
  on_scene: { colour: "#e69f00", shape: "square" },
  busy: { colour: "#cc79a7", shape: "diamond" },
  off_duty: { colour: "#9aa7b4", shape: "bar" },
  unknown: { colour: "#dfe6ec", shape: "ring" },
} as const;

export type Status = keyof typeof STATUS;
export const FRESH: readonly Freshness[] = ["live", "stale", "lost"];
export const SIDE = 56;
const STALE = "#8793a0";

export function statusOf(st: string | null): Status {
  return st !== null && st in STATUS ? (st as Status) : "unknown";
}

export const STATUSES = Object.keys(STATUS) as Status[];

function outline(pen: CanvasRenderingContext2D, shape: string, c: number, r: number): void {
  pen.beginPath();
  if (shape === "triangle") {
    pen.moveTo(c, c - r);
    pen.lineTo(c + r * 0.95, c + r * 0.75);
    pen.lineTo(c - r * 0.95, c + r * 0.75);
    pen.closePath();
  } else if (shape === "square") pen.rect(c - r * 0.82, c - r * 0.82, r * 1.64, r * 1.64);
  else if (shape === "diamond") {
    pen.moveTo(c, c - r * 1.1);
    pen.lineTo(c + r * 1.1, c);
    pen.lineTo(c, c + r * 1.1);
    pen.lineTo(c - r * 1.1, c);
    pen.closePath();
  } else if (shape === "bar") pen.rect(c - r, c - r * 0.42, r * 2, r * 0.84);
  else pen.arc(c, c, r, 0, Math.PI * 2);
}

function paint(draw: (pen: CanvasRenderingContext2D) => void, width = SIDE, height = SIDE): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) return new ImageData(width, height);
  pen.lineJoin = "round";
  draw(pen);
  return pen.getImageData(0, 0, width, height);
}

/** A unit's mark in a square of SIDE: live is filled in its colour, stale filled grey, lost hollow. */
export function drawUnit(pen: CanvasRenderingContext2D, status: Status, fresh: Freshness): void {
  const { colour, shape } = STATUS[status];
  const tint = fresh === "live" ? colour : STALE;
  pen.lineJoin = "round";
  outline(pen, shape, SIDE / 2, 15);
  if (fresh === "lost") {
    pen.lineWidth = 9;
    pen.strokeStyle = GROUND.halo;
    pen.stroke();
    pen.lineWidth = 4;
    pen.setLineDash([6, 4]);
    pen.strokeStyle = tint;
    pen.stroke();
    pen.setLineDash([]);
    return;
  }
  pen.lineWidth = 7;
  pen.strokeStyle = GROUND.halo;
  pen.stroke();
  if (shape === "ring") {
    pen.lineWidth = 5;
    pen.strokeStyle = tint;
    pen.stroke();
    return;
  }
  pen.fillStyle = tint;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
}

/** The heading: an arrow head at the top of the square of SIDE, to be turned round its middle. */
export function drawHeading(pen: CanvasRenderingContext2D): void {
  const c = SIDE / 2;
  pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(c, 2);
  pen.lineTo(c + 9, 13);
  pen.lineTo(c - 9, 13);
  pen.closePath();
  pen.lineWidth = 4;
  pen.strokeStyle = GROUND.halo;
  pen.stroke();
  pen.fillStyle = "#ffffff";
  pen.fill();
}

/** The ring round what is selected. */
export function drawChosen(pen: CanvasRenderingContext2D): void {
  for (const [width, colour] of [[7, GROUND.halo], [3.5, "#ffffff"]] as const) {
    pen.beginPath();
    pen.arc(SIDE / 2, SIDE / 2, 23.5, 0, Math.PI * 2);
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
  }
}

export const BOX_STATES = ["ok", "fault", "offline", "unknown"] as const;
export type BoxState = (typeof BOX_STATES)[number];

/** An SOS box: a plate with the word; hollow when silent, notched with a mark when faulty. */
export function boxImage(state: BoxState): ImageData {
  const width = 60;
  const height = 36;
  return paint((pen) => {
    const solid = state === "ok" || state === "fault";
    pen.beginPath();
    pen.roundRect(4, 6, width - 8, height - 12, 7);
    pen.lineWidth = 7;
    pen.strokeStyle = GROUND.halo;
    pen.stroke();
    pen.fillStyle = solid ? "#d9f2ec" : GROUND.land;
    pen.fill();
    pen.lineWidth = 2.5;
    if (!solid) pen.setLineDash(state === "unknown" ? [5, 4] : []);
    pen.strokeStyle = solid ? "#0b1016" : "#b9c4ce";
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = solid ? "#0b2a24" : "#b9c4ce";
    pen.font = "700 17px Sarabun, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(state === "unknown" ? "SOS ?" : "SOS", width / 2, height / 2 + 1);
    if (state === "offline") {
      pen.lineWidth = 3;
      pen.strokeStyle = "#f3f6f9";
      pen.beginPath();
      pen.moveTo(8, height - 9);
      pen.lineTo(width - 8, 9);
      pen.stroke();
    }
    if (state === "fault") {
      pen.translate(width - 10, 10);
      outline(pen, "triangle", 0, 10);
      pen.fillStyle = "#e69f00";
      pen.fill();
      pen.fillStyle = "#10161d";
      pen.font = "700 12px Sarabun, sans-serif";
      pen.fillText("!", 0, 2);
    }
  }, width, height);
}

export function cameraImage(): ImageData {
  return paint((pen) => {
    pen.fillStyle = GROUND.camera;
    pen.fillRect(3, 8, 14, 9);
    pen.beginPath();
    pen.moveTo(17, 12.5);
    pen.lineTo(23, 8);
    pen.lineTo(23, 17);
    pen.closePath();
    pen.fill();
  }, 26, 26);
}

export function checkpointImage(): ImageData {
  return paint((pen) => {
    pen.lineWidth = 2.5;
    pen.strokeStyle = GROUND.checkpoint;
    pen.strokeRect(6, 5, 13, 15);
    pen.beginPath();
    pen.moveTo(9, 13);
    pen.lineTo(12, 16);
    pen.lineTo(17, 9);
    pen.stroke();
  }, 26, 26);
}
