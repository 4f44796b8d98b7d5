/** A page of another version than its server loads itself again: once, or a wrong server would make it blink for ever. */

const MARK = "ssz-reloaded-for";

export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What the browser keeps for this tab; null when it is forbidden to keep anything. */
export function tabMemory(): Memory | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/** Reload for a version unless that was done before; without a memory never. True when it was done. */
export function reloadOnce(told: string, memory: Memory | null, reload: () => void): boolean {
  if (memory === null || memory.getItem(MARK) === told) return false;
  memory.setItem(MARK, told);
  reload();
  return true;
}

/** A frame was understood: the next other version may reload the page again. */
export function understood(memory: Memory | null): void {
  memory?.removeItem(MARK);
}
