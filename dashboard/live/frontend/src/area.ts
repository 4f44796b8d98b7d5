/** The part that draws an area by clicks and tells who is inside it now, as they move. */

import type { MapMouseEvent } from "maplibre-gl";
import { fill, make, put } from "./dom";
import { keysInside } from "./inside";
import type { Part } from "./part";
import { MOST_ROWS } from "./picking";
import { alarmRow, boxRow, unitRow } from "./rows";
import { collection } from "./sheets";
import type { View } from "./view";

/** A second click this near to the last one ends the area, px. */
const SAME_PX = 6;

export class Area implements Part {
  private outline: [number, number][] = [];
  private drawing = false;
  private last = { x: NaN, y: NaN };
  private readonly panel: HTMLElement;
  private readonly title: HTMLElement;
  private readonly count: HTMLElement;
  private readonly rows: HTMLElement;
  private readonly clear: HTMLButtonElement;
  private readonly leave: (() => void)[] = [];

  constructor(private readonly view: View, place: HTMLElement) {
    this.panel = make("section", "ssz-area", place);
    this.panel.hidden = true;
    this.title = make("h2", "", this.panel);
    this.clear = make("button", "ssz-close", this.panel);
    this.clear.type = "button";
    this.clear.onclick = () => this.end();
    this.count = make("p", "", this.panel);
    this.count.setAttribute("role", "status");
    this.rows = make("ul", "", this.panel);
    this.leave.push(view.map.onClick((event) => this.click(event)));
    view.map.onStyle((map) => this.drawing && map.doubleClickZoom.disable()); // begun before there was a map
    addEventListener("keydown", this.key, true);
    this.leave.push(() => removeEventListener("keydown", this.key, true));
  }

  stop(): void {
    for (const end of this.leave) end();
  }

  /** Begin a new area. */
  begin(): void {
    this.outline = [];
    this.drawing = true;
    this.last = { x: NaN, y: NaN };
    this.view.map.raw?.doubleClickZoom.disable();
    this.show();
  }

  private end(): void {
    this.outline = [];
    this.close();
  }

  private close(): void {
    this.drawing = false;
    if (this.outline.length < 3) this.outline = [];
    setTimeout(() => this.view.map.raw?.doubleClickZoom.enable(), 0); // not for the click that ends it
    this.show();
  }

  private click({ point, lngLat }: MapMouseEvent): boolean {
    if (!this.drawing) return false;
    const again = Math.hypot(point.x - this.last.x, point.y - this.last.y) < SAME_PX;
    this.last = { x: point.x, y: point.y };
    if (again) this.close();
    else {
      this.outline.push([lngLat.lng, lngLat.lat]);
      this.show();
    }
    return true;
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (!this.drawing || (event.key !== "Escape" && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.end();
    else this.close();
  };

  retell(): void {
    this.show();
  }

  second(): void {
    if (this.outline.length >= 3 && !this.drawing) this.tell();
  }

  private show(): void {
    const { map, settings: { words } } = this.view;
    const { outline, drawing } = this;
    const corners: GeoJSON.Feature[] = drawing ? outline.map((at) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } })) : [];
    const shape: GeoJSON.Geometry = outline.length >= 3
      ? { type: "Polygon", coordinates: [[...outline, outline[0]!]] } : { type: "LineString", coordinates: outline };
    map.sheets.set("area", collection(outline.length < 2 ? corners : [{ type: "Feature", properties: {}, geometry: shape }, ...corners]));
    this.panel.hidden = !drawing && outline.length === 0;
    put(this.title, words[drawing ? "live.area_drawing" : "live.area_inside"] ?? "");
    put(this.clear, words[drawing ? "live.cancel" : "live.area_clear"] ?? "");
    if (drawing) {
      put(this.count, words["live.area_hint"] ?? "");
      this.rows.replaceChildren();
    } else if (outline.length >= 3) this.tell();
  }

  private tell(): void {
    const { shown: state, settings: { words } } = this.view;
    const units = keysInside(this.outline, state.units);
    const boxes = keysInside(this.outline, state.boxes);
    const alarms = keysInside(this.outline, state.alarms);
    put(this.count, fill(words["live.area_count"] ?? "", { units: units.length, boxes: boxes.length, alarms: alarms.length }));
    const buttons = [
      ...alarms.map((key) => alarmRow(this.view, key, state.alarms.get(key)!)),
      ...units.map((key) => unitRow(this.view, key, state.units.get(key)!)).slice(0, MOST_ROWS),
      ...boxes.map((key) => boxRow(this.view, key, state.boxes.get(key)!)).slice(0, MOST_ROWS),
    ];
    const held = [...this.rows.children].findIndex((row) => row.contains(document.activeElement));
    const same = buttons.length === this.rows.children.length;
    buttons.forEach((button, i) => {
      const known = same ? this.rows.children[i]?.firstElementChild as HTMLButtonElement | null : null;
      if (known) {
        put(known, button.textContent ?? "");
        known.onclick = button.onclick;
      }
    });
    if (same) return;
    this.rows.replaceChildren(...buttons.map((button) => {
      const item = make("li");
      item.append(button);
      return item;
    }));
    (this.rows.children[held]?.firstElementChild as HTMLElement | undefined)?.focus();
  }
}
