/** Finds the area that an address speaks of, unless somebody chose one by hand. */

import { read } from "./api.ts";
import { setCombobox } from "./combobox.ts";
import { fieldOf, valueOf } from "./fields.ts";

const TYPING_PAUSE = 300;

export function startPlace(form: HTMLFormElement): void {
  const area = form.querySelector<HTMLElement>('[data-combobox="area"]');
  if (area === null) return;
  let byHand = false;
  let timer = 0;
  const look = (): void => {
    clearTimeout(timer);
    if (!byHand) timer = window.setTimeout(() => void find(form, area), TYPING_PAUSE);
  };
  area.addEventListener("chosen", () => (byHand = true));
  form.addEventListener("reset", () => (byHand = false));
  fieldOf(form, "place").addEventListener("input", look);
  fieldOf(form, "content").addEventListener("input", () => {
    if (fieldOf(form, "place").value.trim() === "") look();
  });
}

async function find(form: HTMLFormElement, area: HTMLElement): Promise<void> {
  const text = fieldOf(form, "place").value.trim() || fieldOf(form, "content").value.trim();
  if (text === "") return;
  const answer = await read(`/api/place?q=${encodeURIComponent(text)}`);
  if (!answer.ok || !answer.data.word || answer.data.area === valueOf(form, "area")) return;
  setCombobox(area, String(answer.data.area), String(answer.data.label));
  area.dispatchEvent(new Event("change", { bubbles: true }));
}
