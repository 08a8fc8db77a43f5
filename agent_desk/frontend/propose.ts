/**
 * A first mapping for the file that is about to be imported: `<button data-propose="/api/imports/proposal">` sends the
 * form's `file` and `kind`, and puts the answer into its `mapping`. Of a long CSV its beginning is enough.
 */

import { upload } from "./api.ts";
import { clearRefusals, showRefusal } from "./fielderror.ts";

const BEGINNING = 4 * 1024 * 1024;

export function startPropose(button: HTMLElement): void {
  const form = button.closest("form");
  if (form) button.addEventListener("click", () => void propose(form, button));
}

async function propose(form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const chosen = form.querySelector<HTMLInputElement>("[name=file]");
  const file = chosen?.files?.[0];
  clearRefusals(form);
  if (!file) {
    showRefusal(form, { key: "field.missing", message: chosen?.dataset.invalid ?? "", field: "file" });
    return;
  }
  const sent = new FormData();
  sent.set("file", file.name.toLowerCase().endsWith(".xlsx") ? file : file.slice(0, BEGINNING), file.name);
  sent.set("kind", form.querySelector<HTMLSelectElement>("[name=kind]")?.value ?? "");
  const status = form.querySelector<HTMLElement>("[data-proposing]");
  button.ariaBusy = "true";
  if (status) status.hidden = false;
  const answer = await upload(button.dataset.propose ?? "", sent);
  button.ariaBusy = null;
  if (status) status.hidden = true;
  if (!answer.ok) {
    showRefusal(form, answer.refusal);
    return;
  }
  const mapping = form.querySelector<HTMLTextAreaElement>("[name=mapping]");
  if (!mapping) return;
  mapping.value = String(answer.data.mapping);
  mapping.focus();
  mapping.setSelectionRange(0, 0);
}
