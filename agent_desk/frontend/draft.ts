/** What was typed and not yet sent survives a reload: `<form data-draft="desk">`, in this tab alone. */

const PREFIX = "draft:";

/** Fills `form` with its draft, and keeps one from now on. */
export function startDraft(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  restore(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("change", () => keep(form));
  form.addEventListener("reset", () => forgetDraft(form));
}

/** Throws the draft of `form` away. */
export function forgetDraft(form: HTMLFormElement): void {
  if (form.dataset.draft) sessionStorage.removeItem(PREFIX + form.dataset.draft);
}

/** Throws every draft away; they hold what citizens said. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

function keep(form: HTMLFormElement): void {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
  sessionStorage.setItem(PREFIX + (form.dataset.draft ?? ""), JSON.stringify(entries));
}

function restore(form: HTMLFormElement): void {
  const kept = sessionStorage.getItem(PREFIX + (form.dataset.draft ?? ""));
  if (kept === null) return;
  for (const [name, value] of JSON.parse(kept) as [string, string][]) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = true;
    else if (field !== null && "value" in field) field.value = value;
  }
}
