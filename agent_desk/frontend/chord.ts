/** The keys of an event in the way that `aria-keyshortcuts` writes them. Pure. */

export interface Pressed {
  key: string;
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

const MODIFIERS = new Set(["Alt", "Control", "Meta", "Shift"]);

/** `Alt+A`, `Control+Enter`, `F2`; null while only a modifier is down. */
export function chordOf(event: Pressed): string | null {
  if (MODIFIERS.has(event.key)) return null;
  const parts = [
    event.ctrlKey || event.metaKey ? "Control" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey ? "Shift" : "",
    nameOf(event),
  ];
  return parts.filter(Boolean).join("+");
}

/** With Alt down some layouts type other letters, so the key's place counts there. */
function nameOf(event: Pressed): string {
  const place = /^(?:Key|Digit)(.)$/.exec(event.code);
  if (place?.[1]) return place[1];
  return event.key.length === 1 ? event.key.toUpperCase() : event.key;
}
