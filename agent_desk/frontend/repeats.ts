/**
 * Says while the agent writes what the caller has asked for already. What they say now is added to such a ticket by a
 * click or a key, instead of being written down as a new one.
 */

import { send } from "./api.ts";
import { forgetDraft } from "./draft.ts";
import { fieldOf, valueOf } from "./fields.ts";
import { follow } from "./outcome.ts";
import { put } from "./regions.ts";
import { toast } from "./toast.ts";

const PAUSE = 400;

export function startRepeats(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLElement>("#repeats");
  if (place) new Repeats(form, place).start();
}

class Repeats {
  private timer = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly place: HTMLElement,
  ) {}

  start(): void {
    for (const happening of ["input", "change", "chosen", "restored", "turned"]) {
      this.form.addEventListener(happening, () => this.soon());
    }
    this.place.addEventListener("click", (event) => void this.pressed(event.target));
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.look(), PAUSE);
  }

  private async look(): Promise<void> {
    this.asking?.abort();
    const asked = new URLSearchParams({ q: `${valueOf(this.form, "title")}，${valueOf(this.form, "content")}`.slice(0, 1000) });
    for (const name of ["number", "matter", "area", "place"]) asked.set(name, valueOf(this.form, name));
    this.asking = new AbortController();
    const html = await fragment(`/desk/repeats?${asked}`, this.asking.signal);
    if (html !== null) put(this.place, html);
  }

  private async pressed(target: EventTarget | null): Promise<void> {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-add]") : null;
    if (button === null || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    const words = { words: fieldOf(this.form, "content").value, call: valueOf(this.form, "call") || null };
    const answer = await send(`/api/tickets/${button.dataset.add}/add`, words);
    button.ariaBusy = null;
    if (!answer.ok) return toast(answer.refusal.message, "bad");
    forgetDraft(this.form);
    this.form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer.data }));
    follow(answer.data);
  }
}

async function fragment(path: string, signal: AbortSignal): Promise<string | null> {
  try {
    const response = await fetch(path, { headers: { "X-Fragment": "1" }, credentials: "same-origin", signal });
    return response.ok ? await response.text() : null;
  } catch {
    return null; // a later look was quicker, or the platform can't be reached, which the page says itself
  }
}
