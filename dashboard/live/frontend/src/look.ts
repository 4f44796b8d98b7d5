/** How a unit's mark is drawn: its shape and colour, its heading, the ring round what is selected. */

import type { Freshness } from "./age";
import { STATUS, type Status, type Theme, TINTS, type Tints } from "./tints";

export const FRESH: readonly Freshness[] = ["live", "stale", "lost"];
export const SIDE = 56;

export function outline(pen: CanvasRenderingContext2D, shape: string, c: number, r: number): void {
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

/** A unit's mark in a square of SIDE: live is filled in its colour, stale filled grey, lost hollow. */
export function drawUnit(pen: CanvasRenderingContext2D, status: Status, fresh: Freshness, theme: Theme): void {
  const { [theme]: colour, shape } = STATUS[status];
  const tints = TINTS[theme];
  const tint = fresh === "live" ? colour : tints.stale;
  pen.lineJoin = "round";
  outline(pen, shape, SIDE / 2, 15);
  if (fresh === "lost") {
    pen.lineWidth = 9;
    pen.strokeStyle = tints.halo;
    pen.stroke();
    pen.lineWidth = 4;
    pen.setLineDash([6, 4]);
    pen.strokeStyle = tint;
    pen.stroke();
    pen.setLineDash([]);
    return;
  }
  pen.lineWidth = 7;
  pen.strokeStyle = tints.halo;
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
  pen.strokeStyle = theme === "night" ? "#ffffff" : tints.ink;
  pen.stroke();
}

/** The heading: an arrow head at the top of the square of SIDE, to be turned round its middle. */
export function drawHeading(pen: CanvasRenderingContext2D, { halo, ink }: Tints): void {
  const c = SIDE / 2;
  pen.lineJoin = "round";
  pen.beginPath();
  pen.moveTo(c, 2);
  pen.lineTo(c + 9, 13);
  pen.lineTo(c - 9, 13);
  pen.closePath();
  pen.lineWidth = 4;
  pen.strokeStyle = halo;
  pen.stroke();
  pen.fillStyle = ink;
  pen.fill();
}

/** The ring round what is selected. */
export function drawChosen(pen: CanvasRenderingContext2D, { halo, ink }: Tints): void {
  for (const [width, colour] of [[7, halo], [3.5, ink]] as const) {
    pen.beginPath();
    pen.arc(SIDE / 2, SIDE / 2, 23.5, 0, Math.PI * 2);
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.stroke();
  }
}
