import { constants } from 'node:os'

type End = () => unknown

const ends = new Set<End>()
let isInterrupted = false

/** Runs this when the bench is interrupted; returns the function that takes it back. */
export function onInterrupt(end: End): () => void {
  ends.add(end)
  return () => void ends.delete(end)
}

/**
 * Runs a bench; SIGINT, SIGTERM and SIGHUP end what it has started, and then this process. What fails in the bench because of
 * that is left out.
 */
export async function interruptible(run: () => Promise<void>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal))
  try {
    await run()
  } catch (error) {
    if (!isInterrupted) throw error
  }
  // The process ends with the ends.
  if (isInterrupted) await new Promise(() => {})
}

async function stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): Promise<void> {
  if (isInterrupted) return
  isInterrupted = true
  console.error(`Stopping what the bench has started (${signal})`)
  const ended = await Promise.allSettled([...ends].map(async (end) => end()))
  for (const each of ended) if (each.status === 'rejected') console.error(String(each.reason))
  process.exit(128 + constants.signals[signal])
}
