import { AppError } from '@stoa/kernel'
import type { AnswerTarget, Exchange } from '../exchange.ts'
import type { ResponseSink } from './answer-reader.ts'
import type { Connection } from './connection.ts'
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
  const { exchange, target, body, trace } = options
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const connection = target.pool.take()
  const watch = watchAttempt(options, connection)
  const head = requestHead(exchange, {
    host: target.authority,
    bodyBytes: body?.length,
    deadlineMs: exchange.deadlineMs,
    trace,
  })
  const sink = sinkOf(options, { watch, resolve, wasReused: connection.hasServed() })
  connection.send({ head, body, method: exchange.head.method }, sink)
  return promise
}

/** The clock and the client of one attempt: either may end it before its answer does. */
interface AttemptWatch {
  /** Something has come: a stream may be silent anew. */
  readonly onProgress: () => void
  readonly end: () => void
}

function watchAttempt({ exchange, timeoutMs, idleTimeoutMs }: AttemptOptions, connection: Connection): AttemptWatch {
  const { response, route } = exchange
  const onTimeout = () => {
    const detail = `${route.service} did not answer in time.`
    connection.destroy(new AppError('timeout', 'request.deadline_exceeded', detail))
  }
  let timer = setTimeout(onTimeout, timeoutMs)
  const onDrain = () => connection.resume()
  const onClientGone = () => connection.destroy()
  response.on('drain', onDrain)
  response.on('close', onClientGone)
  return {
    onProgress() {
      if (idleTimeoutMs === undefined) return
      clearTimeout(timer)
      timer = setTimeout(onTimeout, idleTimeoutMs)
    },
    end() {
      clearTimeout(timer)
      response.off('drain', onDrain)
      response.off('close', onClientGone)
    },
  }
}

interface SinkParts {
  readonly watch: AttemptWatch
  readonly resolve: (outcome: Outcome) => void
  readonly wasReused: boolean
}

function sinkOf(options: AttemptOptions, { watch, resolve, wasReused }: SinkParts): ResponseSink {
  const { exchange, extraHeaders, mayRetry } = options
  const { response } = exchange
  let held: ResponseHead | undefined
  let isStarted = false
  const heldChunks: Buffer[] = []
  return {
    onHead(answer) {
      watch.onProgress()
      if (mayRetry && answer.status >= 502 && answer.status <= 504) {
        held = answer
        return
      }
      isStarted = true
      response.writeHead(answer.status, [...answer.headers, ...extraHeaders])
      resolve({ kind: 'answered', status: answer.status })
    },
    onData(data) {
      watch.onProgress()
      if (held === undefined) return response.write(data)
      heldChunks.push(data)
      return true
    },
    onEnd() {
      watch.end()
      if (held === undefined) response.end()
      else resolve(heldOutcome(held, heldChunks, response, extraHeaders))
    },
    onFailure(error) {
      watch.end()
      // the head has gone out: all that can be said is that the rest is missing
      if (isStarted) response.destroy()
      else resolve({ kind: 'failed', error: refusalOf(exchange, error), wasStale: wasReused && held === undefined })
    },
  }
}

function heldOutcome(
  head: ResponseHead,
  chunks: readonly Buffer[],
  response: AnswerTarget,
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
