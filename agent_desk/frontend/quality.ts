/** How well a call is heard, from the browser's own counters. Pure arithmetic over two of its reports. */

export interface Counters {
  packetsIn: number;
  packetsOut: number;
  lost: number;
  /** seconds */
  jitter: number;
}

export type Level = 0 | 1 | 2 | 3;

/** The counters of all sound in one report of RTCPeerConnection.getStats(). */
export function countersOf(report: Iterable<Record<string, unknown>>): Counters {
  const sum: Counters = { packetsIn: 0, packetsOut: 0, lost: 0, jitter: 0 };
  for (const entry of report) {
    if (entry.kind !== "audio") continue;
    if (entry.type === "inbound-rtp") {
      sum.packetsIn += Number(entry.packetsReceived ?? 0);
      sum.lost += Number(entry.packetsLost ?? 0);
      sum.jitter = Math.max(sum.jitter, Number(entry.jitter ?? 0));
    }
    if (entry.type === "outbound-rtp") sum.packetsOut += Number(entry.packetsSent ?? 0);
  }
  return sum;
}

/** 3 is good, 2 can be heard, 1 is bad, 0 is silence; from what came between two reports. */
export function levelOf(before: Counters, after: Counters): Level {
  const came = after.packetsIn - before.packetsIn;
  if (came <= 0) return 0;
  const missing = Math.max(0, after.lost - before.lost) / (came + Math.max(0, after.lost - before.lost));
  if (missing > 0.05 || after.jitter > 0.06) return 1;
  return missing > 0.01 || after.jitter > 0.03 ? 2 : 3;
}
