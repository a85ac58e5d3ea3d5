import { setTimeout as delay } from 'node:timers/promises'
import { isAppError } from '@stoa/kernel'
import { runWithContext } from '@stoa/telemetry'
import { drive, markUnknown } from './driver.ts'
import type { DriverOptions } from './driver-options.ts'
import type { Definitions } from './definitions.ts'
import { nameOf, type AnySaga } from './journal.ts'
import { WorkerLost } from './lanes.ts'
import { liveSaga, takeSignals, type LiveSaga } from './live-saga.ts'
import type { LoadedSaga } from './membership.ts'
import { readJournals, readOwnHead, readSignals, type Signal } from './store.ts'
import type { SagaHead } from './transition.ts'

/** The sagas that one worker drives at the moment. */
export interface LivePool {
  readonly sagas: ReadonlyMap<string, LiveSaga>
  /** Claims a saga without an owner, if there is capacity. */
  readonly claim: (sagaId: string) => void
  /** Drives sagas that this worker already owns. */
  readonly adopt: (loaded: readonly LoadedSaga[]) => void
  /** Drives a saga that this worker owns and does not drive; does nothing if it does not own it any more. */
  readonly recover: (sagaId: string) => Promise<void>
  readonly give: (signals: readonly Signal[]) => void
  /** Reads the stored signals of a saga now, instead of at the next poll. */
  readonly signalled: (sagaId: string) => void
  /** Wakes all waiting sagas, so that they notice the stop of the worker. */
  readonly wakeAll: () => void
  /** Resolves when no saga is driven any more. */
  readonly settled: () => Promise<unknown>
}

export interface LivePoolOptions {
  readonly driver: DriverOptions
  readonly definitions: Definitions
  /** Called when it is unknown which sagas this worker owns. */
  readonly onDoubt: (cause: unknown) => void
}

const rereadPauseMs = 500

export function makeLivePool({ driver, definitions, onDoubt }: LivePoolOptions): LivePool {
  const { places } = driver
  const sagas = new Map<string, LiveSaga>()
  const claiming = new Set<string>()
  const running = new Set<Promise<void>>()
  const adopt = (loaded: LoadedSaga) => {
    if (driver.mustLeave() || sagas.has(loaded.head.id)) return
    places.take(loaded.head.name)
    const run = driveAll(loaded, definitions, driver, sagas)
      .catch(onDoubt)
      .finally(() => {
        places.free(loaded.head.name)
        running.delete(run)
      })
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
    adopt: (loaded) => loaded.forEach(adopt),
    claim(sagaId) {
      const name = nameOf(sagaId)
      if (driver.mustLeave() || claiming.has(sagaId) || sagas.has(sagaId) || places.room(name) <= 0) return
      claiming.add(sagaId)
      places.take(name)
      claim(sagaId, driver)
        .then((loaded) => loaded !== undefined && adopt(loaded), onDoubt)
        .finally(() => {
          places.free(name)
          claiming.delete(sagaId)
        })
    },
    async recover(sagaId) {
      if (sagas.has(sagaId)) return
      const [head] = await readOwnHead(driver.database.read, sagaId, driver.worker)
      const loaded = head && (await load(head, driver))
      if (loaded !== undefined) adopt(loaded)
    },
    give,
    signalled(sagaId) {
      if (!sagas.has(sagaId)) return
      // On an error, the next poll finds it.
      readSignals(driver.database.read, [sagaId]).then(give, () => {})
    },
    wakeAll() {
      for (const saga of sagas.values()) saga.wake()
    },
    settled: () => Promise.all(running),
  }
}

async function claim(sagaId: string, driver: DriverOptions): Promise<LoadedSaga | undefined> {
  const head = await claimHead(sagaId, driver)
  if (head === undefined) return undefined
  // The journal of a saga without an earlier owner is empty.
  return head.epoch === 1 ? { head, journal: [], isResumed: false } : load(head, driver)
}

async function claimHead(sagaId: string, { lanes, telemetry }: DriverOptions): Promise<SagaHead | undefined> {
  try {
    return await lanes.claim(sagaId)
  } catch (error) {
    // Either this worker is lost and claims nothing any more, or the statement was refused and the saga is still free.
    if (!(error instanceof WorkerLost)) telemetry.logger.error('a saga could not be claimed', { sagaId, error })
    return undefined
  }
}

/** Reads the journal of a saga that this worker owns, until it succeeds: a busy database does not make it release the saga. */
async function load(head: SagaHead, driver: DriverOptions): Promise<LoadedSaga | undefined> {
  while (!driver.mustLeave()) {
    try {
      const journals = await readJournals(driver.database.read, [head.id])
      return { head, journal: journals.get(head.id) ?? [], isResumed: true }
    } catch (error) {
      driver.telemetry.logger.warn('a saga could not be read yet', { sagaId: head.id, error })
      await delay(rereadPauseMs)
    }
  }
  return undefined
}

/** Drives one saga until this worker releases it; reads it again after each write with an unknown outcome. */
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
  const saga = definitions.find(name, version)
  try {
    if (saga === undefined) throw new Error(`no version ${version} of saga ${name} is defined here`)
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
      return head === undefined ? undefined : await load(head, driver)
    } catch (error) {
      if (!isAppError(error)) driver.telemetry.logger.error('a saga could not be read', { error })
    }
  }
  return undefined
}
