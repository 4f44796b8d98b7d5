/** A wall of several stations shows one after the other; an SOS nobody has answered holds it at its station. */

import { fill, flag, make, put } from "./dom";
import type { Moment, Part, Settings } from "./part";
import type { Alarm, Station } from "./protocol";
import { inOrder } from "./state";
import type { View } from "./view";

/** Shortest and longest time for one station, s. */
const LEAST_S = 5;
const MOST_S = 3600;

/** Seconds each station is shown: of the address (`?rotate=30`), else of the kiosk link; 0: no rotation. */
export function rotateSeconds(search: string, told: number): number {
  const asked = new URLSearchParams(search).get("rotate");
  const seconds = asked !== null && /^\d{1,4}$/.test(asked) ? Number(asked) : told;
  return seconds === 0 ? 0 : Math.min(MOST_S, Math.max(LEAST_S, seconds));
}

/** The station to show now, and whether an unanswered alarm holds it there. Pure. */
export function stationAt(
  stations: readonly Station[], alarms: Iterable<Alarm>, seconds: number, now: number,
): { code: string; held: boolean } | null {
  const known = new Set(stations.map((one) => one.code));
  const first = inOrder(alarms).find((alarm) => alarm.state === "raised" && known.has(alarm.s));
  if (first !== undefined) return { code: first.s, held: true };
  // By the clock, not by counting: every wall of a room shows the same station, also after a reload.
  const at = stations[Math.floor(now / (seconds * 1000)) % stations.length];
  return at === undefined ? null : { code: at.code, held: false };
}

export class Rotation implements Part {
  private shown = "";
  private readonly seconds: number;
  private readonly word: HTMLElement;

  constructor(private readonly view: View, place: HTMLElement, private readonly title: (code: string) => void) {
    this.seconds = rotateSeconds(location.search, view.settings.rotateS);
    this.word = make("div", "ssz-turn", place);
    this.word.hidden = true;
  }

  retell(_settings: Settings): void {
    this.shown = "";
  }

  second(moment: Moment): void {
    const stations = this.view.sheet.known?.stations ?? [];
    if (this.seconds === 0 || stations.length < 2) return;
    const at = stationAt(stations, this.view.state.alarms.values(), this.seconds, moment.now);
    if (at === null) return;
    const { words } = this.view.settings;
    const left = this.seconds - Math.floor((moment.now / 1000) % this.seconds);
    put(this.word, at.held ? words["live.turn_held"] ?? "" : fill(words["live.turn_next"] ?? "", { n: left }));
    flag(this.word, "held", at.held ? "yes" : "no");
    this.word.hidden = false;
    if (at.code === this.shown) return;
    this.shown = at.code;
    this.title(at.code);
    this.view.map.fit(at.code);
  }
}
