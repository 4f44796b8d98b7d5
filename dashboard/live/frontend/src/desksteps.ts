/** Steps on the chosen alarm on their way to the server, one at a time; what went wrong is said on the desk. */

import { type StepName, type Steps, takeStep, tick } from "./answer";
import type { Desk } from "./desk";
import { placeName } from "./marks";
import type { Alarm } from "./protocol";

export class DeskSteps {
  private sending: Promise<boolean> = Promise.resolve(true);

  constructor(private readonly desk: Desk) {}

  async step<S extends StepName>(step: S, said: Steps[S]): Promise<boolean> {
    const { desk } = this;
    const { alarm } = desk;
    if (alarm === null || !desk.permits(step) || this.waits()) return false;
    return this.send(step, alarm, () => takeStep(desk.view.settings, alarm, step, said));
  }

  async tick(item: string, done: boolean): Promise<boolean> {
    const { desk } = this;
    const { alarm } = desk;
    if (alarm === null || !desk.permits("note")) return false;
    while (desk.busy !== null && desk.busy !== "tick") await this.sending; // a tick right after a step is not lost
    if (this.waits()) return false;
    return this.send("tick", alarm, () => tick(desk.view.settings, alarm, item, done));
  }

  /** Whether another is on its way, which is said. */
  private waits(): boolean {
    const { desk } = this;
    if (desk.busy !== null) desk.say(desk.word("live.sending"));
    return desk.busy !== null;
  }

  private send(what: StepName | "tick", alarm: Alarm, send: () => Promise<void>): Promise<boolean> {
    this.sending = this.sent(what, alarm, send);
    return this.sending;
  }

  private async sent(what: StepName | "tick", alarm: Alarm, send: () => Promise<void>): Promise<boolean> {
    const { desk } = this;
    desk.busy = what;
    desk.say("");
    try {
      await send();
      if (desk.said === desk.word("live.sending")) desk.said = "";
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const here = desk.isChosen(alarm);
      desk.say(here ? why : `${placeName(alarm, desk.view.settings.words)}: ${why}`); // of the alarm that was left meanwhile
      if (here) desk.askCase(); // somebody else may have been first: who, and when
      return false;
    } finally {
      desk.busy = null;
      desk.tell();
    }
  }
}
