/** One line of words for a unit, box or alarm, that selects it. */

import { ageText, DEFAULT_FEED } from "./age";
import { ageWords, boxState, kindWord, unitWord } from "./marks";
import type { Alarm, Box, Unit } from "./protocol";
import { type SelectionKey, selectionKey } from "./selection";
import type { Key } from "./state";
import type { View } from "./view";

export function unitText(view: View, unit: Unit): string {
  const { words } = view.settings;
  const now = view.shownNow;
  const age = unit.at === null ? "" : ` · ${ageText(now - unit.at, ageWords(words))}`;
  return `${unit.call || unit.id} · ${unitWord(unit, now, view.shown.feed ?? DEFAULT_FEED, words)}${age}`;
}

export function boxText(view: View, box: Box): string {
  const { words, language } = view.settings;
  const name = (language === "th" ? box.th || box.en : box.en || box.th) || box.id;
  return `${name} · ${words[`live.box_${boxState(box)}`] ?? ""}`;
}

export function alarmText(view: View, alarm: Alarm): string {
  const { words } = view.settings;
  return `${kindWord(alarm, words)} ${alarm.place || view.originName(alarm)} · ${words[`live.alarm_${alarm.state}`] ?? alarm.state}`;
}

function row(view: View, key: SelectionKey, text: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ssz-row";
  button.textContent = text;
  button.onclick = () => view.selection.set(key);
  return button;
}

export const unitRow = (view: View, key: Key, unit: Unit): HTMLButtonElement => row(view, selectionKey("unit", key), unitText(view, unit));
export const boxRow = (view: View, key: Key, box: Box): HTMLButtonElement => row(view, selectionKey("box", key), boxText(view, box));
export const alarmRow = (view: View, key: Key, alarm: Alarm): HTMLButtonElement => row(view, selectionKey("alarm", key), alarmText(view, alarm));
