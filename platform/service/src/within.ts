/** Waits for a promise up to the timeout; returns false if it is still pending then, and rejects if it rejects. */
export async function within(ending: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  try {
    return await Promise.race([ending.then(() => true), late])
  } finally {
    clearTimeout(timer)
    // It may still reject after the timeout.
    ending.catch(() => {})
  }
}
