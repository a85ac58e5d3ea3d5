import type { BulkQuery, MartColumn } from '@stoa/contracts/shared/mart-query'
import type { StarTableName } from '@stoa/contracts/etl/lake-layout'
import { dimensions, joins, measures } from './sales.ts'

/** A statement over the star schema: its text has only declared names and placeholders, what a client sent is in the parameters. */
export interface BuiltQuery {
  readonly sql: string
  readonly parameters: readonly string[]
  readonly columns: readonly MartColumn[]
  readonly tables: readonly StarTableName[]
  readonly limit: number
}

/** Why a query cannot be run. */
export interface InvalidQuery {
  readonly code: 'datamart.query_invalid' | 'datamart.currency_missing'
  readonly detail: string
  /** Where in the query (RFC 6901). */
  readonly pointer: string
}

const defaultLimit = 1_000

/** Builds the statement of a query. */
export function buildQuery(query: BulkQuery): BuiltQuery | InvalidQuery {
  const invalid = findInvalid(query)
  if (invalid !== undefined) return invalid
  const { filters = [], limit = defaultLimit } = query
  const { dimensions: named = [] } = query
  const parameters: string[] = []
  const columns: MartColumn[] = [
    ...(query.timeGrain === undefined ? [] : [{ name: 'period', type: 'day' as const }]),
    ...named.map((name) => ({ name, type: dimensions[name].type })),
    ...query.measures.map((name) => ({ name, type: measures[name].type })),
  ]
  const selected = [
    ...(query.timeGrain === undefined ? [] : [`date_trunc('${query.timeGrain}', f.day)::date as "period"`]),
    ...named.map((name) => `${dimensions[name].sql} as "${name}"`),
    ...query.measures.map((name) => `(${measures[name].sql})::bigint as "${name}"`),
  ]
  const where = conditions(query, parameters)
  const groups = columns.length - query.measures.length
  const needed = [
    ...new Set(
      [...named, ...filters.map(({ dimension }) => dimension)].flatMap((name) => dimensions[name].needs ?? []),
    ),
  ]
  const sql = [
    `select ${selected.join(', ')}`,
    `from fact_sales as f ${needed.map((table) => joins[table]).join(' ')}`.trim(),
    ...(where.length === 0 ? [] : [`where ${where.join(' and ')}`]),
    ...(groups === 0 ? [] : [`group by ${Array.from({ length: groups }, (_, index) => index + 1).join(', ')}`]),
    `order by ${order(query, columns)}`,
    // one more than is returned shows that there are more
    `limit ${limit + 1}`,
  ].join('\n')
  return { sql, parameters, columns, tables: ['fact_sales', ...needed], limit }
}

function conditions({ from, to, filters = [] }: BulkQuery, parameters: string[]): string[] {
  const place = (value: string) => `$${parameters.push(value)}`
  return [
    ...(from === undefined ? [] : [`f.day >= ${place(from)}::date`]),
    ...(to === undefined ? [] : [`f.day < ${place(to)}::date`]),
    ...filters.map(({ dimension, values }) => {
      const { sql, type } = dimensions[dimension]
      const cast = { text: 'varchar', day: 'date', integer: 'integer' }[type]
      return `${sql} in (${values.map((value) => `${place(value)}::${cast}`).join(', ')})`
    }),
  ]
}

/** As asked, then by all columns, so that pages and repetitions of a query have one order. */
function order({ orderBy = [] }: BulkQuery, columns: readonly MartColumn[]): string {
  const asked = orderBy.map(({ by, descending = false }) => `"${by}" ${descending ? 'desc' : 'asc'} nulls last`)
  return [...asked, ...columns.map((_, index) => `${index + 1} nulls last`)].join(', ')
}

function findInvalid(query: BulkQuery): InvalidQuery | undefined {
  const { from, to, dimensions: named = [], filters = [], orderBy = [], timeGrain } = query
  if (from !== undefined && to !== undefined && from >= to) {
    return { code: 'datamart.query_invalid', detail: 'The period ends before it begins.', pointer: '/to' }
  }
  const columns = [...(timeGrain === undefined ? [] : ['period']), ...named, ...query.measures]
  const unknown = orderBy.findIndex(({ by }) => !columns.some((column) => column === by))
  if (unknown >= 0) {
    const detail = `The result has the columns ${columns.join(', ')}.`
    return { code: 'datamart.query_invalid', detail, pointer: `/orderBy/${unknown}/by` }
  }
  for (const [index, { dimension, values }] of filters.entries()) {
    const wrong = values.find((value) => !fits(dimensions[dimension].type, value))
    if (wrong === undefined) continue
    const detail = `A value of ${dimension} is a ${dimensions[dimension].type}.`
    return { code: 'datamart.query_invalid', detail, pointer: `/filters/${index}/values` }
  }
  return missingCurrency(query)
}

function missingCurrency(query: BulkQuery): InvalidQuery | undefined {
  const isOne = query.filters?.some(({ dimension, values }) => dimension === 'currency' && new Set(values).size === 1)
  if (isOne === true || query.dimensions?.includes('currency') === true) return undefined
  const money = query.measures.find((name) => measures[name].type === 'money')
  if (money === undefined) return undefined
  const detail = `${money} needs the dimension currency, or a filter with one currency.`
  return { code: 'datamart.currency_missing', detail, pointer: '/dimensions' }
}

function fits(type: 'text' | 'day' | 'integer', value: string): boolean {
  if (type === 'integer') return /^-?\d{1,9}$/.test(value)
  return type === 'text' || isDay(value)
}

/** Whether a text is a day of the calendar from the year 1000 on. */
export function isDay(text: string): boolean {
  if (!/^[1-9]\d{3}-\d{2}-\d{2}$/.test(text)) return false
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}
