import assert from "node:assert/strict";
import { test } from "node:test";
import { chordOf, type Pressed } from "../chord.ts";

const NONE: Pressed = { key: "", code: "", altKey: false, ctrlKey: false, metaKey: false, shiftKey: false };

test("keys are written as aria-keyshortcuts writes them", () => {
  assert.equal(chordOf({ ...NONE, key: "å", code: "KeyA", altKey: true }), "Alt+A");
  assert.equal(chordOf({ ...NONE, key: "Enter", code: "Enter", ctrlKey: true }), "Control+Enter");
  assert.equal(chordOf({ ...NONE, key: "Enter", code: "Enter", metaKey: true }), "Control+Enter");
  assert.equal(chordOf({ ...NONE, key: "F2", code: "F2" }), "F2");
  assert.equal(chordOf({ ...NONE, key: "Alt", code: "AltLeft", altKey: true }), null);
});
