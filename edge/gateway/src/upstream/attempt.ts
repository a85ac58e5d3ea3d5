import type { ServerResponse } from 'node:http'
import { AppError } from '@stoa/kernel'
import type { Exchange } from '../exchange.ts'
import { requestHead } from './request-head.ts'
import type { ResponseHead } from './response-head.ts'
import type { Target } from './upstreams.ts'

/** How one attempt ended: the answer was sent on, or it failed before a byte of it was. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: AppError; readonly wasStale: boolean }
  /** A 502, 503 or 504 that was held back, as another attempt may do better. */
  | { readonly kind: 'unwell'; readonly status: number; readonly sendAnyway: () => void }

interface AttemptOptions {
  readonly exchange: Exchange
  readonly target: Target
  readonly body: Buffer | undefined
  readonly timeoutMs: number
  /** Once the answer streams: milliseconds of silence; undefined lets the timeout hold for the whole answer. */
  readonly idleTimeoutMs: number | undefined
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string }
  readonly extraHeaders: readonly string[]
  /** Whether another attempt may follow, so that a 502, 503 or 504 is held back. */
  readonly mayRetry: boolean
}

/** Sends the request to one instance and its answer to the client as it comes. */
export function attempt(options: AttemptOptions): Promise<Outcome> {
  const { exchange, target, body, timeoutMs } = options
  const { response, head } = exchange
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const connection = target.pool.take()
  const wasReused = connection.hasServed()
  let isStarted = false
  let hasEnded = false
  let timer = setTimeout(onTimeout, timeoutMs)

  function onTimeout(): void {
    connection.destroy(
      new AppError('timeout', 'request.deadline_exceeded', `${exchange.route.service} did not answer in time.`),
    )
  }

  function rearm(): void {
    if (options.idleTimeoutMs === undefined) return
    clearTimeout(timer)
    timer = setTimeout(onTimeout, options.idleTimeoutMs)
  }

  const onDrain = () => connection.resume()
  const onClientGone = () => {
    if (!hasEnded) connection.destroy()
  }

  function finish(): void {
    hasEnded = true
    clearTimeout(timer)
    response.off('drain', onDrain)
    response.off('close', onClientGone)
  }

  function start(answer: ResponseHead): void {
    isStarted = true
    response.on('drain', onDrain)
    response.writeHead(answer.status, [...answer.headers, ...options.extraHeaders])
    resolve({ kind: 'answered', status: answer.status })
  }

  let held: ResponseHead | undefined
  const heldChunks: Buffer[] = []
  response.on('close', onClientGone)
  const text = requestHead(exchange, {
    host: target.authority,
    bodyBytes: body?.length,
    deadlineMs: exchange.deadlineMs,
    trace: options.trace,
  })
  connection.send(
    { head: text, body, method: head.method },
    {
      onHead(answer) {
        rearm()
        if (options.mayRetry && answer.status >= 502 && answer.status <= 504) held = answer
        else start(answer)
      },
      onData(data) {
        rearm()
        if (held !== undefined) {
          heldChunks.push(data)
          return true
        }
        return response.write(data)
      },
      onEnd() {
        if (held === undefined) response.end()
        else resolve(heldOutcome(held, heldChunks, response, options.extraHeaders))
        finish()
      },
      onFailure(error) {
        // the head has gone out: all that can be said is that the rest is missing
        if (isStarted) response.destroy()
        else resolve({ kind: 'failed', error: refusalOf(exchange, error), wasStale: wasReused && held === undefined })
        finish()
      },
    },
  )
  return promise
}

function heldOutcome(
  head: ResponseHead,
  chunks: readonly Buffer[],
  response: ServerResponse,
  extra: readonly string[],
): Outcome {
  return {
    kind: 'unwell',
    status: head.status,
    sendAnyway: () => response.writeHead(head.status, [...head.headers, ...extra]).end(Buffer.concat(chunks)),
  }
}

function refusalOf({ route }: Exchange, error: Error): AppError {
  if (error instanceof AppError) return error
  return new AppError('unavailable', 'service.unavailable', `${route.service} can not be reached.`, {
    retryAfterSeconds: 1,
    cause: error,
  })
}
