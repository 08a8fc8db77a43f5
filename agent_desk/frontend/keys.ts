/**
 * Keyboard shortcuts. An element names its own in `aria-keyshortcuts` ("Alt+A", "F2"); pressing them clicks it, or
 * goes into it where it is a field. "?" lists those of the page.
 */

import { chordOf } from "./chord.ts";
import { isField } from "./fields.ts";

/** Listens for the shortcuts of whatever is on the page at the time. */
export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "?" && !isTyping(event.target)) showHelp();
    else press(event);
  });
}

function press(event: KeyboardEvent): void {
  const chord = chordOf(event);
  if (chord === null || (isTyping(event.target) && chord.length === 1)) return;
  const target = inReach().find((element) => keysOf(element).includes(chord));
  if (target === undefined) return;
  event.preventDefault();
  if (isTyping(target)) target.focus();
  else target.click();
}

/** What can be pressed now: in the open dialog, else on the page; hidden or disabled things can't. */
function inReach(): HTMLElement[] {
  const within = document.querySelector("dialog:modal") ?? document;
  return [...within.querySelectorAll<HTMLElement>("[aria-keyshortcuts]")].filter(
    (element) => element.checkVisibility() && !element.matches(":disabled, [aria-disabled=true]"),
  );
}

function keysOf(element: HTMLElement): string[] {
  return (element.getAttribute("aria-keyshortcuts") ?? "").split(" ");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

function showHelp(): void {
  const dialog = document.getElementById("keys-help");
  const list = dialog?.querySelector("dl");
  if (!(dialog instanceof HTMLDialogElement) || !list || dialog.open) return;
  list.querySelectorAll("[data-found]").forEach((old) => old.remove());
  for (const element of inReach()) list.append(...row(element));
  dialog.showModal();
}

function row(element: HTMLElement): HTMLElement[] {
  const term = document.createElement("dt");
  for (const keys of keysOf(element)) {
    const key = document.createElement("kbd");
    key.textContent = keys.replace("Control", "Ctrl");
    term.append(key, " ");
  }
  const does = document.createElement("dd");
  does.textContent = nameOf(element);
  for (const made of [term, does]) made.dataset.found = "";
  return [term, does];
}

function nameOf(element: HTMLElement): string {
  const label = isField(element) ? element.labels?.[0]?.firstChild?.textContent : null;
  const text = element.cloneNode(true) as HTMLElement;
  text.querySelectorAll("kbd").forEach((key) => key.remove());
  return (element.ariaLabel ?? label ?? element.title ?? "").trim() || (text.textContent ?? "").trim();
}
