/** Pictures of what stands still on the map: SOS boxes by readiness, cameras, red boxes. */

import { outline } from "./look";
import { type Theme, TINTS, type Tints } from "./tints";

export const BOX_STATES = ["ok", "fault", "offline", "unknown"] as const;
export type BoxState = (typeof BOX_STATES)[number];

function paint(width: number, height: number, draw: (pen: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) return new ImageData(width, height);
  pen.lineJoin = "round";
  draw(pen);
  return pen.getImageData(0, 0, width, height);
}

/** All of them by the name the map's style has for them. */
export function icons(theme: Theme): Record<string, ImageData> {
  const tints = TINTS[theme];
  const boxes = BOX_STATES.map((state) => [`box-${state}`, boxImage(state, tints)]);
  return { ...Object.fromEntries(boxes), camera: cameraImage(tints), checkpoint: checkpointImage(tints) };
}

/** An SOS box: a plate with the word; hollow when silent, notched with a mark when faulty. */
function boxImage(state: BoxState, tints: Tints): ImageData {
  const width = 60;
  const height = 36;
  return paint(width, height, (pen) => {
    const solid = state === "ok" || state === "fault";
    pen.beginPath();
    pen.roundRect(4, 6, width - 8, height - 12, 7);
    pen.lineWidth = 7;
    pen.strokeStyle = tints.halo;
    pen.stroke();
    pen.fillStyle = solid ? tints.plate : tints.land;
    pen.fill();
    pen.lineWidth = 2.5;
    if (!solid) pen.setLineDash(state === "unknown" ? [5, 4] : []);
    pen.strokeStyle = solid ? tints.halo : tints.plateEmpty;
    pen.stroke();
    pen.setLineDash([]);
    pen.fillStyle = solid ? tints.plateInk : tints.plateEmpty;
    pen.font = "700 17px Sarabun, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(state === "unknown" ? "SOS ?" : "SOS", width / 2, height / 2 + 1);
    if (state === "offline") {
      pen.lineWidth = 3;
      pen.strokeStyle = tints.ink;
      pen.beginPath();
      pen.moveTo(8, height - 9);
      pen.lineTo(width - 8, 9);
      pen.stroke();
    }
    if (state === "fault") {
      pen.translate(width - 10, 10);
      outline(pen, "triangle", 0, 10);
      pen.fillStyle = tints.fault;
      pen.fill();
      pen.fillStyle = "#10161d";
      pen.font = "700 12px Sarabun, sans-serif";
      pen.fillText("!", 0, 2);
    }
  });
}

function cameraImage(tints: Tints): ImageData {
  return paint(26, 26, (pen) => {
    pen.fillStyle = tints.camera;
    pen.fillRect(3, 8, 14, 9);
    pen.beginPath();
    pen.moveTo(17, 12.5);
    pen.lineTo(23, 8);
    pen.lineTo(23, 17);
    pen.closePath();
    pen.fill();
  });
}

function checkpointImage(tints: Tints): ImageData {
  return paint(26, 26, (pen) => {
    pen.lineWidth = 2.5;
    pen.strokeStyle = tints.checkpoint;
    pen.strokeRect(6, 5, 13, 15);
    pen.beginPath();
    pen.moveTo(9, 13);
    pen.lineTo(12, 16);
    pen.lineTo(17, 9);
    pen.stroke();
  });
}
