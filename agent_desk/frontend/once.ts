/**
 * Something that is told once: `<form data-once="#place">` whose answer carries `once` shows it in that place, with a
 * button to copy it, until the page is left.
 */

export function startOnce(form: HTMLElement): void {
  const place = document.querySelector<HTMLElement>(form.dataset.once ?? "");
  const shown = place?.querySelector<HTMLElement>("[data-shown]");
  if (!place || !shown) return;
  form.addEventListener("sent", (event) => {
    shown.textContent = String((event as CustomEvent<Record<string, unknown>>).detail.once ?? "");
    place.hidden = false;
    place.scrollIntoView({ block: "nearest" });
  });
  place.querySelector("[data-copy]")?.addEventListener("click", () => {
    void navigator.clipboard.writeText(shown.textContent ?? "");
  });
}
