/**
 * One dialog for many rows: `<button data-open="new-password" data-aim="/api/people/7/password" data-about="…">`
 * sends the dialog's form there, and says in it whom it is about.
 */

export function startAim(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const dialog = document.getElementById(button.dataset.open ?? "");
    dialog?.querySelector("form")?.setAttribute("action", button.dataset.aim ?? "");
    const place = dialog?.querySelector("[data-about-here]");
    if (place) place.textContent = button.dataset.about ?? "";
  });
}
