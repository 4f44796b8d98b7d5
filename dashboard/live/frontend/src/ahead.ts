/** The page's own word, ahead of Streamlit's: what a view is told, and Streamlit's front end, kept back until then. */

import type { Settings } from "./part";

/** What the page said itself; said once, for it is no newer than what Streamlit tells later. */
export function toldAhead(page: Document): Settings | null {
  const said = page.querySelector<HTMLMetaElement>('meta[name="ssz-told"]');
  if (said === null) return null;
  said.remove();
  return JSON.parse(said.content) as Settings;
}

/** Let Streamlit begin, and what it imports be fetched. */
export function beginStreamlit(page: Document): void {
  for (const link of page.querySelectorAll<HTMLLinkElement>('link[rel="ssz-later"]')) link.rel = "modulepreload";
  const kept = page.querySelector<HTMLScriptElement>('script[type="ssz-later"]');
  if (kept === null) return;
  const script = page.createElement("script");
  script.type = "module";
  script.crossOrigin = "anonymous"; // as it is written, or it would not be the one that was fetched with the page
  script.src = kept.src;
  kept.replaceWith(script);
}
