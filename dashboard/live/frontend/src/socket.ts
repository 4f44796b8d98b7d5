/** The link to `/live`: reconnects by itself, treats silence as a cut, and lets no old socket speak. */

import type { Frame } from "./protocol";
import { reloadOnce, tabMemory, understood } from "./reload";
import { FrameReader, VERSION } from "./wire";

export const SILENCE_MS = 10_000;
export const BACKOFF_MS = [500, 1000, 2000];
const PING_MS = 5_000;

/** A connection that is not made in this time never will be: its packets were lost, and a new one may get through. */
const CONNECT_MS = 4_000;

/** A steady clock this far behind the other has stood still: the machine has slept, and its connections are dead. */
const SLEPT_MS = 3_000;

/** The server's word that it speaks another version; the reason of the close is its own. */
const OTHER_VERSION = 4010;

/** How long the page says that the feed sent nonsense, after the last of it. */
const NONSENSE_MS = 60_000;

/** A link that held this long was a good one: the next is tried at once again. */
const GOOD_MS = 5_000;

export interface LinkEvents {
  frame(frame: Frame): void;
  /** True when frames come, false when the link was lost. */
  connected(up: boolean): void;
}

/** What is wrong with the feed itself, in a word; `count` is of messages that could not be read. */
export interface Trouble {
  kind: "none" | "nonsense" | "version";
  count: number;
}

export const NO_TROUBLE: Trouble = { kind: "none", count: 0 };

export class Link {
  private socket: WebSocket | null = null;
  private tries = 0;
  private up = false;
  private upAt = 0;
  private settled = false;
  private pings = 0;
  private heardAt = 0;
  private nonsense = 0;
  private nonsenseAt = -Infinity;
  private otherVersion = false;
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

  get trouble(): Trouble {
    const recent = performance.now() - this.nonsenseAt < NONSENSE_MS;
    return { kind: this.otherVersion ? "version" : recent ? "nonsense" : "none", count: this.nonsense };
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
    const url = new URL(this.url);
    url.searchParams.set("v", String(VERSION));
    const socket = new WebSocket(url);
    const reader = new FrameReader();
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket === socket) this.take(reader, event.data);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      if (event.code === OTHER_VERSION) this.differ(event.reason);
      this.again();
    };
  }

  private take(reader: FrameReader, data: unknown): void {
    this.heardAt = performance.now();
    const read = reader.read(data);
    if (read === "nonsense") {
      // What it was to tell is lost: only a fresh snapshot makes the picture whole again.
      this.nonsense += 1;
      this.nonsenseAt = this.heardAt;
      this.again();
    } else if (read === "version") {
      this.differ(String(new Uint8Array(data as ArrayBuffer)[3]));
      this.again();
    } else if (read !== null) {
      if (!this.up) {
        this.up = true;
        this.upAt = this.heardAt;
        this.settled = false;
        this.otherVersion = false;
        this.events.connected(true);
      }
      this.events.frame(read);
    }
  }

  private differ(told: string): void {
    this.otherVersion = true;
    if (reloadOnce(told, tabMemory(), () => location.reload())) this.stop();
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
    if (this.up) {
      this.up = false;
      if (performance.now() - this.upAt > GOOD_MS) this.tries = 0;
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
    const now = performance.now();
    const quiet = now - this.heardAt;
    if (this.up && !this.settled && now - this.upAt > GOOD_MS) {
      this.settled = true;
      understood(tabMemory());
    }
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
