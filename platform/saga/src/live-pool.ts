import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@stoa/kernel'
import { runWithContext } from '@stoa/telemetry'
import { drive, markUnknown } from './driver.ts'
import type { DriverOptions } from './driver-options.ts'
import type { AnySaga } from './journal.ts'
import { liveSaga, takeSignals, type LiveSaga } from './live-saga.ts'
import type { LoadedSaga } from './membership.ts'
import { readJournals, readOwnHead, readSignals, type Signal } from './store.ts'

/** The sagas that one worker drives at the moment. */
export interface LivePool {
  readonly sagas: ReadonlyMap<string, LiveSaga>
  /** How many more may be driven at once. */
  readonly room: () => number
  /** Takes a saga that belongs to nobody, when there is room. */
  readonly claim: (sagaId: string) => void
  /** Drives sagas that are this worker's already. */
  readonly adopt: (loaded: readonly LoadedSaga[]) => void
  readonly give: (signals: readonly Signal[]) => void
  /** Reads what is kept for a saga now, instead of at the next poll. */
  readonly signalled: (sagaId: string) => void
  /** Wakes whatever waits, so that it sees that the worker leaves. */
  readonly wakeAll: () => void
  /** Resolves when nothing is driven any more. */
  readonly settled: () => Promise<unknown>
}

export interface LivePoolOptions {
  readonly driver: DriverOptions
  readonly definitions: { readonly [name: string]: AnySaga }
  /** Sagas driven at once; those that wait for a signal do not count. */
  readonly maxActive: number
  /** Told when it is not known which sagas are this worker's. */
  readonly onDoubt: (cause: unknown) => void
}

const rereadPauseMs = 500

export function makeLivePool({ driver, definitions, maxActive, onDoubt }: LivePoolOptions): LivePool {
  const sagas = new Map<string, LiveSaga>()
  const claiming = new Set<string>()
  const running = new Set<Promise<void>>()
  const room = () => maxActive - claiming.size - (sagas.size - driver.parked.count)
  const adopt = (loaded: LoadedSaga) => {
    if (driver.mustLeave()) return
    const run = driveAll(loaded, definitions, driver, sagas)
      .catch(onDoubt)
      .finally(() => running.delete(run))
    running.add(run)
  }
  const give = (signals: readonly Signal[]) => {
    for (const signal of signals) {
      const saga = sagas.get(signal.sagaId)
      if (saga !== undefined) takeSignals(saga, [signal])
    }
  }
  return {
    sagas,
    room,
    adopt: (loaded) => loaded.forEach(adopt),
    claim(sagaId) {
      if (driver.mustLeave() || claiming.has(sagaId) || sagas.has(sagaId) || room() <= 0) return
      claiming.add(sagaId)
      claim(sagaId, driver)
        // A claim whose answer was lost may have held.
        .then((loaded) => loaded !== undefined && adopt(loaded), onDoubt)
        .finally(() => claiming.delete(sagaId))
    },
    give,
    signalled(sagaId) {
      if (!sagas.has(sagaId)) return
      // Whoever polls finds it too, only later.
      readSignals(driver.database.read, [sagaId]).then(give, () => {})
    },
    wakeAll() {
      for (const saga of sagas.values()) saga.wake()
    },
    settled: () => Promise.all(running),
  }
}

async function claim(sagaId: string, { lanes, database }: DriverOptions): Promise<LoadedSaga | undefined> {
  const head = await lanes.claim(sagaId)
  if (head === undefined) return undefined
  // A first owner finds an empty journal.
  if (head.epoch === 1) return { head, journal: [], isResumed: false }
  const journals = await readJournals(database.read, [sagaId])
  return { head, journal: journals.get(sagaId) ?? [], isResumed: true }
}

/** Drives one saga to where this worker lets go of it; reads it anew as often as a write left a doubt. */
async function driveAll(
  loaded: LoadedSaga,
  definitions: LivePoolOptions['definitions'],
  driver: DriverOptions,
  sagas: Map<string, LiveSaga>,
): Promise<void> {
  let next: LoadedSaga | undefined = loaded
  while (next !== undefined) {
    const { live, error } = open(next, definitions)
    sagas.set(live.head.id, live)
    const left = await runWithContext(live.context, () =>
      error === undefined ? drive(live, driver) : markUnknown(live, driver, error),
    )
    next = left === 'in_doubt' ? await readAgain(live.head.id, driver) : undefined
    if (sagas.get(live.head.id) === live) sagas.delete(live.head.id)
  }
}

function open(loaded: LoadedSaga, definitions: LivePoolOptions['definitions']): { live: LiveSaga; error?: unknown } {
  const { name, version } = loaded.head
  const saga = Object.hasOwn(definitions, name) ? definitions[name] : undefined
  try {
    if (saga === undefined) throw new Error(`no saga ${name} is defined here`)
    return { live: liveSaga(loaded, saga) }
  } catch (error) {
    const unknown: AnySaga = { name, version, steps: [], onCompensated: undefined, onCompleted: undefined }
    const live = liveSaga({ ...loaded, journal: [] }, unknown)
    return { live: { ...live, seq: loaded.journal.length }, error }
  }
}

async function readAgain(sagaId: string, driver: DriverOptions): Promise<LoadedSaga | undefined> {
  while (!driver.mustLeave()) {
    await delay(rereadPauseMs)
    try {
      const [head] = await readOwnHead(driver.database.read, sagaId, driver.worker)
      if (head === undefined) return undefined
      const journals = await readJournals(driver.database.read, [sagaId])
      return { head, journal: journals.get(sagaId) ?? [], isResumed: true }
    } catch (error) {
      if (!isAppError(error)) driver.telemetry.logger.error('a saga could not be read', { error })
    }
  }
  return undefined
}
