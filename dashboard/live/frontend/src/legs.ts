/** The legs of a spread stack: from where the units are to where their marks are shown. */

import { compile } from "./program";

const VERTEX = `#version 300 es
precision highp float;
uniform vec2 u_half;
in vec2 a_at;
void main() { gl_Position = vec4((a_at.x - u_half.x) / u_half.x, (u_half.y - a_at.y) / u_half.y, 0.0, 1.0); }`;
const FRAGMENT = `#version 300 es
precision mediump float;
uniform vec4 u_ink;
out vec4 colour;
void main() { colour = u_ink; }`;

const WIDE = 1.25;

export class Legs {
  private readonly program: WebGLProgram;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly half: WebGLUniformLocation | null;
  private readonly ink: WebGLUniformLocation | null;
  private readonly rgba: [number, number, number, number];

  /** `ink`: `#rrggbb`. */
  constructor(private readonly gl: WebGL2RenderingContext, ink: string) {
    this.program = compile(gl, VERTEX, FRAGMENT);
    this.half = gl.getUniformLocation(this.program, "u_half");
    this.ink = gl.getUniformLocation(this.program, "u_ink");
    const part = (at: number): number => parseInt(ink.slice(at, at + 2), 16) / 255;
    this.rgba = [part(1), part(3), part(5), 1];
    this.array = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const at = gl.getAttribLocation(this.program, "a_at");
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
  }

  /** Lines from (x, y) to (x + dx, y + dy), px. */
  draw(lines: readonly { x: number; y: number; dx: number; dy: number }[], width: number, height: number): void {
    if (lines.length === 0) return;
    const { gl } = this;
    const corners = lines.flatMap(({ x, y, dx, dy }) => {
      const long = Math.hypot(dx, dy) || 1;
      const [u, v] = [(-dy / long) * WIDE, (dx / long) * WIDE];
      return [x + u, y + v, x - u, y - v, x + dx + u, y + dy + v, x + dx + u, y + dy + v, x - u, y - v, x + dx - u, y + dy - v];
    });
    gl.useProgram(this.program);
    gl.uniform2f(this.half, width / 2, height / 2);
    gl.uniform4f(this.ink, ...this.rgba);
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(corners), gl.STREAM_DRAW);
    gl.drawArrays(gl.TRIANGLES, 0, corners.length / 2);
    gl.bindVertexArray(null);
  }

  free(): void {
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteProgram(this.program);
  }
}
