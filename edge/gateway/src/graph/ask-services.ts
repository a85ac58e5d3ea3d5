import type { Service } from '@stoa/contract'
import { batchedReadsPath, MAX_BATCHED_READS, type Problem } from '@stoa/http'
import { gatewayErrors } from '@stoa/contracts/gateway/errors'
import { catalogueError, isAppError, platformError, type AppError } from '@stoa/kernel'
import type { Principal } from '@stoa/security'
import { recordAnswer } from '../cache/answer-recorder.ts'
import type { AnswerTarget, RequestHead } from '../exchange.ts'
import { authorize } from '../policies/authorization.ts'
import type { Proxied } from '../proxy.ts'
import type { Route } from '../routes/route.ts'
import { bareHead } from '../own/bare-head.ts'
import { ReadProblem } from './graph-errors.ts'
import type { Read, ReadOutcome, SendReads } from './waves.ts'

/** The request for the reads of one service. */
export interface ReadsRequest {
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly body: Buffer
  readonly response: AnswerTarget
  readonly deadlineMs: number
}

interface AskOptions {
  readonly services: ReadonlyMap<string, Service>
  readonly route: Route
  readonly head: RequestHead
  readonly principal: Principal
  readonly deadlineMs: number
  /** Sends a request on to a service, as the caller. */
  readonly forward: (request: ReadsRequest) => Promise<Proxied>
  /** Takes a token of the caller's rate limit. Throws AppError `request.rate_limited`. */
  readonly take: () => Promise<unknown>
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal
}

/** The most reads of one query. */
export const mostReads = 1_000
/** A call takes one token of the caller's rate limit for so many reads or fewer. */
const readsPerToken = 25
const largestAnswerBytes = 16 * 1_048_576
const callTimeoutMs = 5_000

/**
 * Makes the calls of one query: as the caller, with their token, through the same breakers, retries and places as every request. The
 * gateway checks the permission of each read before it calls; the service checks it again, and the ownership.
 */
export function askServices(options: AskOptions): SendReads {
  let left = mostReads
  return async (service, reads) => {
    const outcomes = reads.map((read) => refusalBefore(options, read))
    const open = reads.flatMap((read, index) => (outcomes[index] === undefined ? [{ read, index }] : []))
    const taken = open.slice(0, Math.min(left, MAX_BATCHED_READS))
    left -= taken.length
    for (const { index } of open.slice(taken.length)) outcomes[index] = { error: tooManyReads() }
    if (taken.length > 0) {
      const answers = await call(
        options,
        service,
        taken.map(({ read }) => read),
      )
      for (const [place, { index }] of taken.entries()) outcomes[index] = answers[place]
    }
    return outcomes.map((outcome) => outcome ?? { error: unreadable(service) })
  }
}

function refusalBefore({ services, route, principal }: AskOptions, read: Read): ReadOutcome | undefined {
  const operation = services.get(read.service)?.operations[read.operation]
  if (operation === undefined) throw new Error(`${read.service} has no operation ${read.operation}`)
  try {
    authorize({ ...route, permission: operation.permission }, principal)
    return undefined
  } catch (error) {
    return { error }
  }
}

async function call(options: AskOptions, service: string, reads: readonly Read[]): Promise<readonly ReadOutcome[]> {
  try {
    options.signal.throwIfAborted()
    for (let counted = 0; counted < reads.length; counted += readsPerToken) await options.take()
    const { status, body } = await send(options, service, reads)
    const answer = JSON.parse(body.toString()) as { readonly items?: readonly Answered[] } & Partial<Problem>
    if (status !== 200 || answer.items === undefined) throw new ReadProblem(answer)
    return answer.items.map((item) => (item.status === 200 ? { body: item.body } : { error: problemIn(item, service) }))
  } catch (error) {
    return reads.map(() => ({ error: isKnown(error) ? error : unreadable(service, error) }))
  }
}

interface Answered {
  readonly status: number
  readonly body?: unknown
  readonly problem?: Partial<Problem>
}

function problemIn({ problem }: Answered, service: string): Error {
  return problem === undefined ? unreadable(service) : new ReadProblem(problem)
}

async function send(
  { forward, route, head, principal, deadlineMs, signal }: AskOptions,
  service: string,
  reads: readonly Read[],
) {
  const { target, recorded } = recordAnswer({
    isWanted: () => true,
    client: undefined,
    extraHeaders: [],
    mostBytes: largestAnswerBytes,
  })
  const leave = () => void target.destroy()
  signal.addEventListener('abort', leave)
  try {
    const sent = reads.map(({ operation, params, search }) => ({ operation, params, search }))
    await forward({
      route: {
        ...route,
        service,
        method: 'POST',
        path: batchedReadsPath,
        group: 'reads',
        onlyReads: true,
        timeoutMs: callTimeoutMs,
      },
      head: withJson({ ...bareHead(head), method: 'POST', path: batchedReadsPath, search: '' }),
      principal,
      body: Buffer.from(JSON.stringify({ reads: sent })),
      response: target,
      deadlineMs,
    })
    const answer = await recorded
    if (typeof answer === 'string') throw unreadable(service)
    return answer
  } finally {
    signal.removeEventListener('abort', leave)
    target.destroy()
  }
}

function withJson(head: RequestHead): RequestHead {
  const fields = ['content-type', 'application/json']
  return {
    ...head,
    headers: { ...head.headers, 'content-type': 'application/json' },
    rawHeaders: [...head.rawHeaders, ...fields],
  }
}

function isKnown(error: unknown): boolean {
  return isAppError(error) || error instanceof ReadProblem
}

function tooManyReads(): AppError {
  return catalogueError(gatewayErrors, 'graph.too_costly', `A query makes at most ${mostReads} reads.`)
}

function unreadable(service: string, cause?: unknown): AppError {
  return platformError('service.unavailable', `The service ${service} did not answer completely.`, {
    retryAfterSeconds: 1,
    ...(cause === undefined ? {} : { cause }),
  })
}
