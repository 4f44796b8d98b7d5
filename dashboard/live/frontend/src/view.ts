/** The engine of every live page: one socket, one state, one map, one siren. What is seen are the parts round it. */

import { Basemap } from "./basemap";
import { ServerClock } from "./clock";
import { flag, make } from "./dom";
import { Dress } from "./dress";
import { Drawing } from "./drawing";
import { deskPage } from "./deskpage";
import { usable, usableHotspots } from "./shapes";
import { Sheet } from "./sheet";
import { livePage } from "./livemap";
import { LiveMap } from "./map";
import { mapParts } from "./onmap";
import type { Mode, Moment, Page, Part, Settings } from "./part";
import type { PastShown } from "./past";
import type { Alarm, Frame, Ground, Hotspots } from "./protocol";
import { safely } from "./safely";
import { Selection } from "./selection";
import { scaleFor } from "./scale";
import { Siren, wantedLoudness } from "./sound";
import { Link, NO_TROUBLE } from "./socket";
import { emptyState, isOld, keyOf, type State, takeFrame } from "./state";
import type { Theme } from "./tints";
import { ViewUrl } from "./viewurl";
import { wallPage } from "./wall";

const START_MS = 5_000;
const PULSE_MS = 250;
/** Every 5 s the page asks, while the link is down, whether it was shut out: the door then shows the way in; while it is
 * up, for the ground where that could not be read. */
const ASK_PULSES = 20;
/** A refit tells of one station after the other, for hours. */
const HOTSPOTS_MS = 10_000;

const PAGES: Record<Mode, (view: View, root: HTMLElement) => Page> = { wall: wallPage, live: livePage, desk: deskPage };

export class View {
  readonly state = emptyState();
  readonly clock = new ServerClock();
  readonly selection = new Selection();
  readonly url = new ViewUrl();
  readonly dress: Dress;
  readonly siren: Siren;
  readonly map: LiveMap;
  readonly sheet: Sheet<Ground>;
  readonly spots: Sheet<Hotspots>;
  /** Kept when what the page is for is on the screen: what is less urgent may begin then. */
  readonly shownFirst: Promise<void>;
  /** A past moment shown on the map and in the lists in place of now; null: now. */
  past: PastShown | null = null;
  private readonly root: HTMLElement;
  private readonly parts: Part[] = [];
  private readonly link: Link;
  private readonly beat: ReturnType<typeof setInterval>;
  private readonly sizes: ResizeObserver;
  private readonly startedAt = performance.now();
  private connected = false;
  private pulses = 0;

  constructor(parent: HTMLElement, public settings: Settings) {
    this.root = make("section", "ssz", parent);
    flag(this.root, "mode", settings.mode === "wall" ? "wall" : "live"); // seen across the room, or sat before
    flag(this.root, "page", settings.mode);
    this.dress = new Dress(this.url, this.root, settings.mode);
    this.siren = new Siren(() => this.tick());
    const visitor = settings.visitor ? "?visitor=1" : "";
    this.sheet = new Sheet<Ground>({
      address: `${settings.base}live/ground${visitor}`, usable, wanted: () => this.state.ground,
      fetched: (ground) => this.each((part) => part.ground?.(ground)),
    });
    this.spots = new Sheet<Hotspots>({
      address: `${settings.base}live/hotspots${visitor}`, usable: usableHotspots, wanted: () => this.state.hotspots || null,
      fetched: (sheet) => this.each((part) => part.hotspots?.(sheet)), restMs: HOTSPOTS_MS,
    });
    // The connection is made while the map is: its first frame comes after both.
    this.link = new Link(this.address, { frame: (frame) => this.take(frame), connected: (up) => this.setConnected(up) });
    const page = PAGES[settings.mode](this, this.root);
    this.shownFirst = page.turn ?? Promise.resolve();
    const canvas = make("div", "ssz-canvas", page.ground);
    this.map = new LiveMap(canvas, {
      assets: this.assets, turn: this.shownFirst, state: () => this.shown, now: () => this.shownNow, tongue: () => this.settings, theme: () => this.theme, selection: this.selection,
      url: this.url, drawn: () => this.count("idle"), trouble: () => this.tick(),
    });
    this.parts = [new Basemap(this, page.ground), new Drawing(this, page.ground), ...mapParts(this, page.ground, page.foot ?? page.ground), ...page.parts];
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(this.root);
    this.sizes.observe(page.ground);
    this.resize();
    this.beat = setInterval(() => this.pulse(), PULSE_MS);
    this.retell(settings);
  }

  /** What is shown: now, or a past moment. The list of open alarms, lights and siren always tell of now. */
  get shown(): State {
    return this.past?.state ?? this.state;
  }

  /** The time of what the map shows, epoch ms. */
  get shownNow(): number {
    return this.past?.now ?? this.clock.now();
  }

  get theme(): Theme {
    return this.dress.theme;
  }

  /** Another moment is shown: the parts that tell of it follow. */
  turned(): void {
    this.each((part) => part.turned?.());
  }

  private get assets(): string {
    return new URL(`${this.settings.base}assets/`, location.href).href;
  }

  private get address(): string {
    const url = new URL(`${this.settings.base}live`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (this.settings.visitor) url.searchParams.set("visitor", "1");
    return url.href;
  }

  /** New words, rights or token: told on a rerun of the page. The map and the socket stay. */
  retell(settings: Settings): void {
    this.settings = settings;
    this.root.lang = settings.language;
    this.sound();
    this.each((part) => part.retell?.(settings));
    this.tick();
  }

  stop(): void {
    clearInterval(this.beat);
    this.sizes.disconnect();
    this.link.stop();
    this.sheet.stop();
    this.spots.stop();
    this.each((part) => part.stop?.());
    this.siren.stop();
    this.map.stop();
    this.dress.stop();
    this.url.stop();
    this.root.remove();
  }

  /** A wall's sizes follow its screen, a desk's grow with it; those of the map to work with stay what the reader chose in
   * the browser. */
  private resize(): void {
    const { mode } = this.settings;
    const scale = scaleFor(mode, this.root.clientWidth, this.root.clientHeight);
    this.root.style.setProperty("--p", mode === "wall" ? `${scale}px` : "1px"); // a desk is zoomed whole
    this.root.style.setProperty("--scale", String(scale));
    this.map.resize(scale);
  }

  /** The call sign of the unit an alarm came from, or the name of its box. */
  originName(alarm: Alarm): string {
    if (alarm.ok === "report") return alarm.origin.split("/", 1)[0]!; // the channel: an id is no name
    const key = keyOf(alarm.s, alarm.origin);
    const name = alarm.ok === "unit" ? this.state.units.get(key)?.call : "";
    return name || alarm.origin;
  }

  private setConnected(up: boolean): void {
    this.connected = up;
    flag(this.root, "link", up ? "up" : "down");
    if (up) this.clock.renew();
    if (up) void this.sheet.ask(); // after a restart the ground may have changed without a new version
    this.tick();
  }

  private take(frame: Frame): void {
    if (!isOld(this.state, frame)) this.clock.observe(frame.now);
    const { ground, hotspots } = this.state;
    const touched = takeFrame(this.state, frame);
    const alarmed = frame.t === "snapshot" || touched.alarms;
    if (alarmed) this.sound(); // before anything is drawn: the siren waits for no panel
    this.count("frames");
    if (this.state.ground !== ground) void this.sheet.follow();
    if (this.state.hotspots !== hotspots) void this.spots.follow();
    this.each((part) => part.take?.(touched));
    if (alarmed) this.tick();
  }

  /** The siren wants what the open alarms say. */
  private sound(): void {
    const unanswered = [...this.state.alarms.values()].filter((alarm) => alarm.state === "raised");
    safely(() => this.siren.want(wantedLoudness(unanswered.map((alarm) => alarm.level))));
    flag(this.root, "unanswered", String(unanswered.length));
  }

  private moment(): Moment {
    const starting = this.state.frames === 0 && performance.now() - this.startedAt < START_MS;
    const trouble = this.link?.trouble ?? NO_TROUBLE; // the siren may speak before there is a link
    return { now: this.clock.now(), connected: this.connected, starting, sound: this.siren.state, trouble };
  }

  private pulse(): void {
    this.pulses += 1;
    if (this.pulses % ASK_PULSES === 0) this.ask();
    if (this.pulses % 4 === 0) {
      this.tick();
      return;
    }
    const moment = this.moment();
    this.each((part) => part.pulse?.(moment));
  }

  private ask(): void {
    if (this.connected) {
      void this.sheet.again();
      void this.spots.again();
    } else void this.sheet.mustSignIn().then((must) => must && location.reload());
  }

  private tick(): void {
    const moment = this.moment();
    this.each((part) => part.pulse?.(moment));
    this.each((part) => part.second?.(moment));
  }

  /** Each part is told; one that fails leaves the others untouched. */
  private each(tell: (part: Part) => void): void {
    for (const part of this.parts ?? []) safely(() => tell(part)); // the siren may speak before the page is built
  }

  private count(name: "frames" | "idle"): void {
    const known = Number(this.root.dataset[name] ?? "0");
    this.root.dataset[name] = String(known + 1);
  }
}
