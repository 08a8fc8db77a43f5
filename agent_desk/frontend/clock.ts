/**
 * Clocks on the page. `data-due` (ISO time) counts down, turning amber at `data-amber`, or with a fifth of
 * `data-budget` (seconds) left; `data-since` counts up. One timer serves them all, by the server's time.
 */

import { serverNow } from "./page.ts";
import { reading, ticking } from "./span.ts";
import { say } from "./words.ts";

const LAST_PART = 0.2;

/** Keeps every clock of the page going, those that come later included. */
export function startClocks(): void {
  tick();
  setInterval(tick, 1000);
  document.addEventListener("refreshed", tick);
  document.addEventListener("visibilitychange", tick);
}

function tick(): void {
  if (document.hidden) return;
  const now = serverNow();
  for (const clock of document.querySelectorAll<HTMLElement>("[data-due]")) countDown(clock, now);
  for (const clock of document.querySelectorAll<HTMLElement>("[data-since]")) {
    show(clock, ticking(now - Date.parse(clock.dataset.since ?? "")));
  }
}

function countDown(clock: HTMLElement, now: number): void {
  const due = Date.parse(clock.dataset.due ?? "");
  const { text, colour } = reading(now, due, amberAt(clock, due), say);
  if (clock.dataset.colour !== colour) clock.dataset.colour = colour;
  show(clock.querySelector<HTMLElement>("[data-text]") ?? clock, text);
}

function amberAt(clock: HTMLElement, due: number): number {
  if (clock.dataset.amber) return Date.parse(clock.dataset.amber);
  return due - Number(clock.dataset.budget ?? 0) * 1000 * LAST_PART;
}

function show(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
