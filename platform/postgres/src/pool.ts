import { AsyncResource } from 'node:async_hooks'
import { type AppError, platformError } from '@stoa/kernel'
import { connect, type Connection, type ConnectionOptions } from './connection.ts'
import { toRefusal } from './errors.ts'
import type { DatabaseLog } from './log.ts'

export interface PoolOptions extends ConnectionOptions {
  readonly maxConnections: number
  readonly acquireTimeoutMs: number
  readonly idleTimeoutMs: number
  /** How many waiting tasks one freed connection takes at once: 1 where a task needs the connection for itself. */
  readonly maxBatch: number
  readonly log: DatabaseLog
}

/** Counts of one pool: gauges. */
export interface PoolStats {
  readonly open: number
  readonly idle: number
  readonly waiting: number
  readonly max: number
}

/** A kept connection may have died, or its prepared statements may be out of date, since it was last used. */
type Start = (connection: Connection, isKept: boolean) => void
type Fail = (error: Error) => void

export interface Pool {
  /** Gives a connection to the task as soon as one is free; it must be released as often as it was given. */
  readonly submit: (start: Start, fail: Fail) => void
  readonly release: (connection: Connection) => void
  readonly stats: () => PoolStats
  /** Fails what waits and answers when what runs has ended. */
  readonly close: () => Promise<void>
}

interface Task {
  readonly start: Start
  readonly fail: Fail
  readonly deadline: number
}

interface Member {
  readonly connection: Connection
  tasks: number
  isKept: boolean
  idleSince: number
}

interface State {
  readonly options: PoolOptions
  readonly members: Map<Connection, Member>
  /** The most recently used last. */
  readonly idle: Member[]
  readonly queue: Task[]
  /** Took a task in this turn of the event loop, and may take those that come with it. */
  current: Member | undefined
  opening: number
  noOpeningBefore: number
  isClosed: boolean
  readonly emptied: PromiseWithResolvers<void>
}

const sweepIntervalMs = 1_000
const pauseAfterRefusalMs = 250
// The server cancels a statement at its own timeout; an answer that is still missing then won't come.
const answerGraceMs = 5_000

/**
 * Keeps up to `maxConnections` open, most recently used first, closed when idle for long. While the database is unavailable
 * tasks fail at once, and the first one that comes after its return opens a connection again.
 */
export function makePool(options: PoolOptions): Pool {
  const pool: State = {
    options,
    members: new Map(),
    idle: [],
    queue: [],
    current: undefined,
    opening: 0,
    noOpeningBefore: 0,
    isClosed: false,
    emptied: Promise.withResolvers<void>(),
  }
  const sweeper = setInterval(() => sweep(pool), sweepIntervalMs).unref()
  return {
    submit: (start, fail) => submit(pool, start, fail),
    release: (connection) => release(pool, connection),
    stats: () => ({
      open: pool.members.size,
      idle: pool.idle.length,
      waiting: pool.queue.length,
      max: options.maxConnections,
    }),
    async close() {
      pool.isClosed = true
      clearInterval(sweeper)
      failAll(pool, closedError())
      while (pool.idle[0] !== undefined) remove(pool, pool.idle[0])
      settleIfEmpty(pool)
      await pool.emptied.promise
    },
  }
}

function submit(pool: State, start: Start, fail: Fail): void {
  if (pool.isClosed) {
    fail(closedError())
    return
  }
  const task = { start, fail, deadline: performance.now() + pool.options.acquireTimeoutMs }
  // Reads that are asked for together go out in one write, to one server process: waking four costs more than they do.
  const { current } = pool
  if (current !== undefined && current.tasks > 0 && current.tasks < pool.options.maxBatch) {
    begin(current, task)
    return
  }
  const member = pool.idle.pop()
  if (member !== undefined) {
    if (pool.options.maxBatch > 1) keepForThisTurn(pool, member)
    begin(member, task)
    return
  }
  // The statement that frees a connection starts this one, which must run in the trace context of its own caller.
  const own = new AsyncResource('stoa.statement')
  pool.queue.push({ ...task, start: (connection, isKept) => own.runInAsyncScope(start, undefined, connection, isKept) })
  openIfNeeded(pool)
}

function keepForThisTurn(pool: State, member: Member): void {
  pool.current = member
  process.nextTick(() => {
    pool.current = undefined
  })
}

function begin(member: Member, task: Task): void {
  member.tasks++
  task.start(member.connection, member.isKept)
}

function release(pool: State, connection: Connection): void {
  const member = pool.members.get(connection)
  if (member === undefined || --member.tasks > 0) return
  member.isKept = true
  if (connection.isUsable()) serve(pool, member)
  else remove(pool, member)
}

/** Gives a free connection to what waits, or keeps it. */
function serve(pool: State, member: Member): void {
  if (pool.isClosed) {
    remove(pool, member)
    return
  }
  const share = Math.ceil(pool.queue.length / pool.options.maxConnections)
  const batch = pool.queue.splice(0, Math.min(pool.options.maxBatch, share))
  if (batch.length === 0) {
    member.isKept = true
    member.idleSince = performance.now()
    pool.idle.push(member)
  }
  for (const task of batch) begin(member, task)
}

function remove(pool: State, member: Member): void {
  pool.members.delete(member.connection)
  const at = pool.idle.indexOf(member)
  if (at >= 0) pool.idle.splice(at, 1)
  member.connection.end().catch(() => {})
  openIfNeeded(pool)
  settleIfEmpty(pool)
}

function openIfNeeded(pool: State): void {
  const { members, options, queue } = pool
  if (pool.isClosed || pool.opening >= queue.length || members.size + pool.opening >= options.maxConnections) return
  if (members.size > 0 && performance.now() < pool.noOpeningBefore) return
  pool.opening++
  connect(options).then(
    (connection) => {
      pool.opening--
      join(pool, connection)
    },
    (error: unknown) => {
      pool.opening--
      pool.noOpeningBefore = performance.now() + pauseAfterRefusalMs
      // With others open or opening (the server's limit is reached, say) what waits is served by those.
      if (members.size === 0 && pool.opening === 0) failAll(pool, toRefusal(error))
      settleIfEmpty(pool)
    },
  )
}

function join(pool: State, connection: Connection): void {
  const member: Member = { connection, tasks: 0, isKept: false, idleSince: 0 }
  pool.members.set(connection, member)
  connection.onEnd((cause) => {
    if (!pool.isClosed && cause !== undefined) pool.options.log.warn({ err: cause }, 'database connection lost')
    if (member.tasks === 0) remove(pool, member)
  })
  if (connection.isUsable()) serve(pool, member)
}

function failAll(pool: State, error: Error): void {
  for (const task of pool.queue.splice(0)) task.fail(error)
}

function settleIfEmpty(pool: State): void {
  if (pool.isClosed && pool.members.size === 0 && pool.opening === 0) pool.emptied.resolve()
}

/** Refuses what waited too long, cuts connections that no longer respond, and closes those that were idle for long. */
function sweep(pool: State): void {
  const { idle, members, options, queue } = pool
  const now = performance.now()
  while ((queue[0]?.deadline ?? Infinity) <= now) queue.shift()?.fail(saturatedError())
  openIfNeeded(pool)
  const answerLimitMs = options.statementTimeoutMs > 0 ? options.statementTimeoutMs + answerGraceMs : Infinity
  for (const { connection } of members.values()) {
    if (now - (connection.waitingSince() ?? now) > answerLimitMs) connection.destroy()
  }
  for (let oldest = idle[0]; oldest !== undefined; oldest = idle[0]) {
    if (now - oldest.idleSince <= options.idleTimeoutMs) break
    remove(pool, oldest)
  }
}

function closedError(): AppError {
  return platformError('database.closed', 'The connection to the database has been closed.')
}

function saturatedError(): AppError {
  return platformError('database.saturated', 'No connection to the database became free in time.')
}
