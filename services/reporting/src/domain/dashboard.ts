import type { DashboardRequest, FiguresQuery, Tile } from '@stoa/contracts/reporting/dashboards'
import { kpiDefinitions, kpiValue, type KpiDefinition, type KpiName } from '@stoa/contracts/shared/kpi-definitions'
import type { BulkQuery, MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import { findInvalid } from './content.ts'

/** Why a tile shows nothing, and which one it is. */
export function findInvalidTile({
  tiles,
}: DashboardRequest): { readonly index: number; readonly detail: string } | undefined {
  for (const [index, { kpi, query, chart }] of tiles.entries()) {
    if ((kpi === undefined) === (query === undefined)) return { index, detail: 'has a kpi or a query, and not both' }
    if (query === undefined && chart !== undefined) return { index, detail: 'has a chart without a query' }
    const detail = query === undefined ? undefined : findInvalid({ query, ...(chart === undefined ? {} : { chart }) })
    if (detail !== undefined) return { index, detail }
  }
  return undefined
}

/** The query of a tile over a period; a figure of money is divided by currency. */
export function queryOf({ kpi, query }: Tile, { from, to, currency }: FiguresQuery): BulkQuery {
  const asked = query ?? kpiQuery(kpi as KpiName)
  const filters = asked.filters ?? []
  const inCurrency = { dimension: 'currency' as const, values: [currency ?? ''] }
  return {
    ...asked,
    from,
    to,
    limit: asked.limit ?? 1_000,
    ...(currency === undefined ? {} : { filters: [...filters, inCurrency] }),
  }
}

function kpiQuery(kpi: KpiName): BulkQuery {
  const { measure, per, unit }: KpiDefinition = kpiDefinitions[kpi]
  return {
    measures: [...new Set([measure, ...(per === undefined ? [] : [per])])],
    dimensions: unit === 'money' ? ['currency'] : [],
  }
}

interface Table {
  readonly columns: readonly MartColumn[]
  readonly rows: readonly (readonly MartCell[])[]
}

/** The value of a figure, in each currency, from the rows of its query; a value that is missing is null. */
export function kpiTable(kpi: KpiName, { columns, rows }: Table): { columns: MartColumn[]; rows: MartCell[][] } {
  const { unit }: KpiDefinition = kpiDefinitions[kpi]
  const currencyAt = columns.findIndex(({ name }) => name === 'currency')
  const value = { name: kpi, type: unit === 'money' ? ('money' as const) : ('integer' as const) }
  return {
    columns: currencyAt < 0 ? [value] : [{ name: 'currency', type: 'text' }, value],
    rows: rows.map((row) => {
      const sums = Object.fromEntries(columns.map(({ name }, index) => [name, Number(row[index])]))
      const found = kpiValue(kpi, sums) ?? null
      return currencyAt < 0 ? [found] : [row[currencyAt] ?? null, found]
    }),
  }
}
