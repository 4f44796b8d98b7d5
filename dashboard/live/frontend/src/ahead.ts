/** The page's own word, ahead of Streamlit's: what a view is told. */

import type { Settings } from "./part";

/** What the page said itself; said once, for it is no newer than what Streamlit tells later. */
export function toldAhead(page: Document): Settings | null {
  const said = page.querySelector<HTMLMetaElement>('meta[name="ssz-told"]');
  if (said === null) return null;
  said.remove();
  return JSON.parse(said.content) as Settings;
}
