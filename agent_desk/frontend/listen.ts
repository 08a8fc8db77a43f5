/** Listening to a sound: `<button data-listen="/city/sounds/cmn/welcome">`. Pressed again, it is quiet. */

import { toast } from "./toast.ts";

let playing: { button: HTMLElement; sound: HTMLAudioElement } | null = null;

export function startListen(button: HTMLElement): void {
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const own = playing?.button === button;
    stop();
    if (!own) void play(button);
  });
}

async function play(button: HTMLElement): Promise<void> {
  const sound = new Audio(button.dataset.listen);
  playing = { button, sound };
  button.setAttribute("aria-pressed", "true");
  sound.addEventListener("ended", stop);
  try {
    await sound.play();
  } catch {
    if (playing?.sound !== sound) return;
    stop();
    toast(button.dataset.silent ?? "", "plain");
  }
}

function stop(): void {
  playing?.sound.pause();
  playing?.button.setAttribute("aria-pressed", "false");
  playing = null;
}
