/** The start page's test call: says under the form how far the call that it asked for has come. */

import { read } from "./api.ts";

const EVERY = 700; // milliseconds between two askings

/** `<form data-try-call>` around an element `data-progress` that carries the words for each state. */
export function startTryCall(form: HTMLElement): void {
  const progress = form.querySelector<HTMLElement>("[data-progress]");
  if (progress === null) return;
  form.addEventListener("sent", (event) => {
    const { job } = (event as CustomEvent<{ job: string }>).detail;
    show(progress, "waiting");
    void watch(progress, job);
  });
}

async function watch(progress: HTMLElement, job: string): Promise<void> {
  progress.dataset.job = job;
  while (progress.dataset.job === job) {
    await new Promise((later) => setTimeout(later, EVERY));
    const answer = await read(`/api/demo/call/${encodeURIComponent(job)}`);
    const state = answer.ok ? String(answer.data.state) : "failed";
    if (progress.dataset.job !== job) return;
    show(progress, state, answer.ok ? String(answer.data.words ?? "") : "");
    if (state === "done" || state === "failed") return;
  }
}

function show(progress: HTMLElement, state: string, words = ""): void {
  progress.hidden = false;
  progress.classList.toggle("good", state === "done");
  progress.classList.toggle("bad", state === "failed");
  progress.textContent = [progress.dataset[state] ?? "", words].filter(Boolean).join(" ");
}
