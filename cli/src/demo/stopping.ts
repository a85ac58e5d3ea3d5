/** When a demonstration stops: its time is over, or Ctrl-C was pressed. */
export interface Stopping {
  /** No more shoppers come in. */
  readonly closing: AbortSignal
  /** What is in progress is left where it is. */
  readonly ending: AbortSignal
  readonly forget: () => void
}

// npm sends on the Ctrl-C that the terminal has sent to both: those are one.
const sameMs = 1_000
const graceMs = 5_000

/** Closes after so long, or never; the first Ctrl-C closes and ends soon after, a second one is the end of the process. */
export function stoppingAfter(timeMs: number | undefined): Stopping {
  const [closing, ending] = [new AbortController(), new AbortController()]
  const timers = timeMs === undefined ? [] : [setTimeout(() => closing.abort(), timeMs)]
  let firstAtMs: number | undefined
  const onSignal = () => {
    firstAtMs ??= performance.now()
    if (performance.now() - firstAtMs > sameMs) process.exit(130)
    closing.abort()
    timers.push(setTimeout(() => ending.abort(), graceMs))
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal)
  return {
    closing: closing.signal,
    ending: ending.signal,
    forget() {
      for (const timer of timers) clearTimeout(timer)
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, onSignal)
    },
  }
}
