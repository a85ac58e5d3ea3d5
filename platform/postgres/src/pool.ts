import { AppError } from '@stoa/kernel'
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

interface Task {
  readonly start: (connection: Connection, isReused: boolean) => void
  readonly fail: (error: unknown) => void
  readonly deadline: number
}

interface Member {
  readonly connection: Connection
  tasks: number
  isReused: boolean
  idleSince: number
}

export interface Pool {
  /** Gives a connection to the task as soon as one is free; it must be released as often as it was given. */
  readonly submit: (start: Task['start'], fail: Task['fail']) => void
  readonly release: (connection: Connection) => void
  readonly stats: () => PoolStats
  readonly close: () => Promise<void>
}

const sweepIntervalMs = 1_000
const pauseAfterRefusalMs = 250
// The server cancels a statement at its own timeout; an answer that is still missing then won't come.
const answerGraceMs = 5_000

/**
 * Keeps up to `maxConnections` open, most recently used first, all but one closed when idle. While the database is away
 * tasks fail at once, and the first one that comes after its return opens a connection again.
 */
export function makePool(options: PoolOptions): Pool {
  const { maxConnections, log } = options
  const members = new Map<Connection, Member>()
  const idle: Member[] = []
  const queue: Task[] = []
  let opening = 0
  let noOpeningBefore = 0
  let closing: (() => void) | undefined
  let isClosed = false

  const failAll = (error: unknown) => {
    for (const task of queue.splice(0)) task.fail(error)
  }
  const start = (member: Member, task: Task) => {
    member.tasks++
    task.start(member.connection, member.isReused)
  }
  const remove = (member: Member) => {
    members.delete(member.connection)
    member.connection.end().catch(() => {})
    const at = idle.indexOf(member)
    if (at >= 0) idle.splice(at, 1)
    if (queue.length > 0) openIfNeeded()
    if (members.size === 0 && opening === 0) closing?.()
  }
  const serve = (member: Member) => {
    if (isClosed) return remove(member)
    const batch = Math.min(options.maxBatch, Math.ceil(queue.length / maxConnections))
    if (batch === 0) {
      member.idleSince = performance.now()
      idle.push(member)
      return
    }
    for (const task of queue.splice(0, batch)) start(member, task)
  }
  const opened = (connection: Connection) => {
    const member: Member = { connection, tasks: 0, isReused: false, idleSince: 0 }
    members.set(connection, member)
    connection.onEnd((cause) => {
      if (!isClosed && cause !== undefined) log.warn({ err: cause }, 'database connection lost')
      if (member.tasks === 0) remove(member)
    })
    if (members.has(connection)) serve(member)
  }
  const openIfNeeded = () => {
    const mayOpen = maxConnections - members.size - opening
    if (isClosed || mayOpen <= 0 || opening >= queue.length) return
    if (members.size > 0 && performance.now() < noOpeningBefore) return
    opening++
    connect(options).then(
      (connection) => {
        opening--
        opened(connection)
      },
      (error: unknown) => {
        opening--
        noOpeningBefore = performance.now() + pauseAfterRefusalMs
        // With others open (the server's limit is reached, say) what waits is served by those.
        if (members.size === 0) failAll(toRefusal(error))
        if (members.size === 0 && opening === 0) closing?.()
      },
    )
  }
  const sweep = () => {
    const now = performance.now()
    while ((queue[0]?.deadline ?? Infinity) <= now) queue.shift()?.fail(saturatedError())
    if (queue.length > 0) openIfNeeded()
    for (const { connection } of members.values()) {
      const since = connection.waitingSince()
      const limitMs = options.statementTimeoutMs + answerGraceMs
      if (since !== undefined && options.statementTimeoutMs > 0 && now - since > limitMs) connection.destroy()
    }
    while (idle.length > 1 && now - (idle[0]?.idleSince ?? now) > options.idleTimeoutMs) {
      if (idle[0] !== undefined) remove(idle[0])
    }
  }
  const sweeper = setInterval(sweep, sweepIntervalMs).unref()

  return {
    submit(begin, fail) {
      if (isClosed) return fail(closedError())
      const task: Task = { start: begin, fail, deadline: performance.now() + options.acquireTimeoutMs }
      const member = idle.pop()
      if (member !== undefined) return start(member, task)
      queue.push(task)
      openIfNeeded()
    },
    release(connection) {
      const member = members.get(connection)
      if (member === undefined || --member.tasks > 0) return
      member.isReused = true
      if (connection.isUsable()) serve(member)
      else remove(member)
    },
    stats: () => ({ open: members.size, idle: idle.length, waiting: queue.length, max: maxConnections }),
    async close() {
      if (isClosed) return
      isClosed = true
      clearInterval(sweeper)
      failAll(closedError())
      for (const member of idle.splice(0)) remove(member)
      if (members.size === 0 && opening === 0) return
      await new Promise<void>((resolve) => {
        closing = resolve
      })
    },
  }
}

function closedError(): AppError {
  return new AppError('unavailable', 'database.closed', 'The connection to the database has been closed.')
}

function saturatedError(): AppError {
  return new AppError('unavailable', 'database.saturated', 'No connection to the database became free in time.')
}
