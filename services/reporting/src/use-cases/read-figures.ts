import type { Calls, Handler } from '@stoa/contract'
import type { FiguresQuery, Tile, TileFigures } from '@stoa/contracts/reporting/dashboards'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import { isAppError } from '@stoa/kernel'
import { kpiTable, queryOf } from '../domain/dashboard.ts'
import { findDashboard } from '../store/dashboards.ts'
import { noDashboard } from './manage-dashboards.ts'

/** Reads the figures of all tiles; a tile that cannot be read says why, and the others are there. */
export const readFigures: Handler<ReportingService, 'readFigures'> = async ({
  params: { id },
  query,
  calls,
  db,
  signal,
  refuse,
}) => {
  if (query.from >= query.to) {
    const fields = [{ pointer: '/to', detail: 'must be after from' }]
    return refuse('reporting.query_invalid', 'The period ends before it begins.', { fields })
  }
  const dashboard = await findDashboard(db, id)
  if (dashboard === undefined) return refuse(noDashboard(id))
  const { title, tiles } = dashboard.resource
  const figures = await Promise.all(tiles.map((tile) => figuresOf(calls, tile, { ...query, signal })))
  return { status: 200, body: { id: dashboard.resource.id, title, from: query.from, to: query.to, tiles: figures } }
}

const timeoutMs = 20_000

async function figuresOf(
  calls: Calls<ReportingService['calls']>,
  tile: Tile,
  { signal, ...period }: FiguresQuery & { readonly signal: AbortSignal },
): Promise<TileFigures> {
  const { title, kpi, chart } = tile
  const query = queryOf(tile, period)
  try {
    const request = { query: JSON.stringify(query), limit: query.limit ?? 1_000 }
    const answer = await calls.datamart.readRows(request, { timeoutMs, signal })
    const columns = answer.columns.map(({ name, type }) => ({ name, type: type as MartColumn['type'] }))
    const rows = JSON.parse(answer.rows) as MartCell[][]
    return {
      title,
      ...(kpi === undefined ? { columns, rows } : kpiTable(kpi, { columns, rows })),
      isTruncated: answer.isTruncated || rows.length < answer.rowCount,
      ...(chart === undefined ? {} : { chart }),
      sql: answer.sql,
      ...(answer.asOf === '' ? {} : { asOf: answer.asOf }),
    }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { title, error: error.message }
  }
}
