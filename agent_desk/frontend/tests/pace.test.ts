import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "../backoff.ts";
import { coalesce } from "../coalesce.ts";

test("tries come further apart, up to a bound, and never all at once", () => {
  assert.equal(pause(0, 0), 200);
  assert.ok(pause(1, 0.5) > pause(0, 0.5));
  assert.equal(pause(30, 0), 7_500);
  assert.notEqual(pause(3, 0.1), pause(3, 0.9));
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test("a crowd of wishes is one deed, and those that follow are one later", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let done = 0;
  const wish = coalesce(150, () => {
    done += 1;
    return Promise.resolve();
  });
  for (let i = 0; i < 20; i++) wish();
  await turns();
  assert.equal(done, 1);
  context.mock.timers.tick(149);
  for (let i = 0; i < 20; i++) wish();
  await turns();
  assert.equal(done, 1);
  context.mock.timers.tick(1);
  await turns();
  assert.equal(done, 2);
  context.mock.timers.tick(150);
  await turns();
  assert.equal(done, 2);
});
