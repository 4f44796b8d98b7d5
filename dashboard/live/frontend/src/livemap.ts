/** The live map: the wall's map to work with, for one who sits before it. */

import { AlarmList } from "./alarms";
import { Board } from "./board";
import { make } from "./dom";
import { Lights } from "./lights";
import { Names } from "./names";
import type { Page } from "./part";
import { PastAlarms } from "./pastalarms";
import { buildTools } from "./tools";
import type { View } from "./view";
import { alarmNeeds } from "./wall";

export function livePage(view: View, root: HTMLElement): Page {
  const frame = make("div", "ssz-frame", root);
  const head = make("header", "ssz-head", frame);
  const heading = make("div", "ssz-names", head);
  const bands = make("div", "ssz-bands", frame);
  const body = make("main", "ssz-body", frame);
  const side = make("aside", "ssz-side", body);
  const column = make("div", "ssz-column", body);
  const ground = make("div", "ssz-map", column);
  const stations = buildTools(make("div", "ssz-tools", ground), view.settings.words, {
    zoom: (steps) => view.map?.zoom(steps),
    fit: (station) => view.map?.fit(station),
  });
  const alarms = make("section", "ssz-alarms", side);
  const then = make("section", "ssz-then", side);
  const board = make("section", "ssz-board", side);
  const foot = make("div", "ssz-time", column);
  const parts = [
    new Names(view, heading, stations, "nav.live_map"),
    new Lights(view, head, bands),
    new AlarmList(alarms, alarmNeeds(view)),
    new PastAlarms(then, view),
    new Board(view, board),
  ];
  return { ground, parts, foot };
}
