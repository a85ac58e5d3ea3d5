import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { ExecutionResult } from 'graphql'

const heartbeatMs = 15_000

/** Sends the results of a subscription as server-sent events: `next` with each, and `complete` at the end. */
export async function sendEvents(
  response: ServerResponse,
  headers: readonly string[],
  results: AsyncGenerator<ExecutionResult, void, void>,
): Promise<void> {
  response.writeHead(200, [
    ...headers,
    'content-type',
    'text/event-stream',
    'cache-control',
    'no-store',
    // proxies such as nginx would otherwise buffer events
    'x-accel-buffering',
    'no',
  ])
  response.flushHeaders()
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs)
  try {
    for await (const result of results) {
      if (response.destroyed) return
      const isTaken = response.write(`event: next\ndata: ${JSON.stringify(result)}\n\n`)
      // with a signal: of a race with `close` a listener would remain for each pause
      if (!isTaken) await once(response, 'drain', { signal: closed.signal }).catch(() => {})
    }
    response.write('event: complete\ndata:\n\n')
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}
