/** The marks' pictures in one texture, and the program that draws any number of them in one call. */

import type { Freshness } from "./age";
import { drawChosen, drawHeading, drawUnit, FRESH, SIDE } from "./look";
import { compile, FRAGMENT, newTexture, Quads } from "./program";
import { type Status, STATUSES, type Theme, TINTS } from "./tints";

const VERTEX = `#version 300 es
precision highp float;
uniform vec2 u_half;
uniform float u_scale;
uniform vec4 u_place[24];
uniform vec4 u_box[24];
in vec2 a_corner;
in vec4 a_mark;
out vec2 v_uv;
void main() {
  int kind = int(a_mark.z + 0.5);
  vec4 box = u_box[kind];
  vec2 p = (box.xy + (a_corner - 0.5) * box.zw) * u_scale;
  float s = sin(a_mark.w), c = cos(a_mark.w);
  vec2 q = a_mark.xy + vec2(p.x * c - p.y * s, p.x * s + p.y * c);
  gl_Position = vec4((q.x - u_half.x) / u_half.x, (u_half.y - q.y) / u_half.y, 0.0, 1.0);
  v_uv = u_place[kind].xy + a_corner * u_place[kind].zw;
}`;

const COLUMNS = 8;
/** Side of the drawn part of a mark: the rest of its square is empty, and would only cost. */
const TIGHT = 38;

const UNITS = STATUSES.flatMap((status) => FRESH.map((fresh) => ({ status, fresh })));
export const HEADING = UNITS.length;
export const CHOSEN = HEADING + 1;
const KINDS = CHOSEN + 1;

const FIRST = Object.fromEntries(STATUSES.map((status, i) => [status, i * FRESH.length])) as Record<Status, number>;
const PLUS = Object.fromEntries(FRESH.map((fresh, i) => [fresh, i])) as Record<Freshness, number>;
export const spriteOf = (status: Status, fresh: Freshness): number => FIRST[status] + PLUS[fresh];

/** [offset x, offset y, width, height] of a kind's part round the mark's middle, px. */
function boxOf(kind: number): [number, number, number, number] {
  if (kind === HEADING) return [0, -SIDE / 2 + 7.5, 26, 15];
  return kind === CHOSEN ? [0, 0, SIDE, SIDE] : [0, 0, TIGHT, TIGHT];
}

function picture(ratio: number, theme: Theme): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = COLUMNS * SIDE * ratio;
  canvas.height = Math.ceil(KINDS / COLUMNS) * SIDE * ratio;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (pen === null) throw new Error("no canvas");
  for (let kind = 0; kind < KINDS; kind += 1) {
    pen.setTransform(ratio, 0, 0, ratio, (kind % COLUMNS) * SIDE * ratio, Math.floor(kind / COLUMNS) * SIDE * ratio);
    const unit = UNITS[kind];
    if (unit !== undefined) drawUnit(pen, unit.status, unit.fresh, theme);
    else if (kind === HEADING) drawHeading(pen, TINTS[theme]);
    else drawChosen(pen, TINTS[theme]);
  }
  return canvas;
}

export class Sprites {
  private readonly program: WebGLProgram;
  private readonly texture: WebGLTexture;
  private readonly quads: Quads;
  private readonly at: Record<"half" | "scale" | "place" | "box", WebGLUniformLocation | null>;
  private readonly places = new Float32Array(KINDS * 4);
  private readonly boxes = new Float32Array(KINDS * 4);

  constructor(private readonly gl: WebGL2RenderingContext, ratio: number, theme: Theme) {
    this.program = compile(gl, VERTEX, FRAGMENT);
    this.quads = new Quads(gl, this.program, [["a_mark", 4]], 4);
    const where = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(this.program, name);
    this.at = { half: where("u_half"), scale: where("u_scale"), place: where("u_place"), box: where("u_box") };
    const canvas = picture(ratio, theme);
    this.texture = newTexture(gl);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    for (let kind = 0; kind < KINDS; kind += 1) {
      const [x, y, w, h] = boxOf(kind);
      const left = (kind % COLUMNS) * SIDE + SIDE / 2 + x - w / 2;
      const top = Math.floor(kind / COLUMNS) * SIDE + SIDE / 2 + y - h / 2;
      this.places.set([left, top, w, h].map((value, i) => (value * ratio) / (i % 2 === 0 ? canvas.width : canvas.height)), kind * 4);
      this.boxes.set([x, y, w, h], kind * 4);
    }
  }

  begin(): void {
    this.quads.begin();
  }

  /** A mark of a kind with its middle at (x, y) px, turned by `angle` radians clockwise. */
  add(x: number, y: number, kind: number, angle = 0): void {
    this.quads.add(x, y, kind, angle);
  }

  /** Draw what was added on a map of width x height px. */
  draw(width: number, height: number, scale: number): void {
    const { gl } = this;
    gl.useProgram(this.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform2f(this.at.half, width / 2, height / 2);
    gl.uniform1f(this.at.scale, scale);
    gl.uniform4fv(this.at.place, this.places);
    gl.uniform4fv(this.at.box, this.boxes);
    this.quads.draw();
  }

  free(): void {
    this.quads.free();
    this.gl.deleteTexture(this.texture);
    this.gl.deleteProgram(this.program);
  }
}
