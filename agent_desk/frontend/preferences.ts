/** The reader's choice of language and colours. Colours change at once; another language needs the page again. */

import { send } from "./api.ts";
import { loggedIn } from "./page.ts";
import { toast } from "./toast.ts";

const THEMES = ["auto", "light", "dark"];

/** `<button data-theme-switch>`: automatic, light, dark, and round again. */
export function startThemeSwitch(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "auto") + 1) % THEMES.length] ?? "auto";
    root.dataset.theme = next;
    document.dispatchEvent(new Event("themechange"));
    if (loggedIn) void send("/api/preferences", { theme: next });
  });
}

/** `<a data-language="en" href="/language/en?next=…">`: remembered with the person where one is logged in. */
export function startLanguageSwitch(link: HTMLElement): void {
  if (!loggedIn) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    void choose(link.dataset.language ?? "");
  });
}

async function choose(language: string): Promise<void> {
  const answer = await send("/api/preferences", { language });
  if (answer.ok) location.reload();
  else toast(answer.refusal.message, "bad");
}
