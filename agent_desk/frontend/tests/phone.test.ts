import assert from "node:assert/strict";
import { test } from "node:test";
import { OFF, step, type Effect, type Event, type Phone } from "../phone.ts";

const READY: Phone = { ...OFF, line: "ready", microphone: "granted" };

function after(phone: Phone, ...events: Event[]): [Phone, Effect[]] {
  const done: Effect[] = [];
  for (const event of events) {
    const [next, effects] = step(phone, event);
    phone = next;
    done.push(...effects);
  }
  return [phone, done];
}

const CALL: Event = { type: "invited", caller: "13800000000", placed: false };

test("a call rings, is answered, held, resumed and ended", () => {
  const [phone, effects] = after(
    READY,
    CALL,
    { type: "answer" },
    { type: "established" },
    { type: "hold" },
    { type: "held" },
    { type: "hold" },
    { type: "resumed" },
    { type: "hang-up" },
  );
  assert.deepEqual(effects, ["ring", "silence", "answer", "hold", "resume", "silence", "terminate"]);
  assert.deepEqual(phone, READY);
});

test("a call that the seat asked for answers itself without ringing", () => {
  const [phone, effects] = after(READY, { ...CALL, placed: true });
  assert.equal(phone.call, "answering");
  assert.deepEqual(effects, ["answer"]);
});

test("a page whose telephone another page took is quiet until it asks for it back", () => {
  const [robbed, effects] = after(READY, CALL, { type: "elsewhere" }, { type: "registered" }, { type: "unreachable" });
  assert.deepEqual(effects, ["ring", "silence", "terminate", "disconnect"]);
  assert.equal(robbed.line, "elsewhere");
  const [back, more] = after(robbed, { type: "join" });
  assert.deepEqual([back.line, more], ["joining", ["connect"]]);
});

test("a second call finds the seat busy and leaves the first alone", () => {
  const [talking] = after(READY, CALL, { type: "answer" }, { type: "established" });
  const [phone, effects] = after(talking, { ...CALL, caller: "10086" });
  assert.equal(phone, talking);
  assert.deepEqual(effects, ["busy"]);
});

test("muting ends with the call", () => {
  const [phone, effects] = after(READY, CALL, { type: "answer" }, { type: "established" }, { type: "mute" }, { type: "ended" });
  assert.ok(effects.includes("mute"));
  assert.equal(phone.muted, false);
});

test("a caller who gives up stops the ringing", () => {
  const [phone, effects] = after(READY, CALL, { type: "ended" });
  assert.equal(phone.call, "none");
  assert.deepEqual(effects, ["ring", "silence"]);
});

test("a lost line comes back by itself and keeps the call", () => {
  const [talking] = after(READY, CALL, { type: "answer" }, { type: "established" });
  const [phone] = after(talking, { type: "unreachable" });
  assert.equal(phone.line, "lost");
  assert.equal(phone.call, "talking");
  assert.equal(after(phone, { type: "registered" })[0].line, "ready");
});

test("a password that ended is renewed once, then the refusal stands", () => {
  const [once, effects] = after(READY, { type: "refused" });
  assert.deepEqual([once.line, effects], ["joining", ["renew"]]);
  const [twice, none] = after(once, { type: "refused" });
  assert.deepEqual([twice.line, none], ["refused", []]);
});

test("no order of events leaves the telephone ringing without a call", () => {
  const events: Event[] = [
    CALL,
    { type: "answer" },
    { type: "established" },
    { type: "hang-up" },
    { type: "ended" },
    { type: "hold" },
    { type: "held" },
    { type: "resumed" },
    { type: "mute" },
  ];
  for (const a of events)
    for (const b of events)
      for (const c of events)
        for (const d of events) {
          const [phone, effects] = after(READY, a, b, c, d);
          const sounding = effects.lastIndexOf("ring") > effects.lastIndexOf("silence");
          assert.equal(sounding, phone.call === "ringing");
          if (phone.call === "none") assert.deepEqual(phone, READY);
        }
});
