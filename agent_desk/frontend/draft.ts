/** What was typed and not yet sent survives a reload: `<form data-draft="desk">`, in this tab alone. */

const PREFIX = "draft:";
const SHOWN = '[role="combobox"]'; // has no name of its own: what it means is kept in a hidden field

type Entry = [string, string];

/** A kept draft: its name, its values by field, and the text that it is kept as. */
export interface Draft {
  key: string;
  text: string;
  values: Record<string, string>;
}

/** Fills `form` with its draft, and keeps one from now on. */
export function startDraft(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  restore(form);
  for (const happening of ["input", "change", "chosen"]) form.addEventListener(happening, () => keep(form));
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

/** Every draft whose name begins with `prefix`. */
export function draftsOf(prefix: string): Draft[] {
  const keys = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX + prefix));
  return keys.map((key) => {
    const text = sessionStorage.getItem(key) ?? "[]";
    return { key: key.slice(PREFIX.length), text, values: Object.fromEntries(JSON.parse(text) as Entry[]) };
  });
}

function keep(form: HTMLFormElement): void {
  const entries = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
  for (const shown of form.querySelectorAll<HTMLInputElement>(SHOWN)) {
    if (shown.value !== "") entries.push([`#${shown.id}`, shown.value]);
  }
  sessionStorage.setItem(PREFIX + (form.dataset.draft ?? ""), JSON.stringify(entries));
}

/** Fills `form` with its draft, if there is one. */
export function restore(form: HTMLFormElement): void {
  const kept = sessionStorage.getItem(PREFIX + (form.dataset.draft ?? ""));
  if (kept === null) return;
  for (const [name, value] of JSON.parse(kept) as Entry[]) put(form, name, value);
  form.dispatchEvent(new Event("restored"));
}

function put(form: HTMLFormElement, name: string, value: string): void {
  const field = name.startsWith("#") ? form.querySelector<HTMLInputElement>(name) : form.elements.namedItem(name);
  if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = true;
  else if (field !== null && "value" in field) field.value = value;
}
