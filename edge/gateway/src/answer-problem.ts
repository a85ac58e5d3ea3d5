import type { ServerResponse } from 'node:http'
import { problemMediaType, problemOf, unexpectedProblem } from '@stoa/http'
import { isAppError } from '@stoa/kernel'
import { RateLimited } from './policies/rate-limits.ts'

interface Place {
  readonly instance: string
  readonly traceId: string
  readonly requestId: string
}

/** Answers with problem details (RFC 9457), unless an answer has begun; what is no refusal is a bug and tells nothing. */
export function answerProblem(
  response: ServerResponse,
  error: unknown,
  place: Place,
  headers: Readonly<Record<string, string>> = {},
): number {
  const problem = isAppError(error) ? problemOf(error, place) : unexpectedProblem(place)
  if (response.headersSent) {
    response.destroy()
    return problem.status
  }
  const retryAfter = isAppError(error) ? error.retryAfterSeconds : undefined
  const rate = error instanceof RateLimited ? error.rate : undefined
  response.writeHead(problem.status, {
    'content-type': problemMediaType,
    'cache-control': 'no-store',
    'x-request-id': place.requestId,
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(rate === undefined ? {} : { 'ratelimit-policy': rate.policy, ratelimit: rate.limit }),
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...headers,
  })
  response.end(JSON.stringify(problem))
  return problem.status
}
