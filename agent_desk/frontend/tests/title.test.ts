import assert from "node:assert/strict";
import { test } from "node:test";
import { titleFor } from "../title.ts";

const say = (key: string, values: Record<string, string | number> = {}): string =>
  key === "desk.title" ? `About ${values.matter}` : `${values.matter} at ${values.place}`;
const NOTHING = { place: "", area: "", matter: "", content: "" };

test("without a matter, the citizen's words begin the title", () => {
  assert.equal(titleFor({ ...NOTHING, content: " 路灯坏了。晚上很黑" }, say), "路灯坏了");
  assert.equal(titleFor(NOTHING, say), "");
});

test("long words are cut, and say so", () => {
  const title = titleFor({ ...NOTHING, content: "长".repeat(200) }, say);
  assert.equal(title.length, 60);
  assert.ok(title.endsWith("…"));
});

test("a matter is named with its place, or with the area where the address is long", () => {
  assert.equal(titleFor({ ...NOTHING, matter: "Noise" }, say), "About Noise");
  assert.equal(titleFor({ ...NOTHING, matter: "Noise", place: "West Street" }, say), "Noise at West Street");
  const far = { ...NOTHING, matter: "Noise", place: "x".repeat(40), area: "Zumiao" };
  assert.equal(titleFor(far, say), "Noise at Zumiao");
});
