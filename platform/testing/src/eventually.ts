/** Tries until it does not throw, at most for `timeoutMs`; then throws what it threw last. */
export async function eventually<T>(attempt: () => Promise<T> | T, timeoutMs = 20_000): Promise<T> {
  const endMs = Date.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() >= endMs) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
