/** What a page of the live feed is made of: the settings it is told, and the parts put round the one engine. */

import type { Words } from "./marks";
import type { Ground, Hotspots } from "./protocol";
import type { Trouble } from "./socket";
import type { SoundState } from "./sound";
import type { Touched } from "./state";

/** `wall`: nothing but what must be seen from across the room. `live`: the same map to work with. `desk`: alarms one by
 * one, with all that is kept of each and a key for every step. */
export type Mode = "wall" | "live" | "desk";

export interface Settings {
  mode: Mode;
  /** Path the product is served under, with a slash at both ends. */
  base: string;
  words: Words;
  language: string;
  timezone: string;
  csrf: string;
  mayAcknowledge: boolean;
  /** Path of the page that hands a unit's track out as a file, under `base`; empty where that is not permitted. */
  tracks?: string;
  links: { href: string; title: string; here?: boolean }[];
  /** Nobody sits at this screen. */
  kiosk: boolean;
  /** Strangers stand before this screen: names and exact places have not left the server. */
  visitor: boolean;
  /** Seconds each station is shown before the next one; 0: no rotation. */
  rotateS: number;
  testing: boolean;
}

/** The page's own time and what it knows of its links, at one beat. */
export interface Moment {
  /** Epoch milliseconds at the server, by the page's own clock. */
  now: number;
  connected: boolean;
  /** True until the first frame has come or a short while has passed. */
  starting: boolean;
  sound: SoundState;
  trouble: Trouble;
}

/** One thing on the page. Told of what changed; never asks by itself. */
export interface Part {
  /** Words, language, rights or the ground are new: draw all of it. */
  retell?(settings: Settings): void;
  /** A frame changed this much of the state. */
  take?(touched: Touched): void;
  /** Another moment is shown than before: a past one, or now again. */
  turned?(): void;
  /** Four times a second: running clocks and lights, so that no second is left out. */
  pulse?(moment: Moment): void;
  /** Once a second, and at once when something matters: ages. */
  second?(moment: Moment): void;
  /** What does not move has been fetched anew. */
  ground?(ground: Ground): void;
  hotspots?(sheet: Hotspots): void;
  stop?(): void;
}

/** The elements and parts a mode builds. */
export interface Page {
  /** Where the map, or the list in its place, is drawn. */
  ground: HTMLElement;
  parts: Part[];
  /** When the map may be made; at once where it is not said. */
  turn?: Promise<void>;
  /** Below the map: where past moments are chosen. A wall has none. */
  foot?: HTMLElement;
}
