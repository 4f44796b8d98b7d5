/** Words on the map: each text is drawn once by the browser itself (its shaper sets every Thai vowel and tone mark),
 * kept in one texture, and shown as often and wherever it is needed. */

import { compile, FRAGMENT, newTexture, Quads } from "./program";
import type { Tints } from "./tints";

export interface Hand {
  /** Size of the face, px. */
  size: number;
  ink: "ink" | "inkOld";
  /** From line to line, px. */
  height: number;
}

const FACE = "'Sarabun SemiBold', Sarabun, sans-serif";
export const HANDS = {
  name: { size: 21, ink: "ink", height: 32 },
  nameOld: { size: 21, ink: "inkOld", height: 32 },
  note: { size: 17, ink: "ink", height: 26 },
  noteOld: { size: 17, ink: "inkOld", height: 26 },
} as const satisfies Record<string, Hand>;
export type HandName = keyof typeof HANDS;

const fontOf = (hand: HandName): string => `600 ${HANDS[hand].size}px ${FACE}`;
/** Side of the texture, px: room for the words of 250 units. */
const SIDE = 2048;
/** Room round a text for its halo, px. */
const PAD = 4;
const HALO = 4;
/** Longest text drawn, px: what is longer is cut with three dots. */
const LONGEST = 320;
const MOST_WIDTHS = 4000;

/** The base line, of the line's height. */
const BASE = 0.75;
/** Room above the base line for a tone mark on an upper vowel, and below it for a lower vowel; of the face's size. */
const ABOVE = 1.35;
const BELOW = 0.6;

const above = (size: number): number => Math.round(size * ABOVE) + PAD;
const boxHeight = (size: number): number => above(size) + Math.round(size * BELOW) + PAD;

const VERTEX = `#version 300 es
precision highp float;
uniform vec2 u_half;
in vec2 a_corner;
in vec4 a_box;
in vec4 a_place;
out vec2 v_uv;
void main() {
  vec2 q = a_box.xy + a_corner * a_box.zw;
  gl_Position = vec4((q.x - u_half.x) / u_half.x, (u_half.y - q.y) / u_half.y, 0.0, 1.0);
  v_uv = a_place.xy + a_corner * a_place.zw;
}`;

interface Kept {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Widths of texts, kept. */
export class Measure {
  private readonly pen: CanvasRenderingContext2D;
  private readonly widths = new Map<string, number>();

  constructor() {
    const pen = document.createElement("canvas").getContext("2d");
    if (pen === null) throw new Error("no canvas");
    this.pen = pen;
  }

  width(text: string, hand: HandName): number {
    const name = `${hand} ${text}`;
    let width = this.widths.get(name);
    if (width === undefined) {
      if (this.widths.size > MOST_WIDTHS) this.widths.clear();
      this.pen.font = fontOf(hand);
      width = Math.min(LONGEST, Math.ceil(this.pen.measureText(text).width));
      this.widths.set(name, width);
    }
    return width;
  }
}

export class Writing {
  private readonly program: WebGLProgram;
  private readonly texture: WebGLTexture;
  private readonly quads: Quads;
  private readonly half: WebGLUniformLocation | null;
  private readonly kept = new Map<string, Kept>();
  private readonly scratch = document.createElement("canvas");
  private readonly pen: CanvasRenderingContext2D;
  private left = 0;
  private top = 0;
  private size: [width: number, height: number] = [0, 0];
  /** Side of the texture, device px. */
  private readonly side: number;

  constructor(private readonly gl: WebGL2RenderingContext, private readonly ratio: number, private readonly measure: Measure, private readonly tints: Tints) {
    this.program = compile(gl, VERTEX, FRAGMENT);
    this.quads = new Quads(gl, this.program, [["a_box", 4], ["a_place", 4]], 8);
    this.half = gl.getUniformLocation(this.program, "u_half");
    this.texture = newTexture(gl);
    this.side = Math.min(SIDE * Math.max(1, Math.ceil(ratio)), gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, this.side, this.side, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    this.scratch.width = Math.ceil((LONGEST + 2 * PAD) * ratio);
    this.scratch.height = Math.ceil(boxHeight(HANDS.name.size) * ratio);
    const pen = this.scratch.getContext("2d", { willReadFrequently: true });
    if (pen === null) throw new Error("no canvas");
    this.pen = pen;
  }

  /** A new frame of a map of this size, px. */
  begin(width: number, height: number): void {
    this.size = [width, height];
    this.quads.begin();
  }

  /** A text with its line's left upper corner at (x, y) px. */
  add(text: string, hand: HandName, x: number, y: number): void {
    const kept = this.entry(text, hand);
    const { ratio, side } = this;
    // On whole device pixels the text is as sharp as the browser drew it.
    const left = Math.round((x - PAD) * ratio) / ratio;
    const { size, height } = HANDS[hand];
    const top = Math.round((y + height * BASE - above(size)) * ratio) / ratio;
    this.quads.add(left, top, kept.width / ratio, kept.height / ratio, kept.left / side, kept.top / side, kept.width / side, kept.height / side);
  }

  draw(): void {
    const { gl, size: [width, height] } = this;
    gl.useProgram(this.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.uniform2f(this.half, width / 2, height / 2);
    this.quads.draw();
  }

  free(): void {
    this.quads.free();
    this.gl.deleteTexture(this.texture);
    this.gl.deleteProgram(this.program);
  }

  private entry(text: string, hand: HandName): Kept {
    const name = `${hand} ${text}`;
    const known = this.kept.get(name);
    if (known !== undefined) return known;
    const width = Math.ceil((this.measure.width(text, hand) + 2 * PAD) * this.ratio);
    const row = this.scratch.height;
    if (this.left + width > this.side) {
      this.left = 0;
      this.top += row;
    }
    if (this.top + row > this.side) this.empty();
    const kept = { left: this.left, top: this.top, width, height: Math.ceil(boxHeight(HANDS[hand].size) * this.ratio) };
    this.write(text, hand, kept);
    this.left += width;
    this.kept.set(name, kept);
    return kept;
  }

  /** The texture is full: what is written on it is drawn now, and it begins anew. */
  private empty(): void {
    this.draw();
    this.quads.begin();
    this.kept.clear();
    this.left = 0;
    this.top = 0;
  }

  private write(text: string, hand: HandName, kept: Kept): void {
    const { gl, pen, ratio, tints } = this;
    const { size, ink } = HANDS[hand];
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.scratch.width, this.scratch.height);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.font = fontOf(hand);
    pen.textBaseline = "alphabetic";
    pen.lineJoin = "round";
    pen.lineWidth = HALO;
    pen.strokeStyle = tints.halo;
    pen.fillStyle = tints[ink];
    const shown = this.cut(text, pen);
    const base = above(size);
    pen.strokeText(shown, PAD, base);
    pen.fillText(shown, PAD, base);
    const pixels = pen.getImageData(0, 0, kept.width, kept.height);
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, kept.left, kept.top, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  }

  /** Cut between characters as a reader sees them, never between a consonant and its marks. */
  private cut(text: string, pen: CanvasRenderingContext2D): string {
    if (pen.measureText(text).width <= LONGEST) return text;
    let shown = "";
    for (const { segment } of new Intl.Segmenter("th", { granularity: "grapheme" }).segment(text)) {
      if (pen.measureText(`${shown}${segment}…`).width > LONGEST) break;
      shown += segment;
    }
    return `${shown}…`;
  }
}
