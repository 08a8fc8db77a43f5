/** `<button data-open="return-dialog">` opens a `<dialog>`; `data-close` within one closes it. */

export function startOpener(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const dialog = document.getElementById(button.dataset.open ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  });
}

export function startCloser(button: HTMLElement): void {
  button.addEventListener("click", () => button.closest("dialog")?.close());
}
