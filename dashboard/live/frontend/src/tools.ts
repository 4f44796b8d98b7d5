/** The few tools on the map: nearer, farther, the whole zone, and another station where there are several. */

import { make } from "./dom";
import type { Words } from "./marks";

export interface ToolActs {
  zoom(steps: 1 | -1): void;
  fit(station: string | null): void;
}

/** Draws the tools and returns the choice of station, hidden until there is one to make. */
export function buildTools(place: HTMLElement, words: Words, acts: ToolActs): HTMLSelectElement {
  const select = document.createElement("select");
  const tool = (sign: string, key: string, act: () => void): void => {
    const button = make("button", "", place);
    button.type = "button";
    button.textContent = sign;
    button.title = words[key] ?? "";
    button.setAttribute("aria-label", button.title);
    button.onclick = act;
  };
  tool("+", "live.zoom_in", () => acts.zoom(1));
  tool("−", "live.zoom_out", () => acts.zoom(-1));
  tool("◱", "live.whole_zone", () => acts.fit(select.value || null));
  select.setAttribute("aria-label", words["nav.stations"] ?? "");
  select.onchange = () => acts.fit(select.value);
  select.hidden = true;
  place.append(select);
  return select;
}
