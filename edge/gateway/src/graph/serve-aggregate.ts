import { aggregates } from '@stoa/contracts/gateway/aggregates'
import { problemMediaType } from '@stoa/http'
import { isAppError } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import type { ExecutionResult, GraphQLError } from 'graphql'
import { ReadProblem, sentError } from './graph-errors.ts'
import type { GraphAnswer } from './serve-graph.ts'

/** Executes a query of the gateway itself. */
type RunQuery = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<ExecutionResult>

interface AggregateOptions {
  /** The operation of the contract. */
  readonly name: string
  readonly path: string
  readonly isSignedIn: boolean
  readonly run: RunQuery
  readonly logger: Logger
}

/**
 * Answers a declared aggregate: a part that fails is null, with its problem under `errors`. Without its main part, the problem of that part
 * is the response. Throws it if the gateway itself refused the part.
 */
export async function serveAggregate({ name, path, isSignedIn, run, logger }: AggregateOptions): Promise<GraphAnswer> {
  const aggregate = aggregates[name]
  if (aggregate === undefined) throw new Error(`no aggregate is named ${name}`)
  const { query, main } = aggregate
  const variables = query.includes('$id') ? { id: path.slice(path.lastIndexOf('/') + 1) } : { isSignedIn }
  const { data, errors = [] } = await run(query, variables)
  if (main !== undefined && data?.[main] === null) return refused(errors, main, path)
  const sent = errors.map((error) => problemOfPart(sentError(error, logger)))
  return answer(200, 'application/json', { ...data, errors: sent })
}

function refused(errors: readonly GraphQLError[], main: string, path: string): GraphAnswer {
  const cause = errors.find((error) => error.path?.[0] === main)?.cause
  if (!(cause instanceof ReadProblem) || cause.problem.status === undefined) {
    throw isAppError(cause) ? cause : new Error(`${main} could not be read`, { cause })
  }
  return answer(cause.problem.status, problemMediaType, { ...cause.problem, instance: path })
}

function problemOfPart({ message, path = [], extensions }: GraphQLError) {
  const { code, status, traceId } = extensions
  return { path: path.map((part) => `/${part}`).join(''), code, status, detail: message, traceId }
}

function answer(status: number, mediaType: string, body: object): GraphAnswer {
  const headers = ['content-type', mediaType, 'cache-control', 'no-store']
  return { status, headers, body: Buffer.from(JSON.stringify(body)) }
}
