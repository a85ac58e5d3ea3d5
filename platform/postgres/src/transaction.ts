import type { Sql, WriteHandle } from '@stoa/contract'
import { AppError } from '@stoa/kernel'
import type { Connection } from './connection.ts'
import { isConnectionLoss, isSerializationFailure, isStalePlan, toRefusal } from './errors.ts'
import type { DatabaseLog } from './log.ts'
import { runStatement } from './run-statement.ts'

type Callback = () => unknown

interface Hooks {
  readonly beforeCommit: Callback[]
  readonly withCommit: Callback[]
  readonly afterCommit: Callback[]
}

const hooksByHandle = new WeakMap<WriteHandle, Hooks>()

function hooksOf(tx: WriteHandle): Hooks {
  const hooks = hooksByHandle.get(tx)
  if (hooks === undefined) throw new Error('this handle belongs to no open transaction')
  return hooks
}

/** Runs the callback in the transaction after everything else in it, in the order of registration; a throw rolls back. */
export function beforeCommit(tx: WriteHandle, callback: () => void | Promise<void>): void {
  hooksOf(tx).beforeCommit.push(callback)
}

/**
 * Like `beforeCommit`, and after all of those, for a callback that sends its statements before its first await: they go
 * out together with the COMMIT, which saves a round trip. A statement of it that fails makes the transaction fail.
 */
export function sendWithCommit(tx: WriteHandle, callback: () => Promise<unknown>): void {
  hooksOf(tx).withCommit.push(callback)
}

/** Runs the callback once the transaction has been committed, not awaited; what it throws is only logged. */
export function afterCommit(tx: WriteHandle, callback: () => void | Promise<void>): void {
  hooksOf(tx).afterCommit.push(callback)
}

/** How one run of a transaction ended; a failed one left nothing behind unless its error says the outcome is unknown. */
export type TransactionOutcome<T> =
  | { readonly kind: 'committed'; readonly result: T }
  | { readonly kind: 'failed'; readonly error: unknown; readonly mayRunAgain: boolean; readonly isStale: boolean }

interface Progress {
  began: boolean
  isOpen: boolean
  /** The first error the database gave: what follows it only says that the transaction is aborted. */
  databaseError: unknown
}

function handleOn(connection: Connection, progress: Progress): WriteHandle {
  const onError = (error: unknown) => {
    progress.databaseError ??= error
  }
  const sql: Sql = async (strings, ...values) => {
    if (!progress.isOpen) throw new Error('a transaction was used after its end: await everything inside it')
    if (!progress.began) {
      progress.began = true
      // Not awaited: it goes out in front of the first statement, in one round trip.
      connection.command('begin isolation level read committed read write').catch(onError)
    }
    return runStatement(connection, strings, values, onError)
  }
  return { sql } as unknown as WriteHandle
}

/** Runs one transaction on a connection that it has for itself; without a statement it costs no round trip. */
export async function runTransaction<T>(
  connection: Connection,
  isKept: boolean,
  run: (tx: WriteHandle) => Promise<T>,
  log: DatabaseLog,
): Promise<TransactionOutcome<T>> {
  const progress: Progress = { began: false, isOpen: true, databaseError: undefined }
  const hooks: Hooks = { beforeCommit: [], withCommit: [], afterCommit: [] }
  const tx = handleOn(connection, progress)
  hooksByHandle.set(tx, hooks)
  let result: T
  try {
    result = await run(tx)
    for (const callback of hooks.beforeCommit) await callback()
  } catch (error) {
    progress.isOpen = false
    if (progress.began) await rollback(connection)
    return failed(error, progress.databaseError, isKept)
  }
  if (progress.began || hooks.withCommit.length > 0) {
    const error = await commit(connection, hooks, progress)
    if (error !== undefined) return error
  }
  progress.isOpen = false
  for (const callback of hooks.afterCommit) runAfterCommit(callback, log)
  return { kind: 'committed', result }
}

function failed(error: unknown, databaseError: unknown, isKept: boolean): TransactionOutcome<never> {
  const isStale = isKept && (isConnectionLoss(databaseError) || isStalePlan(databaseError))
  return { kind: 'failed', error, isStale, mayRunAgain: isStale || isSerializationFailure(databaseError) }
}

async function commit(
  connection: Connection,
  { withCommit }: Hooks,
  progress: Progress,
): Promise<TransactionOutcome<never> | undefined> {
  const last = withCommit.map(async (callback) => callback())
  const [tag, ...written] = await Promise.allSettled([connection.command('commit'), ...last])
  progress.isOpen = false
  if (tag.status === 'rejected') {
    if (!isConnectionLoss(tag.reason)) return failed(toRefusal(tag.reason), tag.reason, false)
    const detail = 'The database was lost while it committed: the outcome is unknown.'
    const error = new AppError('unavailable', 'database.outcome_unknown', detail, { cause: tag.reason })
    return { kind: 'failed', error, isStale: false, mayRunAgain: false }
  }
  const thrown: unknown = written.find((outcome) => outcome.status === 'rejected')?.reason
  // After a failed statement PostgreSQL answers COMMIT with a rollback, and no error.
  if (tag.value === 'ROLLBACK') return failed(toRefusal(progress.databaseError), progress.databaseError, false)
  if (thrown !== undefined) throw new Error('a callback sent with the commit threw by itself', { cause: thrown })
  return undefined
}

async function rollback(connection: Connection): Promise<void> {
  if (!connection.isUsable()) return
  try {
    await connection.command('rollback')
  } catch {
    connection.destroy()
  }
}

function runAfterCommit(callback: Callback, log: DatabaseLog): void {
  const report = (err: unknown) => log.warn({ err }, 'a callback after a commit failed')
  try {
    const outcome = callback()
    if (outcome instanceof Promise) outcome.catch(report)
  } catch (error) {
    report(error)
  }
}
