/** A WebGL 2 program with its attributes; errors of the shader compiler are told, not swallowed. */

export function compile(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error("no shader");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`shader: ${gl.getProgramInfoLog(program) ?? ""}`);
  }
  return program;
}

export const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D u_texture;
in vec2 v_uv;
out vec4 colour;
void main() { colour = texture(u_texture, v_uv); }`;

/** Many quads in one call; each has `floats` numbers, the same at its four corners. Not instanced: where the processor
 * draws instead of a graphics card, each instance costs as much as a call of its own. */
export class Quads {
  count = 0;
  private data: Float32Array;
  /** Quads there is room for on the card. */
  private room = 0;
  private readonly array: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly corners: WebGLBuffer;
  private readonly indices: WebGLBuffer;

  constructor(private readonly gl: WebGL2RenderingContext, program: WebGLProgram, attributes: readonly (readonly [string, number])[], private readonly floats: number) {
    this.data = new Float32Array(256 * 4 * floats);
    this.array = gl.createVertexArray();
    this.corners = gl.createBuffer();
    this.indices = gl.createBuffer();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    const corner = gl.getAttribLocation(program, "a_corner");
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.UNSIGNED_BYTE, false, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.indices);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    let offset = 0;
    for (const [name, size] of attributes) {
      const at = gl.getAttribLocation(program, name);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, gl.FLOAT, false, floats * 4, offset * 4);
      offset += size;
    }
    gl.bindVertexArray(null);
  }

  begin(): void {
    this.count = 0;
  }

  /** Add a quad. */
  add(...values: number[]): void {
    const { floats } = this;
    let at = this.count * 4 * floats;
    if (at + 4 * floats > this.data.length) {
      const wider = new Float32Array(this.data.length * 2);
      wider.set(this.data);
      this.data = wider;
    }
    for (let corner = 0; corner < 4; corner += 1) {
      for (let i = 0; i < floats; i += 1) this.data[at++] = values[i]!;
    }
    this.count += 1;
  }

  draw(): void {
    const { gl } = this;
    if (this.count === 0) return;
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    if (this.room < this.count) this.widen();
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, this.data, 0, this.count * 4 * this.floats);
    gl.drawElements(gl.TRIANGLES, this.count * 6, gl.UNSIGNED_INT, 0);
    gl.bindVertexArray(null);
  }

  private widen(): void {
    const { gl } = this;
    this.room = this.data.length / (4 * this.floats);
    gl.bufferData(gl.ARRAY_BUFFER, this.data.byteLength, gl.DYNAMIC_DRAW);
    const indices = new Uint32Array(this.room * 6);
    const corners = new Uint8Array(this.room * 8);
    for (let quad = 0; quad < this.room; quad += 1) {
      indices.set([0, 1, 2, 2, 1, 3].map((corner) => quad * 4 + corner), quad * 6);
      corners.set([0, 0, 1, 0, 0, 1, 1, 1], quad * 8);
    }
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.corners);
    gl.bufferData(gl.ARRAY_BUFFER, corners, gl.STATIC_DRAW);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
  }

  free(): void {
    this.gl.deleteVertexArray(this.array);
    this.gl.deleteBuffer(this.buffer);
    this.gl.deleteBuffer(this.corners);
    this.gl.deleteBuffer(this.indices);
  }
}

/** A texture of a canvas' pixels, premultiplied. */
export function newTexture(gl: WebGL2RenderingContext): WebGLTexture {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  return texture;
}
