import { setTimeout as delay } from 'node:timers/promises'
import { catalogueError, committed, isRefused, platformErrors, type Tx, type WriteHandle } from '@stoa/contract'
import { type Clock, platformError } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { makeUnderWay, remainingMs, type UnderWay } from '@stoa/resilience'
import { RefusedInTransaction } from './refused-in-transaction.ts'
import { CallBusy, withinCall } from './tombstones.ts'

/** The shared dependencies of the writes of one RPC server. */
export interface RpcWrites {
  readonly database: Pick<Database, 'transaction'>
  readonly makeTx: (tx: WriteHandle) => Tx
  readonly clock: Clock
  readonly underWay: UnderWay
}

/** One call that writes. */
export interface KeyedCall {
  readonly method: string
  readonly key: string
  /** In a compensation: the key of the action it undoes. */
  readonly compensates: string | undefined
  readonly deadlineMs: number | undefined
}

type Change = (tx: Tx) => Promise<unknown>

/** Milliseconds that a call waits for another one with its key, as in the HTTP server. */
const keyWaitMs = 1_000

/** The keys whose transactions are in progress in this process. */
export function underWayOfRpc(): UnderWay {
  return makeUnderWay(() =>
    catalogueError(platformErrors, 'idempotency.in_progress', 'Another call with this key is still in progress.', {
      retryAfterSeconds: 1,
    }),
  )
}

/** `begin` and `commit` of a handler: each runs one transaction under the lock of the key. */
export function keyedWrites(writes: RpcWrites, call: KeyedCall) {
  let isCommitted = false
  return {
    key: call.key,
    compensates: call.compensates,
    begin: (change: Change) => settle(writes, call, change),
    commit: async (change: Change) => {
      if (isCommitted) throw new Error(`${call.method} called commit twice`)
      isCommitted = true
      const value = await settle(writes, call, change)
      return isRefused(value) ? value : committed(value)
    },
  }
}

async function settle(writes: RpcWrites, call: KeyedCall, change: Change): Promise<unknown> {
  // An action and its compensation take the same lock, so that neither sees the other half done.
  const untilMs = performance.now() + keyWaitMs
  const entered = await writes.underWay.enter(call.compensates ?? call.key, untilMs)
  try {
    return await lockedTransaction(writes, call, { untilMs, change })
  } catch (error) {
    if (error instanceof RefusedInTransaction) return error.refused
    throw error
  } finally {
    if (entered.kind === 'in') entered.leave()
  }
}

/** While another process holds the lock, waits without a connection, which other calls need. */
async function lockedTransaction(
  { database, makeTx, clock, underWay }: RpcWrites,
  call: KeyedCall,
  { untilMs, change }: { readonly untilMs: number; readonly change: Change },
): Promise<unknown> {
  for (;;) {
    if (remainingMs(call.deadlineMs, clock.now().epochMilliseconds) === 0)
      throw platformError('request.deadline_exceeded', 'The deadline of the call passed before the change.')
    try {
      return await database.transaction((handle) =>
        withinCall(handle, call, async () => {
          const value = await change(makeTx(handle))
          if (isRefused(value)) throw new RefusedInTransaction(value)
          return value
        }),
      )
    } catch (error) {
      if (!(error instanceof CallBusy)) throw error
    }
    if (performance.now() >= untilMs) throw underWay.tooLate()
    await delay(20 + Math.random() * 20)
  }
}
