import { isInternalPath, mediaTypeOfFile, type Operation } from '@stoa/contract'
import type { AppError } from '@stoa/kernel'
import { Type, type Static } from 'typebox'
import { permissionMissing } from './challenge.ts'
import type { Exchange } from './exchange.ts'
import { deadlineFor, operationServer } from './operations.ts'
import { parsePrefer } from './prefer.ts'
import { refusalOf } from './refusals.ts'
import type { OperationParts } from './request-context.ts'
import type { Outgoing, Problems } from './respond.ts'
import type { OperationRoute } from './routes.ts'
import { inputReader } from './input.ts'

/** The path at which a service answers several reads of one caller at once; the gateway has no route to it. */
export const batchedReadsPath = '/internal/reads'

/** The most reads of one request. */
export const MAX_BATCHED_READS = 500

/** The largest body of such a request. */
export const MAX_BATCHED_READS_BYTES = 524_288

/** The longest parameter of the path, and the longest query, of one read. */
export const MAX_READ_LENGTH = { param: 2_048, search: 16_384 } as const

// So many share the connections of the process with its other requests.
const atOnce = 4

const noPreference = parsePrefer(undefined)

const closed = { additionalProperties: false }

const Body = Type.Object(
  {
    reads: Type.Array(
      Type.Object(
        {
          operation: Type.String({ maxLength: 100 }),
          params: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: MAX_READ_LENGTH.param })),
          search: Type.String({
            maxLength: MAX_READ_LENGTH.search,
            description: 'the query without its question mark',
          }),
        },
        closed,
      ),
      { minItems: 1, maxItems: MAX_BATCHED_READS },
    ),
  },
  closed,
)

/** One read of a batch: a read operation by its name in the contract, with its parameters as text. */
export type BatchedRead = Static<typeof Body>['reads'][number]

/** Answers a batch of reads. */
export type ServeBatch = (exchange: Exchange, body: unknown, deadlineMs: number) => Promise<Outgoing>

/**
 * Makes the answer to batches: the response to each read in their order, each exactly what a request of its own would get, with the
 * same permission, ownership and validation; one that is refused leaves the others. Undefined for a service without reads.
 */
export function batchServer(
  parts: OperationParts,
  operations: ReadonlyMap<string, OperationRoute>,
  problems: Problems,
  checkAnswers: boolean,
): ServeBatch | undefined {
  const readable = [...operations].filter(([, { operation }]) => isBatchable(operation))
  if (readable.length === 0) return undefined
  const servers = new Map(
    readable.map(([name, route]) => [
      name,
      { operation: route.operation, serve: operationServer(parts, route, checkAnswers) },
    ]),
  )
  const readInput = inputReader({ query: undefined, body: Body })

  async function answer(exchange: Exchange, read: BatchedRead, latestMs: number): Promise<string> {
    try {
      // the rest of a batch that nobody waits for any more is left
      if (exchange.signal.aborted) throw refusalOf('request.deadline_exceeded', 'The deadline of the batch has passed.')
      const server = servers.get(read.operation)
      if (server === undefined) throw unknownRead(read.operation)
      const { operation, serve } = server
      requirePermission(exchange, operation)
      const part = partOf(exchange, read.search)
      const deadlineMs = Math.min(latestMs, deadlineFor(operation, part, noPreference, 0))
      const { status, body } = await serve(
        { exchange: part, params: read.params, body: undefined },
        deadlineMs,
        noPreference,
      )
      return `{"status":${status},"body":${textOf(body)}}`
    } catch (error) {
      const problem = problems.describe(exchange, error)
      return `{"status":${problem.status},"problem":${JSON.stringify(problem)}}`
    }
  }

  return async (exchange, body, deadlineMs) => {
    const { reads } = readInput({}, '', body).body as Static<typeof Body>
    const answers: string[] = Array.from({ length: reads.length }, () => '')
    let next = 0
    const work = async () => {
      while (next < reads.length) {
        const index = next++
        const read = reads[index]
        if (read !== undefined) answers[index] = await answer(exchange, read, deadlineMs)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    return { status: 200, headers, body: `{"items":[${answers.join(',')}]}` }
  }
}

/** Whether an operation can be one of a batch: it only reads, has no body, and its response is JSON. */
export function isBatchable({ effect, method, path, body, answers }: Operation): boolean {
  return (
    effect === 'read' &&
    method === 'GET' &&
    body === undefined &&
    !isInternalPath(path) &&
    answers[200] !== undefined &&
    answers[200] !== null &&
    mediaTypeOfFile(answers[200]) === undefined
  )
}

function requirePermission({ principal }: Exchange, { permission }: Operation): void {
  if (principal === undefined) throw new Error('a batch without a caller')
  if (permission === 'public' || principal.can(permission)) return
  if (principal.kind === 'anonymous') throw refusalOf('auth.token_missing', 'A bearer token is required.')
  throw permissionMissing(permission, principal)
}

/** The exchange of one read: that of the batch, with a query of its own and without the condition of the whole. */
function partOf(exchange: Exchange, search: string): Exchange {
  const { 'if-none-match': condition, ...headers } = exchange.request.headers
  const request: unknown =
    condition === undefined ? exchange.request : Object.create(exchange.request, { headers: { value: headers } })
  return Object.create(exchange, { search: { value: search }, request: { value: request } }) as Exchange
}

function textOf(body: Outgoing['body']): string {
  if (typeof body !== 'string') throw new Error('a read of a batch has no JSON')
  return body
}

function unknownRead(operation: string): AppError {
  return refusalOf('request.path_unknown', `There is no read operation "${operation}".`)
}
