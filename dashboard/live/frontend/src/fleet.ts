/** The units as marks: where each is drawn at a moment, its freshness, what it is called. No drawing here. */

import { freshness, type Freshness } from "./age";
import { EVERYTHING, meant, type Wanted } from "./filter";
import { statusOf, type Status } from "./tints";
import { drawable, mercatorX, mercatorY } from "./mercator";
import { type Glide, onward, placed } from "./motion";
import type { Side } from "./declutter";
import type { Feed, Unit } from "./protocol";
import type { Key } from "./state";

export interface Mark {
  readonly key: Key;
  unit: Unit;
  glide: Glide;
  fresh: Freshness;
  status: Status;
  /** Left out by the filter. */
  hidden: boolean;
  /** Where it was drawn last, px of the map; NaN when outside. Of a spread mark: without its offset. */
  x: number;
  y: number;
  /** Offset of a spread mark, px. */
  dx: number;
  dy: number;
  /** Where its label was drawn last. */
  side: Side | null;
}

/** When things are told: on the page's own clock (for motion), and at the server (for ages). */
export interface Times {
  mono: number;
  server: number;
  feed: Feed;
  /** The reader wants no motion. */
  still: boolean;
}

const RANK: Record<Freshness, number> = { lost: 0, stale: 1, live: 2 };

export class Fleet {
  readonly marks = new Map<Key, Mark>();
  /** Units with a fix that no map can show. */
  readonly nowhere = new Set<Key>();
  private sorted: Mark[] | null = null;
  private wanted: Wanted = EVERYTHING;

  /** In the order of drawing: lost ones below, live ones on top. */
  get order(): readonly Mark[] {
    this.sorted ??= [...this.marks.values()].filter((mark) => !mark.hidden).sort((a, b) => RANK[a.fresh] - RANK[b.fresh]);
    return this.sorted;
  }

  /** Take these units as they are now; one that is not in `all` is taken off. Returns whether there is news: more than
   * that marks go on to glide. */
  take(keys: Iterable<Key>, all: Map<Key, Unit>, times: Times): boolean {
    let news = false;
    for (const key of keys) {
      const unit = all.get(key);
      if (unit === undefined || unit.at === null || unit.lat === null || unit.lon === null) news = this.drop(key) || news;
      else if (!drawable(unit.lat, unit.lon)) {
        news = this.drop(key) || news;
        this.nowhere.add(key);
      } else news = this.put(key, unit, mercatorX(unit.lon), mercatorY(unit.lat), unit.at, times) || news;
    }
    return news;
  }

  /** Put these units exactly where they are told to be, without a way from where they were; all others are taken off. */
  place(all: Map<Key, Unit>, times: Times): void {
    for (const key of [...this.marks.keys(), ...this.nowhere]) if (!all.has(key)) this.drop(key);
    for (const [key, unit] of all) {
      const known = this.marks.get(key);
      if (known !== undefined && unit.lat !== null && unit.lon !== null) {
        known.glide = placed(mercatorX(unit.lon), mercatorY(unit.lat), unit.at ?? 0);
      }
      this.take([key], all, times);
    }
  }

  private drop(key: Key): boolean {
    this.nowhere.delete(key);
    const shown = this.marks.delete(key);
    if (shown) this.sorted = null;
    return shown;
  }

  private put(key: Key, unit: Unit, x: number, y: number, at: number, { mono, server, feed, still }: Times): boolean {
    this.nowhere.delete(key);
    const known = this.marks.get(key);
    if (known !== undefined) {
      if (known.unit === unit) return false;
      const { glide, status } = known;
      known.glide = onward(glide, x, y, at, mono, still);
      known.unit = unit;
      known.status = statusOf(unit.st);
      const put = known.glide.end === 0 && (x !== glide.tx || y !== glide.ty);
      return this.freshen(known, server, feed) || put || known.status !== status;
    }
    const fresh = freshness(unit, server, feed);
    this.marks.set(key, {
      key, unit, glide: placed(x, y, at), fresh, status: statusOf(unit.st), hidden: !meant(unit, fresh, this.wanted),
      x: NaN, y: NaN, dx: 0, dy: 0, side: null,
    });
    this.sorted = null;
    return true;
  }

  /** Age all marks: freshness by the server's time. */
  age(now: number, feed: Feed): void {
    for (const mark of this.marks.values()) this.freshen(mark, now, feed);
  }

  private freshen(mark: Mark, now: number, feed: Feed): boolean {
    const fresh = freshness(mark.unit, now, feed);
    const hidden = !meant(mark.unit, fresh, this.wanted);
    if (fresh === mark.fresh && hidden === mark.hidden) return false;
    mark.fresh = fresh;
    mark.hidden = hidden;
    this.sorted = null;
    return true;
  }

  /** Show only the units that are meant. */
  filter(wanted: Wanted): void {
    this.wanted = { filter: wanted.filter, fresh: wanted.fresh, kind: wanted.kind };
    for (const mark of this.marks.values()) mark.hidden = !meant(mark.unit, mark.fresh, this.wanted);
    this.sorted = null;
  }
}
