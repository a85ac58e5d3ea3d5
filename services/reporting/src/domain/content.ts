import type { Chart, Report } from '@stoa/contracts/reporting/resources'
import type { BulkQuery } from '@stoa/contracts/shared/mart-query'

/** What a report shows, and how. */
export type Content = Pick<Report, 'title' | 'template' | 'from' | 'to' | 'query' | 'chart' | 'formats' | 'language'>

/** The names of the columns of a query, as its result has them. */
export function columnsOf({ timeGrain, dimensions = [], measures }: BulkQuery): string[] {
  return [...(timeGrain === undefined ? [] : ['period']), ...dimensions, ...measures]
}

/** Why a report cannot be made, as far as that is known before its query is run. */
export function findInvalid({ query, chart }: Pick<Content, 'query' | 'chart'>): string | undefined {
  const { from, to, orderBy = [] } = query
  if (from !== undefined && to !== undefined && from >= to) return 'The period ends before it begins.'
  const columns = columnsOf(query)
  const named = [...orderBy.map(({ by }) => by), ...(chart === undefined ? [] : namesOf(chart))]
  const unknown = named.find((name) => !columns.includes(name))
  if (unknown !== undefined) return `The query has no column ${unknown}; it has ${columns.join(', ')}.`
  if (chart === undefined) return undefined
  const measures: readonly string[] = query.measures
  if (!measures.includes(chart.y)) return `${chart.y} is not a measure, so a chart cannot show its sums.`
  const wrong = [chart.x, chart.series].find((name) => name !== undefined && measures.includes(name))
  return wrong === undefined ? undefined : `${wrong} is a measure, so a chart cannot be divided by it.`
}

function namesOf({ x, y, series }: Chart): string[] {
  return [x, y, ...(series === undefined ? [] : [series])]
}
