/**
 * The softphone on the page: `<section data-softphone>` with buttons `data-phone="answer|hang-up|hold|mute|join"`.
 * It shows its state in the element's dataset (line, call, microphone, muted, packetsIn, packetsOut), and tells the
 * server every few seconds whether this seat can take a call.
 */

import { send } from "./api.ts";
import { pause } from "./backoff.ts";
import { onWord, tell } from "./live.ts";
import { Ear } from "./microphone.ts";
import { OFF, step, type Effect, type Event, type Phone } from "./phone.ts";
import { countersOf, levelOf, type Counters } from "./quality.ts";
import * as ringtone from "./ringtone.ts";
import { hold } from "./sole.ts";
import { Sip, type Credentials } from "./sip.ts";
import { toast } from "./toast.ts";
import { say } from "./words.ts";

const BEAT = 5000; // a hidden tab's timers slow down, so it also beats whenever the server speaks
const LOOK_AT_SOUND = 1000;
const SILENT: Counters = { packetsIn: 0, packetsOut: 0, lost: 0, jitter: 0 };
const TITLE = document.title;

/** Makes `panel` a telephone. */
export function startSoftphone(panel: HTMLElement): void {
  const phone = new Softphone(panel);
  phone.start();
}

class Softphone {
  private phone: Phone = OFF;
  private counters = SILENT;
  private attempt = 0;
  private isSole = false;
  private readonly speaker = new Audio();
  private readonly ear = new Ear((state) => this.take({ type: "microphone", state }));
  private readonly sip = new Sip(
    (event) => this.take(event),
    (stream) => (this.speaker.srcObject = stream),
  );
  private readonly effects: Record<Effect, () => void> = {
    connect: () => void this.connect(),
    renew: () => void this.connect(),
    disconnect: () => this.sip.disconnect(),
    ring: ringtone.ring,
    silence: ringtone.silence,
    answer: () => this.sip.answer(this.ear.stream),
    busy: () => undefined, // refused where it came in
    terminate: () => this.sip.terminate(),
    hold: () => this.sip.hold(),
    resume: () => this.sip.resume(),
    mute: () => this.sip.mute(true),
    unmute: () => this.sip.mute(false),
  };

  constructor(private readonly panel: HTMLElement) {}

  start(): void {
    this.speaker.autoplay = true;
    ringtone.prepare();
    this.panel.addEventListener("click", (event) => this.pressed(event.target));
    this.panel.addEventListener("join", () => void this.join());
    this.panel.addEventListener("leave", () => this.take({ type: "leave" }));
    setInterval(() => this.beat(), BEAT);
    onWord(() => this.beat());
    setInterval(() => void this.look(), LOOK_AT_SOUND);
    document.addEventListener("visibilitychange", () => this.beat());
    addEventListener("beforeunload", (event) => this.phone.call !== "none" && event.preventDefault());
    this.show();
    addEventListener("pagehide", () => this.sip.disconnect()); // who talks hears at once that nobody is there
    if ("join" in this.panel.dataset) void this.join();
  }

  private pressed(target: EventTarget | null): void {
    const button = target instanceof Element ? target.closest<HTMLElement>("[data-phone]") : null;
    const type = button?.dataset.phone;
    if (type === "answer" || type === "hang-up" || type === "hold" || type === "mute") {
      this.take({ type });
    }
    if (type === "join") void this.join();
    if (type === "microphone") void this.ear.open();
  }

  private take(event: Event): void {
    const before = this.phone;
    const [after, effects] = step(before, event);
    this.phone = after;
    for (const effect of effects) this.effects[effect]();
    if (after === before) return;
    this.show();
    if (before.line !== after.line || before.microphone !== after.microphone) this.beat();
  }

  /** A second page of the same seat waits until somebody asks for the telephone there. */
  private async join(): Promise<void> {
    const lost = (): void => {
      this.isSole = false;
      this.take({ type: "elsewhere" });
    };
    this.isSole ||= await hold("softphone", this.phone.line === "elsewhere", lost);
    this.take({ type: this.isSole ? "join" : "elsewhere" });
  }

  private async connect(): Promise<void> {
    void this.ear.open();
    const answer = await send("/api/desk/session");
    if (answer.ok) {
      this.attempt = 0;
      this.sip.connect(answer.data as unknown as Credentials);
    } else if (answer.status === 0 || answer.status >= 500) {
      this.take({ type: "unreachable" });
      setTimeout(() => this.phone.line === "lost" && void this.connect(), pause(this.attempt++, Math.random()));
    } else {
      toast(answer.refusal.message, "bad");
      this.take({ type: "refused" });
    }
  }

  private show(): void {
    const { line, call, microphone, muted, caller } = this.phone;
    Object.assign(this.panel.dataset, { line, call, microphone, muted: String(muted) });
    this.write("[data-phone-state]", say(`phone.${call === "none" ? line : call}`));
    this.write("[data-phone-caller]", caller);
    this.write("[data-phone-warning]", microphone === "denied" ? say("phone.no_microphone") : "");
    for (const [name, on] of [["mute", muted], ["hold", call === "held"]] as const) {
      this.panel.querySelector(`[data-phone="${name}"]`)?.setAttribute("aria-pressed", String(on));
    }
    this.panel.dispatchEvent(new CustomEvent("phone", { bubbles: true, detail: this.phone }));
    document.title = call === "ringing" ? `☎ ${say("phone.ringing")} ${caller}` : TITLE;
  }

  private write(selector: string, text: string): void {
    const place = this.panel.querySelector<HTMLElement>(selector);
    if (place === null) return;
    place.textContent = text;
    place.hidden = text === "";
  }

  private beat(): void {
    tell({
      seat: {
        registered: this.phone.line === "ready",
        microphone: this.phone.microphone === "granted",
        visible: !document.hidden,
      },
    });
  }

  private async look(): Promise<void> {
    const report = await this.sip.stats();
    if (report === null) {
      this.counters = SILENT;
      return;
    }
    const entries: Record<string, unknown>[] = [];
    report.forEach((entry: Record<string, unknown>) => entries.push(entry));
    const now = countersOf(entries);
    const level = String(levelOf(this.counters, now));
    this.counters = now;
    Object.assign(this.panel.dataset, { packetsIn: String(now.packetsIn), packetsOut: String(now.packetsOut) });
    const meter = this.panel.querySelector<HTMLElement>(".quality");
    if (meter) {
      meter.dataset.level = level;
      meter.setAttribute("aria-label", say(`quality.${level}`));
    }
  }
}
