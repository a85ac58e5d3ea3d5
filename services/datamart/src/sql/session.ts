import { readBody } from '../wire/body-reader.ts'
import type { Message } from '../wire/message-reader.ts'
import { SqlError, sqlStates } from '../wire/sql-error.ts'
import { write } from '../wire/write-messages.ts'
import { catalogEdits } from './catalog-edits.ts'
import { asSqlError } from './duck-errors.ts'
import { runInTurn } from './portal.ts'
import { planStatement, openCursor, type RowSink } from './run-statement.ts'
import { commandOf, millisecondsOf, type SessionState } from './session-commands.ts'
import { splitStatements, type Statement } from './split-statements.ts'
import type { SqlEngine } from './sql-engine.ts'
import type { Transport } from './transport.ts'

/** What a session is made of. */
export interface SessionParts {
  readonly transport: Transport
  readonly engine: SqlEngine
  readonly state: SessionState
  /** Verifies the caller again. @throws SqlError fatal, once it may no longer query */
  readonly verify: () => Promise<{ readonly subject: string }>
  readonly timeoutMs: number
  readonly log: StatementLog
  /** Cancels the statements that run. */
  readonly cancels: Set<() => void>
}

/** A statement that has ended, for the log of queries. */
export interface EndedStatement {
  readonly statement: string
  readonly rows: number
  readonly durationMs: number
  /** `ok` or a SQLSTATE. */
  readonly outcome: string
}

/** Notes statements of a session. */
export type StatementLog = (ended: EndedStatement, error?: unknown) => void

/** The time of one statement. */
export interface StatementTime {
  /** Aborted when the time of the statement is over, when it is cancelled, and when the connection ends. */
  readonly signal: AbortSignal
  /** To be called when the statement has ended. */
  readonly end: () => void
}

/** Begins the time of a statement. */
export function beginStatement({ transport: { closed }, timeoutMs, state, cancels }: SessionParts): StatementTime {
  const ending = new AbortController()
  const canceled = (why: string) =>
    ending.abort(new SqlError(sqlStates.queryCanceled, `canceling statement due to ${why}`))
  const wanted = millisecondsOf(state.settings.get('statement_timeout') ?? '') ?? 0
  const timer = setTimeout(canceled, wanted > 0 ? Math.min(wanted, timeoutMs) : timeoutMs, 'statement timeout')
  const onClosed = () => ending.abort(closed.reason)
  const onCancel = () => canceled('user request')
  closed.addEventListener('abort', onClosed)
  if (closed.aborted) onClosed()
  cancels.add(onCancel)
  return {
    signal: ending.signal,
    end() {
      clearTimeout(timer)
      closed.removeEventListener('abort', onClosed)
      cancels.delete(onCancel)
    },
  }
}

/** Sends the rows of a statement no faster than they are read. */
export function rowSink(transport: Transport, signal: AbortSignal): RowSink {
  let rows: Buffer[] = []
  let bytes = 0
  function flush(): void {
    if (rows.length > 0) transport.send(Buffer.concat(rows, bytes))
    rows = []
    bytes = 0
  }
  return {
    add(values) {
      const row = write.row(values)
      rows.push(row)
      bytes += row.length
      if (bytes < portionBytes) return undefined
      flush()
      return transport.drained(signal)
    },
    flush,
  }
}

// a row in a packet of its own costs more than its bytes
const portionBytes = 32 * 1_024

/** Refuses what is not the end of a transaction that has failed. */
export function requireUnfailed({ status }: SessionState, statement: Statement | undefined): void {
  const isEnd = /^(commit|end|rollback|abort)$/i.test(statement?.tokens[0]?.text ?? '')
  if (status !== 'E' || isEnd) return
  const detail = 'current transaction is aborted, commands ignored until end of transaction block'
  throw new SqlError(sqlStates.failedTransaction, detail)
}

/** Runs the statements of a simple query, one after the other, until one fails. */
export async function simpleQuery(session: SessionParts, { body }: Message): Promise<void> {
  const { transport, state } = session
  const whole = readBody(body).text()
  const statements = splitStatements(whole)
  if (statements.length === 0) transport.send(write.emptyQuery())
  try {
    for (const statement of statements) await runSimple(session, statement, whole)
  } catch (error) {
    sendError(session, error)
  }
  transport.send(write.ready(state.status))
}

/** Reports an error; one that is fatal is left to the end of the session. */
export function sendError({ transport, state, log }: SessionParts, error: unknown): void {
  // a client that has left gets no error, and is none
  if (transport.closed.aborted) return
  const known = asSqlError(error, () => 0)
  if (known.code === sqlStates.internalError) log({ statement: '', rows: 0, durationMs: 0, outcome: known.code }, error)
  if (known.isFatal) throw known
  if (state.status === 'T') state.status = 'E'
  transport.send(write.error(known))
}

async function runSimple(session: SessionParts, statement: Statement, whole: string): Promise<void> {
  const { transport, state, engine, verify } = session
  const principal = await verify()
  requireUnfailed(state, statement)
  const command = commandOf(statement)
  if (command !== undefined) {
    const { tag, value } = command.run(state)
    if (command.column !== undefined) {
      transport.send(write.columns([{ name: command.column, oid: 25, size: -1, modifier: -1 }], []))
      transport.send(write.row([Buffer.from(value ?? '')]))
    }
    transport.send(write.complete(tag))
    return
  }
  const time = beginStatement(session)
  const { signal } = time
  const running = runInTurn(engine, { subject: principal.subject, signal }, async (connection, readable) => {
    const plan = await planStatement(connection, {
      statement,
      whole,
      edits: catalogEdits(statement),
      declared: [],
      readable,
    })
    if (plan.parameters.length > 0) throw new SqlError(sqlStates.syntaxError, 'there is no parameter $1')
    const cursor = await openCursor(connection, plan, { values: [], formats: [] })
    transport.send(write.columns(plan.columns, []))
    return cursor
  })
  await logged(session, statement.text, async () => {
    const { count } = await running.send(0, rowSink(transport, signal))
    await running.close()
    transport.send(write.complete(tagOf(statement, count)))
    return count
  }).finally(time.end)
}

/** The tag of a query that has ended. */
export function tagOf({ tokens }: Statement, count: number): string {
  return tokens[0]?.text.toLowerCase() === 'explain' ? 'EXPLAIN' : `SELECT ${count}`
}

/** Runs a part of a session that returns how many rows it sent, and notes how it ended. */
export async function logged(
  { log }: Pick<SessionParts, 'log'>,
  statement: string,
  work: () => Promise<number>,
): Promise<void> {
  const start = performance.now()
  const note = (rows: number, outcome: string) =>
    log({ statement, rows, outcome, durationMs: Math.round(performance.now() - start) })
  try {
    note(await work(), 'ok')
  } catch (error) {
    const known = asSqlError(error, () => 0)
    note(0, known.code)
    throw error
  }
}
