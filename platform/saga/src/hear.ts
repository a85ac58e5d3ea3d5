import type { DriverOptions } from './driver-options.ts'
import { takeSignals, type LiveSaga } from './live-saga.ts'
import { readKept } from './store.ts'
import type { Guard } from './transition.ts'

/** Thrown when a signal invalidates the current decision, which must be made again. */
export class Outdated extends Error {}

/** Reads the stored signals of a saga. @throws Fenced if this worker no longer owns it */
export async function hear(live: LiveSaga, { database, worker }: DriverOptions): Promise<void> {
  const { id, epoch } = live.head
  const { isCancelled, signals } = await readKept(database.read, id, { worker, epoch })
  live.isCancelled ||= isCancelled
  takeSignals(live, signals)
}

/** Returns whether the received signals conflict with the guard. */
export function isOutdated(live: LiveSaga, guard: Guard | undefined): boolean {
  if (guard === undefined) return false
  return (
    (guard.cancelled === true && live.isCancelled) || (guard.signal !== undefined && live.signals.has(guard.signal))
  )
}
