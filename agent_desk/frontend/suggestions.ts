/**
 * Proposes matters while the agent writes: each with the unit that would answer and the reason in words. One of them is
 * taken by a click or a key; nothing is filled in that nobody agreed to.
 */

import { read } from "./api.ts";
import { setCombobox } from "./combobox.ts";
import { fieldOf, valueOf } from "./fields.ts";
import { say } from "./words.ts";

const TYPING_PAUSE = 300;
const FEWEST_SIGNS = 4;
const MOST = 3;
const TAKE_FIRST = "Alt+K";

interface Suggestion {
  value: string;
  label: string;
  hint: string;
  unit: string;
  unit_label: string;
  reason: string;
  asks: string[];
}

export function startSuggestions(form: HTMLFormElement): void {
  const list = form.querySelector<HTMLElement>("#suggestions");
  const matter = form.querySelector<HTMLElement>('[data-combobox="matter"]');
  const proposal = form.querySelector<HTMLElement>("#proposal");
  if (list && matter && proposal) new Suggestions(form, list, matter, proposal).start();
}

class Suggestions {
  private found: Suggestion[] = [];
  private timer = 0;
  private asking: AbortController | null = null;
  private readonly hint: string;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly list: HTMLElement,
    private readonly matter: HTMLElement,
    private readonly proposal: HTMLElement,
  ) {
    this.hint = list.textContent?.trim() ?? "";
  }

  start(): void {
    fieldOf(this.form, "content").addEventListener("input", () => this.soon());
    this.form.addEventListener("change", () => this.soon());
    for (const happening of ["chosen", "restored"]) this.form.addEventListener(happening, () => this.soon());
    this.form.addEventListener("reset", () => this.draw([]));
    this.list.addEventListener("click", (event) => this.pressed(event.target));
    this.matter.addEventListener("chosen", (event) => this.propose((event as CustomEvent<Suggestion>).detail));
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), TYPING_PAUSE);
  }

  private async ask(): Promise<void> {
    const text = fieldOf(this.form, "content").value.trim();
    this.asking?.abort();
    if (text.length < FEWEST_SIGNS) return this.draw([]);
    this.asking = new AbortController();
    const asked = new URLSearchParams({ q: text });
    for (const name of ["area", "line", "type"]) asked.set(name, valueOf(this.form, name));
    const answer = await read(`/api/matters?${asked}`, this.asking.signal);
    if (answer.ok) this.draw(answer.data.options as Suggestion[]);
  }

  private draw(found: Suggestion[]): void {
    this.found = found.slice(0, MOST);
    this.list.replaceChildren(...this.found.map((one, index) => this.card(one, index)));
    if (this.found.length === 0) this.list.append(paragraph(this.hint));
    const chosen = valueOf(this.form, "matter");
    this.propose(found.find((one) => one.value === chosen) ?? null, chosen !== "");
  }

  private card(one: Suggestion, index: number): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "suggestion";
    button.setAttribute("aria-pressed", String(one.value === valueOf(this.form, "matter")));
    const name = document.createElement("strong");
    name.textContent = one.label;
    const why = document.createElement("small");
    why.textContent = `${one.unit_label} · ${one.reason}`;
    button.append(name, why);
    if (index === 0) button.append(this.key(button));
    return button;
  }

  private key(button: HTMLElement): HTMLElement {
    button.setAttribute("aria-keyshortcuts", TAKE_FIRST);
    button.title = say("desk.take_first");
    const key = document.createElement("kbd");
    key.ariaHidden = "true";
    key.textContent = TAKE_FIRST;
    return key;
  }

  private pressed(target: EventTarget | null): void {
    const button = target instanceof Element ? target.closest(".suggestion") : null;
    const one = button ? this.found[[...this.list.children].indexOf(button)] : undefined;
    if (one === undefined) return;
    setCombobox(this.matter, one.value, one.label);
    this.matter.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: one }));
  }

  /** Shows whom the matter would go to. `keep`: one that isn't among those found keeps what was shown of it. */
  private propose(one: Suggestion | null, keep = false): void {
    for (const [index, button] of [...this.list.querySelectorAll(".suggestion")].entries()) {
      button.setAttribute("aria-pressed", String(one !== null && this.found[index]?.value === one.value));
    }
    if (one === null && keep) return;
    this.proposal.hidden = one === null;
    if (one === null) return;
    this.proposal.querySelector("[data-unit]")!.textContent = say("desk.goes_to", { unit: one.unit_label });
    this.proposal.querySelector("[data-reason]")!.textContent = one.reason;
    const asks = this.proposal.querySelector<HTMLElement>("[data-asks]")!;
    asks.hidden = one.asks.length === 0;
    asks.textContent = say("desk.asks", { what: one.asks.join(say("desk.and")) });
  }
}

function paragraph(text: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "faint small";
  made.textContent = text;
  return made;
}
