/**
 * Handing in files: chosen, dropped or pasted into `<form data-evidence action=…>`, each is sent by itself, a picture
 * with a small one of its own. What can't be kept is said by name; the others go on.
 */

import { upload } from "./api.ts";
import { follow } from "./outcome.ts";
import { toast } from "./toast.ts";

const SMALL = 192; // pixels of a thumbnail's longer side: twice what is shown, for dense screens

export function startEvidence(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  input?.addEventListener("change", () => {
    void handIn(form, [...(input.files ?? [])]);
    input.value = "";
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.dataset.over = "";
  });
  form.addEventListener("dragleave", () => delete form.dataset.over);
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    delete form.dataset.over;
    void handIn(form, [...(event.dataTransfer?.files ?? [])]);
  });
  const pasted = (event: ClipboardEvent): void => {
    if (!form.isConnected) return document.removeEventListener("paste", pasted);
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void handIn(form, files);
  };
  document.addEventListener("paste", pasted);
}

async function handIn(form: HTMLFormElement, files: readonly File[]): Promise<void> {
  if (files.length === 0 || form.ariaBusy === "true") return;
  const progress = form.querySelector("progress");
  form.ariaBusy = "true";
  let done = 0;
  for (const [number, file] of files.entries()) {
    if (progress) [progress.hidden, progress.max, progress.value] = [false, files.length, number];
    if (await sent(form, file)) done += 1;
  }
  form.ariaBusy = null;
  if (progress) progress.hidden = true;
  if (done === 0) return;
  follow({ message: (form.dataset.done ?? "").replace("{count}", String(done)) }, form.dataset.refresh);
}

async function sent(form: HTMLFormElement, file: File): Promise<boolean> {
  if (file.size > Number(form.dataset.largest)) {
    toast((form.dataset.tooLarge ?? "").replace("{name}", file.name), "bad");
    return false;
  }
  const values = new FormData();
  const audience = new FormData(form).get("audience");
  values.append("audience", typeof audience === "string" ? audience : "");
  values.append("file", file);
  const small = await thumbnail(file);
  if (small) values.append("thumbnail", small, "thumbnail");
  const answer = await upload(form.getAttribute("action") ?? "", values);
  if (!answer.ok) toast(`${file.name}: ${answer.refusal.message}`, "bad");
  return answer.ok;
}

/** A small picture of a picture; null for what the browser can't draw. */
async function thumbnail(file: File): Promise<Blob | null> {
  if (!file.type.startsWith("image/")) return null;
  try {
    const whole = await createImageBitmap(file);
    const scale = Math.min(1, SMALL / Math.max(whole.width, whole.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    canvas.getContext("2d")?.drawImage(whole, 0, 0, canvas.width, canvas.height);
    return await new Promise((made) => canvas.toBlob(made, "image/jpeg", 0.8));
  } catch {
    return null;
  }
}
