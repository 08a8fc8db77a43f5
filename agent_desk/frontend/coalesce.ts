/** Many wishes, few deeds: those that come together are one deed, those that follow within `gap` become one more. */

/** `lead` is how long the first of them waits for others, in milliseconds; without it, until everything at hand is done. */
export function coalesce(gap: number, deed: () => Promise<void>, lead = 0): () => void {
  let busy = false;
  let again = false;
  const run = async (): Promise<void> => {
    again = true;
    if (busy) return;
    busy = true;
    await (lead ? after(lead) : Promise.resolve());
    again = false;
    const free = after(gap);
    await deed();
    await free;
    busy = false;
    if (again) void run();
  };
  return () => void run();
}

function after(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
