/** Many wishes, few deeds: the first is done at once, those that follow within `gap` become one more. */

export function coalesce(gap: number, deed: () => Promise<void>): () => void {
  let busy = false;
  let again = false;
  const run = async (): Promise<void> => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const free = new Promise((done) => setTimeout(done, gap));
    await deed();
    await free;
    busy = false;
    if (again) {
      again = false;
      void run();
    }
  };
  return () => void run();
}
