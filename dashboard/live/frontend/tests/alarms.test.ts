/** The list of alarms and the siren: which key answers, when a wall leafs, what wakes the sound. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, leaf } from "../src/alarms";
import { kindWord, raisedWord } from "../src/marks";
import { Settled, SETTLE_MS } from "../src/settled";
import { Siren } from "../src/sound";
import { alarm } from "./frames";

test("the key that answers goes by its place, alone, and not while it is held down", () => {
  const none = { ctrlKey: false, metaKey: false, altKey: false, repeat: false };
  assert.equal(answers({ code: "KeyA", ...none }), true);
  assert.equal(answers({ code: "KeyQ", ...none }), false);
  for (const held of ["ctrlKey", "metaKey", "altKey", "repeat"] as const) assert.equal(answers({ code: "KeyA", ...none, [held]: true }), false);
});

test("what has only just come first cannot be answered unread", () => {
  const first = new Settled();
  assert.equal(first.at(9_999_999), false);
  first.stands("x", 1_000);
  first.stands("x", 1_500);
  assert.deepEqual([first.at(1_000 + SETTLE_MS - 1), first.at(1_000 + SETTLE_MS)], [false, true]);
  first.stands("y", 2_000);
  assert.equal(first.at(2_000 + SETTLE_MS - 1), false);
  first.stands(null, 5_000);
  assert.equal(first.at(99_000), false);
});

test("a wall leafs on after a click left the focus in its list, and not under a hand", () => {
  const row = (top: number): object => ({ offsetTop: top, offsetHeight: 90 });
  const scrolled = (hand: string): number => {
    const list = {
      scrollHeight: 1_000, clientHeight: 300, scrollTop: 0, contains: () => true, closest: () => ({ dataset: { hand } }),
      children: Array.from({ length: 10 }, (_, i) => row(i * 100)),
    };
    leaf(list as unknown as HTMLElement, 8_000);
    return list.scrollTop;
  };
  Object.assign(globalThis, { document: { activeElement: {} } });
  assert.equal(scrolled("yes"), 0);
  assert.equal(scrolled("no"), 200);
  delete (globalThis as { document?: unknown }).document;
});

test("a report of a citizen is not called an SOS; what no word is known for is", () => {
  const words = { "live.kind_report": "report", "live.kind_sos": "pressed box", "sos.pressed": "pressed" };
  const of = (kind: string): string[] => [kindWord(alarm("x", 1, { kind }), words), raisedWord(alarm("x", 1, { kind }), words)];
  assert.deepEqual([of("sos"), of("report"), of("of_newer_code")], [["SOS", "pressed"], ["report", "report"], ["SOS", "pressed"]]);
});

test("the siren is woken before anybody keeps a key for himself, and lets go at the end", () => {
  const heard: string[] = [];
  const note = (what: string) => (type: string, _: unknown, capture?: boolean) => heard.push(`${what} ${type} ${capture}`);
  Object.assign(globalThis, { addEventListener: note("+"), removeEventListener: note("-") });
  new Siren(() => undefined).stop();
  assert.deepEqual(heard, ["+ pointerdown true", "+ keydown true", "- pointerdown true", "- keydown true"]);
});
