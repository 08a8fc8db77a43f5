/**
 * Live regions: `<div data-live="ticket:12 orders" data-src="/tickets/12/head">`. When one of the topics changed,
 * the part is asked for again and morphed in, so that focus, typing and scrolling stay where they are.
 */

import { Idiomorph } from "idiomorph";
import { coalesce } from "./coalesce.ts";
import { follow } from "./live.ts";
import { adopt } from "./adopt.ts";

const GAP = 150; // milliseconds between two askings of one region

/** Makes `region` follow its topics. */
export function startRegion(region: HTMLElement): void {
  const refresh = coalesce(GAP, () => refetch(region));
  const stop = follow((region.dataset.live ?? "").split(" ").filter(Boolean), () => {
    if (region.isConnected) refresh();
    else stop();
  });
  region.addEventListener("refresh", refresh);
}

/** Asks for the part again and puts it in the place of its older self. */
async function refetch(region: HTMLElement): Promise<void> {
  try {
    const response = await fetch(region.dataset.src ?? location.href, {
      headers: { "X-Fragment": "1" },
      credentials: "same-origin",
    });
    if (!response.ok) return;
    put(region, await response.text());
  } catch {
    // the connection's own words are on the screen; the region is asked for again when it is back
  }
}

/** Puts `html` inside `region`: what is the same stays, a field that is being typed into keeps its words. */
export function put(region: HTMLElement, html: string): void {
  Idiomorph.morph(region, html, {
    morphStyle: "innerHTML",
    ignoreActiveValue: true,
    restoreFocus: true,
    callbacks: { beforeNodeMorphed: (old: Element) => !(old instanceof HTMLElement && "keep" in old.dataset) },
  });
  adopt(region);
  region.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
}
