import assert from "node:assert/strict";
import { test } from "node:test";
import { countersOf, levelOf } from "../quality.ts";

const NOTHING = { packetsIn: 0, packetsOut: 0, lost: 0, jitter: 0 };

test("only sound is counted", () => {
  const counters = countersOf([
    { type: "inbound-rtp", kind: "audio", packetsReceived: 50, packetsLost: 1, jitter: 0.004 },
    { type: "outbound-rtp", kind: "audio", packetsSent: 49 },
    { type: "inbound-rtp", kind: "video", packetsReceived: 900 },
    { type: "candidate-pair" },
  ]);
  assert.deepEqual(counters, { packetsIn: 50, packetsOut: 49, lost: 1, jitter: 0.004 });
});

test("silence, loss and jitter lower the level", () => {
  const heard = { ...NOTHING, packetsIn: 50 };
  assert.equal(levelOf(NOTHING, NOTHING), 0);
  assert.equal(levelOf(NOTHING, heard), 3);
  assert.equal(levelOf(NOTHING, { ...heard, lost: 1 }), 2);
  assert.equal(levelOf(NOTHING, { ...heard, lost: 10 }), 1);
  assert.equal(levelOf(NOTHING, { ...heard, jitter: 0.1 }), 1);
});
