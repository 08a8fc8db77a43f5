/**
 * Another choice by one press: `<button data-instead="unit" data-value data-label data-reason>` beside its combobox; with
 * `data-matter data-matter-label` also what the ticket is about.
 */

import { setCombobox } from "./combobox.ts";

export function startInstead(button: HTMLElement): void {
  const form = button.closest("form");
  const { instead = "", value = "", label = "", reason = "", matter, matterLabel = "" } = button.dataset;
  button.addEventListener("click", () => {
    const combobox = form?.querySelector<HTMLElement>(`[data-combobox="${CSS.escape(instead)}"]`);
    const about = form?.querySelector<HTMLElement>('[data-combobox="matter"]');
    if (about && matter !== undefined) setCombobox(about, matter, matterLabel);
    const why = form?.querySelector<HTMLTextAreaElement>("textarea[name=reason]");
    if (combobox) setCombobox(combobox, value, label);
    if (why) why.value = reason;
    if (form) form.dataset.touched = "";
  });
}
