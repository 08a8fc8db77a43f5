/**
 * One dialog for many rows: `<button data-open="new-password" data-aim="/api/people/7/password" data-about="…">`
 * sends the dialog's form there, and says in it whom it is about. `data-fill` is JSON: what its fields begin with.
 */

export function startAim(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const dialog = document.getElementById(button.dataset.open ?? "");
    const form = dialog?.querySelector("form");
    form?.setAttribute("action", button.dataset.aim ?? "");
    const place = dialog?.querySelector("[data-about-here]");
    if (place) place.textContent = button.dataset.about ?? "";
    for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill ?? "{}") as Record<string, string>)) {
      const field = form?.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = value;
    }
  });
}
