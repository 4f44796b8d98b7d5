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
import { Lights } from "./lights";
import { Names } from "./names";
import type { Page, Part } from "./part";
import { buildTools } from "./tools";
import type { View } from "./view";

export function deskPage(view: View, root: HTMLElement): Page {
  const frame = make("div", "ssz-frame", root);
  const head = make("header", "ssz-head", frame);
  const heading = make("div", "ssz-names", head);
  const bands = make("div", "ssz-bands", frame);
  const body = make("main", "ssz-body", frame);
  const side = make("aside", "ssz-side", body);
  const whole = make("section", "ssz-case", body);
  const top = make("header", "ssz-case-head", whole);
  const parts = make("div", "ssz-case-body", whole);
  const left = make("div", "ssz-case-left", parts);
  const where = make("div", "ssz-case-where", left);
  const send = make("div", "ssz-case-send", left);
  const doing = make("div", "ssz-case-doing", parts);
  const ground = make("div", "ssz-map", where);
  const stations = buildTools(make("div", "ssz-tools", ground), view.settings.words, {
    zoom: (steps) => view.map?.zoom(steps),
    fit: (station) => view.map?.fit(station),
  });
  const panel = (place: HTMLElement, more = ""): HTMLElement => make("section", `ssz-panel${more}`, place);

  const desk = new Desk(view);
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
  const keys = new DeskKeys(desk, root, { write: () => lines.write(), tickNext: () => procedure.next() });
  const asking: Part = { second: () => desk.second(), stop: () => desk.stop() };
  return {
    ground,
    parts: [
      new Names(view, heading, stations, "nav.desk"), new Lights(view, head, bands), new DeskQueue(desk, side),
      caseHead, box, units, smallBox, cameras, earlier, procedure, lines, keys, asking,
    ],
  };
}
