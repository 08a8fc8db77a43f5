/** The words that scripts say, in the reader's language. The page carries them; nothing is written here twice. */

const carried = document.getElementById("words")?.textContent ?? "{}";
const words = JSON.parse(carried) as Record<string, string>;

/** The text named `key`, with its `{names}` filled in; the key itself where the page lacks it. */
export function say(key: string, values: Record<string, string | number> = {}): string {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
