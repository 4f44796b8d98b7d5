/** The desk at work: what is asked of the server, what is said, and what one broken panel leaves untouched. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Fetcher } from "../src/case";
import { CaseLines } from "../src/caselines";
import { CaseProcedure } from "../src/caseprocedure";
import { CaseUnits } from "../src/caseunits";
import { Desk } from "../src/desk";
import { Drafts, MOST_DRAFTS } from "../src/drafts";
import { Selection } from "../src/selection";
import { emptyState, type State } from "../src/state";
import type { View } from "../src/view";
import { alarm } from "./frames";

const words = { "live.sending": "sending", "live.err_taken": "taken", "live.desk_loading": "loading", "live.desk_all_done": "all done", "live.desk_changed": "changed {n}" };
const realFetch = globalThis.fetch;
const realError = console.error;
let asked: string[];
/** Steps that were sent, and what each said. */
let sent: [string, unknown][];
let logged: unknown[][];
/** Answers of the server to steps, held back. */
let answers: ((response: Response) => void)[];

beforeEach(() => {
  asked = [];
  sent = [];
  logged = [];
  answers = [];
  console.error = (...said: unknown[]) => void logged.push(said);
  globalThis.fetch = ((address: string, init?: RequestInit) => {
    asked.push(address);
    if (init?.method === "POST") sent.push([/\/(\w+)\?/.exec(address)?.[1] ?? "", JSON.parse(String(init.body))]);
    return init?.method === "POST" ? new Promise((answer) => answers.push(answer)) : Promise.resolve(new Response("", { status: 404 }));
  }) as typeof fetch;
});

afterEach(() => {
  globalThis.fetch = realFetch;
  console.error = realError;
});

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i += 1) await new Promise((done) => setImmediate(done));
};

function deskOn(state: State, named: string | null = null): Desk {
  const view = { state, selection: new Selection(), clock: { now: () => 1_000 }, settings: { base: "/", words, mayAcknowledge: true, csrf: "" }, map: null };
  return new Desk(view as unknown as View, named);
}

test("a desk opened for an alarm begins with it while it is open, and with the first of the queue when it is not", () => {
  const state = emptyState();
  state.alarms.set("demo/x", alarm("x", 5));
  state.alarms.set("demo/y", alarm("y", 1));
  const first = deskOn(state);
  first.takeAlarms();
  const [other] = ["demo/x", "demo/y"].filter((key) => key !== first.chosen);
  const desk = deskOn(state, other);
  desk.takeAlarms();
  assert.equal(desk.chosen, other);
  const gone = deskOn(state, "demo/gone");
  gone.takeAlarms();
  assert.equal(gone.chosen, first.chosen);
});

test("the case of a press that is stored only later is asked for, whatever version the last case had", async () => {
  const state = emptyState();
  state.alarms.set("demo/x", alarm("x", 5));
  const desk = deskOn(state);
  desk.takeAlarms();
  assert.equal(desk.chosen, "demo/x");
  state.alarms.set("demo/y", alarm("y", 1, { stored: false }));
  desk.choose("demo/y");
  await settle();
  assert.ok(!asked.some((address) => address.startsWith("/live/desk/y?")));
  state.alarms.set("demo/y", alarm("y", 1));
  desk.takeAlarms();
  await settle();
  assert.equal(asked.filter((address) => address.startsWith("/live/desk/y?")).length, 1);
});

test("a step dropped behind another is said, and a failure names the alarm that was left", async () => {
  const state = emptyState();
  state.alarms.set("demo/x", alarm("x", 1, { place: "market" }));
  state.alarms.set("demo/y", alarm("y", 1, { place: "school", raised: 20 }));
  const desk = deskOn(state);
  desk.takeAlarms();
  const first = desk.step("acknowledge", {});
  assert.equal(desk.said, "");
  assert.equal(await desk.step("note", { note: "n" }), false);
  assert.deepEqual([desk.said, answers.length], ["sending", 1]);
  desk.choose("demo/y");
  answers[0]!(new Response("", { status: 409 }));
  assert.equal(await first, false);
  assert.equal(desk.said, "market: taken");
  const second = desk.step("acknowledge", {});
  assert.equal(await desk.step("acknowledge", {}), false);
  answers[1]!(new Response("", { status: 200 }));
  assert.equal(await second, true);
  assert.equal(desk.said, "");
  const third = desk.step("acknowledge", {});
  answers[2]!(new Response("", { status: 409 }));
  await third;
  assert.equal(desk.said, "taken");
});

test("the group of the alarm that is chosen opens", () => {
  const state = emptyState();
  for (let i = 0; i < 12; i += 1) state.alarms.set(`demo/r${i}`, alarm(`r${i}`, 1, { kind: "report", prio: 2, raised: i }));
  const desk = deskOn(state);
  desk.takeAlarms();
  assert.equal(desk.chosen, "demo/r0");
  assert.equal(desk.entries.length, 13);
});

/** A desk on one alarm, and the bodies of the steps it sends. */
function deskOf(more: Parameters<typeof alarm>[2]): { desk: Desk; sent: [string, unknown][] } {
  const state = emptyState();
  const one = alarm("x", 1, more);
  (one.prio === 3 ? state.troubles : state.alarms).set("demo/x", one);
  const desk = deskOn(state);
  desk.takeAlarms();
  desk.choose("demo/x");
  sent = [];
  return { desk, sent };
}

test("trouble of equipment is put aside for as long as is chosen, a person's alarm never", async () => {
  for (const [nth, minutes] of [[1, 15], [2, 60], [3, 480]] as const) {
    const { desk, sent } = deskOf({ kind: "box_lost", prio: 3 });
    desk.acts.take({ act: "shelve" });
    assert.deepEqual([desk.asking, sent.length], ["shelve", 0]);
    desk.acts.take({ act: "choice", nth });
    await settle();
    assert.equal(desk.asking, null);
    assert.deepEqual(sent.map(([step, body]) => [step, (body as { minutes: number }).minutes]), [["shelve", minutes]]);
  }
  const back = deskOf({ kind: "box_lost", prio: 3 });
  back.desk.acts.take({ act: "shelve" });
  back.desk.acts.take({ act: "back" });
  back.desk.acts.take({ act: "choice", nth: 1 });
  const aside = deskOf({ kind: "box_lost", prio: 3, shelved: 9_000 });
  aside.desk.acts.take({ act: "shelve" });
  assert.equal(aside.desk.asking, null);
  const person = deskOf({});
  person.desk.acts.take({ act: "shelve" });
  await settle();
  assert.deepEqual([back.sent, aside.sent.map(([step]) => step), person.sent, person.desk.asking], [[], ["unshelve"], [], null]);
});

test("units are asked for by name, and no number means one that was listed before", async () => {
  const { desk, sent } = deskOf({ state: "acknowledged" });
  desk.units = [{ unit: "near" } as never];
  desk.find("ไกล");
  await settle();
  assert.ok(asked.at(-1)!.endsWith(`&name=${encodeURIComponent("ไกล")}`));
  assert.equal(desk.units, null);
  desk.acts.take({ act: "assign", nth: 1 });
  desk.find("");
  await settle();
  assert.ok(!asked.at(-1)!.includes("name="));
  assert.deepEqual(sent, []);
});

const unitsOf = (desk: unknown) =>
  Object.assign(Object.create(CaseUnits.prototype), { desk }) as {
    send(key: string): void;
    key(event: unknown, place: unknown): void;
    warning(): string;
  };

test("a click sends a unit by the rule of its number: one that has just come there is not sent, and it is said", async () => {
  const { desk, sent } = deskOf({ state: "acknowledged" });
  desk.units = [{ station: "demo", unit: "far" }, { station: "demo", unit: "near" }] as never;
  desk.settled = (nth) => nth === 2;
  const units = unitsOf(desk);
  units.send("demo/gone");
  units.send("demo/far");
  assert.deepEqual([sent, desk.said], [[], "changed 1"]);
  units.send("demo/near");
  await settle();
  assert.deepEqual(sent.map(([step, body]) => [step, (body as { unit: string }).unit]), [["assign", "near"]]);
});

test("an Enter that is held goes to the first found once, and no further", () => {
  let focused = 0;
  const place = { querySelector: () => ({ focus: () => (focused += 1) }) };
  const heard: string[] = [];
  const event = (repeat: boolean) => ({ key: "Enter", isComposing: false, repeat, preventDefault: () => heard.push(`stopped ${repeat}`) });
  const units = unitsOf({});
  for (const repeat of [false, true, true]) units.key(event(repeat), place);
  assert.deepEqual([focused, heard], [1, ["stopped false", "stopped true", "stopped true"]]);
});

test("whether a unit can be trusted is said of the nearest and of those found by name", () => {
  const of = (wanted: string, ...units: [fresh: boolean, free: boolean][]): string =>
    unitsOf({
      alarm: { state: "acknowledged", lat: 13 }, failed: {}, wanted, word: (key: string) => key,
      units: units.map(([fresh, free]) => ({ fresh, free })),
    }).warning();
  for (const [wanted, list] of [["", "units"], ["ก", "find"]] as const) {
    assert.equal(of(wanted, [false, true], [false, false]), `live.desk_${list}_old`);
    assert.equal(of(wanted, [false, true], [true, false]), `live.desk_${list}_busy`);
    assert.equal(of(wanted, [false, true], [true, true]), "");
    assert.equal(of(wanted), `live.desk_${list}_none`);
  }
});

test("a panel that fails is logged; the others are told, and what is asked for next is fetched", async () => {
  const state = emptyState();
  state.alarms.set("demo/x", alarm("x", 1));
  const desk = deskOn(state);
  let told = 0;
  desk.on(() => {
    throw new Error("broken panel");
  });
  desk.on(() => void (told += 1));
  desk.takeAlarms();
  await settle();
  assert.ok(told > 0 && logged.length > 0);

  const got: string[] = [];
  const fetcher = new Fetcher<unknown>((address) => {
    got.push(address);
    if (address === "/1") throw new Error("broken listener");
  });
  for (const address of ["/1", "/2"]) {
    fetcher.ask(address);
    await settle();
  }
  assert.deepEqual(got, ["/1", "/2"]);

  const selection = new Selection();
  const heard: (string | null)[] = [];
  selection.on(() => {
    throw new Error("broken listener");
  });
  selection.on((key) => heard.push(key));
  selection.set("alarm/demo/x");
  assert.deepEqual(heard, ["alarm/demo/x"]);
});

test("nothing is called done while the case is not known", () => {
  const said: string[] = [];
  const next = (known: unknown): void =>
    CaseProcedure.prototype.next.call({ desk: { known, word: (key: string) => key, say: (text: string) => said.push(text) } } as unknown as CaseProcedure);
  next(null);
  next({ procedure: { items: [] } });
  assert.deepEqual(said, ["live.desk_loading", "live.desk_all_done"]);
});

test("a note that was begun waits at its own alarm; of the oldest none is kept for ever", () => {
  const drafts = new Drafts();
  drafts.keep("demo/x", "for x");
  assert.deepEqual([drafts.get("demo/x"), drafts.get("demo/y")], ["for x", ""]);
  for (let i = 1; i < MOST_DRAFTS; i += 1) drafts.keep(`demo/${i}`, "text");
  assert.equal(drafts.get("demo/x"), "for x");
  drafts.keep("demo/more", "text");
  assert.deepEqual([drafts.get("demo/x"), drafts.get("demo/more")], ["", "text"]);
  drafts.keep("demo/more", " ");
  assert.equal(drafts.get("demo/more"), "");
});

test("a note that is stored while another alarm is chosen leaves what is written there", async () => {
  let stored = (_: boolean): void => undefined;
  const desk = { chosen: "demo/x", step: () => new Promise<boolean>((done) => (stored = done)) };
  const field = { value: "" };
  const lines = Object.assign(Object.create(CaseLines.prototype), { desk, field, drafts: new Drafts(), about: null });
  lines.turn();
  field.value = "for x";
  const sent: Promise<void> = lines.send();
  desk.chosen = "demo/y";
  lines.turn();
  assert.equal(field.value, "");
  field.value = "for y";
  stored(true);
  await sent;
  assert.equal(field.value, "for y");
  desk.chosen = "demo/x";
  lines.turn();
  assert.equal(field.value, "");
  desk.chosen = "demo/y";
  lines.turn();
  assert.equal(field.value, "for y");
});
