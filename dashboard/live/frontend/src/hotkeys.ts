/** What a key means at the desk. Pure. Keys go by their place on the keyboard: with a Thai layout chosen they act as
 * with a Latin one, as it is printed on them. */

/** As in the contract, in the order of their keys 1 to 7. */
export const OUTCOMES = ["real", "helped", "not_found", "child_play", "technical", "test", "false"] as const;

/** How long trouble of equipment is put aside, min, in the order of their keys 1 to 3. */
export const SHELVE_MIN = [15, 60, 480] as const;

/** What is asked for: digits are its answers then. */
export type Asking = "outcome" | "shelve";
const ANSWERS: Record<Asking, number> = { outcome: OUTCOMES.length, shelve: SHELVE_MIN.length };

type Plain = "acknowledge" | "arrive" | "close" | "note" | "tick" | "help" | "back" | "next" | "previous" | "unanswered" | "shelve" | "find";
export type Act = { act: Plain } | { act: "assign"; nth: number } | { act: "choice"; nth: number };

export interface Pressed {
  /** Name of the key's place: `KeyA`, `Digit1`. */
  code: string;
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
}

const KEYS: Record<string, Plain> = {
  KeyA: "acknowledge", KeyS: "arrive", KeyC: "close", KeyN: "note", KeyT: "tick", KeyU: "unanswered", KeyZ: "shelve", KeyF: "find",
  KeyJ: "next", KeyK: "previous", ArrowDown: "next", ArrowUp: "previous", Escape: "back",
};

/** What a key means, while that is asked for. Null: nothing of ours. */
export function actOf(pressed: Pressed, asking: Asking | null): Act | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const found = meaning(pressed, asking);
  // A key held down walks along the queue; it takes no step twice.
  return pressed.repeat && found?.act !== "next" && found?.act !== "previous" ? null : found;
}

function meaning({ code, key }: Pressed, asking: Asking | null): Act | null {
  if (key === "?" || code === "F1") return { act: "help" };
  // The number pad goes by what it says: without NumLock its digits are arrows.
  const place = code.startsWith("Numpad") ? (/^\d$/.test(key) ? `Digit${key}` : key) : code;
  const nth = Number(/^Digit([1-9])$/.exec(place)?.[1] ?? 0);
  if (nth === 0) return place in KEYS ? { act: KEYS[place]! } : null;
  if (asking === null) return { act: "assign", nth };
  return nth <= ANSWERS[asking] ? { act: "choice", nth } : null;
}
