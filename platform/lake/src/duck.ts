import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api'
import { platformError } from '@stoa/kernel'
import { quoteText } from './columns.ts'
import { makeTurns } from './turns.ts'

/** A value that a statement takes or returns; whole numbers of 64 bits are returned as text, and so are times and dates. */
export type SqlValue = string | number | boolean | bigint | null

/** What a session with DuckDB can do. */
export interface DuckSession {
  /** Runs a statement and returns its rows. */
  readonly rows: (sql: string, parameters?: readonly SqlValue[]) => Promise<Record<string, SqlValue>[]>
  /** The connection of the library, for work that prepares statements or reads their rows in portions; not to be used after the work. */
  readonly connection: DuckDBConnection
}

/** How long a piece of work may take, and until when it is wanted. */
export interface DuckLimits {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Waits for its turn however many wait already: for work that is limited elsewhere, such as tasks. */
  readonly isPatient?: boolean
}

/** The settings of an engine. */
export interface DuckOptions {
  /** The only folder that statements can read and write; work that exceeds the memory spills into a folder in it. */
  readonly folder: string
  readonly memoryMiB: number
  /** Narrows `folder` to these folders in it; work that exceeds the memory still spills into `folder`. */
  readonly reads?: readonly string[]
  /** Settings of DuckDB from its start on, such as `errors_as_json`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Statements that prepare the engine before it is locked. */
  readonly prepare?: readonly string[]
  /** How much of the disk work that exceeds the memory may use; 1,024 by default. */
  readonly spillMiB?: number
  readonly threads?: number
  /** More at once wait; 2 by default. */
  readonly mostAtOnce?: number
  /** More waiting are refused; 20 by default. */
  readonly mostWaiting?: number
  /** After so long without work the memory is freed; 30 s by default. */
  readonly idleMs?: number
}

/** DuckDB in this process: loaded and started by the first work, its memory and threads released when idle. */
export interface Duck {
  /**
   * Does work in a session of its own.
   * @throws AppError `lake.too_long`, `lake.too_large` or `lake.busy`; any other failure as DuckDB reports it
   */
  readonly use: <Result>(limits: DuckLimits, work: (session: DuckSession) => Promise<Result>) => Promise<Result>
  /** Ends the work under way, which fails as interrupted, and releases everything: a process that stops has seconds, not minutes. */
  readonly close: () => Promise<void>
}

/** Makes an engine; nothing is loaded before its first use. */
export function makeDuck(options: DuckOptions): Duck {
  const { mostAtOnce = 2, mostWaiting = 20, idleMs = 30_000 } = options
  let starting: Promise<DuckDBInstance> | undefined
  let idle: NodeJS.Timeout | undefined
  const turns = makeTurns({ mostAtOnce, mostWaiting }, () => (idle = setTimeout(() => void stop(), idleMs).unref()))
  const closing = new AbortController()

  async function stop(): Promise<void> {
    clearTimeout(idle)
    const instance = starting
    starting = undefined
    await instance?.then(
      (each) => each.closeSync(),
      () => {},
    )
  }

  async function connect(): Promise<DuckDBConnection> {
    starting ??= start(options)
    try {
      return await (await starting).connect()
    } catch (error) {
      starting = undefined
      throw error
    }
  }

  return {
    async use(limits, work) {
      clearTimeout(idle)
      const isPatient = limits.isPatient === true
      await turns.enter(isPatient)
      try {
        return await within(await connect(), { ...limits, closing: closing.signal }, work)
      } catch (error) {
        // DuckDB does not trust its own state after these.
        if (/^(\{"exception_type":")?(INTERNAL|FATAL)/.test((error as Error).message)) starting = undefined
        throw error
      } finally {
        turns.leave(isPatient)
      }
    },
    async close() {
      closing.abort()
      while (turns.active() > 0) await new Promise((resolve) => setTimeout(resolve, 20))
      await stop()
    },
  }
}

async function start({
  folder,
  memoryMiB,
  spillMiB = 1_024,
  threads = 2,
  ...options
}: DuckOptions): Promise<DuckDBInstance> {
  await removeSpilled(folder)
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api')
  const instance = await Instance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryMiB}MiB`,
    // of this engine alone: DuckDB gives its files the same names in every process
    temp_directory: join(folder, `.spill-${randomUUID()}`),
    max_temp_directory_size: `${spillMiB}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...options.settings,
  })
  const connection = await instance.connect()
  const allowed = (options.reads ?? [folder]).map((each) => quoteText(each)).join(', ')
  await connection.run(`set TimeZone = 'UTC'`)
  for (const statement of options.prepare ?? []) await connection.run(statement)
  await connection.run(`set allowed_directories = [${allowed}]`)
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
  connection.closeSync()
  return instance
}

const spilledKeptMs = 86_400_000

/** What a process that was killed has spilled; no work takes as long as it is kept. */
async function removeSpilled(folder: string): Promise<void> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('.spill-'))
  for (const path of names.map((name) => join(folder, name))) {
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (mtimeMs < Date.now() - spilledKeptMs) await rm(path, { recursive: true, force: true })
  }
}

const interruptEveryMs = 100

async function within<Result>(
  connection: DuckDBConnection,
  { timeoutMs, signal, closing }: DuckLimits & { readonly closing: AbortSignal },
  work: (session: DuckSession) => Promise<Result>,
): Promise<Result> {
  let isLate = false
  let again: NodeJS.Timeout | undefined
  // Once more and more: DuckDB forgets an interruption that comes before its statement has begun.
  const interrupt = () => {
    connection.interrupt()
    again ??= setInterval(() => connection.interrupt(), interruptEveryMs).unref()
  }
  const timer = setTimeout(() => {
    isLate = true
    interrupt()
  }, timeoutMs)
  const signals = [closing, ...(signal === undefined ? [] : [signal])]
  for (const each of signals) each.addEventListener('abort', interrupt)
  try {
    return await work({
      connection,
      async rows(sql, parameters = []) {
        // between two statements there is nothing to interrupt
        if (isLate) throw platformError('lake.too_long', `the query took longer than ${timeoutMs} ms`)
        for (const each of signals) each.throwIfAborted()
        const reader = await connection.runAndReadAll(sql, parameters as DuckDBValue[])
        return reader.getRowObjectsJson() as Record<string, SqlValue>[]
      },
    })
  } catch (cause) {
    throw refusalOf(cause, isLate ? timeoutMs : undefined)
  } finally {
    clearTimeout(timer)
    clearInterval(again)
    for (const each of signals) each.removeEventListener('abort', interrupt)
    connection.closeSync()
  }
}

function refusalOf(cause: unknown, lateAfterMs: number | undefined): unknown {
  const { message } = cause as Error
  if (lateAfterMs !== undefined && /^(\{"exception_type":")?INTERRUPT/.test(message)) {
    return platformError('lake.too_long', `the query took longer than ${lateAfterMs} ms`, { cause })
  }
  if (/^(\{"exception_type":")?Out of Memory/.test(message)) {
    return platformError('lake.too_large', 'the query needs more memory than it may use', { cause })
  }
  return cause
}
