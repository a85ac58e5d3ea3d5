/** Resolves when something may have changed, after the timeout, or when a signal is aborted. */
export async function pause(changed: Promise<void>, timeMs: number, signals: readonly AbortSignal[]): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, timeMs)
  const onAbort = () => resolve()
  for (const signal of signals) signal.addEventListener('abort', onAbort)
  // What cannot be announced is found by the poll.
  changed.then(resolve, () => {})
  await promise
  clearTimeout(timer)
  for (const signal of signals) signal.removeEventListener('abort', onAbort)
}
