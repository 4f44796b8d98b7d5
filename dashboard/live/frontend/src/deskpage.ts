/** The SOS desk: the queue, and one alarm in full, with a key for every step. */

import { CaseHead } from "./casehead";
import { CaseLines } from "./caselines";
import { CaseBox, CaseCameras, CaseEarlier } from "./casepanels";
import { CaseProcedure } from "./caseprocedure";
import { CaseUnits } from "./caseunits";
import { Desk } from "./desk";
import { DeskKeys } from "./deskkeys";
import { DeskQueue } from "./deskqueue";
import { flag, make } from "./dom";
import { pageFrame } from "./pageframe";
import type { Page, Part } from "./part";
import { Turn } from "./turn";
import type { View } from "./view";

/** The map waits this long at most for the queue and the alarm in full, ms. */
const MAP_WAITS_MS = 3_000;

export function deskPage(view: View, root: HTMLElement): Page {
  const { body, side, head } = pageFrame(view, root);
  const whole = make("section", "ssz-case", body);
  const top = make("header", "ssz-case-head", whole);
  const parts = make("div", "ssz-case-body", whole);
  const left = make("div", "ssz-case-left", parts);
  const where = make("div", "ssz-case-where", left);
  const send = make("div", "ssz-case-send", left);
  const doing = make("div", "ssz-case-doing", parts);
  const ground = make("div", "ssz-map", where);
  const names = head(ground, "nav.desk");
  const panel = (place: HTMLElement, more = ""): HTMLElement => make("section", `ssz-panel${more}`, place);

  const desk = new Desk(view, new URLSearchParams(location.search).get("alarm"));
  const box = new CaseBox(desk, panel(where)); // below the map; where the screen is small, below the units
  const units = new CaseUnits(desk, panel(send));
  const smallBox = new CaseBox(desk, panel(send, " ssz-panel-box"));
  const cameras = new CaseCameras(desk, panel(send));
  const before = panel(send);
  flag(before, "panel", "earlier");
  const earlier = new CaseEarlier(desk, before);
  const procedure = new CaseProcedure(desk, panel(doing));
  const lines = new CaseLines(desk, panel(doing));
  const caseHead = new CaseHead(desk, top, () => lines.write());
  const keys = new DeskKeys(desk, root, { write: () => lines.write(), tickNext: () => procedure.next(), find: () => units.find() });
  // A map takes as long to make as all the rest of the page: the words that help are on the screen before it.
  const turn = new Turn(MAP_WAITS_MS);
  desk.on(() => desk.whole && turn.now());
  const asking: Part = { second: () => desk.second(), stop: () => desk.stop() };
  return {
    ground, turn: turn.come,
    parts: [
      ...names, new DeskQueue(desk, side),
      caseHead, box, units, smallBox, cameras, earlier, procedure, lines, keys, asking,
    ],
  };
}
