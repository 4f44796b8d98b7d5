/** Entry of the component: the same view for the same element, however often the page runs. */

import { toldAhead } from "./ahead";
import baseCss from "./base.css";
import caseCss from "./case.css";
import deskCss from "./desk.css";
import mapCss from "./map.css";
import pastCss from "./past.css";
import themesCss from "./themes.css";
import wallCss from "./wall.css";
import type { Settings } from "./part";
import { View } from "./view";

export { cases, leaveCases } from "./cases";

interface Component {
  data: Settings;
  parentElement: HTMLElement;
}

interface Mounted {
  view: View;
  /** The build that made it: a newer build takes over from an older one after an upgrade of the server. */
  build: string;
}

declare global {
  interface Window {
    __sszMounted?: WeakMap<HTMLElement, Mounted>;
    /** Begun by the page itself, and not yet taken over. */
    __sszAhead?: Mounted;
    __ssz?: View;
    /** Lets Streamlit begin where the page kept it back (`dashboard/shell.js`). */
    __sszBegin?: () => void;
  }
}

const mounted = (window.__sszMounted ??= new WeakMap<HTMLElement, Mounted>());
/** Without what makes the address of a second try another one (`dashboard/shell.js`). */
const BUILD = import.meta.url.split("?")[0]!;
const css = [themesCss, baseCss, mapCss, wallCss, deskCss, caseCss, pastCss].join("\n");

function addStyle(base: string): void {
  const known = document.getElementById("ssz-style");
  const style = known ?? document.createElement("style");
  const text = css.replaceAll("{assets}", `${base}assets/`);
  if (style.textContent === text) return;
  style.id = "ssz-style";
  style.textContent = text;
  if (known === null) document.head.append(style);
}

/** The page covers the window: what it stands in, behind it, is no stop of Tab, where nobody would see where they are. */
function passOver(parent: HTMLElement): void {
  for (let one: HTMLElement | null = parent; one !== null; one = one.parentElement) if (one.tabIndex === 0) one.tabIndex = -1;
}

function begin(place: HTMLElement, data: Settings): Mounted {
  addStyle(data.base);
  document.getElementById("ssz-missing")?.remove(); // it has come (`dashboard/shell.js`)
  const made = { view: new View(place, data), build: BUILD };
  if (data.testing) window.__ssz = made.view;
  return made;
}

/** What the page was told with itself begins over the window at once; Streamlit, which tells the same half a second
 * later, begins when it stands, or when it cannot. */
function beginAhead(): void {
  const told = toldAhead(document);
  if (told === null) return;
  document.title = told.words["nav.desk"] ?? "";
  try {
    const ahead = (window.__sszAhead = begin(document.body, told));
    void ahead.view.shownFirst.then(() => window.__sszBegin?.());
  } catch (error) {
    window.__sszBegin?.();
    throw error;
  }
}

/** What an element shows; one that shows nothing yet takes over what the page has begun, where and as it is. */
function shownIn(parent: HTMLElement): Mounted | undefined {
  const ahead = window.__sszAhead;
  if (ahead === undefined) return mounted.get(parent);
  delete window.__sszAhead;
  mounted.set(parent, ahead);
  return ahead;
}

export default function show({ data, parentElement }: Component): void {
  toldAhead(document); // Streamlit was quicker: nothing begins ahead of it any more
  const known = shownIn(parentElement);
  passOver(parentElement);
  if (known !== undefined && known.build === BUILD) {
    known.view.retell(data);
    return;
  }
  known?.view.stop();
  mounted.set(parentElement, begin(parentElement, data));
}

export function unmount(parentElement: HTMLElement): void {
  mounted.get(parentElement)?.view.stop();
  mounted.delete(parentElement);
}

beginAhead();
