/** The command wall: what must be done right now, for a room. */

import { AlarmList, type ListNeeds } from "./alarms";
import { acknowledge } from "./answer";
import { make } from "./dom";
import { Drift } from "./drift";
import { Figures } from "./figures";
import { Hand } from "./hand";
import { Lights } from "./lights";
import { Names } from "./names";
import type { Page } from "./part";
import { Rotation } from "./rotation";
import { selectionKey } from "./selection";
import { keyOf } from "./state";
import { ThemeSwitch } from "./themeswitch";
import { buildTools } from "./tools";
import type { View } from "./view";

export function wallPage(view: View, root: HTMLElement): Page {
  const frame = make("div", "ssz-frame", root);
  const head = make("header", "ssz-head", frame);
  const heading = make("div", "ssz-names", head);
  const bands = make("div", "ssz-bands", frame);
  const body = make("main", "ssz-body", frame);
  const ground = make("div", "ssz-map", body);
  const tools = make("div", "ssz-tools", body);
  const stations = buildTools(tools, view.settings.words, {
    zoom: (steps) => view.map.zoom(steps),
    fit: (station) => view.map.fit(station),
  });
  const side = make("aside", "ssz-side", body);
  const names = new Names(view, heading, stations, "nav.command_wall");
  const parts = [
    names,
    new Lights(view, head, bands),
    new AlarmList(side, alarmNeeds(view), true),
    new Figures(view, frame),
    new Rotation(view, heading, (code) => names.name(code)),
    new Drift(frame),
    new ThemeSwitch(view, tools),
    new Hand(root),
  ];
  return { ground, parts };
}

/** What the list of alarms needs of the page. */
export function alarmNeeds(view: View): ListNeeds {
  return {
    title: () => (view.past === null ? "live.open_alarms" : "live.alarms_now"),
    alarms: () => view.state.alarms,
    troubles: () => view.state.troubles,
    now: () => view.clock.now(),
    originName: (alarm) => view.originName(alarm),
    acknowledge: (alarm) => acknowledge(view.settings, alarm),
    show: (alarm) => {
      view.selection.set(selectionKey("alarm", keyOf(alarm.s, alarm.id)));
      if (alarm.lat !== null && alarm.lon !== null) view.map.centre(alarm.lat, alarm.lon);
    },
  };
}
