/** Asking the server to do something: one way out, one shape of answer, refusals included. */

import { csrf } from "./page.ts";
import { say } from "./words.ts";

/** Why something was refused: a stable key, words for people, and the field that it is about. */
export interface Refusal {
  key: string;
  message: string;
  field?: string;
}

export type Answer = { ok: true; data: Record<string, unknown> } | { ok: false; status: number; refusal: Refusal };

/** Sends `values` as JSON. Never throws: a server that can't be reached is a refusal too. */
export async function send(path: string, values: unknown = {}, method = "POST"): Promise<Answer> {
  return request(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(values),
  });
}

/** Sends a form that carries files. */
export async function upload(path: string, form: FormData): Promise<Answer> {
  return request(path, { method: "POST", body: form });
}

/** Reads JSON. */
export async function read(path: string, signal: AbortSignal | null = null): Promise<Answer> {
  return request(path, { method: "GET", signal });
}

async function request(path: string, options: RequestInit): Promise<Answer> {
  const headers = new Headers(options.headers);
  headers.set("X-CSRF-Token", csrf);
  headers.set("Accept", "application/json");
  try {
    const response = await fetch(path, { ...options, headers, credentials: "same-origin" });
    const data = await jsonOf(response);
    return response.ok ? { ok: true, data } : { ok: false, status: response.status, refusal: refusalOf(data) };
  } catch {
    return { ok: false, status: 0, refusal: { key: "unreachable", message: say("unreachable") } };
  }
}

async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function refusalOf(data: Record<string, unknown>): Refusal {
  const refusal: Refusal = { key: String(data.key ?? "failed"), message: String(data.message ?? say("failed")) };
  return typeof data.field === "string" ? { ...refusal, field: data.field } : refusal;
}
