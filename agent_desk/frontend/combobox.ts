/**
 * A text field with suggestions: `<div data-combobox="matter" data-src="/api/matters">` around a text input with the
 * role combobox, a hidden input that keeps the chosen value, and a list. The source answers
 * `{"options": [{"value", "label", "hint"}]}` to `?q=`.
 */

import { read } from "./api.ts";
import { say } from "./words.ts";

const TYPING_PAUSE = 120;

/** One thing that could be meant; `hint` says why, or where it belongs. */
interface Option {
  value: string;
  label: string;
  hint?: string;
}

/** Chooses for somebody, silently: `label` is shown, `value` is kept. */
export function setCombobox(root: HTMLElement, value: string, label: string): void {
  const input = root.querySelector<HTMLInputElement>('[role="combobox"]');
  const kept = root.querySelector<HTMLInputElement>('input[type="hidden"]');
  if (input) input.value = label;
  if (kept) kept.value = value;
}

export function startCombobox(root: HTMLElement): void {
  const input = root.querySelector<HTMLInputElement>('[role="combobox"]');
  const value = root.querySelector<HTMLInputElement>('input[type="hidden"]');
  const list = root.querySelector<HTMLElement>('[role="listbox"]');
  if (input && value && list) new Combobox(root, input, value, list).start();
}

class Combobox {
  private options: Option[] = [];
  private active = -1;
  private timer = 0;
  private asking: AbortController | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly input: HTMLInputElement,
    private readonly value: HTMLInputElement,
    private readonly list: HTMLElement,
  ) {}

  start(): void {
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("focus", () => void this.ask());
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => this.picked(event));
    this.input.form?.addEventListener("reset", () => (this.value.value = ""));
  }

  private typed(): void {
    this.keep("");
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), TYPING_PAUSE);
  }

  private async ask(): Promise<void> {
    this.asking?.abort();
    this.asking = new AbortController();
    const address = new URL(this.root.dataset.src ?? "", location.href);
    address.searchParams.set("q", this.input.value.trim());
    for (const name of (this.root.dataset.with ?? "").split(" ").filter(Boolean)) {
      const field = this.input.form?.elements.namedItem(name);
      if (field && "value" in field && field.value !== "") address.searchParams.set(name, field.value);
    }
    const answer = await read(address.href, this.asking.signal);
    if (!answer.ok || document.activeElement !== this.input) return;
    this.options = answer.data.options as Option[];
    this.open();
  }

  private open(): void {
    this.active = -1;
    this.list.replaceChildren(...this.options.map((option, index) => this.draw(option, index)));
    if (this.options.length === 0) this.list.append(this.nothing());
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.move(event.key === "ArrowDown" ? 1 : -1);
      else void this.ask();
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    }
  }

  private move(by: number): void {
    const count = this.options.length;
    if (count === 0) return;
    this.active = this.active < 0 && by < 0 ? count - 1 : (this.active + by + count) % count;
    [...this.list.children].forEach((item, index) => {
      item.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) {
        item.scrollIntoView({ block: "nearest" });
        this.input.setAttribute("aria-activedescendant", item.id);
      }
    });
  }

  private picked(event: PointerEvent): void {
    event.preventDefault(); // the field keeps the focus
    const item = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
    const index = item ? [...this.list.children].indexOf(item) : -1;
    if (index >= 0) this.choose(index);
  }

  private choose(index: number): void {
    const option = this.options[index];
    if (option === undefined) return;
    this.input.value = option.label;
    this.keep(option.value);
    this.root.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option }));
    this.close();
  }

  private keep(value: string): void {
    if (this.value.value === value) return;
    this.value.value = value;
    this.value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  private draw(option: Option, index: number): HTMLElement {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.id = `${this.list.id}-${index}`;
    item.setAttribute("aria-selected", "false");
    item.append(option.label);
    if (option.hint) {
      const hint = document.createElement("small");
      hint.textContent = option.hint;
      item.append(hint);
    }
    return item;
  }

  private nothing(): HTMLElement {
    const words = document.createElement("li");
    words.className = "nothing";
    words.textContent = say("combobox.nothing");
    return words;
  }
}
