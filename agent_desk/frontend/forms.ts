/**
 * Forms that are sent without leaving the page: `<form data-send action="/api/tickets">`. Buttons that do one thing
 * are forms of nothing: `<button data-post="/api/orders/7/sign">`. An answer may carry `next`, `message` and `undo`.
 */

import { send, upload, type Answer } from "./api.ts";
import { forgetDraft } from "./draft.ts";
import { clearRefusals, showRefusal } from "./fielderror.ts";
import { follow } from "./outcome.ts";
import { toast } from "./toast.ts";
import { valuesOf } from "./values.ts";

/** Makes `form` send itself. `data-refresh` names live regions to draw again; `data-reset` empties it afterwards. */
export function startForm(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  form.noValidate = true;
  for (const happening of ["input", "change"]) form.addEventListener(happening, () => (form.dataset.touched = ""));
  form.addEventListener("reset", () => delete form.dataset.touched);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit(form, event.submitter);
  });
}

/** Makes `button` post to its address; `data-values` is JSON to send, `data-confirm` a question asked before. */
export function startButton(button: HTMLElement): void {
  button.addEventListener("click", () => void post(button));
}

async function submit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  if (form.ariaBusy === "true") return;
  clearRefusals(form);
  if (!complete(form)) return;
  const button = submitter ?? form.querySelector<HTMLElement>("[type=submit]");
  const path = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
  const answer = await whileBusy([form, button], () =>
    form.enctype === "multipart/form-data"
      ? upload(path, new FormData(form, submitter))
      : send(path, valuesOf(form, submitter), form.dataset.method ?? "POST"),
  );
  if (answer.ok) done(form, answer.data);
  else refused(form, answer);
}

function done(form: HTMLFormElement, data: Record<string, unknown>): void {
  forgetDraft(form);
  delete form.dataset.touched;
  if ("reset" in form.dataset) form.reset();
  form.closest("dialog")?.close();
  form.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: data }));
  follow(data, form.dataset.refresh);
}

function refused(form: HTMLFormElement, answer: Extract<Answer, { ok: false }>): void {
  showRefusal(form, answer.refusal);
  const shown = form.querySelector("[data-error]:not(:empty)");
  if (shown === null) toast(answer.refusal.message, "bad");
}

/** The browser's own check, in our place and words: the first field that lacks something is named. */
function complete(form: HTMLFormElement): boolean {
  const wrong = form.querySelector<HTMLInputElement>(":is(input, select, textarea):invalid");
  if (wrong === null) return true;
  const field = wrong.name || (wrong.closest<HTMLElement>("[data-combobox]")?.dataset.combobox ?? "");
  showRefusal(form, { key: "field.invalid", message: wrong.dataset.invalid ?? wrong.validationMessage, field });
  return false;
}

async function post(button: HTMLElement): Promise<void> {
  if (button.ariaBusy === "true" || button.ariaDisabled === "true") return;
  const path = button.dataset.post;
  if (path === undefined) return; // a refresh has made another button of it
  if (button.dataset.confirm && !window.confirm(button.dataset.confirm)) return;
  const values: unknown = JSON.parse(button.dataset.values ?? "{}");
  const answer = await whileBusy([button], () => send(path, values));
  if (answer.ok) {
    button.closest("dialog")?.close();
    button.dispatchEvent(new CustomEvent("sent", { bubbles: true, detail: answer.data }));
    follow(answer.data, button.dataset.refresh);
  } else {
    toast(answer.refusal.message, "bad");
  }
}

async function whileBusy(elements: (HTMLElement | null)[], deed: () => Promise<Answer>): Promise<Answer> {
  for (const element of elements) if (element) element.ariaBusy = "true";
  try {
    return await deed();
  } finally {
    for (const element of elements) if (element) element.ariaBusy = null;
  }
}
