/**
 * What an agent asks for the seat: `<button data-seat="ready|paused|away">`. Only a seat whose telephone is registered
 * and whose microphone is granted may become ready, so a wish to be ready first sees to both.
 */

import { send } from "./api.ts";
import { toast } from "./toast.ts";
import { say } from "./words.ts";

const PATIENCE = 8000; // milliseconds for the telephone to register

export function startSeat(bar: HTMLElement): void {
  const phone = bar.querySelector<HTMLElement>("[data-softphone]");
  bar.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-seat]") : null;
    if (button && phone && button.ariaBusy !== "true") void ask(button, phone);
  });
}

async function ask(button: HTMLElement, phone: HTMLElement): Promise<void> {
  button.closest<HTMLElement>("[popover]")?.hidePopover();
  button.ariaBusy = "true";
  const { seat: state, reason } = button.dataset;
  if (state === "ready" && !(await becomesFit(phone))) toast(say("seat.unfit"), "bad");
  else await wish(reason ? { state, reason } : { state }, phone);
  button.ariaBusy = null;
}

async function wish(wanted: { state: string | undefined; reason?: string }, phone: HTMLElement): Promise<void> {
  const answer = await send("/api/desk/seat", wanted);
  if (!answer.ok) toast(answer.refusal.message, "bad");
  else if (wanted.state === "away") phone.dispatchEvent(new Event("leave"));
}

function isFit(phone: HTMLElement): boolean {
  return phone.dataset.line === "ready" && phone.dataset.microphone === "granted";
}

/** Whether the telephone is fit for calls, or becomes so in time. A microphone that was refused won't. */
function becomesFit(phone: HTMLElement): Promise<boolean> {
  if (isFit(phone) || phone.dataset.microphone === "denied") return Promise.resolve(isFit(phone));
  phone.dispatchEvent(new Event("join"));
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      phone.removeEventListener("phone", look);
      resolve(isFit(phone));
    };
    const look = (): void => {
      if (isFit(phone)) settle();
    };
    const timer = setTimeout(settle, PATIENCE);
    phone.addEventListener("phone", look);
  });
}
