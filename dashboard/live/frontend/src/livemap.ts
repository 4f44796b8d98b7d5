/** The live map: the wall's map to work with, for one who sits before it. */

import { AlarmList } from "./alarms";
import { Board } from "./board";
import { CopyLink } from "./copylink";
import { make } from "./dom";
import { pageFrame } from "./pageframe";
import type { Page } from "./part";
import { PastAlarms } from "./pastalarms";
import type { View } from "./view";
import { alarmNeeds } from "./wall";

export function livePage(view: View, root: HTMLElement): Page {
  const { body, side, head, tools } = pageFrame(view, root);
  const column = make("div", "ssz-column", body);
  const ground = make("div", "ssz-map", column);
  const alarms = make("section", "ssz-alarms", side);
  const then = make("section", "ssz-then", side);
  const board = make("section", "ssz-board", side);
  const foot = make("div", "ssz-time", column);
  const parts = [
    ...head(ground, "nav.live_map"),
    new CopyLink(view, tools),
    new AlarmList(alarms, alarmNeeds(view)),
    new PastAlarms(then, view),
    new Board(view, board),
  ];
  return { ground, parts, foot };
}
