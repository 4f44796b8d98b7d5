/** The engine that draws maps, fetched when the first map is made. */

import type * as Engine from "./engine";

declare const ENGINE_FILE: string;
declare const WORKER_FILE: string;

let loaded: typeof Engine | null = null;
let tries = 0;

/** The engine; `assets`: where its files are. Fails when it cannot be fetched; asked again, it is fetched again: under
 * another address, for browsers remember of an address that it failed. */
export async function mapEngine(assets: string): Promise<typeof Engine> {
  if (loaded !== null) return loaded;
  const again = tries === 0 ? "" : `?${tries}`;
  tries += 1;
  const engine = (await import(`${assets}${ENGINE_FILE}${again}`)) as typeof Engine;
  tries = 0;
  engine.setWorkerUrl(`${assets}${WORKER_FILE}`);
  return (loaded ??= engine);
}

/** The engine of a map that is there. */
export function engineOf(): typeof Engine {
  if (loaded === null) throw new Error("no map has been made");
  return loaded;
}
