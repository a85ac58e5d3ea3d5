/** The last heartbeat of a worker, as text that is only compared. */
export interface Beat {
  readonly worker: string
  readonly beat: string
}

/**
 * Finds hung workers: those whose heartbeat has not changed for the duration of the lease, by the monotonic clock of
 * this process. Clocks of different machines are never compared, so a clock jump makes no worker look hung.
 */
export function makeLeaseWatch(leaseMs: number, now: () => number = () => performance.now()) {
  let seen = new Map<string, { readonly beat: string; readonly sinceMs: number }>()
  return (beats: readonly Beat[]): string[] => {
    const atMs = now()
    const next: typeof seen = new Map()
    for (const { worker, beat } of beats) {
      const before = seen.get(worker)
      next.set(worker, before?.beat === beat ? before : { beat, sinceMs: atMs })
    }
    seen = next
    return [...next].filter(([, { sinceMs }]) => atMs - sinceMs > leaseMs).map(([worker]) => worker)
  }
}
