/** The boundary round each panel and listener: what fails in one is told to the browser's console, and the others go on.
 * A list of alarms and the siren must not fall silent because a chart cannot be drawn. */

export const FAILED = "a part of the page failed:";

export function safely(what: () => void): void {
  try {
    what();
  } catch (error) {
    console.error(FAILED, error);
  }
}
