/** What is typed into one field, shown elsewhere as its reader will see it: `<p data-preview="f-public">`. */

export function startPreview(place: HTMLElement): void {
  const field = document.getElementById(place.dataset.preview ?? "");
  const before = place.textContent ?? "";
  if (!(field instanceof HTMLTextAreaElement)) return;
  const show = (): void => {
    place.textContent = field.value.trim() || before;
    place.classList.toggle("faint", field.value.trim() === "");
  };
  field.addEventListener("input", show);
  field.form?.addEventListener("reset", () => setTimeout(show));
  show();
}
