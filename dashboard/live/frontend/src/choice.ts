/** A question of the desk, in place of its keys: some answers, each with its number, and the way back. */

import type { Desk } from "./desk";
import { attr, make, put } from "./dom";

export class Choice {
  readonly root: HTMLElement;
  private readonly title: HTMLElement;
  private readonly labels: HTMLElement[];
  private readonly back: HTMLElement;

  /** `question` and `answers`: keys of the words. */
  constructor(private readonly desk: Desk, place: HTMLElement, private readonly question: string, private readonly answers: readonly string[]) {
    this.root = make("div", "ssz-case-outcomes", place);
    this.root.setAttribute("role", "group");
    this.root.hidden = true;
    this.title = make("strong", "", this.root);
    this.labels = answers.map((_, index) => this.button(String(index + 1), () => desk.acts.take({ act: "choice", nth: index + 1 })));
    this.back = this.button("Esc", () => desk.acts.take({ act: "back" }));
  }

  private button(key: string, act: () => void): HTMLElement {
    const button = make("button", "", this.root);
    button.type = "button";
    button.onclick = act;
    make("kbd", "", button).textContent = key;
    return make("span", "", button);
  }

  draw(): void {
    const { desk } = this;
    put(this.title, desk.word(this.question));
    attr(this.root, "aria-label", desk.word(this.question));
    put(this.back, desk.word("live.desk_key_esc"));
    this.answers.forEach((answer, index) => put(this.labels[index]!, desk.word(answer)));
  }
}
