import assert from "node:assert/strict";
import { test } from "node:test";
import kept from "./queue-cases.json";
import type { Alarm } from "../src/protocol";
import { queueOf } from "../src/queue";

test("the page's queue has the rows of the server's, in every generated case", () => {
  for (const [number, { alarms, rows }] of kept.cases.entries()) {
    const told = alarms.map((values) => Object.fromEntries(kept.told.map((name, at) => [name, values[at]])) as unknown as Alarm);
    const found = queueOf(told, kept.now, new Set()).map((row) => {
      if (row.kind === "alarm") return row.alarm.id;
      return [row.alarms[0]!.s, row.alarms[0]!.prio, row.why, row.alarms.map((one) => one.id)];
    });
    assert.deepEqual(found, rows, `case ${number}`);
  }
});
