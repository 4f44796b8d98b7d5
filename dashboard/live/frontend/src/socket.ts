/** The link to `/live`: reconnects by itself, treats silence as a cut, and lets no old socket speak. */

import { parseFrame, type Frame } from "./protocol";

export const SILENCE_MS = 10_000;
export const BACKOFF_MS = [500, 1000, 2000];
const PING_MS = 5_000;

/** A connection that is not made in this time never will be: its packets were lost, and a new one may get through. */
const CONNECT_MS = 4_000;

/** A steady clock this far behind the other has stood still: the machine has slept, and its connections are dead. */
const SLEPT_MS = 3_000;

export interface LinkEvents {
  frame(frame: Frame): void;
  /** True when frames come, false when the link was lost. */
  connected(up: boolean): void;
}

export class Link {
  private socket: WebSocket | null = null;
  private tries = 0;
  private pings = 0;
  private heardAt = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private lag = Date.now() - performance.now();
  private readonly watch: ReturnType<typeof setInterval>;
  private stopped = false;

  constructor(private readonly url: string, private readonly events: LinkEvents) {
    this.watch = setInterval(() => this.check(), 1000);
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
    this.open();
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.watch);
    if (this.timer) clearTimeout(this.timer);
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.drop();
  }

  private readonly hurry = (): void => {
    if (this.timer === null || document.hidden) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.open();
  };

  private open(): void {
    if (this.stopped) return;
    this.timer = null;
    this.heardAt = performance.now();
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket !== socket || typeof event.data !== "string") return;
      this.heardAt = performance.now();
      const frame = parseFrame(event.data);
      if (frame === null) return;
      if (this.tries >= 0) {
        this.tries = -1;
        this.events.connected(true);
      }
      this.events.frame(frame);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.again();
    };
  }

  /** Let go of the socket at once: a cut link may take minutes to say that it is closed. */
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private again(): void {
    this.drop();
    if (this.stopped || this.timer !== null) return;
    if (this.tries < 0) {
      this.tries = 0;
      this.events.connected(false);
    }
    const wait = BACKOFF_MS[Math.min(this.tries, BACKOFF_MS.length - 1)] ?? 4000;
    this.tries += 1;
    this.timer = setTimeout(() => this.open(), wait * (0.8 + Math.random() * 0.4));
  }

  private check(): void {
    if (this.slept()) {
      if (this.timer === null) this.again();
      else this.hurry();
      return;
    }
    if (this.socket === null) return;
    const quiet = performance.now() - this.heardAt;
    if (quiet > (this.socket.readyState === WebSocket.CONNECTING ? CONNECT_MS : SILENCE_MS)) this.again();
    else if (quiet > PING_MS && this.socket.readyState === WebSocket.OPEN) {
      this.pings += 1;
      this.socket.send(JSON.stringify({ t: "ping", n: this.pings }));
    }
  }

  /** Whether the machine has slept since this was last asked. */
  private slept(): boolean {
    const before = this.lag;
    this.lag = Date.now() - performance.now();
    return this.lag - before > SLEPT_MS;
  }
}
