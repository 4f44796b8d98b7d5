/** The sheets of what does not move: the last change of a burst is drawn, and a burst is fetched a few times only. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Usable } from "../src/shapes";
import { Sheet } from "../src/sheet";

interface Page {
  version: string;
}

/** A server whose answers come when they are let go. */
function served(restMs = 0): { sheet: Sheet<Page>; told: { version: string | null }; drawn: string[]; asked: () => number; answer: (version: string | null) => Promise<void> } {
  const waiting: ((version: string | null) => void)[] = [];
  let asked = 0;
  globalThis.fetch = (() => {
    asked += 1;
    return new Promise((resolve) => waiting.push((version) => resolve({ ok: version !== null, json: async () => ({ version }) } as Response)));
  }) as unknown as typeof fetch;
  const told: { version: string | null } = { version: null };
  const drawn: string[] = [];
  const sheet = new Sheet<Page>({
    address: "sheet", usable: (answer): Usable<Page> => ({ sheet: answer as Page, left: 0, thinned: 0 }), wanted: () => told.version,
    fetched: (page) => void drawn.push(page.version), restMs,
  });
  const answer = async (version: string | null): Promise<void> => {
    waiting.shift()!(version);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { sheet, told, drawn, asked: () => asked, answer };
}

test("a change told while the sheet is read is read too, and nothing is read twice", async () => {
  const { sheet, told, drawn, asked, answer } = served();
  told.version = "1";
  void sheet.follow();
  told.version = "2";
  void sheet.follow();
  assert.equal(asked(), 1);
  await answer("1");
  assert.equal(asked(), 2);
  await answer("2");
  told.version = "3";
  void sheet.follow();
  told.version = "4";
  void sheet.follow();
  await answer("4"); // the server was ahead of the frame
  void sheet.follow();
  assert.deepEqual([drawn, asked()], [["1", "2", "4"], 3]);
});

test("a server that cannot answer is asked once, and again when it is time", async () => {
  const { sheet, told, drawn, asked, answer } = served();
  told.version = "1";
  void sheet.follow();
  told.version = "2";
  await answer(null);
  assert.deepEqual([asked(), sheet.flaw], [1, "unread"]);
  void sheet.again();
  await answer("2");
  assert.deepEqual([asked(), sheet.flaw, drawn], [2, null, ["2"]]);
});

test("a hundred changes within a rest are two fetches, the last of them is drawn, and a sheet that is thrown away rests for good", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { sheet, told, drawn, asked, answer } = served(10_000);
  for (let change = 1; change <= 100; change += 1) {
    told.version = String(change);
    void sheet.follow();
    if (change === 1) await answer("1");
  }
  assert.equal(asked(), 1);
  mock.timers.tick(9_999);
  assert.equal(asked(), 1);
  mock.timers.tick(1);
  assert.equal(asked(), 2);
  await answer("100");
  assert.deepEqual(drawn, ["1", "100"]);
  mock.timers.tick(10_000);
  told.version = "101";
  void sheet.follow();
  await answer("101");
  told.version = "102";
  void sheet.follow();
  sheet.stop();
  mock.timers.tick(60_000);
  assert.equal(asked(), 3);
  mock.timers.reset();
});
