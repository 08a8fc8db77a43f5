/** Short notices at the foot of the page. What can be taken back offers it there. */

import { send } from "./api.ts";
import { say } from "./words.ts";

const STAYS = 6000;
const STAYS_WITH_UNDO = 12_000;

/** How something is taken back: by asking the server, or here on the page. */
export type Undo = { url: string; label?: string } | { back: () => void; label?: string };

/** Shows `text`; `tone` is "plain" or "bad". */
export function toast(text: string, tone: "plain" | "bad" = "plain", undo?: Undo): void {
  const box = document.getElementById("toasts");
  if (box === null || text === "") return;
  const note = document.createElement("div");
  note.className = `toast ${tone}`;
  const words = document.createElement("p");
  words.textContent = text;
  note.append(words);
  if (undo) note.append(button(undo.label ?? say("undo"), () => void takeBack(undo, note)));
  note.append(button("✕", () => note.remove(), say("close")));
  box.append(note);
  if (tone === "plain") setTimeout(() => note.remove(), undo ? STAYS_WITH_UNDO : STAYS);
}

async function takeBack(undo: Undo, note: HTMLElement): Promise<void> {
  note.remove();
  if ("back" in undo) return undo.back();
  const answer = await send(undo.url);
  if (answer.ok) toast(say("undone"));
  else toast(answer.refusal.message, "bad");
}

function button(text: string, press: () => void, label?: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  if (label) made.setAttribute("aria-label", label);
  made.addEventListener("click", press);
  return made;
}
