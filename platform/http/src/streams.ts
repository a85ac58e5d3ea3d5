import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Stream } from '@stoa/contract'
import type { FieldError } from '@stoa/kernel'
import { runWithContext } from '@stoa/telemetry'
import { callerOf } from './caller.ts'
import type { Exchange } from './exchange.ts'
import { makeQueryReader, paramsChecker } from './input.ts'
import { invalidFields } from './refusals.ts'
import { pause } from './pause.ts'
import { requestContext, type OperationParts } from './request-context.ts'
import { hiddenResource, type OperationRoute } from './routes.ts'

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
 * Makes what serves a stream (WHATWG HTML, server-sent events): a comment now and then keeps it alive, a slow reader
 * slows the handler down, and it ends when the client leaves or the service drains.
 */
export function streamServer(
  parts: OperationParts,
  stream: Stream,
  handler: StreamHandler,
  refuse: OperationRoute['refuse'],
): ServeStream {
  const readQuery = stream.query === undefined ? undefined : makeQueryReader(stream.query)
  const namesSomething = paramsChecker(stream.params)
  return async (exchange, params) => {
    const { principal, address, search } = exchange
    if (principal === undefined) throw new Error('a stream is served to nobody unknown')
    const caller = callerOf(principal, address, [stream.permission])
    const isReached = !stream.owner.startsWith('path:') || caller.mayReach(params[stream.owner.slice('path:'.length)])
    if (!namesSomething(params) || !isReached) {
      throw hiddenResource({ operation: { refuses: [] }, refuse })
    }
    const errors: FieldError[] = []
    const query = readQuery?.(search, errors)
    if (errors.length > 0) throw invalidFields(errors)
    const endOnDrain = () => exchange.abort(new Error('the service drains'))
    parts.draining.addEventListener('abort', endOnDrain)
    try {
      const call = { exchange, caller, key: undefined, input: { params, query, body: undefined } }
      const changed = changedWithin(parts, exchange.signal)
      const context = Object.defineProperties(
        { changed },
        Object.getOwnPropertyDescriptors(requestContext(parts, { refuse }, call)),
      )
      await runWithContext(exchange.context, () => pump(exchange, handler(context), parts.limits.heartbeatMs))
    } finally {
      parts.draining.removeEventListener('abort', endOnDrain)
    }
  }
}

/** A change that is not announced is found by reading again after so long. */
const rereadMs = 1_000

function changedWithin({ changes }: OperationParts, signal: AbortSignal): (id: string) => Promise<void> {
  return async (id) => {
    const watch = changes.watch(id)
    await pause(watch.changed, rereadMs, [signal])
    watch.stop()
  }
}

async function pump(exchange: Exchange, events: AsyncIterable<StreamEvent>, heartbeatMs: number): Promise<void> {
  const { response, signal } = exchange
  const iterator = events[Symbol.asyncIterator]()
  // A race against one promise for the whole stream would keep something of every event until its end.
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
    // Proxies of nginx's kind would otherwise hold events back.
    'x-accel-buffering': 'no',
    'x-request-id': requestId,
  })
  response.flushHeaders()
}

/** One event as it goes over the wire; line ends in id and event name would end the field, so they are left out. */
export function formatEvent({ id, event, data }: StreamEvent): string {
  const line = (name: string, value: string | undefined) =>
    value === undefined ? '' : `${name}: ${value.replaceAll(/[\r\n\0]/g, '')}\n`
  return `${line('id', id)}${line('event', event)}data: ${JSON.stringify(data)}\n\n`
}
