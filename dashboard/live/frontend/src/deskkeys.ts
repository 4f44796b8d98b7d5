/** The keyboard of the desk, and the card that tells it. */

import type { Desk } from "./desk";
import { make, put } from "./dom";
import { actOf } from "./hotkeys";
import type { Part } from "./part";

const KEYS: readonly [string, string][] = [
  ["A", "live.desk_key_a"], ["1 – 9", "live.desk_key_n"], ["S", "live.desk_key_s"], ["C", "live.desk_key_c"], ["F", "live.desk_key_f"], ["N", "live.desk_key_note"],
  ["T", "live.desk_key_t"], ["J  K  ↓  ↑", "live.desk_key_j"], ["U", "live.desk_key_u"], ["Z", "live.desk_key_z"], ["Esc", "live.desk_key_esc"], ["?", "live.desk_key_help"],
];

export interface Panels {
  write(): void;
  tickNext(): void;
  find(): void;
}

export class DeskKeys implements Part {
  private readonly card: HTMLElement;
  private readonly title: HTMLElement;
  private readonly close: HTMLButtonElement;
  private readonly rows: HTMLElement[] = [];
  private before: Element | null = null;

  constructor(private readonly desk: Desk, place: HTMLElement, private readonly panels: Panels) {
    this.card = make("section", "ssz-help", place);
    this.card.setAttribute("role", "dialog");
    this.card.setAttribute("aria-modal", "true");
    this.card.hidden = true;
    const inner = make("div", "", this.card);
    this.title = make("h2", "", inner);
    const list = make("dl", "", inner);
    for (const [key] of KEYS) {
      make("kbd", "", make("dt", "", list)).textContent = key;
      this.rows.push(make("dd", "", list));
    }
    this.close = make("button", "", inner);
    this.close.type = "button";
    this.close.onclick = () => desk.help(false);
    // Before anybody else: on a desk these keys are steps, whatever the page around would make of them.
    addEventListener("keydown", this.key, true);
    desk.on(() => this.draw());
  }

  retell(): void {
    this.draw();
  }

  stop(): void {
    removeEventListener("keydown", this.key, true);
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable=true]")) return;
    if (this.desk.helping && event.key === "Tab") { // nothing behind the card is there to be reached
      event.preventDefault();
      return this.close.focus();
    }
    const act = actOf(event, this.desk.asking);
    if (act === null) return;
    if (act.act === "back" && this.desk.asking === null && !this.desk.helping) return; // the map's own
    if (this.desk.helping && act.act !== "help" && act.act !== "back") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.desk.acts.take(act)) return;
    if (act.act === "note") this.panels.write();
    else if (act.act === "tick") this.panels.tickNext();
    else if (act.act === "find") this.panels.find();
  };

  private draw(): void {
    const { desk } = this;
    put(this.title, desk.word("live.desk_help"));
    this.card.setAttribute("aria-label", desk.word("live.desk_help"));
    put(this.close, desk.word("live.close"));
    KEYS.forEach(([, word], index) => put(this.rows[index]!, desk.word(word)));
    if (desk.helping === !this.card.hidden) return;
    this.card.hidden = !desk.helping;
    if (desk.helping) {
      this.before = document.activeElement;
      this.close.focus();
    } else if (this.before instanceof HTMLElement) this.before.focus({ preventScroll: true });
  }
}
