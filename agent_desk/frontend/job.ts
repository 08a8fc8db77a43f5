/** Long jobs: a bar that fills while the worker works, and words for how it ended. */

import { read } from "./api.ts";
import { follow } from "./outcome.ts";

const EVERY = 700; // milliseconds between two askings

/**
 * Makes `bar` watch whatever job is started by the button or form that names it: `<button data-job="#id">`. A region
 * that it refreshes may show what the job found: `data-of-job` is where, with `{job}` in the place of its name.
 */
export function startJob(bar: HTMLElement): void {
  const own = document.querySelectorAll<HTMLElement>(`[data-job="#${bar.id}"]`);
  for (const starter of own) {
    starter.addEventListener("sent", (event) => {
      const { job } = (event as CustomEvent<{ job?: string }>).detail;
      if (job) void watch(bar, job);
    });
  }
  if (bar.dataset.watchJob) void watch(bar, bar.dataset.watchJob); // one that was under way when the page came
}

async function watch(bar: HTMLElement, job: string): Promise<void> {
  bar.dataset.watching = job;
  bar.hidden = false;
  bar.classList.remove("good", "bad");
  const running = bar.dataset.running ?? words(bar).textContent ?? "";
  bar.dataset.running = running;
  words(bar).textContent = running;
  while (bar.dataset.watching === job) {
    const answer = await read(`/api/jobs/${encodeURIComponent(job)}`);
    const state = answer.ok ? String(answer.data.state) : "failed";
    if (answer.ok) show(bar, Number(answer.data.done), Number(answer.data.of));
    if (state === "done" || state === "failed") {
      if (state === "done") aim(bar, job);
      end(bar, state === "done", answer.ok ? (answer.data.result as Record<string, unknown>) : {});
      return;
    }
    await new Promise((later) => setTimeout(later, EVERY));
  }
}

function aim(bar: HTMLElement, job: string): void {
  for (const region of document.querySelectorAll<HTMLElement>(bar.dataset.refresh || ":not(*)")) {
    if (region.dataset.ofJob) region.dataset.src = region.dataset.ofJob.replace("{job}", encodeURIComponent(job));
  }
}

function show(bar: HTMLElement, done: number, of: number): void {
  const line = bar.querySelector("progress");
  const share = bar.querySelector("[data-share]");
  if (line === null || of <= 0) return;
  line.max = of;
  line.value = done;
  if (share) share.textContent = `${Math.floor((100 * done) / of)} %`;
}

function end(bar: HTMLElement, well: boolean, result: Record<string, unknown>): void {
  const line = bar.querySelector("progress");
  if (line) line.value = line.max;
  bar.classList.toggle("good", well);
  bar.classList.toggle("bad", !well);
  const said = (well ? bar.dataset.done : bar.dataset.failed) ?? "";
  words(bar).textContent = said.replace(/\{(\w+)\}/g, (whole, name: string) => String(result[name] ?? whole));
  bar.dispatchEvent(new CustomEvent("ended", { bubbles: true, detail: result }));
  follow(result, bar.dataset.refresh);
}

function words(bar: HTMLElement): HTMLElement {
  return bar.querySelector<HTMLElement>("[data-words]") ?? bar;
}
