import assert from "node:assert/strict";
import { test } from "node:test";
import { reading, short, ticking } from "../span.ts";

const say = (key: string, values: Record<string, string | number> = {}): string =>
  [key, ...Object.values(values)].join(" ");
const HOUR = 3_600_000;

test("seconds tick, hours join in when there are any", () => {
  assert.equal(ticking(5_000), "0:05");
  assert.equal(ticking(65_999), "1:05");
  assert.equal(ticking(754_000), "12:34");
  assert.equal(ticking(3_729_000), "1:02:09");
  assert.equal(ticking(-1), "0:00");
});

test("long spans are told in their two largest parts", () => {
  assert.equal(short(51 * HOUR, say), "span.days_hours 2 3");
  assert.equal(short(48 * HOUR, say), "span.days 2 0");
  assert.equal(short(1.5 * HOUR, say), "span.hours_minutes 1 30");
});

test("a clock is green, then amber, then red at the very moment", () => {
  assert.equal(reading(0, 100, 80, say).colour, "green");
  assert.equal(reading(80, 100, 80, say).colour, "amber");
  assert.deepEqual(reading(100, 100, 80, say), { text: "clock.over 0:00", colour: "red" });
});
