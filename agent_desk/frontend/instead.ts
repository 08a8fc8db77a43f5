/** Another choice by one press: `<button data-instead="unit" data-value data-label data-reason>` beside its combobox. */

import { setCombobox } from "./combobox.ts";

export function startInstead(button: HTMLElement): void {
  const form = button.closest("form");
  const { instead = "", value = "", label = "", reason = "" } = button.dataset;
  button.addEventListener("click", () => {
    const combobox = form?.querySelector<HTMLElement>(`[data-combobox="${CSS.escape(instead)}"]`);
    const why = form?.querySelector<HTMLTextAreaElement>("textarea[name=reason]");
    if (combobox) setCombobox(combobox, value, label);
    if (why) why.value = reason;
    if (form) form.dataset.touched = "";
  });
}
