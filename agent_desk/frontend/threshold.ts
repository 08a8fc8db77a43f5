/**
 * What a threshold would be worth, while it is being typed: `<form data-threshold="/api/...">` with a field `threshold`
 * and an `<output>`. The address answers `{"words", "few"}` to `?threshold=`.
 */

import { read } from "./api.ts";

const TYPING_PAUSE = 150;

export function startThreshold(place: HTMLElement): void {
  const field = place.querySelector<HTMLInputElement>("input[name=threshold]");
  const output = place.querySelector("output");
  if (field === null || output === null) return;
  const before = { words: output.textContent ?? "", few: output.classList.contains("few") };
  let timer = 0;
  let asking: AbortController | null = null;
  const show = (words: string, few: boolean): void => {
    output.textContent = words;
    output.classList.toggle("few", few);
  };
  const ask = async (): Promise<void> => {
    asking?.abort();
    if (field.value === "" || !field.validity.valid) return show(before.words, before.few);
    asking = new AbortController();
    const answer = await read(`${place.dataset.threshold ?? ""}?threshold=${field.value}`, asking.signal);
    if (answer.ok) show(String(answer.data.words), answer.data.few === true);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), TYPING_PAUSE);
  });
}
