/** How long to wait before the next try: longer each time, and never just as long as everybody else. */

const FIRST = 400;
const LONGEST = 15_000;

/** Milliseconds before try number `attempt` (from 0); `chance` in [0, 1) spreads the crowd over the upper half. */
export function pause(attempt: number, chance: number): number {
  const full = Math.min(LONGEST, FIRST * 2 ** attempt);
  return full / 2 + (full / 2) * chance;
}
