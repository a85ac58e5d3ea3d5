import { problemOf, unexpectedProblem, type Problem } from '@stoa/http'
import { isAppError } from '@stoa/kernel'
import { currentContext, type Logger } from '@stoa/telemetry'
import { GraphQLError } from 'graphql'

/** The problem with which a service answered a read. */
export class ReadProblem extends Error {
  readonly problem: Partial<Problem>

  constructor(problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? 'The service refused the read.')
    this.problem = problem
  }
}

/**
 * An error as it is sent: for a read, the detail of the problem with its code, status and trace; for a bug, the fixed text, and a line in
 * the log. Errors in the text of the query are sent as they are.
 */
export function sentError(error: unknown, logger: Logger): GraphQLError {
  const located = error instanceof GraphQLError ? error : undefined
  const cause: unknown = located === undefined ? error : located.cause
  if (located !== undefined && (cause === undefined || cause instanceof GraphQLError)) return located
  const problem = cause instanceof ReadProblem ? cause.problem : problemFor(cause, logger)
  const { code, status, traceId, errors, detail, title } = problem
  return new GraphQLError(detail ?? title ?? 'The read failed.', {
    ...(located?.nodes === undefined ? {} : { nodes: located.nodes }),
    ...(located?.path === undefined ? {} : { path: located.path }),
    extensions: { code, status, traceId, ...(errors === undefined ? {} : { errors }) },
  })
}

function problemFor(error: unknown, logger: Logger): Problem {
  const place = { instance: '/graphql', traceId: currentContext()?.traceId ?? '' }
  if (isAppError(error)) return problemOf(error, place)
  logger.error('a field of a query failed unexpectedly', { error })
  return unexpectedProblem(place)
}
