import type { DriverOptions } from './driver-options.ts'
import { nowMs, pause, type LiveSaga } from './live-saga.ts'
import type { Transition } from './transition.ts'

/** The saga is unloaded: it has no worker until its next attempt is due. */
export class Rested extends Error {}

/**
 * Waits for the next attempt without occupying a slot: in memory, or in the database if many already wait in memory, so that an
 * unavailable callee neither delays other sagas nor fills the memory. @throws WorkerLost, Rested
 */
export async function rest(live: LiveSaga, delayMs: number, options: DriverOptions): Promise<void> {
  const { places, maxRetrying, lanes } = options
  if (places.retrying >= maxRetrying && (await lanes.write(restOf(live, delayMs)))) throw new Rested()
  const { name } = live.head
  places.retrying++
  places.free(name)
  await pause(live, delayMs)
  places.take(name)
  places.retrying--
}

function restOf(live: LiveSaga, delayMs: number): Transition {
  const { attempts = { count: 0, startedAtMs: nowMs(live), lastError: undefined }, head, seq, context } = live
  const { count, startedAtMs, lastError } = attempts
  const retry = { seq, attempts: count, elapsedMs: Math.round(nowMs(live) - startedAtMs + delayMs) }
  return {
    sagaId: head.id,
    traceId: context.traceId,
    entries: [],
    guard: { cancelled: true },
    rest: { afterMs: delayMs, retry: lastError === undefined ? retry : { ...retry, lastError } },
  }
}
