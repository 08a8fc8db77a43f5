/**
 * Live regions: `<div data-live="ticket:12 orders" data-src="/tickets/12/head">`. When one of the topics changed,
 * the part is asked for again and morphed in, so that focus, typing and scrolling stay where they are.
 */

import { Idiomorph } from "idiomorph";
import { coalesce } from "./coalesce.ts";
import { follow } from "./live.ts";
import { adopt } from "./adopt.ts";

const GAP = 150; // milliseconds between two askings of one region
const LEAD = 30; // milliseconds that an urgent region has for itself before the others ask too

/** Makes `region` follow its topics; one with `data-urgent` is asked for before the others. */
export function startRegion(region: HTMLElement): void {
  const refresh = coalesce(GAP, () => refetch(region), "urgent" in region.dataset ? 0 : LEAD);
  const stop = follow((region.dataset.live ?? "").split(" ").filter(Boolean), () => {
    if (region.isConnected) refresh();
    else stop();
  });
  region.addEventListener("refresh", refresh);
}

/** Asks for the part again and puts it in the place of its older self. */
async function refetch(region: HTMLElement): Promise<void> {
  const source = region.dataset.src;
  if (!source) return; // it shows nothing yet
  try {
    const response = await fetch(source, {
      headers: { "X-Fragment": "1" },
      credentials: "same-origin",
    });
    if (!response.ok) return;
    const html = await response.text();
    if (region.dataset.src === source) put(region, html);
  } catch {
    // the connection's own words are on the screen; the region is asked for again when it is back
  }
}

function isBusy(element: HTMLElement): boolean {
  const { dataset } = element;
  return "keep" in dataset || "touched" in dataset || (element instanceof HTMLDialogElement && element.open);
}

function isField(element: Element | null): boolean {
  return element?.matches("input, textarea, select") ?? false;
}

/** Puts `html` inside `region`: what is the same stays, and so does a form that somebody has begun to fill in. */
export function put(region: HTMLElement, html: string): void {
  Idiomorph.morph(region, html, {
    morphStyle: "innerHTML",
    ignoreActiveValue: isField(document.activeElement), // of a button it would keep the words too
    restoreFocus: true,
    callbacks: { beforeNodeMorphed: (old: Element) => !(old instanceof HTMLElement && isBusy(old)) },
  });
  adopt(region);
  region.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
}
