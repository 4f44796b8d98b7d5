/** Asking the server for the past: a stated purpose, chunks, the alarms around a moment. */

import { type Chunk, CHUNK_MS, chunkOf, Chunks, GAP_MS, type PastAnswer, wanted } from "./past";
import { askTracks, joined, type Tracks, TracksError } from "./tracks";

export interface Purpose {
  id: string;
  /** When it ends, epoch ms. */
  until: number;
}

/** `[when it was raised, station, id]`. */
export type Raised = [number, string, string] | null;

/** Chunks under way at most, when the moment leaps: more would take turns on the server anyway. */
const MOST = 2;
const PATIENCE_MS = 15_000;

async function json<T>(url: string, purpose: string): Promise<T> {
  const response = await fetch(url, {
    credentials: "same-origin", headers: { "X-Purpose": purpose }, signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok) throw new TracksError(response.status, await response.text());
  return (await response.json()) as T;
}

/** Write a purpose down on the server. Rejects with the status the server refused it with. */
export async function statePurpose(base: string, csrf: string, reason: string, text: string): Promise<Purpose> {
  const response = await fetch(`${base}live/purpose`, {
    method: "POST", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS),
    headers: { "X-CSRF": csrf, "Content-Type": "application/json" }, body: JSON.stringify({ reason, text }),
  });
  if (!response.ok) throw new TracksError(response.status, await response.text());
  return (await response.json()) as Purpose;
}

export const alarmsAround = (base: string, purpose: string, at: number): Promise<{ before: Raised; after: Raised }> =>
  json(`${base}live/alarms?at=${Math.floor(at)}`, purpose);

/** Keeps the chunks round the moment that is looked at; asks for what is wanted next while the rest is shown. */
export class PastLoader {
  readonly chunks = new Chunks();
  /** Status of the last refusal; 0: the server could not be asked; null: all is well. */
  refused: number | null = null;
  private readonly running = new Set<number>();
  private generation = 0;

  constructor(private readonly base: string, private readonly needs: {
    purpose(): string;
    now(): number;
    /** A chunk has come, or was refused. */
    changed(): void;
  }) {}

  /** Make sure of the chunk of a moment, then one by one of what playing and trails from there need soon: what nobody
   * waits for yet never takes its turn beside what is waited for. `trail`: minutes that led up to the moment, in ms. */
  want(moment: number, speed: number, trail: number): void {
    const [own, ...soon] = wanted(moment, speed, this.needs.now(), trail);
    if (own === undefined) return;
    if (this.chunks.at(moment) === undefined) {
      if (!this.running.has(own) && this.running.size < MOST) void this.load(own);
      return;
    }
    if (this.running.size > 0) return;
    const next = soon.find((start) => this.chunks.at(Math.max(start, Math.min(moment, start + CHUNK_MS - 1))) === undefined);
    if (next !== undefined) void this.load(next);
  }

  /** Forget what was told under a purpose that has ended. */
  clear(): void {
    this.generation += 1;
    this.chunks.clear();
    this.running.clear();
    this.refused = null;
  }

  private async load(start: number): Promise<void> {
    const generation = this.generation;
    const purpose = this.needs.purpose();
    this.running.add(start);
    try {
      const chunk = await this.ask(start, purpose);
      if (generation !== this.generation) return;
      this.chunks.put(chunk);
      this.refused = null;
    } catch (error) {
      if (generation !== this.generation) return;
      this.refused = error instanceof TracksError ? error.status : 0;
    } finally {
      if (generation === this.generation) {
        this.running.delete(start);
        this.needs.changed();
      }
    }
  }

  private async ask(start: number, purpose: string): Promise<Chunk> {
    const { base } = this;
    const [answer, tracks] = await Promise.all([
      json<PastAnswer>(`${base}live/past?at=${start}&until=${start + CHUNK_MS}`, purpose),
      // A minute more, so that a mark goes on its way over the border.
      this.tracks(start, start + CHUNK_MS + GAP_MS, purpose),
    ]);
    return chunkOf(start, answer, tracks);
  }

  /** All of a window, in as many parts as the server makes of it. */
  private async tracks(from: number, to: number, purpose: string): Promise<Tracks> {
    const parts: Tracks[] = [];
    do {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      parts.push(await askTracks(this.base, { from: parts.at(-1)?.end ?? from, to, purpose, signal }));
    } while (parts.at(-1)!.cut);
    return joined(parts);
  }
}
