/** The cases under a click on the map, in words. */

import { fill, make } from "./dom";
import type { PointRow, Points } from "./casesdraw";

/** Cases told one by one; of more the list beside the map tells. */
const MOST = 8;

export interface Reader {
  base: string;
  language: string;
  timezone: string;
  words: Record<string, string>;
}

export function tipOf(rows: readonly PointRow[], found: Points, reader: Reader): HTMLElement[] {
  const { base, language, timezone: timeZone, words } = reader;
  const date = new Intl.DateTimeFormat(language === "th" ? "th-TH-u-ca-buddhist-nu-latn" : "en-GB", { dateStyle: "medium", timeZone });
  const time = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone });
  const close = make("button");
  Object.assign(close, { type: "button", textContent: "×", ariaLabel: words["cas.close"] ?? "" });
  close.dataset.tool = "close";
  const list = make("ul");
  for (const [, , , offence, at, , certain, station, source, id] of rows.slice(0, MOST)) {
    const link = make("a", "", make("li", "", list));
    const query = new URLSearchParams({ station: found.stations[station] ?? "", source: found.sources[source] ?? "", id });
    link.href = `${base}incident?${query}`;
    link.target = "_self";
    link.textContent = `${found.offences[offence]} · ${date.format(at)}${certain ? ` ${time.format(at)}` : ""}`;
  }
  const head = make("b");
  head.textContent = fill(words["cas.here"] ?? "", { n: rows.length });
  return [close, head, list];
}
