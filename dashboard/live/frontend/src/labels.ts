/** Which units wear their words now, and what these are: call sign, state, age of the fix. */

import { ageText } from "./age";
import { type Area, declutter, REACH, type Side, type Wish } from "./declutter";
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
  name: string;
  word: string;
  age: string;
  nameW: number;
  wordW: number;
  ageW: number;
}

/** Above so many marks on the screen words would hide more than they tell: only those asked for. */
const CROWD = 1500;
const MOST = 250;
const MOST_IN_CROWD = 100;
/** Marks looked at for one placement. */
const TRIED = 1200;
/** Up to so many marks, no label covers another mark. */
const APART = 600;

const LINES = HANDS.name.height + HANDS.note.height;

export class Labels {
  shown: Shown[] = [];

  constructor(private readonly measure: Measure) {}

  /** Choose anew who is labelled, as things stand on the screen. */
  place(fleet: Fleet, must: ReadonlySet<Key>, obstacles: Iterable<Area>, tongue: Tongue): void {
    const order = fleet.order;
    const visible = order.filter((mark) => mark.x === mark.x);
    const tried: Mark[] = [];
    const seen = new Set<Mark>();
    const want = (mark: Mark): void => {
      if (seen.has(mark) || mark.x !== mark.x || mark.hidden) return;
      seen.add(mark);
      tried.push(mark);
    };
    for (const key of must) {
      const mark = fleet.marks.get(key);
      if (mark !== undefined) want(mark);
    }
    if (visible.length <= CROWD) {
      for (const mark of visible) if (mark.dx !== 0 || mark.dy !== 0) want(mark);
      for (const one of this.shown) if (fleet.marks.get(one.mark.key) === one.mark) want(one.mark);
      for (let i = visible.length - 1; i >= 0 && tried.length < TRIED; i -= 1) want(visible[i]!);
    }
    const taken: Area[] = [...obstacles];
    if (visible.length <= APART) {
      for (const { x, y, dx, dy } of visible) taken.push([x + dx - 11, y + dy - 11, x + dx + 11, y + dy + 11]);
    }
    const told = tried.map((mark) => this.tell(mark, must.has(mark.key), tongue));
    const wishes: Wish[] = told.map((one) => ({
      x: one.mark.x + one.mark.dx, y: one.mark.y + one.mark.dy, w: Math.max(one.nameW, one.wordW + one.ageW), h: LINES, side: one.mark.side, must: one.must,
    }));
    const sides = declutter(wishes, taken, visible.length > APART ? MOST_IN_CROWD : MOST);
    this.shown = told.filter((one, i) => {
      const side = sides[i] ?? null;
      one.mark.side = side;
      if (side !== null) one.side = side;
      return side !== null;
    });
  }

  /** Tell the words again: ages have passed. */
  retell(tongue: Tongue): void {
    this.shown = this.shown.map((one) => ({ ...this.tell(one.mark, one.must, tongue), side: one.side }));
  }

  private tell(mark: Mark, must: boolean, { words, feed, now }: Tongue): Shown {
    const { unit } = mark;
    const name = unit.call || unit.id;
    const age = ageText(now - (unit.at ?? now), ageWords(words));
    const word = `${unitWord(unit, now, feed, words)} · `;
    const { measure } = this;
    return {
      mark, must, name, word, age, side: mark.side ?? "right", nameW: measure.width(name, "name"), wordW: measure.width(word, "note"), ageW: measure.width(age, "note"),
    };
  }

  /** Write each label where its mark is drawn now. */
  write(add: (text: string, hand: HandName, x: number, y: number) => void): void {
    for (const { mark, side, name, word, age, nameW, wordW, ageW } of this.shown) {
      if (mark.x !== mark.x || mark.hidden) continue;
      const x = mark.x + mark.dx;
      const y = mark.y + mark.dy;
      const noteW = wordW + ageW;
      const wide = Math.max(nameW, noteW);
      const top = side === "above" ? y - REACH - LINES : side === "below" ? y + REACH : y - LINES / 2;
      // Beside the mark the lines begin (or end) at it, above and below they are centred.
      const start = (width: number): number =>
        side === "right" ? x + REACH : side === "left" ? x - REACH - width : x - wide / 2 + (wide - width) / 2;
      const old = mark.fresh !== "live";
      add(name, old ? "nameOld" : "name", start(nameW), top);
      add(word, old ? "noteOld" : "note", start(noteW), top + HANDS.name.height);
      add(age, old ? "noteOld" : "note", start(noteW) + wordW, top + HANDS.name.height);
    }
  }
}
