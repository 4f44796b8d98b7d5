/** A see-through canvas over the map's own, for what moves. Drawing the ground anew for each step of a mark would cost
 * many times what the marks cost (without a GPU a quarter of a second against some milliseconds). */

export interface OverlayNeeds {
  /** Draw everything on an empty canvas. */
  draw(gl: WebGL2RenderingContext): void;
  /** A frame's commands were given; `out`: whether all of them are carried out. */
  drawn(out: () => boolean): void;
  /** The browser took the GPU away (what was made on it is gone), or gave it back. */
  lost(lost: boolean): void;
}

export class Overlay {
  readonly canvas = document.createElement("canvas");
  private readonly gl: WebGL2RenderingContext;
  private asked: number | null = null;

  /** `under`: the canvas it lies upon, whose size it takes. @throws Error without a GPU for one more canvas. */
  constructor(private readonly under: HTMLCanvasElement, private readonly needs: OverlayNeeds) {
    const { canvas } = this;
    canvas.className = "ssz-overlay";
    const gl = canvas.getContext("webgl2", { antialias: false, depth: false, stencil: false });
    if (gl === null) throw new Error("no WebGL for the marks");
    this.gl = gl;
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault(); // only then it is given back
      if (canvas.isConnected) needs.lost(true);
    });
    canvas.addEventListener("webglcontextrestored", () => {
      if (canvas.isConnected) needs.lost(false);
    });
    under.after(canvas);
  }

  /** Draw in the next frame of the page. */
  ask(): void {
    this.asked ??= requestAnimationFrame(() => this.draw());
  }

  /** Draw now: in the frame in which the ground is drawn the marks go with it. */
  draw(): void {
    const { canvas, gl, under } = this;
    if (this.asked !== null) cancelAnimationFrame(this.asked);
    this.asked = null;
    if (gl.isContextLost()) return;
    if (canvas.width !== under.width || canvas.height !== under.height) {
      canvas.width = under.width;
      canvas.height = under.height;
    }
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    this.needs.draw(gl);
    this.needs.drawn(fence(gl));
  }

  remove(): void {
    if (this.asked !== null) cancelAnimationFrame(this.asked);
    this.asked = null;
    this.canvas.remove();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

/** Whether all that was asked of the GPU until now is carried out, and the browser is ready for one more frame: putting
 * the page together from its layers is the greater part where there is no GPU. */
function fence(gl: WebGL2RenderingContext): () => boolean {
  const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  let ready = false;
  requestAnimationFrame(() => { ready = true; });
  return () => {
    if (!ready || (sync !== null && !gl.isContextLost() && gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED)) return false;
    gl.deleteSync(sync);
    return true;
  };
}
