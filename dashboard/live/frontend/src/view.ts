/** The whole component: one socket, one map, one list, one siren; told of new words or rights on a rerun. */

import { AlarmList, type ListNeeds } from "./alarms";
import { acknowledge } from "./answer";
import { DEFAULT_FEED } from "./age";
import { ServerClock } from "./clock";
import { flag, make, put } from "./dom";
import { Lights } from "./lights";
import { hasWebGL, LiveMap } from "./map";
import { boxFeature, unitFeature, type Words } from "./marks";
import { drawPlain } from "./plain";
import type { Alarm, Frame, Ground } from "./protocol";
import { Siren } from "./sound";
import { Link } from "./socket";
import { emptyState, keyOf, takeFrame, type Touched } from "./state";
import { buildTools } from "./tools";

export interface Settings {
  /** Path the product is served under, with a slash at both ends. */
  base: string;
  words: Words;
  language: string;
  timezone: string;
  csrf: string;
  mayAcknowledge: boolean;
  links: { href: string; title: string }[];
  testing: boolean;
}

const START_MS = 5_000;
const PULSE_MS = 250;

export class View {
  readonly state = emptyState();
  readonly clock = new ServerClock();
  readonly siren: Siren;
  readonly map: LiveMap | null;
  private readonly root: HTMLElement;
  private readonly title: HTMLElement;
  private readonly menu: HTMLElement;
  private readonly stations: HTMLSelectElement;
  private readonly ground: HTMLElement;
  private readonly lights: Lights;
  private readonly list: AlarmList;
  private readonly link: Link;
  private readonly beat: ReturnType<typeof setInterval>;
  private readonly sizes: ResizeObserver;
  private readonly startedAt = performance.now();
  private connected = false;
  private known: Ground | null = null;
  private asking = false;
  private pulses = 0;

  constructor(parent: HTMLElement, private settings: Settings) {
    this.root = make("section", "ssz", parent);
    const head = make("header", "ssz-head", this.root);
    const names = make("div", "ssz-names", head);
    this.title = make("h1", "", names);
    this.menu = make("nav", "", names);
    const bands = make("div", "ssz-bands", this.root);
    const body = make("div", "ssz-body", this.root);
    this.ground = make("div", "ssz-map", body);
    const tools = make("div", "ssz-tools", body);
    this.stations = buildTools(tools, settings.words, {
      zoom: (steps) => this.map?.zoom(steps),
      fit: (station) => this.map?.fit(station),
    });
    const side = make("aside", "ssz-side", body);
    this.siren = new Siren(() => this.tick());
    this.map = hasWebGL() ? new LiveMap(this.ground, this.assets, () => this.count("idle")) : null;
    flag(this.root, "map", this.map === null ? "none" : "webgl");
    this.lights = new Lights(head, bands, this.lightNeeds());
    this.list = new AlarmList(side, this.listNeeds());
    this.sizes = new ResizeObserver(() => this.map?.resize());
    this.sizes.observe(this.ground);
    this.link = new Link(this.address, { frame: (frame) => this.take(frame), connected: (up) => this.setConnected(up) });
    this.beat = setInterval(() => this.pulse(), PULSE_MS);
    this.retell(settings);
  }

  private get assets(): string {
    return new URL(`${this.settings.base}assets/`, location.href).href;
  }

  private get address(): string {
    const url = new URL(`${this.settings.base}live`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  /** New words, rights or token: told on a rerun of the page. The map and the socket stay. */
  retell(settings: Settings): void {
    this.settings = settings;
    this.root.lang = settings.language;
    put(this.title, settings.words["nav.command_wall"] ?? "");
    if (this.menu.dataset["text"] !== JSON.stringify(settings.links)) {
      this.menu.dataset["text"] = JSON.stringify(settings.links);
      this.menu.replaceChildren(...settings.links.map(({ href, title }) => {
        const link = make("a");
        link.href = href;
        link.textContent = title;
        return link;
      }));
    }
    this.lights.retell(this.lightNeeds());
    this.list.retell(this.listNeeds());
    this.redraw();
  }

  stop(): void {
    clearInterval(this.beat);
    this.sizes.disconnect();
    this.link.stop();
    this.list.stop();
    this.siren.stop();
    this.map?.stop();
    this.root.remove();
  }

  private lightNeeds(): ConstructorParameters<typeof Lights>[2] {
    const { words, language, timezone } = this.settings;
    return { words, language, zone: timezone, toggleSound: () => this.siren.toggle() };
  }

  private listNeeds(): ListNeeds {
    const { words, mayAcknowledge, base, csrf } = this.settings;
    return {
      words,
      mayAcknowledge,
      originName: (alarm) => this.originName(alarm),
      acknowledge: (alarm) => acknowledge(base, csrf, alarm, words),
      show: (alarm) => {
        if (alarm.lat !== null && alarm.lon !== null) this.map?.centre(alarm.lat, alarm.lon);
      },
    };
  }

  private originName(alarm: Alarm): string {
    const key = keyOf(alarm.s, alarm.origin);
    const name = alarm.ok === "unit" ? this.state.units.get(key)?.call : "";
    return name || alarm.origin;
  }

  private setConnected(up: boolean): void {
    this.connected = up;
    flag(this.root, "link", up ? "up" : "down");
    if (up) void this.askGround(); // after a restart the ground may have changed without a new version
    this.tick();
  }

  private take(frame: Frame): void {
    this.clock.observe(frame.now);
    const ground = this.state.ground;
    const touched = takeFrame(this.state, frame);
    this.count("frames");
    if (this.state.ground !== ground && this.known?.version !== this.state.ground) void this.askGround();
    this.drawMarks(touched);
    if (touched.alarms || frame.t === "snapshot") this.drawAlarms();
    if (frame.t === "snapshot" || touched.alarms) this.tick();
  }

  private drawMarks(touched: Pick<Touched, "units" | "boxes">): void {
    const { words, language } = this.settings;
    const { units, boxes, feed } = this.state;
    const now = this.clock.now();
    const of = <T, F>(keys: Set<string>, all: Map<string, T>, feature: (key: string, one: T) => F): Map<string, F | null> =>
      new Map([...keys].map((key) => [key, all.has(key) ? feature(key, all.get(key) as T) : null]));
    this.map?.draw("units", of(touched.units, units, (key, unit) => unitFeature(key, unit, now, feed ?? DEFAULT_FEED, words)));
    if (touched.boxes.size > 0) this.map?.draw("boxes", of(touched.boxes, boxes, (key, box) => boxFeature(key, box, language, words)));
  }

  private drawAlarms(): void {
    this.list.draw(this.state.alarms);
    this.list.tick(this.clock.now());
    this.map?.drawAlarms(this.state.alarms, (alarm) => alarm.place || this.originName(alarm));
    const unanswered = [...this.state.alarms.values()].filter((alarm) => alarm.state === "raised");
    this.siren.want(unanswered.length === 0 ? 0 : unanswered.some((alarm) => alarm.level > 0) ? 2 : 1);
    flag(this.root, "unanswered", String(unanswered.length));
  }

  /** Lights and clocks four times a second, so that a second is never left out; the ages of the marks once. */
  private pulse(): void {
    this.pulses += 1;
    if (this.pulses % 4 === 0) this.tick();
    else this.drawLights(this.clock.now());
  }

  private drawLights(now: number): void {
    const starting = this.state.frames === 0 && performance.now() - this.startedAt < START_MS;
    this.lights.draw(this.state, { now, connected: this.connected, starting, sound: this.siren.state });
    this.list.tick(now);
  }

  /** Once a second, and at once when something matters: clocks, ages and lights by the page's own clock. */
  private tick(): void {
    if (this.lights === undefined) return; // the siren may speak before the page is built
    const now = this.clock.now();
    this.drawLights(now);
    this.drawMarks({ units: new Set(this.state.units.keys()), boxes: new Set() });
    if (this.map === null) drawPlain(this.ground, this.state, now, this.settings.language, this.settings.words);
    if (this.map !== null && this.state.alarms.size > 0) {
      this.map.drawAlarms(this.state.alarms, (alarm) => alarm.place || this.originName(alarm));
    }
  }

  private redraw(): void {
    this.drawMarks({ units: new Set(this.state.units.keys()), boxes: new Set(this.state.boxes.keys()) });
    this.drawAlarms();
    this.drawStations();
    this.tick();
  }

  private async askGround(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      const response = await fetch(`${this.settings.base}live/ground`, { credentials: "same-origin" });
      if (!response.ok) return;
      this.known = (await response.json()) as Ground;
      this.map?.setGround(this.known);
      this.drawStations();
    } catch {
      return; // asked again with the next connection or version
    } finally {
      this.asking = false;
    }
  }

  private drawStations(): void {
    const stations = this.known?.stations ?? [];
    this.stations.hidden = stations.length < 2;
    const name = (one: { th: string; en: string }): string => (this.settings.language === "th" ? one.th : one.en);
    if (stations.length === 1) put(this.title, name(stations[0]!));
    const wanted = JSON.stringify(stations.map((one) => [one.code, name(one)]));
    if (this.stations.dataset["text"] === wanted) return;
    this.stations.dataset["text"] = wanted;
    const chosen = this.stations.value;
    this.stations.replaceChildren(...stations.map((one) => new Option(name(one), one.code, false, one.code === chosen)));
  }

  private count(name: "frames" | "idle"): void {
    const known = Number(this.root.dataset[name] ?? "0");
    this.root.dataset[name] = String(known + 1);
  }
}
