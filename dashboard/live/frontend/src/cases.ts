/** Entry of the incidents' views: what the server drew is put in, the map and the list ask for themselves, and a click
 *  goes to the page, which comes back with another answer. */

import { fill, put } from "./dom";
import { type Cases, type PointRow } from "./casesdraw";
import { type Ground, groundOf } from "./casesground";
import { CasesMap } from "./casesmap";
import { tipOf } from "./casestip";
import { mercatorX, mercatorY } from "./mercator";
import { type Box, neighbour } from "./casesview";

type Words = Record<string, string>;
type Place = readonly [number, number];

interface Told {
  base: string;
  /** The places of the views, as HTML. */
  frame: string;
  theme: "day" | "night";
  language: string;
  timezone: string;
  words: Words;
  /** The filter as a question, with the moments its period stands for. */
  query: string;
  version: number;
  total: number;
  /** Places of the view -> HTML drawn by the server. */
  parts: Record<string, string>;
  area: Place[];
  /** Path of the style of the base map; empty: there is none. */
  style: string;
  /** Only a place is to be chosen: where it is now. */
  pick?: { pin: Place | null; around: Place | null; fixed: boolean };
}

interface Component {
  data: [Told];
  parentElement: HTMLElement;
  setTriggerValue: (name: string, value: unknown) => void;
}

/** Shown where there is neither a case nor any ground: Thailand. */
const COUNTRY = { x: mercatorX(101), y: mercatorY(13.5), zoom: 6 };
const AGAIN_MS = 1_500;
const mounted = new WeakMap<HTMLElement, CasesPage>();

class CasesPage {
  private told!: Told;
  private readonly map: CasesMap;
  private readonly asking: Record<string, AbortController> = {};
  /** Places of the view -> the HTML that stands there. */
  private readonly drawn = new Map<string, string>();
  private readonly listed = { sort: "-time", page: 0 };
  private seen = "";
  private box: Box | null = null;
  private zoom = 8;
  private fitting = true;
  private again = 0;
  private retry = 0;

  constructor(private readonly root: HTMLElement, private send: Component["setTriggerValue"], first: Told) {
    const canvas = root.querySelector("canvas") as HTMLCanvasElement;
    this.map = new CasesMap(canvas, root.querySelector(".base") as HTMLElement, {
      settled: (box, zoom) => { this.box = box; this.zoom = zoom; if (!first.pick) void this.askMap(); },
      chosen: (rows, x, y) => this.tell(rows, x, y),
      drawn: (area) => this.within(area),
      ...(first.pick && !first.pick.fixed ? { picked: (place: Place) => this.pick(place) } : {}),
    });
    root.onclick = (event) => this.click(event);
    root.onkeydown = (event) => this.key(event);
    root.onpointerover = (event) => this.say(event);
    void this.askGround(first.base);
  }

  stop(): void {
    this.map.stop();
    clearTimeout(this.retry);
    for (const one of Object.values(this.asking)) one.abort();
  }

  retell(told: Told, send: Component["setTriggerValue"]): void {
    const restyled = this.told?.style !== told.style;
    this.told = told;
    this.send = send;
    this.root.classList.toggle("night", told.theme === "night");
    for (const [name, html] of Object.entries(told.parts)) this.put(name, html);
    if (restyled && told.style) this.map.baseMap(`${location.origin}${told.base}${told.style}`, `${location.origin}${told.base}assets/`);
    this.map.retell({ area: told.area, ...(told.pick ? { pin: told.pick.pin } : {}) });
    if (told.pick) {
      if (this.map.view === null) this.begin(told.pick);
      return;
    }
    const seen = `${told.version} ${told.query}`;
    if (seen === this.seen) return;
    this.seen = seen;
    this.again = 0;
    this.listed.page = 0;
    this.tell([], 0, 0);
    void this.askMap();
    void this.askRows();
  }

  private begin({ pin, around }: NonNullable<Told["pick"]>): void {
    const middle = pin ?? around;
    if (middle) this.map.fit({ kind: "points", version: 0, n: 1, offences: [], stations: [], sources: [], rows: [[...middle, 0, 0, 0, 0, 0, 0, 0, ""]] });
    else this.map.fit();
  }

  /** What is drawn anew only where it is another; the focus stays on the button of the same value. */
  private put(name: string, html: string): void {
    const place = this.root.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (!place || this.drawn.get(name) === html) return;
    const focused = place.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset : null;
    const value = focused && `[data-narrow="${focused.narrow}"][data-value="${CSS.escape(focused.value ?? "")}"]`;
    place.innerHTML = html;
    this.drawn.set(name, html);
    for (const group of place.querySelectorAll<HTMLElement>("[data-roving]")) {
      const items = [...group.querySelectorAll<HTMLElement>("[data-narrow]")];
      items.forEach((item, at) => { item.tabIndex = at === 0 ? 0 : -1; });
    }
    if (value) place.querySelector<HTMLElement>(value)?.focus();
  }

  private narrow(part: string, value: string): void {
    this.root.setAttribute("aria-busy", "true");
    this.send("narrow", { part, value });
  }

  private pick(place: Place): void {
    this.map.retell({ pin: place });
    this.send("picked", [Number(place[0].toFixed(6)), Number(place[1].toFixed(6))]);
  }

  private click(event: Event): void {
    const on = (event.target as HTMLElement).closest<HTMLElement>("button");
    const { narrow, value, sort, page, tool } = on?.dataset ?? {};
    if (narrow !== undefined) this.narrow(narrow, value ?? "");
    else if (sort !== undefined) void this.askRows({ sort, page: 0 });
    else if (page !== undefined) void this.askRows({ page: Number(page) });
    else if (tool === "in" || tool === "out") this.map.nearer(tool === "in" ? 1 : -1);
    else if (tool === "fit") { this.fitting = true; this.box = null; void (this.told.pick ? this.map.fit() : this.askMap()); }
    else if (tool === "draw") { this.map.draw(); this.note(this.told.words["cas.draw_help"] ?? ""); }
    else if (tool === "view" && this.map.box) {
      const [west, south, east, north] = this.map.box;
      this.within([[west, south], [east, south], [east, north], [west, north]]);
    } else if (tool === "close") this.tell([], 0, 0);
  }

  private within(area: readonly Place[]): void {
    this.narrow("area", JSON.stringify(area.map(([lon, lat]) => [Number(lon.toFixed(5)), Number(lat.toFixed(5))])));
  }

  /** A pointer that rests is told what a screen reader reads. */
  private say(event: Event): void {
    const on = (event.target as HTMLElement).closest<HTMLElement>("[data-narrow][aria-label]:not([title])");
    if (on) on.title = on.getAttribute("aria-label") ?? "";
  }

  private key(event: KeyboardEvent): void {
    const item = event.target as HTMLElement;
    const group = item.closest<HTMLElement>("[data-roving]");
    if (!group || !item.matches("[data-narrow]")) return;
    const items = [...group.querySelectorAll<HTMLElement>("[data-narrow]")];
    const at = items.indexOf(item);
    const to = items[neighbour(at, event.key, items.length, Number(group.dataset.roving), group.dataset.down === "1")];
    if (!to || to === item) return;
    item.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    event.preventDefault();
  }

  private async askGround(base: string): Promise<void> {
    const answer = await fetch(`${base}live/ground`, { credentials: "same-origin" }).catch(() => null);
    const ground: Ground | null = answer?.ok ? groundOf(await answer.json()) : null;
    this.map.retell({ ground });
    if (this.map.view !== null || !this.told) return;
    if (this.told.pick) this.begin(this.told.pick);
    else this.map.fit();
    if (this.map.view === null) this.map.show(COUNTRY);
  }

  /** One question of a kind at a time: an older one is given up. */
  private async ask(name: string, more: Record<string, string>): Promise<unknown> {
    this.asking[name]?.abort();
    const mine = (this.asking[name] = new AbortController());
    const query = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(this.told.query)), ...more, language: this.told.language });
    try {
      const answer = await fetch(`${this.told.base}cases/${name}?${query}`, { credentials: "same-origin", signal: mine.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.json();
    } catch {
      if (!mine.signal.aborted) this.failed();
      return null;
    }
  }

  private failed(): void {
    this.note(this.told.words["cas.failed"] ?? "");
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => { void this.askMap(); void this.askRows(); }, AGAIN_MS);
  }

  private async askMap(): Promise<void> {
    const whole = this.fitting || this.box === null;
    const where: Record<string, string> = whole ? { zoom: "9" } : { box: (this.box ?? []).map((one) => one.toFixed(6)).join(","), zoom: this.zoom.toFixed(2) };
    const cases = (await this.ask("map", where)) as Cases | null;
    if (!cases || this.older(cases.version)) return;
    this.map.retell({ cases });
    this.root.dataset.kind = cases.kind;
    if (whole) this.fitting = !this.map.fit(cases);
    const how = this.told.words[cases.kind === "points" ? "cas.as_points" : "cas.as_hexagons"] ?? "";
    if (!this.map.drawing) this.note(`${fill(this.told.words["cas.on_map"] ?? "", { n: cases.n.toLocaleString("en"), total: this.told.total.toLocaleString("en") })} · ${how}`);
    this.root.dataset.map = this.seen;
    this.settled();
  }

  private async askRows(more: Partial<typeof this.listed> = {}): Promise<void> {
    Object.assign(this.listed, more);
    const found = (await this.ask("rows", { sort: this.listed.sort, page: String(this.listed.page) })) as { version: number; html: string } | null;
    if (!found || this.older(found.version)) return;
    this.put("rows", found.html);
    this.root.dataset.rows = this.seen;
    this.settled();
  }

  /** Every view is of the answer that was told: for the tests and the bench. */
  private settled(): void {
    if (this.root.dataset.map !== this.seen || this.root.dataset.rows !== this.seen) return;
    this.root.dataset.settled = this.seen;
    this.root.removeAttribute("aria-busy");
  }

  /** Of other data than the views beside it: the page has to run again, once for a version. */
  private older(version: number): boolean {
    if (version === this.told.version) return false;
    if (this.again !== version) {
      this.again = version;
      this.send("again", version);
    }
    return true;
  }

  private note(text: string): void {
    const place = this.root.querySelector<HTMLElement>(".note");
    if (place) put(place, text);
  }

  /** What stands where was clicked, each a way to its record; no rows: away with it. */
  private tell(rows: PointRow[], x: number, y: number): void {
    const tip = this.root.querySelector<HTMLElement>(".tip");
    if (!tip) return;
    const found = this.map.cases;
    tip.hidden = rows.length === 0 || found?.kind !== "points";
    if (tip.hidden || found?.kind !== "points") return;
    tip.replaceChildren(...tipOf(rows, found, this.told));
    tip.style.left = `${Math.max(0, Math.min(x, this.map.width - 290))}px`;
    tip.style.top = `${Math.min(y + 12, this.map.height - 120)}px`;
  }
}

export function cases({ data: [told], parentElement, setTriggerValue }: Component): void {
  const root = parentElement.querySelector<HTMLElement>(".ssz-cases");
  if (!root) return;
  let page = mounted.get(root);
  // Another language is another frame.
  if (page === undefined || root.dataset.frame !== told.frame) {
    page?.stop();
    root.dataset.frame = told.frame;
    root.innerHTML = told.frame;
    page = new CasesPage(root, setTriggerValue, told);
    mounted.set(root, page);
  }
  page.retell(told, setTriggerValue);
}

export function leaveCases(parentElement: HTMLElement): void {
  const root = parentElement.querySelector<HTMLElement>(".ssz-cases");
  const page = root && mounted.get(root);
  if (!root || !page) return;
  page.stop();
  mounted.delete(root);
}
