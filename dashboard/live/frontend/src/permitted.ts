/** Which steps an alarm's life permits now, so that no key is shown that the server would refuse. Pure. */

import type { StepName } from "./answer";
import type { Alarm } from "./protocol";
import { EQUIPMENT } from "./state";

/** Step -> the states it is taken from, as in `models/alarms/life.py`; generated cases (`tests/permitted_cases.py`) hold
 * both to the same. */
const FROM: Record<StepName, readonly string[]> = {
  acknowledge: ["raised"], assign: ["acknowledged", "assigned", "on_scene"], arrive: ["assigned"],
  close: ["acknowledged", "assigned", "on_scene"], note: ["raised", "acknowledged", "assigned", "on_scene", "closed"],
  shelve: ["raised", "acknowledged"], unshelve: ["raised", "acknowledged", "assigned", "on_scene"],
};

/** Whether it is put aside now: trouble of equipment only. */
export const isShelved = (alarm: Alarm, now: number): boolean =>
  alarm.prio === EQUIPMENT && alarm.shelved !== null && alarm.shelved > now;

export function permits(alarm: Alarm, step: StepName, now: number): boolean {
  if (!alarm.stored) return false;
  if (step === "unshelve" && !isShelved(alarm, now)) return false;
  if (step === "shelve" && (alarm.prio !== EQUIPMENT || isShelved(alarm, now))) return false;
  return FROM[step].includes(alarm.state);
}
