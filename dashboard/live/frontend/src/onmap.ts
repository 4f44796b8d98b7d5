/** The parts that belong to the map itself, on every page that has one. A wall has no menus. */

import { Area } from "./area";
import { Chosen } from "./chosen";
import { make } from "./dom";
import { MapMenu } from "./mapmenu";
import type { Part } from "./part";
import { Picking } from "./picking";
import { ThemeSwitch } from "./themeswitch";
import { Trailing } from "./trailing";
import { TimeMachine } from "./timemachine";
import type { View } from "./view";

/** Looking back is for those who answer alarms; the server asks again. */
const pastParts = (view: View, place: HTMLElement, foot: HTMLElement): Part[] =>
  view.settings.mayAcknowledge ? [new TimeMachine(view, place, foot)] : [];

export function mapParts(view: View, place: HTMLElement, foot: HTMLElement): Part[] {
  const trailing = new Trailing(view);
  const chosen = new Chosen(view, place);
  const { visitor, mode } = view.settings;
  // Before strangers there are no tracks, whatever the address asks for.
  if (visitor && mode === "wall") return [new Picking(view, place), chosen];
  if (mode === "wall") return [trailing, new Picking(view, place), chosen];
  const corner = make("div", "ssz-corner", place);
  if (visitor || mode === "desk") return [new Picking(view, place), chosen, new ThemeSwitch(view, corner)];
  const area = new Area(view, place); // asked for a click before the one that selects
  return [trailing, area, new Picking(view, place), chosen, new ThemeSwitch(view, corner), new MapMenu(view, corner, area, trailing), ...pastParts(view, place, foot)];
}
