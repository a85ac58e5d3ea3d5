import { randomInt } from 'node:crypto'
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { isAppError } from '@stoa/kernel'
import type { DepsContext } from '@stoa/service'
import type { Logger } from '@stoa/telemetry'
import { fatal, SqlError, sqlStates } from '../wire/sql-error.ts'
import { write } from '../wire/write-messages.ts'
import { makeExtendedQuery } from './extended-query.ts'
import { change, firstSettings, reported } from './session-commands.ts'
import { sendError, simpleQuery, type SessionParts, type StatementLog } from './session.ts'
import type { SqlEngine } from './sql-engine.ts'
import { startUp, type FirstMessage } from './start-up.ts'
import { makeTransport, type Transport } from './transport.ts'

type SignIn = DepsContext<unknown, DatamartService>['signIn']
type Principal = Awaited<ReturnType<Awaited<ReturnType<SignIn>>>>

/** The limits of connections. */
export interface SqlLimits {
  readonly sessions: number
  readonly sessionsPerCaller: number
  readonly idleMs: number
  readonly timeoutMs: number
}

/** What all connections share. */
export interface SqlDoor {
  readonly engine: SqlEngine
  readonly signIn: SignIn
  /** What a caller must be allowed to. */
  readonly permission: string
  readonly limits: SqlLimits
  readonly logger: Logger
  readonly secureContext: () => Promise<SecureContext | undefined>
  readonly requiresTls: boolean
  readonly sessions: Map<number, OpenSession>
  readonly onStatement: (outcome: string) => void
}

/** A session, as a cancel request or the stop of the process reaches it. */
export interface OpenSession {
  readonly secret: number
  readonly subject: string
  readonly cancels: Set<() => void>
  readonly end: (reason: SqlError) => void
}

const signInMs = 10_000
const mostMessageBytes = 1_024 * 1_024
const mostLogged = 2_000

/** Serves a connection until it ends. */
export async function serveConnection(door: SqlDoor, socket: Socket): Promise<void> {
  const transport = makeTransport(socket)
  try {
    const opened = await withDeadline(transport, () => open(door, transport))
    if (opened !== undefined) await opened()
  } catch (error) {
    refuse(door, transport, error)
  } finally {
    transport.end()
  }
}

/** A start that takes too long is closed without a word: most likely it is no client of ours. */
async function withDeadline<Result>(transport: Transport, work: () => Promise<Result>): Promise<Result> {
  const timer = setTimeout(transport.end, signInMs)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
  }
}

function refuse({ logger }: SqlDoor, transport: Transport, error: unknown): void {
  if (transport.closed.aborted) return
  if (!(error instanceof SqlError)) logger.error('a SQL session failed', { error })
  const known = error instanceof SqlError ? error : fatal(sqlStates.internalError, 'internal error')
  transport.send(write.error(known))
}

async function open(door: SqlDoor, transport: Transport): Promise<(() => Promise<void>) | undefined> {
  const first = await startUp({ ...door, transport })
  if (first === undefined) return undefined
  if (first.kind === 'cancel') return cancel(door, first)
  const verify = await signInWith(door, first)
  const { subject } = await verify()
  const { sessions, limits } = door
  const own = [...sessions.values()].filter((session) => session.subject === subject).length
  if (sessions.size >= limits.sessions || own >= limits.sessionsPerCaller) {
    throw fatal(sqlStates.tooManyConnections, 'too many sessions are open')
  }
  const settings = firstSettings()
  for (const [name, value] of first.options) {
    if (!['user', 'database', 'options'].includes(name) && !name.startsWith('_pq_.')) change(settings, name, value)
  }
  const id = freeId(sessions)
  const secret = randomInt(0, 2 ** 31)
  const cancels = new Set<() => void>()
  const parts = {
    transport,
    engine: door.engine,
    state: { settings, status: 'I' as const },
    verify,
    timeoutMs: limits.timeoutMs,
    cancels,
    log: statementLog(door, { subject, session: id, application: settings.get('application_name') }),
  }
  const end = (reason: SqlError) => {
    transport.send(write.error(reason))
    transport.end()
  }
  sessions.set(id, { secret, subject, cancels, end })
  const parameters = Object.keys(reported).map((name) =>
    write.parameterStatus(name, settings.get(name.toLowerCase()) ?? ''),
  )
  transport.send(write.signedIn(), ...parameters, write.backendKey(id, secret), write.ready('I'))
  return () => serveSession(door, parts, end).finally(() => sessions.delete(id))
}

/** Answers nothing, whether there is such a session or not (PostgreSQL, "Canceling Requests in Progress"). */
function cancel({ sessions }: SqlDoor, { id, secret }: FirstMessage & { readonly kind: 'cancel' }): undefined {
  const session = sessions.get(id)
  if (session?.secret !== secret) return
  for (const each of session.cancels) each()
}

function freeId(sessions: ReadonlyMap<number, OpenSession>): number {
  for (;;) {
    const id = randomInt(1, 2 ** 31)
    if (!sessions.has(id)) return id
  }
}

/** The caller is verified before every statement, as with every request by REST. */
async function signInWith(
  { signIn, permission }: SqlDoor,
  { password }: FirstMessage & { readonly kind: 'session' },
): Promise<() => Promise<Principal>> {
  const verify = await signIn(password).catch((error: unknown) => {
    throw refusalOf(error)
  })
  return async () => {
    const principal = await verify().catch((error: unknown) => {
      throw refusalOf(error)
    })
    if (principal.can(permission)) return principal
    throw fatal(sqlStates.insufficientPrivilege, `the permission ${permission} is required`)
  }
}

function refusalOf(error: unknown): unknown {
  if (isAppError(error, 'auth.token_invalid'))
    return fatal(sqlStates.invalidPassword, `password refused: ${error.message}`)
  if (isAppError(error, 'service.unavailable')) return fatal(sqlStates.cannotConnectNow, error.message)
  return error
}

function statementLog(
  { logger, onStatement }: SqlDoor,
  who: { readonly subject: string; readonly session: number; readonly application: string | undefined },
): StatementLog {
  return ({ statement, ...ended }, error) => {
    onStatement(ended.outcome)
    const line = { ...who, ...ended, statement: statement.slice(0, mostLogged) }
    if (error === undefined) logger.info('SQL statement', line)
    else logger.error('SQL statement failed', { ...line, error })
  }
}

async function serveSession(door: SqlDoor, parts: SessionParts, end: OpenSession['end']): Promise<void> {
  const { transport, state } = parts
  const extended = makeExtendedQuery(parts)
  const idle = setTimeout(
    end,
    door.limits.idleMs,
    fatal(sqlStates.idleSessionTimeout, 'terminating connection due to idle-session timeout'),
  )
  let isSkipping = false
  try {
    for (;;) {
      const message = await transport.read({ hasType: true, mostBytes: mostMessageBytes })
      if (message === undefined || message.type === 'X') return
      idle.refresh()
      const handler = extended.handlers[message.type]
      if (message.type === 'Q') {
        await extended.endTransaction()
        await simpleQuery(parts, message)
      } else if (message.type === 'S') {
        isSkipping = false
        if (state.status === 'I') await extended.endTransaction()
        transport.send(write.ready(state.status))
      } else if (handler !== undefined && !isSkipping) {
        isSkipping = await handled(parts, () => handler(message))
      } else if (handler === undefined && message.type !== 'H') {
        throw fatal(sqlStates.protocolViolation, `message ${JSON.stringify(message.type)} is not supported`)
      }
      idle.refresh()
      // a client that sends and never reads has as long as a statement
      await transport.drained(AbortSignal.any([transport.closed, AbortSignal.timeout(door.limits.timeoutMs)]))
    }
  } finally {
    clearTimeout(idle)
    await extended.endTransaction()
  }
}

/** Returns whether it failed. */
async function handled(parts: SessionParts, work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return false
  } catch (error) {
    sendError(parts, error)
    return true
  }
}
