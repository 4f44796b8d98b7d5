/** Which units wear their words now, and what these are: call sign, state, age of the fix. */

import { ageText } from "./age";
import { type Area, areaAt, declutter, REACH, type Side, type Wish } from "./declutter";
import type { Fleet, Mark } from "./fleet";
import { ageWords, unitWord, type Words } from "./marks";
import type { Feed } from "./protocol";
import type { Key } from "./state";
import type { HandName, Measure } from "./writing";
import { HANDS } from "./writing";

export interface Tongue {
  words: Words;
  feed: Feed;
  /** The server's time, epoch ms. */
  now: number;
}

/** A label that is shown; its words as they were last told. */
interface Shown {
  mark: Mark;
  side: Side;
  must: boolean;
  /** How many more stand on the same place. */
  more: number;
  /** Only the age is written. */
  brief: boolean;
  name: string;
  word: string;
  age: string;
  nameW: number;
  wordW: number;
  ageW: number;
}

/** Above so many places on the screen words would hide more than they tell: only those asked for. */
const CROWD = 1500;
const MOST = 250;
const MOST_IN_CROWD = 100;
/** Up to so many places, no label covers another mark. */
const APART = 600;
/** Marks nearer than this, px, share a place: one of them is named, and how many more there are. */
const PLACE_PX = 10;

/** Half the side of a mark, px. */
const MARK = 14;

const LINES = HANDS.name.height + HANDS.note.height;

const sizeOf = ({ brief, ageW, nameW, wordW }: Shown): [number, number] => (brief ? [ageW, HANDS.note.height] : [Math.max(nameW, wordW + ageW), LINES]);
const wishOf = ({ mark, must }: Shown, [w, h]: [number, number]): Wish => ({ x: mark.x + mark.dx, y: mark.y + mark.dy, w, h, side: mark.side, must });

/** The marks by their place on the screen, the topmost of each first in `top`; live ones come first. */
function stacksOf(order: readonly Mark[]): Map<number, { top: Mark; count: number }> {
  const stacks = new Map<number, { top: Mark; count: number }>();
  for (let i = order.length - 1; i >= 0; i -= 1) {
    const mark = order[i]!;
    if (mark.x !== mark.x) continue;
    const place = Math.round((mark.x + mark.dx) / PLACE_PX) * 65_536 + Math.round((mark.y + mark.dy) / PLACE_PX);
    const known = stacks.get(place);
    if (known === undefined) stacks.set(place, { top: mark, count: 1 });
    else known.count += 1;
  }
  return stacks;
}

export class Labels {
  shown: Shown[] = [];
  /** Places on the screen with a mark, as of the last placement. */
  places = 0;

  constructor(private readonly measure: Measure) {}

  /** What the labels and their marks take of the screen. */
  areas(): Area[] {
    return this.shown.filter(({ mark }) => mark.x === mark.x && !mark.hidden).map((one) => {
      const wish = wishOf(one, sizeOf(one));
      const [left, top, right, bottom] = areaAt(wish, one.side);
      return [Math.min(left, wish.x - MARK), Math.min(top, wish.y - MARK), Math.max(right, wish.x + MARK), Math.max(bottom, wish.y + MARK)];
    });
  }

  /** Choose anew who is labelled, as things stand on the screen. */
  place(fleet: Fleet, must: ReadonlySet<Key>, obstacles: Iterable<Area>, tongue: Tongue): void {
    const stacks = stacksOf(fleet.order);
    this.places = stacks.size;
    const tried = new Map<Mark, number>();
    const want = (mark: Mark, more: number): void => {
      if (mark.x === mark.x && !mark.hidden && !tried.has(mark)) tried.set(mark, more);
    };
    for (const key of must) {
      const mark = fleet.marks.get(key);
      if (mark !== undefined) want(mark, 0);
    }
    if (stacks.size <= CROWD) {
      const named = new Map([...stacks.values()].map(({ top, count }) => [top, count - 1]));
      for (const { mark } of this.shown) if (named.has(mark)) want(mark, named.get(mark) ?? 0);
      for (const [mark, more] of named) want(mark, more);
    }
    const taken: Area[] = [...obstacles];
    if (stacks.size <= APART) {
      for (const { top: { x, y, dx, dy } } of stacks.values()) taken.push([x + dx - 11, y + dy - 11, x + dx + 11, y + dy + 11]);
    }
    const told = [...tried].map(([mark, more]) => this.tell(mark, must.has(mark.key), more, tongue));
    const most = stacks.size > APART ? MOST_IN_CROWD : MOST;
    const whole = this.fit(told, taken, most);
    for (const one of whole) taken.push(areaAt(wishOf(one, sizeOf(one)), one.side));
    // Where there is no room for all of it, the age at least: how old a place is must be seen on each.
    const rest = told.filter((one) => !whole.includes(one)).map((one): Shown => ({ ...one, brief: true }));
    const brief = this.fit(rest, taken, most);
    this.shown = [...whole, ...brief];
    for (const one of told) one.mark.side = null;
    for (const one of this.shown) one.mark.side = one.side;
  }

  private fit(told: readonly Shown[], taken: readonly Area[], most: number): Shown[] {
    const sides = declutter(told.map((one) => wishOf(one, sizeOf(one))), taken, most);
    return told.filter((one, i) => {
      const side = sides[i] ?? null;
      if (side !== null) one.side = side;
      return side !== null;
    });
  }

  /** Tell the words again: ages have passed. */
  retell(tongue: Tongue): void {
    this.shown = this.shown.map((one) => ({ ...this.tell(one.mark, one.must, one.more, tongue), side: one.side, brief: one.brief }));
  }

  private tell(mark: Mark, must: boolean, more: number, { words, feed, now }: Tongue): Shown {
    const { unit } = mark;
    const name = `${unit.call || unit.id}${more > 0 ? ` +${more}` : ""}`;
    const age = ageText(now - (unit.at ?? now), ageWords(words));
    const word = `${unitWord(unit, now, feed, words)} · `;
    const { measure } = this;
    return {
      mark, must, more, brief: false, name, word, age, side: mark.side ?? "right", nameW: measure.width(name, "name"), wordW: measure.width(word, "note"), ageW: measure.width(age, "note"),
    };
  }

  /** Write each label where its mark is drawn now. */
  write(add: (text: string, hand: HandName, x: number, y: number) => void): void {
    for (const { mark, side, brief, name, word, age, nameW, wordW, ageW } of this.shown) {
      if (mark.x !== mark.x || mark.hidden) continue;
      const x = mark.x + mark.dx;
      const y = mark.y + mark.dy;
      const noteW = wordW + ageW;
      const wide = brief ? ageW : Math.max(nameW, noteW);
      const high = brief ? HANDS.note.height : LINES;
      const top = side === "above" ? y - REACH - high : side === "below" ? y + REACH : y - high / 2;
      // Beside the mark the lines begin (or end) at it, above and below they are centred.
      const start = (width: number): number =>
        side === "right" ? x + REACH : side === "left" ? x - REACH - width : x - wide / 2 + (wide - width) / 2;
      const old = mark.fresh !== "live";
      if (brief) {
        add(age, old ? "noteOld" : "note", start(ageW), top);
        continue;
      }
      add(name, old ? "nameOld" : "name", start(nameW), top);
      add(word, old ? "noteOld" : "note", start(noteW), top + HANDS.name.height);
      add(age, old ? "noteOld" : "note", start(noteW) + wordW, top + HANDS.name.height);
    }
  }
}
