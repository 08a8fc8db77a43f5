/** `<button data-wall-switch>` turns the page into a wall screen; Escape, or the button again, turns it back. */

export function startWallSwitch(button: HTMLElement): void {
  button.addEventListener("click", () => turn(!("wall" in document.documentElement.dataset)));
  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement === null) turn(false);
  });
}

function turn(on: boolean): void {
  document.documentElement.toggleAttribute("data-wall", on);
  if (on) void document.documentElement.requestFullscreen?.().catch(() => undefined);
  else if (document.fullscreenElement) void document.exitFullscreen();
}
