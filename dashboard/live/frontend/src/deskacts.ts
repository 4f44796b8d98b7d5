/** What a key or a button of the desk does: the step it stands for, or the words that say why not. */

import type { StepName } from "./answer";
import type { Desk } from "./desk";
import { type Act, type Asking, OUTCOMES, SHELVE_MIN } from "./hotkeys";
import { firstUnanswered, neighbour } from "./queue";
import type { Key } from "./state";

export class DeskActs {
  constructor(private readonly desk: Desk) {}

  /** Take an act that needs no panel of its own; false when it is for a panel. */
  take(act: Act): boolean {
    const { desk } = this;
    if (act.act === "acknowledge") this.acknowledge();
    else if (act.act === "assign") this.assign(act.nth);
    else if (act.act === "arrive") this.tryStep("arrive", () => void desk.step("arrive", {}));
    else if (act.act === "close") this.tryStep("close", () => this.ask("outcome"));
    else if (act.act === "shelve") this.shelve();
    else if (act.act === "choice") this.choose(act.nth);
    else if (act.act === "next" || act.act === "previous") this.move(neighbour(desk.entries, desk.chosen, act.act === "next" ? 1 : -1));
    else if (act.act === "unanswered") this.move(firstUnanswered(desk.entries));
    else if (act.act === "help") desk.help(!desk.helping);
    else if (act.act === "back") desk.back();
    else return false;
    return true;
  }

  /** Send the unit at a number. It must have stood there while a person could read it. */
  private assign(nth: number): void {
    const { desk } = this;
    const unit = desk.units?.[nth - 1];
    if (unit === undefined) return desk.say(desk.word("live.desk_no_nth", { n: nth }));
    this.tryStep("assign", () => {
      if (desk.settled(nth)) void desk.step("assign", { unit: unit.unit });
      else desk.say(desk.word("live.desk_changed", { n: nth }));
    });
  }

  private move(key: Key | null): void {
    if (key !== null) this.desk.choose(key);
  }

  /** The chosen alarm; when somebody has it, the next that nobody has is shown first: none is answered unseen. */
  private acknowledge(): void {
    const { desk } = this;
    if (desk.permits("acknowledge")) void desk.step("acknowledge", {});
    else this.move(firstUnanswered(desk.entries));
  }

  private tryStep(step: StepName, take: () => void): void {
    const { desk } = this;
    if (desk.permits(step)) take();
    else desk.say(desk.word(desk.alarm?.state === "raised" ? "live.desk_answer_first" : "live.desk_not_now"));
  }

  /** Trouble of equipment is put aside for a while that is asked for, or taken back; a person's alarm never is. */
  private shelve(): void {
    const { desk } = this;
    if (desk.permits("unshelve")) void desk.step("unshelve", {});
    else if (desk.permits("shelve")) this.ask("shelve");
    else desk.say(desk.word("live.desk_shelve_never"));
  }

  /** Ask; the same key again asks no more. */
  private ask(what: Asking): void {
    this.desk.asking = this.desk.asking === what ? null : what;
    this.desk.tell();
  }

  private choose(nth: number): void {
    const { desk } = this;
    const outcome = OUTCOMES[nth - 1], minutes = SHELVE_MIN[nth - 1];
    const asked = desk.asking;
    if (desk.busy === null) desk.asking = null; // else it is still asked for
    if (asked === "outcome" && outcome !== undefined) void desk.step("close", { outcome });
    if (asked === "shelve" && minutes !== undefined) void desk.step("shelve", { minutes, note: desk.word("live.desk_shelve_why") });
  }
}
