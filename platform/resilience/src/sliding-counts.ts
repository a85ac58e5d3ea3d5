/** Calls and failures of the last `windowMs`, in ten slots; older ones are never counted. */
export interface SlidingCounts {
  readonly record: (isFailure: boolean, nowMs: number) => void
  readonly clear: () => void
  /** As of the last `record`, or of `advance`. */
  readonly calls: () => number
  readonly failures: () => number
  readonly advance: (nowMs: number) => void
}

const slotCount = 10

/** Counts over a sliding window, in constant space and without allocation. */
export function slidingCounts(windowMs: number): SlidingCounts {
  const slotMs = windowMs / slotCount
  const callsOf = new Uint32Array(slotCount)
  const failuresOf = new Uint32Array(slotCount)
  let slot = 0
  let calls = 0
  let failures = 0

  function clear(): void {
    callsOf.fill(0)
    failuresOf.fill(0)
    calls = 0
    failures = 0
  }

  function advance(nowMs: number): void {
    const target = Math.floor(nowMs / slotMs)
    if (target <= slot) return
    if (target - slot >= slotCount) clear()
    else {
      for (let passed = slot + 1; passed <= target; passed++) {
        const index = passed % slotCount
        calls -= callsOf[index] ?? 0
        failures -= failuresOf[index] ?? 0
        callsOf[index] = 0
        failuresOf[index] = 0
      }
    }
    slot = target
  }

  function record(isFailure: boolean, nowMs: number): void {
    advance(nowMs)
    const index = slot % slotCount
    callsOf[index]! += 1
    calls += 1
    if (!isFailure) return
    failuresOf[index]! += 1
    failures += 1
  }

  return { record, clear, advance, calls: () => calls, failures: () => failures }
}
