/** The band that says, in words, that the page may be older than it looks. */

const PATIENCE = 1200; // milliseconds; a connection that comes right back needs no words

let timer = 0;

export function showLost(): void {
  document.body.dataset.live = "lost";
  if (timer === 0) timer = window.setTimeout(() => band()?.removeAttribute("hidden"), PATIENCE);
}

export function hideLost(): void {
  clearTimeout(timer);
  timer = 0;
  band()?.setAttribute("hidden", "");
}

function band(): HTMLElement | null {
  return document.getElementById("lost");
}
