/** Cases on a canvas: a mark of its group's shape and colour for each, or hexagons coloured by how many they hold. */

import { inkOn, project, type Shown, side, stepOf } from "./casesview";

/** lon, lat, group, offence, ms, arrested, certain, station, source, id. */
export type PointRow = [number, number, number, number, number, number, number, number, number, string];
/** lon, lat, n, then n of each group. */
export type Cell = number[];

export interface Points {
  kind: "points";
  version: number;
  n: number;
  offences: string[];
  stations: string[];
  sources: string[];
  rows: PointRow[];
}

export interface Hexagons {
  kind: "hexagons";
  version: number;
  n: number;
  /** Degrees of longitude from the middle of a cell to its corner. */
  radius: number;
  cells: Cell[];
}

export type Cases = Points | Hexagons;

export interface Ink {
  readonly groups: readonly string[];
  readonly steps: readonly string[];
  readonly word: string;
  readonly edge: string;
}

const R = 6.5;

/** The shape of a group, so that colour is not all that tells them apart. */
export function shape(pen: CanvasRenderingContext2D, group: number, x: number, y: number, r = R): void {
  pen.beginPath();
  if (group === 1) {
    pen.moveTo(x, y - r * 1.2);
    pen.lineTo(x + r * 1.1, y + r * 0.8);
    pen.lineTo(x - r * 1.1, y + r * 0.8);
  } else if (group === 3) pen.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
  else if (group === 4) {
    pen.moveTo(x, y - r * 1.2);
    pen.lineTo(x + r * 1.2, y);
    pen.lineTo(x, y + r * 1.2);
    pen.lineTo(x - r * 1.2, y);
  } else pen.arc(x, y, group === 0 ? r * 0.6 : r * 0.9, 0, 7);
  pen.closePath();
}

export function drawPoints(pen: CanvasRenderingContext2D, found: Points, view: Shown, width: number, height: number, ink: Ink): void {
  pen.lineWidth = 1.5;
  for (const [lon, lat, group, , , arrested] of found.rows) {
    const [x, y] = project(view, width, height, lon, lat);
    if (x < -R || y < -R || x > width + R || y > height + R) continue;
    const colour = ink.groups[group] ?? ink.word;
    shape(pen, group, x, y);
    pen.fillStyle = arrested === 1 ? "#ffffff" : colour;
    pen.strokeStyle = arrested === 1 ? colour : ink.edge;
    pen.lineWidth = arrested === 1 ? 2.5 : 1.5;
    pen.fill();
    pen.stroke();
  }
}

export function drawHexagons(pen: CanvasRenderingContext2D, found: Hexagons, view: Shown, width: number, height: number, ink: Ink): void {
  const r = (found.radius / 360) * side(view.zoom);
  const most = found.cells.reduce((top, cell) => Math.max(top, cell[2] ?? 0), 0);
  const inks = ink.steps.map(inkOn);
  pen.font = '600 11px Sarabun, sans-serif';
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (const [lon = 0, lat = 0, n = 0] of found.cells) {
    const [x, y] = project(view, width, height, lon, lat);
    if (x < -r || y < -r || x > width + r || y > height + r) continue;
    const at = stepOf(n, most);
    pen.beginPath();
    for (let corner = 0; corner < 6; corner++) {
      const angle = (Math.PI / 3) * corner + Math.PI / 6;
      pen.lineTo(x + r * 0.97 * Math.cos(angle), y + r * 0.97 * Math.sin(angle));
    }
    pen.closePath();
    pen.globalAlpha = 0.82;
    pen.fillStyle = ink.steps[at] ?? ink.word;
    pen.fill();
    pen.globalAlpha = 1;
    if (r >= 14) {
      pen.fillStyle = inks[at] ?? ink.word;
      pen.fillText(n < 10_000 ? String(n) : `${Math.round(n / 1000)}k`, x, y + 0.5);
    }
  }
}

/** Cases drawn within reach of a pixel, the nearest first. */
export function near(found: Points, view: Shown, width: number, height: number, x: number, y: number): PointRow[] {
  const hit: [number, PointRow][] = [];
  for (const row of found.rows) {
    const [px, py] = project(view, width, height, row[0], row[1]);
    const far = Math.hypot(px - x, py - y);
    if (far <= R + 5) hit.push([far, row]);
  }
  return hit.sort((a, b) => a[0] - b[0]).map(([, row]) => row);
}
