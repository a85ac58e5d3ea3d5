type ReadRevision = () => Promise<number>

/** Those who wait for a change of the registry. */
export interface Waiting {
  /**
   * Resolves at the next change after the call, or when the signal is aborted. Changes by other replicas are found by reading
   * the revision, once a second for all who wait; when it cannot be read, all are woken, and find out why themselves.
   */
  readonly next: (readRevision: ReadRevision, signal: AbortSignal) => Promise<void>
  readonly wake: () => void
}

/** Makes an empty line of those who wait; who has waited leaves nothing behind, on its signal either. */
export function makeWaiting(pollMs = 1_000): Waiting {
  const waiting = new Map<() => void, ReadRevision>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let seen: number | undefined

  function wake(): void {
    for (const end of waiting.keys()) end()
  }

  async function look(): Promise<void> {
    const [readRevision] = waiting.values()
    const revision = await readRevision?.().catch(() => undefined)
    if (revision === undefined || revision !== seen) wake()
    seen = revision
    timer = undefined
    if (waiting.size > 0) lookLater()
  }

  function lookLater(): void {
    timer ??= setTimeout(() => void look(), pollMs).unref()
  }

  return {
    next: (readRevision, signal) =>
      new Promise((resolve) => {
        const end = () => {
          waiting.delete(end)
          signal.removeEventListener('abort', end)
          resolve()
        }
        signal.addEventListener('abort', end)
        waiting.set(end, readRevision)
        lookLater()
        if (signal.aborted) end()
      }),
    wake,
  }
}
