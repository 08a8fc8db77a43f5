/**
 * Words that are there already, put into a field: `<select data-template="f-public">` of whole texts, and
 * `<button data-take="#reply-of-7" data-into="f-public">` for what somebody else wrote. What is left open in them
 * (【…】) is selected, so that typing fills it in.
 */

export function startTemplates(select: HTMLElement): void {
  if (!(select instanceof HTMLSelectElement)) return;
  select.addEventListener("change", () => {
    const field = document.getElementById(select.dataset.template ?? "");
    if (field instanceof HTMLTextAreaElement && select.value !== "") put(field, select.value);
    select.value = "";
  });
}

export function startTake(button: HTMLElement): void {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.into ?? "");
    const words = document.querySelector(button.dataset.take ?? "")?.textContent ?? "";
    if (field instanceof HTMLTextAreaElement) put(field, words.trim());
  });
}

/** Puts `words` where the cursor is; what stands there already stays. */
function put(field: HTMLTextAreaElement, words: string): void {
  const before = field.value.slice(0, field.selectionStart);
  const from = before.length + (before === "" || before.endsWith("\n") ? 0 : 1);
  field.setRangeText((from > before.length ? "\n" : "") + words, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  const gap = /【[^】]*】/.exec(field.value.slice(from));
  if (gap) field.setSelectionRange(from + gap.index, from + gap.index + gap[0].length);
}
