/** Choosing everything in a list at once: `<input type="checkbox" data-all="chosen">` for all boxes of that name. */

export function startChooseAll(all: HTMLElement): void {
  if (!(all instanceof HTMLInputElement)) return;
  const boxes = (): HTMLInputElement[] => [
    ...document.querySelectorAll<HTMLInputElement>(`input[name="${CSS.escape(all.dataset.all ?? "")}"]`),
  ];
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
}
