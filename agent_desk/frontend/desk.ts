/** The desk: what is shown in its middle, and what happens there when a call comes, is answered, or is over. */

import { Writing, type Caller } from "./writing.ts";
import { startPlace } from "./place.ts";
import { startRepeats } from "./repeats.ts";
import { startSeat } from "./seat.ts";
import { startSuggestions } from "./suggestions.ts";

const TO_DO = new Set(["opened", "review", "replied", "revisit"]);

export function startDesk(desk: HTMLElement): void {
  const form = desk.querySelector<HTMLFormElement>("#ticket-form");
  const work = desk.querySelector<HTMLElement>("#work");
  const ticket = desk.querySelector<HTMLElement>("#ticket");
  const bar = desk.querySelector<HTMLElement>(".seat-bar");
  if (form && work && ticket && bar) new Desk(desk, form, work, ticket).start(bar);
}

class Desk {
  private readonly writing: Writing;
  private call: string | null = null;

  constructor(
    private readonly desk: HTMLElement,
    private readonly form: HTMLFormElement,
    private readonly work: HTMLElement,
    private readonly ticket: HTMLElement,
  ) {
    this.writing = new Writing(form);
  }

  start(bar: HTMLElement): void {
    this.writing.start();
    startPlace(this.form);
    startSuggestions(this.form);
    startRepeats(this.form);
    startSeat(bar);
    bar.addEventListener("phone", (event) => this.phoneChanged((event as CustomEvent<{ call: string }>).detail.call));
    this.desk.addEventListener("click", (event) => this.pressed(event.target));
    this.form.addEventListener("sent", (event) => this.saved((event as CustomEvent<{ id: number }>).detail.id));
    this.ticket.addEventListener("refreshed", () => this.show("ticket"));
    this.desk.querySelector("#call")?.addEventListener("refreshed", () => this.look());
    this.look();
  }

  /** Looks at the card: a caller fills the form, a call to a citizen opens the ticket that it is about. */
  private look(): void {
    const card = this.desk.querySelector<HTMLElement>("#call-card")?.dataset ?? {};
    const call = card.call ?? "";
    const isNew = call !== this.call;
    this.call = call;
    this.writing.meet(call && card.direction === "in" ? callerOf(card) : null);
    if (isNew && call && card.ticket) this.open(card.ticket);
    else if (isNew && (call || !this.hasSomethingToDo())) this.show("form");
  }

  private pressed(target: EventTarget | null): void {
    if (!(target instanceof Element)) return;
    const task = target.closest<HTMLElement>("[data-task]")?.dataset.task;
    if (task) this.open(task);
    if (target.closest("#new-ticket")) {
      this.show("form");
      this.form.querySelector<HTMLElement>("[name=content]")?.focus();
    }
  }

  private saved(id: number): void {
    this.writing.next();
    this.open(String(id));
  }

  /** Asks for a ticket; it is shown when it is there. */
  private open(id: string): void {
    const source = `/desk/tickets/${id}`;
    if (this.ticket.dataset.src !== source) this.ticket.replaceChildren();
    this.ticket.dataset.src = source;
    this.work.dataset.wants = "ticket";
    this.ticket.dispatchEvent(new Event("refresh"));
  }

  private show(what: "form" | "ticket"): void {
    if (what === "form") this.work.dataset.wants = "form";
    else if (this.work.dataset.wants !== "ticket") return;
    const before = this.work.dataset.shows;
    this.work.dataset.shows = what;
    const lost = document.activeElement === document.body || before !== what;
    if (what === "ticket" && lost) this.ticket.querySelector<HTMLElement>("[data-first]")?.focus();
  }

  private hasSomethingToDo(): boolean {
    const body = this.ticket.querySelector<HTMLElement>("#ticket-body");
    return this.work.dataset.shows === "ticket" && TO_DO.has(body?.dataset.state ?? "");
  }

  private phoneChanged(call: string): void {
    const talks = call === "talking" && this.desk.dataset.phone !== "talking";
    this.desk.dataset.phone = call;
    const shown = this.work.dataset.shows === "form" && !this.form.contains(document.activeElement);
    if (talks && shown) this.form.querySelector<HTMLElement>("[name=content]")?.focus();
  }
}

function callerOf(card: DOMStringMap): Caller {
  const { call = "", line = "", number = "", name = "", place = "", area = "", areaName = "" } = card;
  return { call, line, number, name, place, area, areaName };
}
