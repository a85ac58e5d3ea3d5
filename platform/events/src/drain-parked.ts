import { causeOf } from './event-context.ts'
import { attempt, readArrival, type Arrival, type Handling } from './handle-event.ts'
import { enterInboxParked } from './inbox.ts'
import {
  buryUnknown,
  claimKeys,
  firstLetter,
  freeKey,
  nextRetryInMs,
  noteFailure,
  postpone,
  removeLetter,
  resetFutureTimes,
  type Letter,
  type ParkedKey,
} from './parking.ts'
import { isAway, longestPauseMs, recordError } from './retry-policy.ts'
import type { Waker } from './waker.ts'

const keysAtOnce = 4
const claimMs = 60_000
const pollMs = 1_000
const clockCheckEveryMs = 60_000

/**
 * Works off parked keys, each in order, until stopped: first the retries of what failed, then what waits behind it. An event
 * that this release does not consume is left to a release that does.
 */
export async function drainParked(
  handling: Handling,
  waker: Waker,
  control: { readonly isStopping: boolean },
): Promise<void> {
  const { database, group, telemetry, known } = handling
  let failures = 0
  let checkClockAtMs = 0
  while (!control.isStopping) {
    try {
      if (performance.now() >= checkClockAtMs) {
        await checkClock(handling)
        checkClockAtMs = performance.now() + clockCheckEveryMs
      }
      const dueInMs = await nextRetryInMs(database, group)
      if (dueInMs === undefined || dueInMs > 0) {
        await waker.sleep(Math.min(pollMs, Math.ceil(dueInMs ?? pollMs)))
        continue
      }
      const claimed = await claimKeys(database, { group, known, limit: keysAtOnce, claimMs })
      await Promise.all(claimed.map((key) => drain(handling, key, control)))
      failures = 0
      if (claimed.length > 0) continue
      await giveUpUnknown(handling)
      await waker.sleep(pollMs)
    } catch (error) {
      if (failures++ === 0 && !isAway(error)) telemetry.logger.error('parked events could not be processed', { error })
      await waker.sleep(Math.min(longestPauseMs, 100 * 2 ** failures))
    }
  }
}

async function checkClock({ database, group, retry, telemetry }: Handling): Promise<void> {
  const delaysMs = Array.from({ length: retry.attempts }, (_, n) => retry.delayMs(n + 1))
  const reset = await resetFutureTimes(
    database,
    group,
    Math.max(claimMs, longestPauseMs, ...delaysMs) + clockCheckEveryMs,
  )
  if (reset > 0)
    telemetry.logger.warn('parked events are retried now because the clock of the database was set back', {
      keys: reset,
    })
}

async function giveUpUnknown({ database, group, known, unknownGraceMs, telemetry }: Handling): Promise<void> {
  const error = recordError(new Error('no running release of the service consumes this event'))
  const buried = await buryUnknown(database, { group, known, graceMs: unknownGraceMs, error })
  for (const { type, event_id } of buried) {
    telemetry.logger.error('no release consumes a parked event: its key waits for an operator', {
      eventType: type,
      eventId: event_id,
    })
  }
}

async function drain(handling: Handling, key: ParkedKey, control: { readonly isStopping: boolean }): Promise<void> {
  const { database, group } = handling
  for (;;) {
    if (control.isStopping) return postpone(database, group, key, 0)
    const letter = await firstLetter(database, group, key)
    if (letter === undefined) {
      if (await freeKey(database, group, key)) return
      continue
    }
    const arrival = arrivalOf(handling, letter)
    if (arrival === undefined) return postpone(database, group, key, 0)
    if (!(await tryLetter(handling, key, letter, arrival))) return
  }
}

async function tryLetter(handling: Handling, key: ParkedKey, letter: Letter, arrival: Arrival): Promise<boolean> {
  const { database, group, retry, telemetry } = handling
  try {
    await deliver(handling, letter, arrival)
    return true
  } catch (error) {
    if (isAway(error)) {
      await postpone(database, group, key, longestPauseMs)
      return false
    }
    const attempts = letter.attempts + 1
    const isLast = attempts >= retry.attempts
    const delayMs = isLast ? 0 : retry.delayMs(attempts)
    await noteFailure(database, group, letter, { error: recordError(error), isLast, delayMs })
    const fields = { eventType: letter.type, eventId: letter.event_id, attempts, error }
    if (isLast) telemetry.logger.error('event failed on every attempt: its key waits for an operator', fields)
    else telemetry.logger.warn('event failed again', fields)
    return false
  }
}

function arrivalOf(handling: Handling, { topic, position, event_id, type, event }: Letter): Arrival | undefined {
  return readArrival(handling, { topic, partition: -1, position, id: event_id, type, event })
}

async function deliver(handling: Handling, letter: Letter, arrival: Arrival): Promise<void> {
  const { database, group, makeTx } = handling
  await attempt(handling, arrival, (data) =>
    database.transaction(async (tx) => {
      const isNext = await removeLetter(tx, group, letter, claimMs)
      if (!isNext || !(await enterInboxParked(tx, arrival.delivery))) return 'known'
      await arrival.consumer.apply(arrival.event, makeTx(tx, causeOf(arrival.event)), data)
      return 'new'
    }),
  )
}
