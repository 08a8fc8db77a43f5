/** `<a data-goto href="#f-public">`: goes into the field, not only to it. */

export function startGoTo(link: HTMLElement): void {
  link.addEventListener("click", (event) => {
    const field = document.querySelector<HTMLElement>(link.getAttribute("href") ?? "");
    if (field === null) return;
    event.preventDefault();
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center", behavior: "smooth" });
  });
}
