/** Waits for something, but no longer than this; false when it has not ended by then. What it rejects with is thrown. */
export async function within(ending: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  try {
    return await Promise.race([ending.then(() => true), late])
  } finally {
    clearTimeout(timer)
    // It may still fail when nobody waits for it any more.
    ending.catch(() => {})
  }
}
