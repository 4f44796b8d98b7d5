/** What this browser keeps of a page between two visits; where it may keep nothing, nothing is kept. */

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage may be forbidden
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    return; // forbidden or full
  }
}
