/**
 * What a form would do, while it is being filled in: `<div data-tries>` inside of it. Its values go to the form's own
 * address with `/preview`; the answer is the text to show and what is wrong at which field. A field that nobody has
 * touched yet isn't complained about.
 */

import { send } from "./api.ts";
import { coalesce } from "./coalesce.ts";
import { put } from "./regions.ts";
import { valuesOf } from "./values.ts";

const GAP = 250; // milliseconds

interface Problem {
  field: string;
  message: string;
}

export function startTries(place: HTMLElement): void {
  const form = place.closest("form");
  if (form === null) return;
  const touched = new Set<string>();
  let isSent = false;
  const ask = coalesce(
    GAP,
    async () => {
      if (isSent || form.ariaBusy === "true") return;
      const answer = await send(`${form.getAttribute("action") ?? ""}/preview`, valuesOf(form, null));
      if (!answer.ok) return say(form, [{ field: answer.refusal.field ?? "", message: answer.refusal.message }], touched);
      put(place, String(answer.data.html ?? ""));
      say(form, (answer.data.problems ?? []) as Problem[], touched);
    },
    GAP,
  );
  const changed = (event: Event): void => {
    if (event.target instanceof Element && "name" in event.target) touched.add(String(event.target.name));
    isSent = false;
    ask();
  };
  form.addEventListener("sent", () => (isSent = true));
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("reset", () => {
    touched.clear();
    place.replaceChildren();
  });
}

function say(form: HTMLFormElement, problems: readonly Problem[], touched: ReadonlySet<string>): void {
  for (const place of form.querySelectorAll<HTMLElement>("[data-error]:not([data-error=''])")) {
    const name = place.dataset.error ?? "";
    const found = touched.has(name) ? problems.find((problem) => problem.field === name) : undefined;
    place.textContent = found?.message ?? "";
    for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (found) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}
