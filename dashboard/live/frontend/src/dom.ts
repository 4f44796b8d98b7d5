/** Small helpers for elements that are made once and then only changed where something is different. */

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, className = "", parent?: HTMLElement,
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  parent?.append(element);
  return element;
}

export function put(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function flag(element: HTMLElement, name: string, value: string): void {
  if (element.dataset[name] !== value) element.dataset[name] = value;
}

/** An attribute, written only where it is another: what is written anew makes the browser look at the style again. */
export function attr(element: HTMLElement, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Put the nodes into this order. The one that holds the focus is never moved: moving would take the focus away. */
export function arrange(parent: HTMLElement, wanted: readonly HTMLElement[]): void {
  const held = wanted.find((node) => node.contains(document.activeElement));
  const at = held === undefined ? -1 : wanted.indexOf(held);
  if (wanted.every((node, index) => parent.children[index] === node)) return;
  for (const node of wanted.slice(0, Math.max(0, at))) parent.insertBefore(node, held ?? null);
  for (const node of wanted.slice(at + 1)) parent.append(node);
}

/** Fill `{name}` places of a wording. */
export function fill(wording: string, values: Record<string, string | number>): string {
  return wording.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
