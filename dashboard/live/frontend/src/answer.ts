/** Send a step on an alarm to the server; what went wrong is told in the reader's language. */

import type { Words } from "./marks";
import type { Alarm } from "./protocol";

const PATIENCE_MS = 10_000;

const WORDS_OF_CODE: Record<number, string> = {
  401: "live.err_session", 403: "err.no_permission", 404: "live.err_unknown", 409: "live.err_taken", 422: "live.err_unit",
};

/** What a person can do to an alarm, and what it carries. */
export interface Steps {
  acknowledge: Record<string, never>;
  assign: { unit: string };
  arrive: Record<string, never>;
  close: { outcome: string };
  note: { note: string };
  shelve: { minutes: number; note: string };
  unshelve: Record<string, never>;
}
export type StepName = keyof Steps;

/** Who may write, and where to: of the page's settings. */
export interface Door {
  base: string;
  csrf: string;
  words: Words;
}

/** Resolves once the server has stored it; the page itself changes with the next frame. */
async function post({ base, csrf, words }: Door, path: string, body: object): Promise<void> {
  let code: number;
  try {
    const response = await fetch(`${base}${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRF": csrf, "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return;
    code = response.status;
  } catch {
    code = 0;
  }
  throw new Error(words[WORDS_OF_CODE[code] ?? "live.err_ack"] ?? `error ${code}`);
}

const inPath = (alarm: Alarm): string => encodeURIComponent(alarm.id);

/** The version that was on the screen goes with it: who was first since then is told, and nothing is done twice. */
export function takeStep<S extends StepName>(door: Door, alarm: Alarm, step: S, said: Steps[S]): Promise<void> {
  return post(door, `api/v1/alarms/${inPath(alarm)}/${step}?station=${encodeURIComponent(alarm.s)}`, { ...said, version: alarm.v });
}

export const acknowledge = (door: Door, alarm: Alarm): Promise<void> => takeStep(door, alarm, "acknowledge", {});

/** Tick an item of the written procedure off, or take the tick back. */
export const tick = (door: Door, alarm: Alarm, item: string, done: boolean): Promise<void> =>
  post(door, `live/desk/${inPath(alarm)}/tick`, { item, done });
