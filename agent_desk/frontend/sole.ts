/** One page at a time may be a seat's telephone: two would take each other's calls. The browser keeps the lock. */

/**
 * Whether this page has the lock `name` now; `steal` takes it from whoever has it. `lost` is called when another page
 * steals it in turn. Where the browser has no locks, every page has it.
 */
export function hold(name: string, steal: boolean, lost: () => void): Promise<boolean> {
  const { locks } = navigator;
  if (!locks) return Promise.resolve(true);
  return new Promise((answer) => {
    const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
    const asLongAsThePage = new Promise<void>(() => undefined);
    const held = locks.request(name, options, (lock) => {
      answer(lock !== null);
      return lock === null ? undefined : asLongAsThePage;
    });
    held.catch(lost);
  });
}
