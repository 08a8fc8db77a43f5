/** A refusal shown where it belongs: beside its field, or at the head of the form. */

import type { Refusal } from "./api.ts";

/** Shows `refusal` in `form` and takes the eye there. */
export function showRefusal(form: HTMLFormElement, refusal: Refusal): void {
  clearRefusals(form);
  const field = refusal.field ? form.elements.namedItem(refusal.field) : null;
  const input = field instanceof RadioNodeList ? field[0] : field;
  const shown = visibleTwin(form, refusal.field, input instanceof HTMLElement ? input : null);
  const place = refusal.field ? form.querySelector<HTMLElement>(`[data-error="${CSS.escape(refusal.field)}"]`) : null;
  const error = place ?? form.querySelector<HTMLElement>("[data-error='']");
  if (error) {
    error.textContent = refusal.message;
    error.hidden = false;
  }
  shown?.setAttribute("aria-invalid", "true");
  (shown ?? error)?.focus();
}

/** Takes all refusals of `form` away. */
export function clearRefusals(form: HTMLFormElement): void {
  for (const error of form.querySelectorAll<HTMLElement>("[data-error]")) {
    error.textContent = "";
    if (error.dataset.error === "") error.hidden = true;
  }
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** A combobox keeps its value in a hidden field; its text field is what a person sees. */
function visibleTwin(form: HTMLFormElement, name: string | undefined, input: HTMLElement | null): HTMLElement | null {
  if (!(input instanceof HTMLInputElement) || input.type !== "hidden") return input;
  return form.querySelector<HTMLElement>(`[data-combobox="${CSS.escape(name ?? "")}"] [role="combobox"]`);
}
