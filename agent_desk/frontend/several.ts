/** One more field of the same kind: `<button data-one-more>` behind a row of fields that together are a list. */

export function startOneMore(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const last = button.previousElementSibling;
    if (!(last instanceof HTMLInputElement)) return;
    const next = last.cloneNode() as HTMLInputElement;
    next.value = "";
    button.before(next);
    next.focus();
  });
}
