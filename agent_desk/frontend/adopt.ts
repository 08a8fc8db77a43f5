/** Wakes up marked elements: each mark has one function, called once for each element that bears it. */

type Wake = (element: HTMLElement) => void;

const marks = new Map<string, Wake>();
const awake = new WeakMap<HTMLElement, Set<string>>();

/** From now on, `wake` is called for each element that matches `selector`. */
export function mark(selector: string, wake: Wake): void {
  marks.set(selector, wake);
}

/** Wakes what is new in `root`, itself included. */
export function adopt(root: HTMLElement): void {
  for (const [selector, wake] of marks) {
    const found = root.querySelectorAll<HTMLElement>(selector);
    for (const element of [...(root.matches(selector) ? [root] : []), ...found]) wakeOnce(element, selector, wake);
  }
}

function wakeOnce(element: HTMLElement, selector: string, wake: Wake): void {
  const known = awake.get(element) ?? new Set<string>();
  if (known.has(selector)) return;
  awake.set(element, known.add(selector));
  wake(element);
}
