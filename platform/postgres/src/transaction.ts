import { AsyncLocalStorage } from 'node:async_hooks'
import type { Sql, WriteHandle } from '@stoa/contract'
import { isAppError, platformError } from '@stoa/kernel'
import type { Connection } from './connection.ts'
import { isConnectionLoss, isSerializationFailure, isStalePlan, toRefusal } from './errors.ts'
import type { DatabaseLog } from './log.ts'
import { runStatement } from './run-statement.ts'

type Callback = () => unknown

interface Hooks {
  readonly beforeCommit: Callback[]
  readonly withCommit: Callback[]
  readonly afterCommit: Callback[]
  readonly afterEnd: ((ending: TransactionEnding) => unknown)[]
  /** Statements that go out behind those of `withCommit`. */
  readonly last: Callback[]
}

const hooksByHandle = new WeakMap<WriteHandle, Hooks>()

function hooksOf(tx: WriteHandle): Hooks {
  const hooks = hooksByHandle.get(tx)
  if (hooks === undefined) throw new Error('this handle belongs to no open transaction')
  return hooks
}

/**
 * Runs the callback in the transaction after everything else in it, in the order of registration and in the asynchronous context of
 * the caller; a throw rolls back.
 */
export function beforeCommit(tx: WriteHandle, callback: () => void | Promise<void>): void {
  const inItsContext = AsyncLocalStorage.snapshot()
  hooksOf(tx).beforeCommit.push(() => inItsContext(callback))
}

/**
 * Like `beforeCommit`, and after all of those, for a callback that sends its statements before its first await: they go
 * out together with the COMMIT, which saves a round trip. A callback that throws before then, and a statement of it that
 * fails, roll back.
 */
export function sendWithCommit(tx: WriteHandle, callback: () => Promise<unknown>): void {
  hooksOf(tx).withCommit.push(callback)
}

/**
 * Like `sendWithCommit`, behind all others, for a statement that locks a row which every such transaction needs. The locks are released
 * when the COMMIT is in the log of the server, before that is on the disk, so that the others wait for each other's statements and not
 * for the disk. The transaction still ends once it is on the disk. Until then others see what it has written; whatever they commit
 * because of it is on the disk only together with it.
 */
export function sendLastWithCommit(tx: WriteHandle, callback: () => Promise<unknown>): void {
  hooksOf(tx).last.push(callback)
}

/** Runs the callback once the transaction has been committed, not awaited; what it throws is only logged. */
export function afterCommit(tx: WriteHandle, callback: () => void | Promise<void>): void {
  hooksOf(tx).afterCommit.push(callback)
}

/** How a transaction has ended; `unknown` if the response to its COMMIT was lost. */
export type TransactionEnding = 'committed' | 'rolled_back' | 'unknown'

/**
 * Runs the callback once the transaction has ended in whatever way, before those of `afterCommit`, not awaited; what it throws is
 * only logged. A transaction that is repeated ends more than once, each time with its own handle.
 */
export function afterEnd(tx: WriteHandle, callback: (ending: TransactionEnding) => void): void {
  hooksOf(tx).afterEnd.push(callback)
}

/** How one run of a transaction ended; a failed one left nothing behind unless its error says the outcome is unknown. */
export type TransactionOutcome<T> =
  | { readonly kind: 'committed'; readonly result: T }
  | { readonly kind: 'failed'; readonly error: unknown; readonly mayRunAgain: boolean; readonly isStale: boolean }

interface Progress {
  began: boolean
  /** Statements sent so far. */
  sent: number
  isOpen: boolean
  /** The first error the database gave: what follows it only says that the transaction is aborted. */
  databaseError: unknown
}

function handleOn(connection: Connection, progress: Progress): WriteHandle {
  const onError = (error: unknown) => {
    progress.databaseError ??= error
  }
  const sql: Sql = async <Row extends object>(strings: TemplateStringsArray, ...values: readonly unknown[]) => {
    if (!progress.isOpen) throw new Error('a transaction was used after its end: await everything inside it')
    if (!progress.began) {
      progress.began = true
      // Not awaited: it goes out in front of the first statement, in one round trip.
      connection.command('begin isolation level read committed read write').catch(onError)
    }
    const rows = runStatement<Row>(connection, strings, values, onError)
    progress.sent++
    return rows
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
  const hooks: Hooks = { beforeCommit: [], withCommit: [], last: [], afterCommit: [], afterEnd: [] }
  const end = (ending: TransactionEnding) => {
    for (const callback of hooks.afterEnd) runUnawaited(() => callback(ending), log)
  }
  try {
    const outcome = await runWithHooks(connection, isKept, run, hooks)
    end(endingOf(outcome))
    if (outcome.kind === 'committed') for (const callback of hooks.afterCommit) runUnawaited(callback, log)
    return outcome
  } catch (error) {
    end('unknown')
    throw error
  }
}

function endingOf(outcome: TransactionOutcome<unknown>): TransactionEnding {
  if (outcome.kind === 'committed') return 'committed'
  return isAppError(outcome.error, 'database.outcome_unknown') ? 'unknown' : 'rolled_back'
}

async function runWithHooks<T>(
  connection: Connection,
  isKept: boolean,
  run: (tx: WriteHandle) => Promise<T>,
  hooks: Hooks,
): Promise<TransactionOutcome<T>> {
  const progress: Progress = { began: false, sent: 0, isOpen: true, databaseError: undefined }
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
  if (progress.began || hooks.withCommit.length + hooks.last.length > 0) {
    const error = await commit(connection, hooks, progress)
    if (error !== undefined) return error
  }
  progress.isOpen = false
  return { kind: 'committed', result }
}

function failed(error: unknown, databaseError: unknown, isKept: boolean): TransactionOutcome<never> {
  const isStale = isKept && (isConnectionLoss(databaseError) || isStalePlan(databaseError))
  return { kind: 'failed', error, isStale, mayRunAgain: isStale || isSerializationFailure(databaseError) }
}

/** A callback that was to send its statements in front of the COMMIT. */
interface Sending {
  readonly ended: Promise<unknown>
  readonly hasSent: boolean
  state: 'under way' | 'ended' | 'failed'
}

function startSending(callback: Callback, progress: Progress): Sending {
  const sentBefore = progress.sent
  const ended = (async () => callback())()
  const sending: Sending = { ended, hasSent: progress.sent > sentBefore, state: 'under way' }
  ended.then(
    () => (sending.state = 'ended'),
    () => (sending.state = 'failed'),
  )
  return sending
}

/** What makes a COMMIT return before it is on the disk, and what then waits until it is: the commit of something behind it. */
const withoutFlush = 'set local synchronous_commit = off'
const flush = `select pg_logical_emit_message(true, 'stoa flush', '')`

/** Ends the transaction once every callback has its statements out: with a ROLLBACK when one has failed before that. */
function endTransaction(connection: Connection, progress: Progress, { withCommit, last }: Hooks): Promise<Ending> {
  return new Promise((resolve) => {
    let sendings: readonly Sending[] = []
    const end = () => {
      const slow = sendings.filter(({ state, hasSent }) => state === 'under way' && !hasSent)
      if (slow.length > 0) return void Promise.allSettled(slow.map(({ ended }) => ended)).then(end)
      progress.isOpen = false
      const isCommitted = sendings.every(({ state }) => state !== 'failed')
      const isFlushedLater = isCommitted && last.length > 0
      if (isFlushedLater) connection.command(withoutFlush).catch(() => {})
      const tag = connection.command(isCommitted ? 'commit' : 'rollback')
      const flushed = isFlushedLater ? connection.command(flush) : tag
      void Promise.allSettled([tag, flushed, ...sendings.map(({ ended }) => ended)]).then(
        ([first, second, ...written]) => resolve({ tag: first, flushed: second, written }),
      )
    }
    // Behind all that the callbacks do by themselves, and in front of the write that takes their statements along.
    process.nextTick(end)
    sendings = [...withCommit, ...last].map((callback) => startSending(callback, progress))
  })
}

interface Ending {
  readonly tag: PromiseSettledResult<string>
  readonly written: readonly PromiseSettledResult<unknown>[]
  /** Whether the COMMIT is on the disk. */
  readonly flushed: PromiseSettledResult<string>
}

async function commit(
  connection: Connection,
  hooks: Hooks,
  progress: Progress,
): Promise<TransactionOutcome<never> | undefined> {
  const { tag, flushed, written } = await endTransaction(connection, progress, hooks)
  if (tag.status === 'rejected') {
    if (!isConnectionLoss(tag.reason)) return failed(toRefusal(tag.reason), tag.reason, false)
    return unknownOutcome(tag.reason)
  }
  const thrown: unknown = written.find((outcome) => outcome.status === 'rejected')?.reason
  // After a failed statement PostgreSQL answers COMMIT with a rollback, and no error.
  if (tag.value === 'ROLLBACK') {
    const { databaseError } = progress
    return failed(databaseError === undefined ? thrown : toRefusal(databaseError), databaseError, false)
  }
  if (flushed.status === 'rejected') return unknownOutcome(flushed.reason)
  if (thrown !== undefined) throw new Error('a callback sent with the commit threw by itself', { cause: thrown })
  return undefined
}

function unknownOutcome(cause: unknown): TransactionOutcome<never> {
  const detail = 'The connection to the database was lost during the commit: the outcome is unknown.'
  const error = platformError('database.outcome_unknown', detail, { cause })
  return { kind: 'failed', error, isStale: false, mayRunAgain: false }
}

async function rollback(connection: Connection): Promise<void> {
  if (!connection.isUsable()) return
  try {
    await connection.command('rollback')
  } catch {
    connection.destroy()
  }
}

function runUnawaited(callback: Callback, log: DatabaseLog): void {
  const report = (err: unknown) => log.warn({ err }, 'a callback after a transaction failed')
  try {
    const outcome = callback()
    if (outcome instanceof Promise) outcome.catch(report)
  } catch (error) {
    report(error)
  }
}
