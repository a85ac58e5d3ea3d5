import { assertNoStubMissing } from './stubs.ts'

/**
 * Repeats an attempt every 20 ms until it does not throw; after `timeoutMs` (240,000 by default, which nothing takes but on a
 * machine that is very busy) it throws the last error.
 * @throws MissingStub at once when a service of this test file makes a call that has no stub
 */
export async function eventually<T>(attempt: () => Promise<T> | T, timeoutMs = 240_000): Promise<T> {
  const endMs = Date.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      assertNoStubMissing()
      if (Date.now() >= endMs) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
