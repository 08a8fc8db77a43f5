/**
 * The ticket's form and the call that it is filled in for. Each call has a draft of its own, so that the next caller
 * never meets the words of the one before, and no word is lost when a call comes in between.
 */

import { setCombobox } from "./combobox.ts";
import { draftsOf, forgetDraft, restore } from "./draft.ts";
import { fieldOf, valueOf } from "./fields.ts";
import { titleFor } from "./title.ts";
import { toast } from "./toast.ts";
import { say } from "./words.ts";

const PREFIX = "desk:";

/** What the call's card knows of the caller. */
export interface Caller {
  call: string;
  line: string;
  number: string;
  name: string;
  place: string;
  area: string;
  areaName: string;
}

export class Writing {
  private proposed = "";
  private caller: Caller | null = null;

  constructor(private readonly form: HTMLFormElement) {}

  start(): void {
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("change", () => this.changed());
    this.form.addEventListener("chosen", () => this.changed());
    this.form.querySelector("#clear-form")?.addEventListener("click", () => this.clear());
    this.form.querySelector("#drafts")?.addEventListener("click", (event) => this.goOn(event.target));
    this.showDrafts();
  }

  /** Turns to `caller`; without a call, words that were begun stay where they are. */
  meet(caller: Caller | null): void {
    const call = caller?.call ?? "";
    if (call === this.caller?.call) return;
    this.caller = caller;
    if (call === valueOf(this.form, "call") || (caller === null && this.hasWords())) return;
    this.turnTo(PREFIX + call);
  }

  /** An empty form for the present caller, after what was in it has been sent. */
  next(): void {
    this.turnTo(PREFIX + (this.caller?.call ?? ""));
  }

  private hasWords(): boolean {
    return valueOf(this.form, "content").trim() !== "";
  }

  private turnTo(draft: string): void {
    delete this.form.dataset.draft; // emptying the form is no reason to throw the older draft away
    this.form.reset();
    this.proposed = "";
    this.form.dataset.draft = draft;
    const caller = draft === PREFIX + (this.caller?.call ?? "") ? this.caller : null;
    fieldOf(this.form, "call").value = caller?.call ?? "";
    if (caller) this.fill(caller);
    restore(this.form);
    this.showDrafts();
    this.form.dispatchEvent(new Event("turned"));
  }

  private fill(caller: Caller): void {
    for (const name of ["number", "name", "place"] as const) fieldOf(this.form, name).value = caller[name];
    const line = fieldOf(this.form, "line");
    line.value = caller.line;
    const area = this.form.querySelector<HTMLElement>('[data-combobox="area"]');
    if (area) setCombobox(area, caller.area, caller.areaName);
  }

  private changed(): void {
    const shown = (name: string): string =>
      this.form.querySelector<HTMLInputElement>(`[data-combobox="${name}"] [role="combobox"]`)?.value ?? "";
    const title = fieldOf(this.form, "title");
    if (title.value !== "" && title.value !== this.proposed) return;
    const matter = valueOf(this.form, "matter") ? shown("matter") : "";
    const written = { place: valueOf(this.form, "place"), area: shown("area"), content: valueOf(this.form, "content") };
    this.proposed = titleFor({ ...written, matter }, say);
    title.value = this.proposed;
  }

  private clear(): void {
    const key = this.form.dataset.draft ?? "";
    const kept = draftsOf(key).find((draft) => draft.key === key);
    forgetDraft(this.form);
    this.turnTo(key);
    if (kept) toast(say("desk.cleared"), "plain", { back: () => this.putBack(kept.key, kept.text) });
  }

  private putBack(key: string, text: string): void {
    sessionStorage.setItem(`draft:${key}`, text);
    this.turnTo(key);
  }

  private showDrafts(): void {
    const place = this.form.querySelector<HTMLElement>("#drafts");
    if (place === null) return;
    place.querySelectorAll("button").forEach((old) => old.remove());
    const others = draftsOf(PREFIX).filter((draft) => draft.key !== this.form.dataset.draft && draft.values.content);
    for (const draft of others) place.append(button(draft.key, draft.values.name || draft.values.number || "…"));
    place.hidden = others.length === 0;
  }

  private goOn(target: EventTarget | null): void {
    const key = target instanceof HTMLElement ? target.dataset.key : undefined;
    if (key !== undefined) this.turnTo(key);
  }
}

function button(key: string, text: string): HTMLElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button small";
  made.dataset.key = key;
  made.textContent = text;
  return made;
}
