import type { Part } from '@stoa/kernel/part'
import type { Logger } from '@stoa/telemetry'
import { within } from './within.ts'

/** Parts that start one after the other and stop at the same time. */
export interface Stage {
  readonly parts: readonly Part[]
  /** Milliseconds that they get to stop even if the stages after them took all the time; 0 by default. */
  readonly leastStopMs?: number
  /** Milliseconds that they get to stop even if more are left; no limit by default. */
  readonly mostStopMs?: number
}

/** Starts the parts in order. Rejects with the error of the first that does not start; the caller then stops all of them. */
export async function startStages(stages: readonly Stage[]): Promise<void> {
  for (const { parts } of stages) for (const part of parts) await part.start?.()
}

/**
 * Stops the stages in reverse order, within the time plus what the later stages get at least. A part that takes longer is abandoned, and one that
 * fails is logged; the others are stopped in any case. Rejects at the end with the first failure.
 */
export async function stopStages(stages: readonly Stage[], timeMs: number, logger: Logger): Promise<void> {
  const untilMs = performance.now() + timeMs
  const failures: unknown[] = []
  for (const { parts, leastStopMs = 0, mostStopMs = Infinity } of stages.toReversed()) {
    const timeoutMs = Math.min(mostStopMs, Math.max(leastStopMs, untilMs - performance.now()))
    const stopped = await Promise.allSettled(parts.map((part) => stopPart(part, timeoutMs, logger)))
    for (const each of stopped) if (each.status === 'rejected') failures.push(each.reason)
  }
  if (failures.length > 0) throw failures[0]
}

async function stopPart({ name, stop }: Part, timeoutMs: number, logger: Logger): Promise<void> {
  if (stop === undefined) return
  try {
    const isStopped = await within(Promise.resolve(stop(timeoutMs)), timeoutMs)
    if (!isStopped) logger.warn('a part of the service has not stopped in time', { part: name })
  } catch (error) {
    logger.warn('a part of the service has not stopped cleanly', { part: name, error })
    throw error
  }
}
