import { noteRequest } from '@stoa/audit'
import {
  isRefused,
  refusedError,
  socketCloseCodes,
  type AuditFacts,
  type Refused,
  type Socket,
  type Tx,
} from '@stoa/contract'
import { isAppError, type FieldError } from '@stoa/kernel'
import { runWithContext, type Telemetry } from '@stoa/telemetry'
import { callerOf } from '../caller.ts'
import type { Exchange, HttpPrincipal } from '../exchange.ts'
import { makeQueryReader, paramsChecker } from '../input.ts'
import { invalidFields } from '../refusals.ts'
import { requestContext, type OperationParts } from '../request-context.ts'
import type { Problems } from '../respond.ts'
import { RolledBack } from '../rolled-back.ts'
import { hiddenResource, type OperationRoute } from '../routes.ts'
import { endWithToken } from '../streams.ts'
import { makeValidator } from '../validation.ts'
import { checkHandshake, completeHandshake, type Upgrade } from './handshake.ts'
import { closeCodeOf } from './close-code.ts'
import { openSocket, type Conversation } from './open-socket.ts'
import { messageParser } from './parse-message.ts'

interface SocketParts {
  readonly parts: OperationParts
  readonly problems: Problems
  readonly telemetry: Telemetry
  readonly refuse: OperationRoute['refuse']
  /** Fails a message that does not match the contract. */
  readonly checkAnswers: boolean
}

type SocketHandler = (context: object) => Promise<void | Refused>

/** Serves one route of WebSockets. */
export type ServeSocket = (exchange: Exchange, params: { readonly [name: string]: string }) => Promise<void>

/** How long a handler waits for an announcement that may have been lost. */
const watchMs = 20_000

/** Makes the function that serves a WebSocket (RFC 6455): it is authorized like a stream, and ends for the same reasons. */
export function socketServer(from: SocketParts, name: string, socket: Socket, handler: SocketHandler): ServeSocket {
  const { parts, refuse, telemetry } = from
  const readQuery = socket.query === undefined ? undefined : makeQueryReader(socket.query)
  const namesSomething = paramsChecker(socket.params)
  const open = telemetry.metrics.gauge('stoa_open_sockets', 'WebSockets that are open.', ['route'])
  const closed = telemetry.metrics.counter('stoa_closed_sockets_total', 'WebSockets that were closed, by close code.', [
    'route',
    'code',
  ])
  const parse = messageParser(socket.receives)
  const check = from.checkAnswers ? messageChecker(socket) : () => {}
  return async (exchange, params) => {
    const { principal, address, search } = exchange
    if (principal === undefined) throw new Error('a socket without a caller')
    const caller = callerOf(principal, address, [socket.permission])
    const isReached = !socket.owner.startsWith('path:') || caller.mayReach(params[socket.owner.slice('path:'.length)])
    if (!namesSomething(params) || !isReached) throw hiddenResource({ operation: { refuses: [] }, refuse })
    const errors: FieldError[] = []
    const query = readQuery?.(search, errors)
    if (errors.length > 0) throw invalidFields(errors)
    const upgrade = checkHandshake(exchange.request, exchange.upgrade)
    const onEnd = (code: number) => {
      open.add(-1, { route: socket.path })
      closed.add(1, { route: socket.path, code: String(code) })
    }
    const run: Run = { from, exchange, principal, upgrade, parse, check, onEnd, conversation: undefined }
    const facts = {
      operation: `${parts.serviceName}.${name}`,
      actor: caller.subject,
      actorKind: caller.kind,
      outcome: 'succeeded',
      client: caller.clientId,
      session: caller.sessionId,
      address,
    } as const
    const call = { exchange, caller, key: undefined, input: { params, query, body: undefined } }
    const context = Object.defineProperties(
      {
        accept: async () => {
          const accepted = await accept(run)
          open.add(1, { route: socket.path })
          return accepted
        },
        commit: (change: Change) => commit(parts, facts, change),
        watch: (id: string) => watch(parts, exchange.signal, id),
      },
      Object.getOwnPropertyDescriptors(requestContext(parts, { refuse }, call)),
    )
    await runWithContext(exchange.context, () => settle(run, handler(context)))
  }
}

interface Run {
  readonly from: SocketParts
  readonly exchange: Exchange
  readonly principal: HttpPrincipal
  readonly upgrade: Upgrade
  readonly parse: ReturnType<typeof messageParser>
  readonly check: (message: unknown) => void
  readonly onEnd: (code: number) => void
  conversation: Conversation | undefined
}

async function accept(run: Run): Promise<object> {
  const { exchange, principal, upgrade, parse, check, onEnd, from } = run
  const { parts, problems } = from
  if (run.conversation !== undefined) throw new Error('accept was called twice')
  const { response, request } = exchange
  response.detachSocket(upgrade.socket)
  const webSocket = await completeHandshake(request, upgrade).catch((error: unknown) => {
    // without its connection, the response would not be told to close, and would keep its place
    response.destroy()
    response.emit('close')
    throw error
  })
  exchange.isUpgraded = true
  // open sockets are limited elsewhere: most of the time they wait
  exchange.place?.leave()
  const conversation = openSocket(webSocket, {
    limits: { ...parts.limits.sockets, heartbeatMs: parts.limits.heartbeatMs },
    parse,
    problemOf: (error) => problems.describe(exchange, error),
    onEnd(code) {
      stopWatching()
      parts.draining.removeEventListener('abort', onDrain)
      exchange.abort(new Error('the socket has ended'))
      onEnd(code)
      response.emit('close')
    },
  })
  run.conversation = conversation
  const onDrain = () => conversation.close(socketCloseCodes.goingAway, goingAway())
  const stopWatching = endWithToken(parts, exchange, principal, (why) =>
    conversation.close(socketCloseCodes.unauthenticated, why),
  )
  parts.draining.addEventListener('abort', onDrain)
  if (parts.draining.aborted) onDrain()
  const { messages, send, sendIfCurrent } = conversation
  return {
    messages,
    signal: exchange.signal,
    send(message: unknown) {
      check(message)
      return send(message)
    },
    sendIfCurrent(message: unknown) {
      check(message)
      sendIfCurrent(message)
    },
    reject: (refused: Refused) => conversation.refuse(refusedError(refused)),
  }
}

/** Clients of an instance that stops do not all return in the same second. */
function goingAway(): string {
  return `service.draining retry-after=${1 + Math.floor(Math.random() * 4)}`
}

/** Ends the socket as its handler has ended; before the handshake, an error is that of the request. */
async function settle(run: Run, handled: Promise<void | Refused>): Promise<void> {
  try {
    const result = await handled
    if (isRefused(result)) throw refusedError(result)
    if (run.conversation === undefined) throw new Error('the handler neither accepted nor refused the handshake')
    run.conversation.close(1000, '')
  } catch (error) {
    const { conversation, exchange, from } = run
    if (conversation === undefined) throw error
    if (exchange.signal.aborted && isAppError(error)) return
    const problem = from.problems.describe(exchange, error)
    const known = isAppError(error) ? error : undefined
    conversation.close(closeCodeOf(known), problem.code)
  }
}

type Change = (tx: Tx) => Promise<unknown>

async function commit({ database, makeTx, refuseErased }: OperationParts, facts: AuditFacts, change: Change) {
  try {
    return await database.transaction(async (tx) => {
      await refuseErased?.(tx, facts.actor)
      const made = makeTx(tx)
      noteRequest(tx, facts)
      const result = await change(made)
      if (isRefused(result)) throw new RolledBack(result)
      return result
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.refused
    throw error
  }
}

function watch({ changes }: OperationParts, signal: AbortSignal, id: string) {
  const watched = changes.watch(id)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  // spread, so that the sockets of an instance do not all read at once
  const timer = setTimeout(() => resolve(false), watchMs * (0.5 + Math.random() / 2))
  const onAbort = () => resolve(false)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) resolve(false)
  void watched.changed.then(() => resolve(true))
  const stop = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    watched.stop()
  }
  return { changed: promise.finally(stop), stop }
}

function messageChecker(socket: Socket): (message: unknown) => void {
  const validators = new Map(Object.entries(socket.sends).map(([name, schema]) => [name, makeValidator(schema)]))
  return (message) => {
    const { type, data } = message as { readonly type: string; readonly data: unknown }
    const sent: unknown = JSON.parse(JSON.stringify(data))
    if (validators.get(type)?.check(sent) !== true)
      throw new Error(`a message ${type} of ${socket.path} does not match its schema`)
  }
}
