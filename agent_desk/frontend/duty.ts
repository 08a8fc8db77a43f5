/**
 * A roster that is filled by pressing its turns: `<table data-duty="/api/duty/UNIT">` of buttons, for whoever is chosen
 * among the radio buttons `person`. Turns that the chosen one is in are shown pressed.
 */

import { send } from "./api.ts";
import { follow } from "./outcome.ts";
import { toast } from "./toast.ts";

export function startDuty(table: HTMLElement): void {
  const show = (): void => mark(table, chosen());
  table.addEventListener("click", (event) => {
    const turn = event.target instanceof Element ? event.target.closest<HTMLElement>("button.turn") : null;
    if (turn) void toggle(table, turn);
  });
  document.addEventListener("change", show);
  document.addEventListener("refreshed", show);
  show();
}

function chosen(): string {
  return document.querySelector<HTMLInputElement>("input[name=person]:checked")?.value ?? "";
}

function mark(table: HTMLElement, person: string): void {
  for (const turn of table.querySelectorAll<HTMLElement>("button.turn")) {
    turn.ariaPressed = String((turn.dataset.people ?? "").split(" ").includes(person));
  }
}

async function toggle(table: HTMLElement, turn: HTMLElement): Promise<void> {
  if (turn.ariaBusy === "true" || chosen() === "") return;
  turn.ariaBusy = "true";
  const wanted = { day: turn.dataset.dayTurn, shift: turn.dataset.shift, account: Number(chosen()) };
  const answer = await send(table.dataset.duty ?? "", wanted);
  turn.ariaBusy = null;
  if (answer.ok) follow({}, "#roster");
  else toast(answer.refusal.message, "bad");
}
