/** The picture of a past moment on the page's own map: units, boxes and alarms as they were, and over them what waits for
 * an answer now. */

import { DEFAULT_FEED } from "./age";
import { type Chunk, momentAt } from "./past";
import type { Alarm } from "./protocol";
import { emptyState, type Key, type State } from "./state";
import type { View } from "./view";

export class PastPicture {
  readonly state: State = emptyState();
  /** Alarms of the moment, without those of now. */
  alarms: ReadonlyMap<Key, Alarm> = new Map();
  private drawn: { chunk: Chunk; boxWords: number; moment: number } | null = null;

  constructor(private readonly view: View) {}

  /** Whether it is of that moment. */
  isOf(moment: number): boolean {
    return this.drawn?.moment === moment;
  }

  /** What is shown of now is taken off; nothing is here yet to take its place. */
  empty(): void {
    Object.assign(this.state, { units: new Map(), boxes: new Map() });
    this.view.map.drawBoxes(this.view.state.boxes.keys(), this.state.boxes);
  }

  fill(chunk: Chunk, moment: number): void {
    const { units, boxes, boxWords, alarms } = momentAt(chunk, moment, this.view.state.units);
    const before = this.drawn === null ? this.view.state.boxes.keys() : this.state.boxes.keys();
    const touched = new Set([...before, ...boxes.keys()]);
    Object.assign(this.state, { units, boxes, feed: this.view.state.feed ?? DEFAULT_FEED });
    this.alarms = alarms;
    const same = this.drawn?.chunk === chunk && this.drawn.boxWords === boxWords;
    this.drawn = { chunk, boxWords, moment };
    if (!same) this.view.map.drawBoxes(touched, boxes);
  }

  /** Now again. */
  leave(): void {
    this.drawn = null;
    this.alarms = new Map();
    const { map, state } = this.view;
    map?.placeUnits(true);
    map?.drawBoxes(new Set([...this.state.boxes.keys(), ...state.boxes.keys()]));
    this.pins();
  }

  /** Alarms of now nobody has answered. */
  get pressing(): Map<Key, Alarm> {
    return new Map([...this.view.state.alarms].filter(([, alarm]) => alarm.state === "raised"));
  }

  /** The alarms of the moment, and over them what waits for an answer now. */
  pins(): void {
    const now = this.pressing;
    const { map, settings, past } = this.view;
    this.state.alarms = new Map([...this.alarms, ...now]);
    map?.drawAlarms((alarm) => {
      const name = alarm.place || this.view.originName(alarm);
      const live = past !== null && [...now.values()].some((one) => one.s === alarm.s && one.id === alarm.id);
      return live ? `${settings.words["live.past_pressing"] ?? ""} ${name}` : name;
    });
  }
}
