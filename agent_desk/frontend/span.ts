/** Spans of time as short words. Pure: the words and the span are given. */

export type Say = (key: string, values?: Record<string, string | number>) => string;
export type Colour = "green" | "amber" | "red";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `4:05`, `1:02:09`: for what is counted in seconds. */
export function ticking(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const pair = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${pair(Math.floor(seconds / 60) % 60)}:${pair(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0/, "");
}

/** `2 d 3 h`, `3 h 20 min`, and below an hour the ticking form. */
export function short(milliseconds: number, say: Say): string {
  if (milliseconds < HOUR) return ticking(milliseconds);
  const days = Math.floor(milliseconds / DAY);
  const hours = Math.floor((milliseconds % DAY) / HOUR);
  if (days > 0) return say(hours > 0 ? "span.days_hours" : "span.days", { days, hours });
  return say("span.hours_minutes", { hours, minutes: Math.floor((milliseconds % HOUR) / MINUTE) });
}

/** What a clock says at `now`: its words and its colour. `amber` is when it begins to warn; times in milliseconds. */
export function reading(now: number, due: number, amber: number, say: Say): { text: string; colour: Colour } {
  if (now >= due) return { text: say("clock.over", { span: short(now - due, say) }), colour: "red" };
  const text = say("clock.left", { span: short(due - now, say) });
  return { text, colour: now >= amber ? "amber" : "green" };
}
