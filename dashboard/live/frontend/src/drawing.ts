/** The part that draws the state on the map; where there is no map, the list in its place. */

import { DEFAULT_FEED } from "./age";
import { boxFeature, unitFeature } from "./marks";
import type { Moment, Part } from "./part";
import { drawPlain } from "./plain";
import type { Ground } from "./protocol";
import type { Touched } from "./state";
import type { View } from "./view";

export class Drawing implements Part {
  constructor(private readonly view: View, private readonly place: HTMLElement) {}

  retell(): void {
    const { units, boxes } = this.view.state;
    this.marks({ units: new Set(units.keys()), boxes: new Set(boxes.keys()) });
    this.pins();
  }

  take(touched: Touched): void {
    this.marks(touched);
    if (touched.alarms) this.pins();
  }

  second(moment: Moment): void {
    const { state, map, settings } = this.view;
    this.marks({ units: new Set(state.units.keys()), boxes: new Set() });
    if (map === null) drawPlain(this.place, state, moment.now, settings.language, settings.words);
    else if (state.alarms.size > 0) this.pins();
  }

  ground(ground: Ground): void {
    this.view.map?.setGround(ground);
  }

  private marks(touched: Pick<Touched, "units" | "boxes">): void {
    const { map, clock, state } = this.view;
    const { words, language } = this.view.settings;
    const { units, boxes } = state;
    const now = clock.now();
    const feed = state.feed ?? DEFAULT_FEED;
    const of = <T, F>(keys: Set<string>, all: Map<string, T>, feature: (key: string, one: T) => F): Map<string, F | null> =>
      new Map([...keys].map((key) => [key, all.has(key) ? feature(key, all.get(key) as T) : null]));
    map?.draw("units", of(touched.units, units, (key, unit) => unitFeature(key, unit, now, feed, words)));
    if (touched.boxes.size > 0) map?.draw("boxes", of(touched.boxes, boxes, (key, box) => boxFeature(key, box, language, words)));
  }

  private pins(): void {
    this.view.map?.drawAlarms(this.view.state.alarms, (alarm) => alarm.place || this.view.originName(alarm));
  }
}
