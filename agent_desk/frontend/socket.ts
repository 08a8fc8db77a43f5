/** The page's one websocket: it resumes from the last cursor, and says so in words when it is gone. */

import { pause } from "./backoff.ts";
import * as page from "./page.ts";

/** Something in the journal changed; the topics say which parts of the page are older than it. */
export interface Change {
  topics: string[];
  kind: string;
}

interface Message {
  cursor: number;
  events: Change[];
  now?: number;
}

/** The server speaks at least every ten seconds; after this long without a word, the link is dead. */
const SILENCE = 25_000;
const UNKNOWN_PERSON = 4401;

export interface Listener {
  changed(change: Change): void;
  connected(resumed: boolean): void;
  lost(): void;
  heard(): void;
}

export class Link {
  private socket: WebSocket | null = null;
  private cursor = page.cursor;
  private attempt = 0;
  private resumed = false;
  private timer = 0;

  constructor(
    private readonly topics: () => string[],
    private readonly listener: Listener,
  ) {
    addEventListener("online", () => this.open());
    addEventListener("pagehide", () => this.socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  /** Connects, or connects again: an older connection is left behind. */
  open(): void {
    this.forget();
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/ws`);
    this.socket = socket;
    socket.onopen = () => this.greet(socket);
    socket.onmessage = (event) => this.take(JSON.parse(String(event.data)) as Message);
    socket.onclose = (event) => this.closed(event.code);
    this.watchFor(SILENCE, () => this.closed(0));
  }

  /** Says something to the server, unless nobody listens. */
  tell(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private greet(socket: WebSocket): void {
    socket.send(JSON.stringify({ since: this.cursor, watch: this.topics() }));
    this.attempt = 0;
    this.listener.connected(this.resumed);
    this.resumed = true;
  }

  private take(message: Message): void {
    this.watchFor(SILENCE, () => this.closed(0));
    this.cursor = message.cursor;
    if (message.now) page.setServerNow(message.now);
    for (const change of message.events) this.listener.changed(change);
    this.listener.heard();
  }

  private closed(code: number): void {
    this.forget();
    if (code === UNKNOWN_PERSON) {
      location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    this.listener.lost();
    this.watchFor(pause(this.attempt++, Math.random()), () => this.open());
  }

  private forget(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private watchFor(delay: number, then: () => void): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(then, delay);
  }
}
