/** What the page does after something was done: say it, go on, or draw a part again. */

import { toast, type Undo } from "./toast.ts";

/** The answer's own wishes: `next` (a page to go to), `message`, `undo`; `refresh` is a selector of live regions. */
export function follow(data: Record<string, unknown>, refresh?: string): void {
  if (typeof data.message === "string") toast(data.message, "plain", data.undo as Undo | undefined);
  if (typeof data.next === "string") {
    location.assign(data.next);
    return;
  }
  if (!refresh) return;
  for (const region of document.querySelectorAll(refresh)) region.dispatchEvent(new Event("refresh"));
}
