import { AppError, platformError } from '@stoa/kernel'
import type { ProxiedRequest } from '../exchange.ts'
import type { ResponseSink } from './answer-reader.ts'
import type { BodyProgress, Connection, OutgoingBody } from './connection.ts'
import { isInProgress, isWorthRepeating, mayBeRefusal } from '../policies/repeat.ts'
import { requestHead } from './request-head.ts'
import { withAdded, type ResponseHead } from './response-head.ts'
import type { Target } from './upstreams.ts'

/** The result of one attempt: the response was forwarded, or the attempt failed before a byte was forwarded. */
export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'failed'; readonly error: AppError; readonly why: Failure }
  /** A refusal that was held back, as another attempt may do better. */
  | { readonly kind: 'unwell'; readonly status: number; readonly sendAnyway: () => void }

/**
 * Why there is no answer: the upstream could not be reached or hung up, the time was over, or the upstream had closed a
 * kept connection meanwhile, which says nothing of it.
 */
export type Failure = 'lost' | 'late' | 'stale'

interface AttemptOptions {
  readonly exchange: ProxiedRequest
  readonly target: Target
  readonly body: OutgoingBody
  readonly timeoutMs: number
  /** Maximum silence of a streamed response in milliseconds; if undefined, the timeout applies to the whole response. */
  readonly idleTimeoutMs: number | undefined
  readonly trace: { readonly traceparent?: string; readonly tracestate?: string }
  readonly extraHeaders: readonly string[]
  /** Whether another attempt may follow, so that a 502 or 503 is held back until it is known whether one is worth it. */
  readonly mayRetry: boolean
  /** Whether the request has one effect, however often it is sent. */
  readonly isRepeatable: boolean
}

/** Sends the request to one instance and streams the response to the client. */
export function attempt(options: AttemptOptions): Promise<AttemptOutcome> {
  const { exchange, target, body, trace } = options
  const { promise, resolve } = Promise.withResolvers<AttemptOutcome>()
  const connection = target.pool.take()
  const watch = watchAttempt(options, connection)
  const head = requestHead(exchange, {
    host: target.authority,
    bodyBytes: sizeOf(body),
    deadlineMs: exchange.deadlineMs,
    trace,
  })
  const sink = sinkOf(options, { watch, resolve, wasReused: connection.hasServed() })
  connection.send({ head, body, method: exchange.head.method }, sink, watch)
  return promise
}

function sizeOf(body: OutgoingBody): number | undefined {
  return body === undefined || Buffer.isBuffer(body) ? body?.length : Number(body.headers['content-length'] ?? 0)
}

/** The timer and the client of one attempt, which can both end it early. */
interface AttemptWatch extends BodyProgress {
  /** Something has come: a stream may be silent again. */
  readonly onProgress: () => void
  readonly end: () => void
}

function watchAttempt({ exchange, timeoutMs, idleTimeoutMs }: AttemptOptions, connection: Connection): AttemptWatch {
  const { response, route } = exchange
  const onTimeout = () => {
    const detail = `${route.service} did not respond in time.`
    connection.destroy(platformError('request.deadline_exceeded', detail))
  }
  // while a body arrives, only the upstream's own slowness is its fault; a silent client is disconnected by the server
  let timer = route.isUpload === true ? undefined : setTimeout(onTimeout, timeoutMs)
  const restart = () => {
    clearTimeout(timer)
    timer = setTimeout(onTimeout, timeoutMs)
  }
  const onDrain = () => connection.resume()
  const onClientGone = () => connection.destroy()
  response.on('drain', onDrain)
  response.on('close', onClientGone)
  return {
    onWait: restart,
    onMove: () => clearTimeout(timer),
    onSent: restart,
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
  readonly resolve: (outcome: AttemptOutcome) => void
  readonly wasReused: boolean
}

function sinkOf(options: AttemptOptions, { watch, resolve, wasReused }: SinkParts): ResponseSink {
  const { exchange, extraHeaders, mayRetry, isRepeatable } = options
  const { response, slot, route } = exchange
  let held: ResponseHead | undefined
  let isStarted = false
  const heldChunks: Buffer[] = []
  return {
    onHead(answer) {
      watch.onProgress()
      const isOfOwnKey = exchange.ownKey !== undefined && answer.status === 409
      if (isOfOwnKey || (mayRetry && mayBeRefusal(answer))) {
        held = answer
        return
      }
      isStarted = true
      response.writeHead(answer.status, withAdded(answer.headers, extraHeaders))
      resolve({ kind: 'answered', status: answer.status })
    },
    onData(data) {
      watch.onProgress()
      if (held !== undefined) {
        heldChunks.push(data)
        return true
      }
      const takesMore = response.write(data)
      // the upstream has answered, and waits for the client alone: no reason that other calls should too
      if (!takesMore && !route.isStream) slot.release()
      return takesMore
    },
    onEnd() {
      watch.end()
      if (held === undefined) {
        slot.release()
        response.end()
        return
      }
      if (isInProgress(held, heldChunks)) return resolve(unfinished(route.service))
      const outcome = heldOutcome(held, heldChunks, exchange, extraHeaders)
      if (mayBeRefusal(held) && isWorthRepeating(held, heldChunks, isRepeatable)) return resolve(outcome)
      outcome.sendAnyway()
      resolve({ kind: 'answered', status: held.status })
    },
    onFailure(error) {
      watch.end()
      // the head was already sent, so the response can only be aborted
      if (isStarted) {
        slot.release()
        response.destroy()
        return
      }
      const why = whyOf(error, wasReused && held === undefined)
      resolve({ kind: 'failed', error: refusalOf(exchange, error), why })
    },
  }
}

function whyOf(error: Error, isMaybeStale: boolean): Failure {
  if (error instanceof AppError) return 'late'
  return isMaybeStale ? 'stale' : 'lost'
}

function heldOutcome(
  head: ResponseHead,
  chunks: readonly Buffer[],
  { response, slot }: ProxiedRequest,
  extra: readonly string[],
): Extract<AttemptOutcome, { kind: 'unwell' }> {
  return {
    kind: 'unwell',
    status: head.status,
    sendAnyway() {
      slot.release()
      response.writeHead(head.status, withAdded(head.headers, extra)).end(Buffer.concat(chunks))
    },
  }
}

/** An earlier attempt is still in progress; the client has sent no key, and has to learn only that it takes too long. */
function unfinished(service: string): AttemptOutcome {
  return {
    kind: 'unwell',
    status: 504,
    sendAnyway() {
      throw platformError('request.deadline_exceeded', `${service} did not respond in time.`)
    },
  }
}

function refusalOf({ route }: ProxiedRequest, error: Error): AppError {
  if (error instanceof AppError) return error
  return platformError('service.unavailable', `${route.service} cannot be reached.`, {
    retryAfterSeconds: 1,
    cause: error,
  })
}
