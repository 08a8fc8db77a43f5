/**
 * Several values, each searched by name: what is chosen in `<div data-combobox data-gathers="areas">` becomes one more
 * ticked box before it, and the field is empty for the next.
 */

import { setCombobox } from "./combobox.ts";

export function startGathering(combobox: HTMLElement): void {
  const boxes = combobox.previousElementSibling;
  combobox.addEventListener("chosen", (event) => {
    const { value, label } = (event as CustomEvent<{ value: string; label: string }>).detail;
    const name = combobox.dataset.gathers ?? "";
    const known = boxes?.querySelector<HTMLInputElement>(`input[value="${CSS.escape(value)}"]`);
    const box = known ?? draw(name, value, label);
    box.checked = true;
    if (!known) boxes?.append(box.parentElement!);
    setCombobox(combobox, "", "");
    box.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function draw(name: string, value: string, words: string): HTMLInputElement {
  const label = document.createElement("label");
  const box = document.createElement("input");
  const shown = document.createElement("span");
  label.className = "check";
  Object.assign(box, { type: "checkbox", name, value });
  box.dataset.many = "";
  shown.textContent = words;
  label.append(box, shown);
  return box;
}
