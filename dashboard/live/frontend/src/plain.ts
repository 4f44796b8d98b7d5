/** What is shown where the map cannot be (no WebGL, or none for now): the units and boxes as a readable list. */

import { ageText, DEFAULT_FEED, freshness } from "./age";
import { make } from "./dom";
import { ageWords, boxState, unitWord, type Words } from "./marks";
import type { State } from "./state";

/** `why`: none (no WebGL at all), lost (for a while), failed. */
export function drawPlain(place: HTMLElement, state: State, why: string, now: number, language: string, words: Words): void {
  const feed = state.feed ?? DEFAULT_FEED;
  const table = make("table", "ssz-plain");
  const caption = make("caption", "", table);
  caption.textContent = words[why === "none" ? "live.no_map" : `live.map_${why}`] ?? "";
  const body = make("tbody", "", table);
  const row = (cells: string[], fresh: string): void => {
    const line = make("tr", "", body);
    line.dataset["fresh"] = fresh;
    for (const cell of cells) make("td", "", line).textContent = cell;
  };
  for (const unit of [...state.units.values()].sort((a, b) => (a.call < b.call ? -1 : 1))) {
    const where = unit.lat === null || unit.lon === null ? "" : `${unit.lat.toFixed(5)}, ${unit.lon.toFixed(5)}`;
    const fresh = freshness(unit, now, feed);
    row([unit.call || unit.id, unitWord(unit, now, feed, words), where, unit.at === null ? "" : ageText(now - unit.at, ageWords(words))], fresh);
  }
  for (const box of state.boxes.values()) {
    const name = (language === "th" ? box.th : box.en) || box.id;
    const word = boxState(box);
    row([`SOS ${name}`, words[`live.box_${word}`] ?? word, "", ""], word === "ok" ? "live" : "lost");
  }
  place.replaceChildren(table);
}
