import { attempt, readArrival, type Handling } from './handle-event.ts'
import { enterInboxParked } from './inbox.ts'
import {
  claimKeys,
  firstLetter,
  freeKey,
  nextRetryInMs,
  noteFailure,
  postpone,
  removeLetter,
  type Letter,
  type ParkedKey,
} from './parking.ts'
import { isAway, longestPauseMs, recordError } from './retry-policy.ts'
import type { Waker } from './waker.ts'

const keysAtOnce = 4
const claimMs = 60_000
const pollMs = 1_000

/** Works off parked keys, each in order, until stopped: first the retries of what failed, then what waits behind it. */
export async function drainParked(
  handling: Handling,
  waker: Waker,
  control: { readonly isStopping: boolean },
): Promise<void> {
  const { database, group, telemetry } = handling
  let failures = 0
  while (!control.isStopping) {
    try {
      const dueInMs = await nextRetryInMs(database, group)
      if (dueInMs === undefined || dueInMs > 0) {
        await waker.sleep(Math.min(pollMs, Math.ceil(dueInMs ?? pollMs)))
        continue
      }
      const claimed = await claimKeys(database, group, keysAtOnce, claimMs)
      await Promise.all(claimed.map((key) => drain(handling, key, control)))
      failures = 0
    } catch (error) {
      if (failures++ === 0 && !isAway(error)) telemetry.logger.error('parked events could not be worked off', { error })
      await waker.sleep(Math.min(longestPauseMs, 100 * 2 ** failures))
    }
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
    if (!(await tryLetter(handling, key, letter))) return
  }
}

async function tryLetter(handling: Handling, key: ParkedKey, letter: Letter): Promise<boolean> {
  const { database, group, retry, telemetry } = handling
  try {
    await deliver(handling, letter)
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
    if (isLast) telemetry.logger.error('event given up: its key waits for an operator', fields)
    else telemetry.logger.warn('event failed again', fields)
    return false
  }
}

async function deliver(handling: Handling, letter: Letter): Promise<void> {
  const { database, group } = handling
  const { topic, position, event_id, type, event } = letter
  const arrival = readArrival(handling, { topic, partition: -1, position, id: event_id, type, event })
  if (arrival === undefined) {
    // The service has stopped consuming this type since.
    await database.transaction((tx) => removeLetter(tx, group, letter, claimMs))
    return
  }
  await attempt(handling, arrival, async (tx) => {
    await removeLetter(tx, group, letter, claimMs)
    return (await enterInboxParked(tx, arrival.delivery)) ? 'new' : 'known'
  })
}
