/** Open alarms on the map: above everything, each an element of its own that stays the same while the alarm is open.
 * Only what is new moves: a press pulses for its first minute and after each escalation, then wears a still ring. Of a
 * flood only the newest few pulse: hundreds of moving rings take the page's time away from the hand that answers. */

import type { Map as MapLibre, Marker } from "maplibre-gl";
import type { Area } from "./declutter";
import { flag, make, put } from "./dom";
import { engineOf } from "./mapengine";
import { drawable } from "./mercator";
import type { Alarm } from "./protocol";
import { type Fresh, pulsing } from "./pulsing";
import type { Key } from "./state";

/** From the middle of a pin to its name, px. */
const NAME_AT = 28;

/** Of more pins than this, a new one is no reason to draw the whole ground anew at once. */
const FEW = 24;

interface Pin extends Fresh {
  marker: Marker;
  element: HTMLElement;
  name: HTMLElement;
  at: [number, number];
  level: number;
  wide: number;
}

export class Pins {
  private readonly pins = new Map<Key, Pin>();
  private map: MapLibre | null = null;

  constructor(private readonly chosen: (key: Key) => void) {}

  show(map: MapLibre | null): void {
    this.map = map;
    if (map === null) this.clear();
  }

  /** `now`: the page's own clock, ms. Whether other places are taken than before, and names of the ground should know. */
  draw(alarms: Map<Key, Alarm>, label: (alarm: Alarm) => string, now: number): boolean {
    if (this.map === null) return false;
    let changed = false;
    for (const [key, pin] of this.pins) {
      if (alarms.has(key)) continue;
      pin.marker.remove();
      this.pins.delete(key);
      changed = true;
    }
    for (const [key, alarm] of alarms) {
      if (alarm.lat === null || alarm.lon === null || !drawable(alarm.lat, alarm.lon)) continue;
      const pin = this.pins.get(key) ?? this.build(this.map, key, alarm, [alarm.lon, alarm.lat], now);
      if (pin.at[0] !== alarm.lon || pin.at[1] !== alarm.lat) pin.marker.setLngLat((pin.at = [alarm.lon, alarm.lat]));
      if (alarm.level > pin.level) pin.newAt = now;
      pin.level = alarm.level;
      pin.alarm = alarm;
      flag(pin.element, "state", alarm.state);
      const wanted = label(alarm);
      if (pin.name.textContent === wanted) continue;
      put(pin.name, wanted);
      pin.element.setAttribute("aria-label", wanted);
      pin.wide = pin.name.offsetWidth;
      changed = true;
    }
    const moving = pulsing(this.pins.values(), now);
    for (const pin of this.pins.values()) flag(pin.element, "new", moving.has(pin) ? "yes" : "no");
    flag(this.map.getContainer(), "many", this.pins.size > FEW ? "yes" : "no");
    return changed && this.pins.size <= FEW;
  }

  /** A name that would be cut by the right edge of the map stands on the other side. */
  lean(map: MapLibre): void {
    const { clientWidth } = map.getCanvas();
    for (const { marker, element, wide } of this.pins.values()) {
      const { x } = map.project(marker.getLngLat());
      flag(element, "side", x + NAME_AT + wide > clientWidth && x - NAME_AT - wide > 0 ? "left" : "right");
    }
  }

  /** What labels must leave free. */
  areas(map: MapLibre): Area[] {
    return [...this.pins.values()].map(({ marker, element, wide }) => {
      const { x, y } = map.project(marker.getLngLat());
      return element.dataset["side"] === "left" ? [x - NAME_AT - wide, y - 24, x + 24, y + 24] : [x - 24, y - 24, x + NAME_AT + wide, y + 24];
    });
  }

  private build(map: MapLibre, key: Key, alarm: Alarm, at: [number, number], now: number): Pin {
    const element = document.createElement("div");
    element.className = "ssz-pin";
    element.dataset["alarm"] = key;
    element.setAttribute("role", "img");
    make("i", "", element);
    make("b", "", element);
    const name = make("span", "", element);
    element.onclick = (event) => {
      event.stopPropagation();
      this.chosen(key);
    };
    const marker = new (engineOf().Marker)({ element, anchor: "center" }).setLngLat(at).addTo(map);
    const pin: Pin = { alarm, marker, element, name, at, level: 0, newAt: now, wide: 0 };
    this.pins.set(key, pin);
    return pin;
  }

  private clear(): void {
    for (const { marker } of this.pins.values()) marker.remove();
    this.pins.clear();
  }
}
