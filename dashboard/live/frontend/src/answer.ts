/** Send a step on an alarm to the server; what went wrong is told in the reader's language. */

import type { Words } from "./marks";
import type { Alarm } from "./protocol";

const PATIENCE_MS = 10_000;

const WORDS_OF_CODE: Record<number, string> = {
  401: "live.err_session", 403: "err.no_permission", 404: "live.err_unknown", 409: "live.err_taken",
};

/** Resolves once the server has stored it; the row itself changes with the next frame. */
export async function acknowledge(base: string, csrf: string, alarm: Alarm, words: Words): Promise<void> {
  const url = `${base}api/v1/alarms/${encodeURIComponent(alarm.id)}/acknowledge?station=${encodeURIComponent(alarm.s)}`;
  let code: number;
  try {
    const response = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-CSRF": csrf, "Content-Type": "application/json" },
      body: "{}",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.ok) return;
    code = response.status;
  } catch {
    code = 0;
  }
  throw new Error(words[WORDS_OF_CODE[code] ?? "live.err_ack"] ?? `error ${code}`);
}
