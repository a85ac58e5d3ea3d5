import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Stream } from '@stoa/contract'
import type { FieldError } from '@stoa/kernel'
import { runWithContext } from '@stoa/telemetry'
import { callerOf } from './caller.ts'
import type { Exchange, HttpPrincipal } from './exchange.ts'
import { makeQueryReader, paramsChecker } from './input.ts'
import { invalidFields } from './refusals.ts'
import { requestContext, type OperationParts } from './request-context.ts'
import { hiddenResource, type OperationRoute } from './routes.ts'
import { makeSharedReads } from './shared-reads.ts'

interface StreamEvent {
  readonly id?: string
  readonly event?: string
  readonly data: unknown
}

type StreamHandler = (context: object) => AsyncIterable<StreamEvent>

/** Serves one route of server-sent events. */
export type ServeStream = (exchange: Exchange, params: { readonly [name: string]: string }) => Promise<void>

/** How long the first event may take until the head is sent without it: what fails before is answered as a problem. */
const headAfterMs = 100

/**
 * Makes the function that serves a stream (WHATWG HTML, server-sent events). Regular comments keep the stream alive, a slow reader
 * slows the handler down, and the stream ends when the client disconnects, its token is no longer valid or the service drains.
 */
export function streamServer(
  parts: OperationParts,
  stream: Stream,
  handler: StreamHandler,
  refuse: OperationRoute['refuse'],
): ServeStream {
  const readQuery = stream.query === undefined ? undefined : makeQueryReader(stream.query)
  const namesSomething = paramsChecker(stream.params)
  const follow = makeSharedReads(parts.changes, parts.limits.pollMs)
  return async (exchange, params) => {
    const { principal, address, search } = exchange
    if (principal === undefined) throw new Error('a stream without a caller')
    const caller = callerOf(principal, address, [stream.permission])
    const isReached = !stream.owner.startsWith('path:') || caller.mayReach(params[stream.owner.slice('path:'.length)])
    if (!namesSomething(params) || !isReached) {
      throw hiddenResource({ operation: { refuses: [] }, refuse })
    }
    const errors: FieldError[] = []
    const query = readQuery?.(search, errors)
    if (errors.length > 0) throw invalidFields(errors)
    const endOnDrain = () => exchange.abort(new Error('the service is draining'))
    // open streams are limited elsewhere: most of the time they wait
    exchange.place?.leave()
    parts.draining.addEventListener('abort', endOnDrain)
    const stopWatching = endWithToken(parts, exchange, principal, (why) => exchange.abort(new Error(why)))
    try {
      const call = { exchange, caller, key: undefined, input: { params, query, body: undefined } }
      const context = Object.defineProperties(
        { follow: (id: string, read: () => Promise<unknown>) => follow(id, read, exchange.signal) },
        Object.getOwnPropertyDescriptors(requestContext(parts, { refuse }, call)),
      )
      await runWithContext(exchange.context, () => pump(exchange, handler(context), parts.limits.heartbeatMs))
    } finally {
      parts.draining.removeEventListener('abort', endOnDrain)
      stopWatching()
    }
  }
}

/** What stays open is authorized once, so it ends when its token expires or is invalidated. Returns a function that stops watching. */
export function endWithToken(
  parts: OperationParts,
  exchange: Exchange,
  principal: HttpPrincipal,
  end: (why: string) => void,
): () => void {
  const { expiresAtMs, sessionId } = principal
  const timer =
    expiresAtMs === undefined ? undefined : setTimeout(() => end('the token has expired'), expiresAtMs - Date.now())
  const stop = parts.onInvalidated?.((sessionIds) => {
    if (sessionIds !== 'unknown') {
      if (sessionId !== undefined && sessionIds.has(sessionId)) end('the session has ended')
      return
    }
    const { address, request } = exchange
    parts.authenticate({ headers: request.headers, address }).catch(() => end('the token is no longer valid'))
  })
  return () => {
    clearTimeout(timer)
    stop?.()
  }
}

async function pump(exchange: Exchange, events: AsyncIterable<StreamEvent>, heartbeatMs: number): Promise<void> {
  const { response, signal } = exchange
  const iterator = events[Symbol.asyncIterator]()
  // A race against one promise for the whole stream would retain memory for every event until the end.
  let leave = () => {}
  signal.addEventListener('abort', () => leave(), { once: true })
  const next = () =>
    new Promise<IteratorResult<StreamEvent> | undefined>((resolve, reject) => {
      leave = () => resolve(undefined)
      if (signal.aborted) leave()
      iterator.next().then(resolve, reject)
    })
  let pending = next()
  let timer: NodeJS.Timeout | undefined
  const headTime = new Promise<void>((resolve) => (timer = setTimeout(resolve, headAfterMs)))
  try {
    await Promise.race([pending, headTime])
    writeHead(exchange)
    const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs)
    try {
      for (let result = await pending; result?.done === false; result = await pending) {
        if (!response.write(formatEvent(result.value))) await once(response, 'drain', { signal }).catch(() => {})
        pending = next()
      }
    } finally {
      clearInterval(heartbeat)
    }
  } finally {
    clearTimeout(timer)
    // Not awaited: a handler that waits for something else ends when that does.
    iterator.return?.()?.catch(() => {})
    if (response.headersSent) response.end()
  }
}

function writeHead({ response, requestId }: { response: ServerResponse; requestId: string }): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Proxies such as nginx would otherwise buffer events.
    'x-accel-buffering': 'no',
    'x-request-id': requestId,
  })
  response.flushHeaders()
}

/** Formats one event; line breaks in id and event name would end the field, so they are removed. */
export function formatEvent({ id, event, data }: StreamEvent): string {
  const line = (name: string, value: string | undefined) =>
    value === undefined ? '' : `${name}: ${value.replaceAll(/[\r\n\0]/g, '')}\n`
  return `${line('id', id)}${line('event', event)}data: ${JSON.stringify(data)}\n\n`
}
