import type { Handler } from '@stoa/contract'
import type { DatamartService } from '@stoa/contracts/datamart/service'
import { isAppError } from '@stoa/kernel'
import type { Deps } from '../deps.ts'
import { buildQuery } from '../model/build-query.ts'
import { askStar } from './ask-star.ts'

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
