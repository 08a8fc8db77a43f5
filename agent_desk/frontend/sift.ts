/** A field that leaves those items of a list in sight that contain what was typed: `<input data-sift="#units">`. */

export function startSift(field: HTMLElement): void {
  if (!(field instanceof HTMLInputElement)) return;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const item of document.querySelectorAll<HTMLElement>(`${field.dataset.sift ?? ""} > li`)) {
      const chosen = item.querySelector("input[type=checkbox]:checked") !== null;
      item.hidden = !chosen && !(item.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
}
