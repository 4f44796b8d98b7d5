/** What the live map and the desk are built on: the head with its names, the bands below it, and the map with its tools. */

import { make } from "./dom";
import { Lights } from "./lights";
import { Names } from "./names";
import type { Part } from "./part";
import { buildTools } from "./tools";
import type { View } from "./view";

export interface PageFrame {
  /** Below the head: the page's own. */
  body: HTMLElement;
  side: HTMLElement;
  /** What stands in the head, once the map's place is known. `title`: key of the page's name. */
  head(ground: HTMLElement, title: string): Part[];
  /** On the map: its tools. */
  tools: HTMLElement;
}

export function pageFrame(view: View, root: HTMLElement): PageFrame {
  const frame = make("div", "ssz-frame", root);
  const head = make("header", "ssz-head", frame);
  const heading = make("div", "ssz-names", head);
  const bands = make("div", "ssz-bands", frame);
  const body = make("main", "ssz-body", frame);
  const side = make("aside", "ssz-side", body);
  const tools = make("div", "ssz-tools");
  return {
    body, side, tools,
    head(ground, title) {
      ground.append(tools);
      const stations = buildTools(tools, view.settings.words, {
        zoom: (steps) => view.map.zoom(steps),
        fit: (station) => view.map.fit(station),
      });
      return [new Names(view, heading, stations, title), new Lights(view, head, bands)];
    },
  };
}
