import { mediaTypeOfFile, mediaTypesOfBlob, type Operation, type Stream } from '@stoa/contract'
import { RestConnectionError, RestProblem, type ProblemBody } from './errors.ts'
import { eventsOf } from './event-stream.ts'
import { headersOf, keyOf, originOf, targetOf, type RequestParts } from './request.ts'
import type { RestClient, RestContract } from './typed-client.ts'

/** Where requests are sent, and for whom. */
export interface RestOptions {
  /** The URL of the gateway or of a service, such as `https://shop.example`. Empty in a browser: the origin of the page. */
  readonly url: string
  /** The access token, or a function that is called before each request and returns a valid one. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>)
  /** Headers that every request of this client has, such as that of an app whose session the gateway holds. */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds after which a request, with its repetition, is aborted with a `TimeoutError`; by default none. */
  readonly timeoutMs?: number
  /** Aborts all requests of this client. */
  readonly signal?: AbortSignal
}

interface Received {
  readonly response: Response
  readonly bytes: Uint8Array
}

/**
 * Makes a client with a method for each operation of a contract (`restClient(order, { url, token })`). In a browser pass only
 * the operations, whose modules contain no RPC code: `restClient({ operations: http }, { url })` with `http` from
 * `@stoa/contracts/order/http`. A read, or a write with an idempotency key, is repeated once if no response arrives.
 */
export function restClient<C extends RestContract>({ operations }: C, options: RestOptions): RestClient<C> {
  const methods = Object.entries(operations).flatMap(([name, route]) =>
    route.kind === 'mount' || route.kind === 'socket' ? [] : [[name, methodOf(name, route, options)] as const],
  )
  return Object.fromEntries(methods) as unknown as RestClient<C>
}

function methodOf(name: string, route: Operation | Stream, options: RestOptions) {
  // The template of the path: ids and queries may be personal data, and messages are logged.
  const title = `${name} (${route.method} ${originOf(options.url)}${route.path})`
  return route.kind === 'stream'
    ? (parts: RequestParts = {}) => follow(title, route, parts, options)
    : (parts: RequestParts = {}) => send(title, route, parts, options)
}

async function send(title: string, operation: Operation, parts: RequestParts, options: RestOptions) {
  const { signal, timeoutMs } = options
  const key = keyOf(operation, parts.key)
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  const target = targetOf(options.url, operation, parts)
  const request: RequestInit = {
    method: operation.method,
    headers: headersOf(operation, parts, { key, token: await tokenOf(options), more: options.headers }),
    ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    signal: anyOf(parts.signal, signal, timeout),
  }
  const attempts = operation.effect === 'read' || key !== undefined ? 2 : 1
  return answerOf(title, operation, await receive(title, target, request, attempts))
}

/** Follows a stream, without a timeout: it stays open. */
async function* follow(title: string, stream: Stream, parts: RequestParts, options: RestOptions) {
  const target = targetOf(options.url, stream, parts)
  const headers = headersOf(stream, parts, { key: undefined, token: await tokenOf(options), more: options.headers })
  const signal = anyOf(parts.signal, options.signal)
  const response = await received(title, signal, fetch(target, { headers, signal }))
  if (!response.ok) throw new RestProblem(title, response, problemIn(await received(title, signal, response.text())))
  if (response.body === null) return
  const events = eventsOf(response.body)
  try {
    for (;;) {
      const next = await received(title, signal, events.next())
      if (next.done === true) return
      yield { ...next.value, data: parse(title, next.value.data) }
    }
  } finally {
    await events.return(undefined)
  }
}

/** What the connection brings; if it fails, the reason of an aborted signal or else a RestConnectionError. */
async function received<T>(title: string, signal: AbortSignal | null, arriving: Promise<T>): Promise<T> {
  try {
    return await arriving
  } catch (error) {
    signal?.throwIfAborted()
    throw new RestConnectionError(title, error)
  }
}

function tokenOf({ token }: RestOptions) {
  return typeof token === 'function' ? token() : token
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | null {
  const given = signals.filter((signal) => signal !== undefined)
  return given.length > 1 ? AbortSignal.any(given) : (given[0] ?? null)
}

async function receive(title: string, target: string, request: RequestInit, attempts: number): Promise<Received> {
  try {
    const response = await fetch(target, request)
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
  } catch (error) {
    request.signal?.throwIfAborted()
    if (attempts > 1) return receive(title, target, request, attempts - 1)
    throw new RestConnectionError(title, error)
  }
}

function answerOf(title: string, { answers }: Operation, { response, bytes }: Received) {
  const { status, ok, headers } = response
  const schema = answers[status] ?? null
  if ((mediaTypeOfFile(schema) ?? mediaTypesOfBlob(schema)) !== undefined) return { status, body: bytes, headers }
  const text = new TextDecoder().decode(bytes)
  if (Object.hasOwn(answers, status)) return { status, body: text === '' ? undefined : parse(title, text), headers }
  if (ok) throw new Error(`${title}: the contract does not declare the status ${status} of the response`)
  throw new RestProblem(title, response, problemIn(text))
}

function parse(title: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${title}: the response is not JSON`, { cause })
  }
}

/** A proxy in between may respond with something else than problem details. */
function problemIn(text: string): ProblemBody {
  try {
    return (JSON.parse(text) ?? {}) as ProblemBody
  } catch {
    return {}
  }
}
