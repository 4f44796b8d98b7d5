/** What a person pointed at: the selected unit or box, the followed unit. */

import type { Fleet, Mark } from "./fleet";
import { drawable, mercatorX, mercatorY } from "./mercator";
import { parseSelection, type Selection } from "./selection";
import type { Key, State } from "./state";
import type { ViewUrl } from "./viewurl";

export class Pointed {
  constructor(private readonly selection: Selection, private readonly url: ViewUrl, private readonly fleet: Fleet, private readonly state: () => State) {}

  /** Units whose label must be shown. */
  must(): Set<Key> {
    const picked = parseSelection(this.selection.key ?? "");
    return new Set([picked?.kind === "unit" ? picked.key : null, this.url.view.follow].filter((key) => key !== null));
  }

  get followed(): Mark | undefined {
    return this.fleet.marks.get(this.url.view.follow ?? "");
  }

  /** The selected unit's mark, or the place of the selected box (Mercator units); an alarm's pin shows itself. */
  chosen(): Mark | { x: number; y: number } | null {
    const picked = parseSelection(this.selection.key ?? "");
    if (picked === null || picked.kind === "alarm") return null;
    if (picked.kind === "unit") return this.fleet.marks.get(picked.key) ?? null;
    const box = this.state().boxes.get(picked.key);
    return box === undefined || box.lat === null || box.lon === null || !drawable(box.lat, box.lon) ? null : { x: mercatorX(box.lon), y: mercatorY(box.lat) };
  }
}
