/** The part that draws the state on the map; where there is no map, for good or for a while, the list in its place. */

import { flag, make } from "./dom";
import type { Moment, Part } from "./part";
import { PlainList } from "./plain";
import type { Ground, Hotspots } from "./protocol";
import type { Touched } from "./state";
import type { View } from "./view";

export class Drawing implements Part {
  private readonly instead: HTMLElement;
  private plain: PlainList | null = null;

  constructor(private readonly view: View, private readonly place: HTMLElement) {
    this.instead = make("div", "ssz-instead", place);
    this.instead.hidden = true;
  }

  retell(): void {
    const { units, boxes } = this.view.shown;
    this.marks({ units: new Set(units.keys()), boxes: new Set(boxes.keys()) });
    this.pins();
  }

  take(touched: Touched): void {
    if (this.view.past !== null) return; // the time machine draws
    this.marks(touched);
    if (touched.alarms) this.pins();
  }

  second(moment: Moment): void {
    const { shown: state, past, map } = this.view;
    map.tick();
    if (past === null && state.alarms.size > 0) this.pins();
    const { trouble } = map;
    this.instead.hidden = trouble === null;
    flag(this.place, "trouble", trouble ?? "");
    if (trouble !== null) {
      this.plain ??= new PlainList(this.view, this.instead);
      this.plain.draw(trouble, past?.now ?? moment.now);
    } else if (this.plain !== null) {
      this.plain.stop();
      this.plain = null;
    }
  }

  ground(ground: Ground): void {
    this.view.map.setGround(ground);
  }

  hotspots(sheet: Hotspots): void {
    this.view.map.setHotspots(sheet);
  }

  stop(): void {
    this.plain?.stop();
  }

  private marks(touched: Pick<Touched, "units" | "boxes">): void {
    const { map } = this.view;
    map.drawUnits(touched.units);
    if (touched.boxes.size > 0) map.drawBoxes(touched.boxes);
  }

  private pins(): void {
    this.view.map.drawAlarms((alarm) => alarm.place || this.view.originName(alarm));
  }
}
