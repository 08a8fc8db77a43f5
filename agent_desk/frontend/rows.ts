/**
 * Lists that are worked through with the keyboard: `<tbody data-rows>`. J and K, or the arrows, go from row to row;
 * Enter opens the row as any link does; a button marked `data-row-key="S"` in the row is pressed by its letter, and the
 * next row has the focus then, unless the button is marked `data-row-stays`.
 */

import { chordOf } from "./chord.ts";

const STEPS: Record<string, number> = { J: 1, ArrowDown: 1, K: -1, ArrowUp: -1 };

export function startRows(list: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (!list.isConnected || event.isComposing || isElsewhere(list, event.target)) return;
    const chord = chordOf(event);
    if (chord === null) return;
    const deed = chord in STEPS ? step(list, STEPS[chord] ?? 0) : press(list, chord);
    if (deed) event.preventDefault();
  });
}

/** Typing in a field, or standing on something outside of the list, isn't about the list. */
function isElsewhere(list: HTMLElement, target: EventTarget | null): boolean {
  return target instanceof Element && target !== document.body && target.id !== "content" && !list.contains(target);
}

function links(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("a.whole")];
}

function here(list: HTMLElement): HTMLElement | null {
  const row = document.activeElement?.closest("[data-row]");
  return row && list.contains(row) ? row.querySelector<HTMLElement>("a.whole") : null;
}

function step(list: HTMLElement, by: number): boolean {
  const all = links(list);
  const at = all.indexOf(here(list) as HTMLElement);
  const next = at < 0 ? all[0] : all[at + by];
  next?.focus();
  return next !== undefined;
}

function press(list: HTMLElement, chord: string): boolean {
  const row = here(list)?.closest("[data-row]");
  const button = row?.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(chord)}"]`);
  if (!button) return false;
  const all = links(list);
  const at = all.indexOf(here(list) as HTMLElement);
  if (!("rowStays" in button.dataset)) (all[at + 1] ?? all[at - 1])?.focus(); // the row is about to leave the list
  button.click();
  return true;
}
