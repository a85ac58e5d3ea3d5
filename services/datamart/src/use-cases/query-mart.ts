import type { Handler, RpcHandler } from '@stoa/contract'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { BulkQuery } from '@stoa/contracts/shared/mart-query'
import { isAppError } from '@stoa/kernel'
import { Check } from 'typebox/schema'
import type { Deps } from '../deps.ts'
import { buildQuery, type BuiltQuery, type InvalidQuery } from '../model/build-query.ts'
import { askStar } from './ask-star.ts'
import { readPortion, type Portion } from './keep-result.ts'

export const queryMart =
  (deps: Deps): Handler<DatamartService, 'queryMart'> =>
  async ({ body, signal, refuse }) => {
    const built = buildQuery(body)
    if (!('sql' in built)) return refuse(built.code, built.detail, { fields: [built] })
    try {
      return { status: 200, body: await askStar(deps, built, { timeoutMs: deps.queryTimeoutMs, signal }) }
    } catch (error) {
      if (isAppError(error, 'lake.too_large')) return refuse('datamart.query_too_large', error.message)
      if (isAppError(error, 'lake.too_long') || isAppError(error, 'lake.busy'))
        return refuse('datamart.query_too_long', error.message)
      throw error
    }
  }

const bulkTimeoutMs = 120_000
const mostAtOnce = 20_000
const mostInline = 10_000
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Rows for another service, in portions of one result. */
export const readRows =
  (deps: Deps): RpcHandler<DatamartService, 'readRows'> =>
  async ({ input: { resultId, query, offset, limit, madeAt }, signal, refuse }) => {
    const built = parseQuery(query)
    if (!('sql' in built)) return refuse(built.code, built.detail, { fields: [built] })
    if (resultId !== '' && !uuid.test(resultId)) return refuse('datamart.query_invalid', 'A result id is a UUID.')
    try {
      const asking = { timeoutMs: bulkTimeoutMs, signal, isPatient: true }
      const portion =
        resultId === ''
          ? await askOnce(deps, built, { timeoutMs: deps.queryTimeoutMs, signal })
          : await readPortion(deps, built, {
              ...asking,
              resultId,
              offset: Math.max(0, offset),
              limit: Math.min(Math.max(1, limit), mostAtOnce),
            })
      if (madeAt !== '' && madeAt !== portion.madeAt)
        return refuse('datamart.result_replaced', 'The rows are of another run of the query.')
      return { ...portion, asOf: portion.asOf ?? '', rows: fitting(portion.rows) }
    } catch (error) {
      if (isAppError(error, 'lake.too_large')) return refuse('datamart.query_too_large', error.message)
      if (isAppError(error, 'lake.too_long') || isAppError(error, 'lake.busy'))
        return refuse('datamart.query_too_long', error.message)
      throw error
    }
  }

function parseQuery(text: string): BuiltQuery | InvalidQuery {
  const invalid = (detail: string): InvalidQuery => ({ code: 'datamart.query_invalid', detail, pointer: '' })
  let query: unknown
  try {
    query = JSON.parse(text)
  } catch {
    return invalid('The query is not JSON.')
  }
  if (!Check(BulkQuery, query)) return invalid('The query is not one of the model.')
  return buildQuery(query)
}

/** The first rows of a query that is not kept. */
async function askOnce(
  deps: Deps,
  built: BuiltQuery,
  asking: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Portion> {
  const result = await askStar(deps, { ...built, limit: Math.min(built.limit, mostInline) }, asking)
  return { ...result, rowCount: result.rows.length, madeAt: '' }
}

const mostCharacters = 1_000_000

/** As many rows as fit into a message, at least one. */
function fitting(rows: Portion['rows']): string {
  const texts: string[] = []
  let length = 0
  for (const row of rows) {
    const text = JSON.stringify(row)
    length += text.length
    if (texts.length > 0 && length > mostCharacters) break
    texts.push(text)
  }
  return `[${texts.join(',')}]`
}
