/** What the page knew when it was drawn: where it stands in the journal, the time there, and its secret word. */

const body = document.body.dataset;

export const cursor = Number(body.cursor ?? 0);
export const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
export const language = document.documentElement.lang;
export const loggedIn = csrf !== "";

let ahead = body.now ? Number(body.now) - Date.now() : 0;

/** The server's time in milliseconds, whatever this computer's clock says. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** Takes the server's word for what time it is. */
export function setServerNow(at: number): void {
  ahead = at - Date.now();
}
