import { readBody } from '../wire/body-reader.ts'
import type { Message } from '../wire/message-reader.ts'
import { SqlError, sqlStates } from '../wire/sql-error.ts'
import { write, type Format } from '../wire/write-messages.ts'
import { catalogEdits } from './catalog-edits.ts'
import { parameterText } from './parameter-values.ts'
import { runInTurn, type RunningStatement } from './portal.ts'
import { openCursor, planStatement, type Plan } from './run-statement.ts'
import { commandOf, type Command } from './session-commands.ts'
import {
  beginStatement,
  logged,
  requireUnfailed,
  rowSink,
  tagOf,
  type SessionParts,
  type StatementTime,
} from './session.ts'
import { splitStatements, type Statement } from './split-statements.ts'
import { wireTypeOf } from '../wire/value-types.ts'

/** A parsed statement: empty, a command of the session, or a query. */
interface Prepared {
  readonly statement: Statement | undefined
  readonly command: Command | undefined
  readonly plan: Plan | undefined
  /** The types of its parameters, as the client knows them. */
  readonly oids: readonly number[]
  readonly bytes: number
}

interface BoundPortal {
  readonly prepared: Prepared
  readonly values: readonly (string | null)[]
  readonly formats: readonly Format[]
  readonly bytes: number
  running?: { readonly cursor: RunningStatement; readonly time: StatementTime }
  isDone?: boolean
}

/** Serves the messages of the extended query protocol; each throws SqlError, after which a client's messages are skipped up to its Sync. */
export interface ExtendedQuery {
  readonly handlers: Readonly<Record<string, (message: Message) => Promise<void>>>
  /** Closes what ends with a transaction. */
  readonly endTransaction: () => Promise<void>
}

// What a session keeps is bounded: drivers keep some hundred statements.
const mostKept = 1_000
const mostKeptBytes = 4 * 1_024 * 1_024

/** What a session keeps. */
interface Kept {
  readonly session: SessionParts
  readonly statements: Map<string, Prepared>
  readonly portals: Map<string, BoundPortal>
}

/** Makes the statements and portals of a session. */
export function makeExtendedQuery(session: SessionParts): ExtendedQuery {
  const kept: Kept = { session, statements: new Map(), portals: new Map() }
  return {
    handlers: {
      P: (message) => parse(kept, message),
      B: (message) => bind(kept, message),
      D: (message) => describe(kept, message),
      E: (message) => execute(kept, message),
      C: (message) => close(kept, message),
    },
    endTransaction: () => endTransaction(kept),
  }
}

function requireRoom({ statements, portals }: Kept, bytes: number): void {
  const kept = [...statements.values(), ...portals.values()]
  if (kept.length < mostKept && kept.reduce((sum, each) => sum + each.bytes, bytes) <= mostKeptBytes) return
  throw new SqlError(sqlStates.programLimit, 'this session keeps too many prepared statements or portals')
}

async function closePortal({ portals }: Kept, name: string): Promise<void> {
  const portal = portals.get(name)
  portals.delete(name)
  portal?.running?.time.end()
  await portal?.running?.cursor.close()
}

async function endTransaction(kept: Kept): Promise<void> {
  for (const name of kept.portals.keys()) await closePortal(kept, name)
}

function statementNamed({ statements }: Kept, name: string): Prepared {
  const found = statements.get(name)
  if (found !== undefined) return found
  throw new SqlError(sqlStates.invalidStatementName, `prepared statement "${name}" does not exist`)
}

function portalNamed({ portals }: Kept, name: string): BoundPortal {
  const found = portals.get(name)
  if (found !== undefined) return found
  throw new SqlError(sqlStates.invalidCursorName, `portal "${name}" does not exist`)
}

async function parse(kept: Kept, { body }: Message): Promise<void> {
  const { session, statements } = kept
  const reader = readBody(body)
  const [name, whole] = [reader.text(), reader.text()]
  const declared = reader.list(reader.int32)
  if (name !== '' && statements.has(name)) {
    throw new SqlError(sqlStates.duplicateStatement, `prepared statement "${name}" already exists`)
  }
  requireRoom(kept, body.length)
  statements.set(name, { ...(await prepare(session, whole, declared)), bytes: body.length })
  session.transport.send(write.parsed())
}

async function bind(kept: Kept, { body }: Message): Promise<void> {
  const reader = readBody(body)
  const [name, from] = [reader.text(), reader.text()]
  const prepared = statementNamed(kept, from)
  const readFormat = (): Format => (reader.int16() === 1 ? 1 : 0)
  const formats = reader.list(readFormat)
  const given = reader.list(() => {
    const length = reader.int32()
    return length < 0 ? null : reader.bytes(length)
  })
  if (given.length !== prepared.oids.length) {
    const detail = `bind message supplies ${given.length} parameters, but prepared statement "${from}" requires ${prepared.oids.length}`
    throw new SqlError(sqlStates.protocolViolation, detail)
  }
  const values = given.map((bytes, index) => parameterText(bytes, formatOf(formats, index), prepared.oids[index] ?? 0))
  const wanted = reader.list(readFormat)
  const columns = prepared.plan?.columns ?? []
  await closePortal(kept, name)
  requireRoom(kept, body.length)
  kept.portals.set(name, {
    prepared,
    values,
    formats: columns.map((_, index) => formatOf(wanted, index)),
    bytes: body.length,
  })
  kept.session.transport.send(write.bound())
}

async function describe(kept: Kept, { body }: Message): Promise<void> {
  const { transport } = kept.session
  const reader = readBody(body)
  const [kind, name] = [String.fromCharCode(reader.byte()), reader.text()]
  const portal = kind === 'P' ? portalNamed(kept, name) : undefined
  const { oids, command, plan } = portal?.prepared ?? statementNamed(kept, name)
  if (portal === undefined) transport.send(write.parameters(oids))
  const columns = command?.column === undefined ? (plan?.columns ?? []) : [textColumn(command.column)]
  transport.send(columns.length === 0 ? write.noData() : write.columns(columns, portal?.formats ?? []))
}

async function execute(kept: Kept, { body }: Message): Promise<void> {
  const { session } = kept
  const { transport } = session
  const reader = readBody(body)
  const [name, most] = [reader.text(), reader.int32()]
  const portal = portalNamed(kept, name)
  const { statement, command } = portal.prepared
  const { subject } = await session.verify()
  requireUnfailed(session.state, statement)
  if (statement === undefined) transport.send(write.emptyQuery())
  else if (command !== undefined) await runCommand(kept, command)
  else if (portal.isDone === true) transport.send(write.complete(tagOf(statement, 0)))
  else await logged(session, statement.text, () => sendRows(session, portal, { most: Math.max(0, most), subject }))
}

async function runCommand(kept: Kept, command: Command): Promise<void> {
  const { transport, state } = kept.session
  const { tag, value } = command.run(state)
  if (command.column !== undefined) transport.send(write.row([Buffer.from(value ?? '')]))
  transport.send(write.complete(tag))
  if (tag === 'COMMIT' || tag === 'ROLLBACK') await endTransaction(kept)
}

async function sendRows(
  session: SessionParts,
  portal: BoundPortal,
  { most, subject }: { readonly most: number; readonly subject: string },
): Promise<number> {
  const { transport, engine } = session
  const { prepared, values, formats } = portal
  const plan = prepared.plan as Plan
  const time = portal.running?.time ?? beginStatement(session)
  portal.running ??= {
    time,
    cursor: runInTurn(engine, { subject, signal: time.signal }, (connection) =>
      openCursor(connection, plan, { values, formats }),
    ),
  }
  const { cursor } = portal.running
  try {
    const { count, hasMore } = await cursor.send(most, rowSink(transport, time.signal))
    portal.isDone = !hasMore
    transport.send(hasMore ? write.suspended() : write.complete(tagOf(prepared.statement as Statement, count)))
    return count
  } catch (error) {
    portal.isDone = true
    throw error
  } finally {
    if (portal.isDone === true) {
      time.end()
      await cursor.close()
    }
  }
}

async function close(kept: Kept, { body }: Message): Promise<void> {
  const reader = readBody(body)
  const [kind, name] = [String.fromCharCode(reader.byte()), reader.text()]
  if (kind === 'P') await closePortal(kept, name)
  else kept.statements.delete(name)
  kept.session.transport.send(write.closed())
}

/** One format for all, or one for each; text by default. */
function formatOf(formats: readonly Format[], index: number): Format {
  return (formats.length === 1 ? formats[0] : formats[index]) ?? 0
}

function textColumn(name: string) {
  return { name, oid: 25, size: -1, modifier: -1 }
}

async function prepare(
  session: SessionParts,
  whole: string,
  declared: readonly number[],
): Promise<Omit<Prepared, 'bytes'>> {
  const { subject } = await session.verify()
  const [statement, another] = splitStatements(whole)
  if (another !== undefined) {
    throw new SqlError(sqlStates.syntaxError, 'cannot insert multiple commands into a prepared statement')
  }
  requireUnfailed(session.state, statement)
  if (statement === undefined) return { statement, command: undefined, plan: undefined, oids: [] }
  const command = commandOf(statement)
  if (command !== undefined) return { statement, command, plan: undefined, oids: [] }
  const time = beginStatement(session)
  try {
    const plan = await session.engine.use({ subject, signal: time.signal }, (connection, readable) =>
      planStatement(connection, { statement, whole, edits: catalogEdits(statement), declared, readable }),
    )
    const oids = plan.parameters.map((type, index) => declared[index] || wireTypeOf(type).oid)
    return { statement, command: undefined, plan, oids }
  } catch (error) {
    throw time.signal.aborted ? time.signal.reason : error
  } finally {
    time.end()
  }
}
