/** Parts of the page that follow the journal: whoever names a topic here hears when it changed. */

import { Link, type Change } from "./socket.ts";
import { hideLost, showLost } from "./lost.ts";

type Hear = (change: Change | null) => void;

const followers = new Map<string, Set<Hear>>();
const everything = new Set<(change: Change) => void>();
const listeners = new Set<() => void>();
let link: Link | null = null;

/** Calls `hear` on each change of one of `topics`; with null after a reconnection that may have dropped some. */
export function follow(topics: readonly string[], hear: Hear): () => void {
  const fresh = topics.filter((topic) => !followers.has(topic));
  for (const topic of topics) followers.set(topic, (followers.get(topic) ?? new Set()).add(hear));
  if (fresh.length > 0) link?.open();
  return () => topics.forEach((topic) => followers.get(topic)?.delete(hear));
}

/** Calls `hear` on every change that this page is told of. */
export function overhear(hear: (change: Change) => void): void {
  everything.add(hear);
}

/** Calls `hear` whenever the server says anything, at least every ten seconds, in a hidden tab too. */
export function onWord(hear: () => void): void {
  listeners.add(hear);
}

/** Tells the server something through the same connection. */
export function tell(message: object): void {
  link?.tell(message);
}

/** Opens the connection. To be called once, after the page's parts have named their topics. */
export function start(): void {
  link = new Link(() => [...followers.keys()], { changed, connected, lost: showLost, heard });
  link.open();
}

function heard(): void {
  for (const hear of listeners) hear();
}

function changed(change: Change): void {
  const hearers = new Set(change.topics.flatMap((topic) => [...(followers.get(topic) ?? [])]));
  for (const hear of hearers) hear(change);
  for (const hear of everything) hear(change);
}

function connected(resumed: boolean): void {
  hideLost();
  document.body.dataset.live = "on";
  if (!resumed) return;
  const hearers = new Set([...followers.values()].flatMap((some) => [...some]));
  for (const hear of hearers) hear(null);
}
