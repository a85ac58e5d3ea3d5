import type { ServerResponse } from 'node:http'
import { challengeOf, problemMediaType, problemOf, unexpectedProblem } from '@stoa/http'
import { isAppError } from '@stoa/kernel'

interface ProblemContext {
  readonly instance: string
  readonly traceId: string
  readonly requestId: string
  /** The issuer of the required tokens. */
  readonly issuer?: string
}

/** Responds with problem details (RFC 9457), unless a response has started. Any error except an AppError is a bug and discloses no details. */
export function answerProblem(
  response: ServerResponse,
  error: unknown,
  problemContext: ProblemContext,
  headers: readonly string[] = [],
): number {
  const problem = isAppError(error) ? problemOf(error, problemContext) : unexpectedProblem(problemContext)
  if (response.headersSent) {
    response.destroy()
    return problem.status
  }
  const challenge = isAppError(error) ? challengeOf(error, problemContext.issuer) : undefined
  const retryAfter = isAppError(error) ? error.retryAfterSeconds : undefined
  response.writeHead(problem.status, [
    'content-type',
    problemMediaType,
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
    'x-request-id',
    problemContext.requestId,
    ...(retryAfter === undefined ? [] : ['retry-after', String(retryAfter)]),
    ...(challenge === undefined ? [] : ['www-authenticate', challenge]),
    ...headers,
  ])
  response.end(JSON.stringify(problem))
  return problem.status
}
