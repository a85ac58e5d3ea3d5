import type { Calls } from '@stoa/contract'
import type { Report } from '@stoa/contracts/reporting/resources'
import type { ReportingService } from '@stoa/contracts/reporting/service'
import { mostBulkRows, type BulkQuery, type MartCell, type MartColumn } from '@stoa/contracts/shared/mart-query'

/** What the result of a query says besides its rows. */
export interface ResultFacts extends Required<Pick<Report, 'sql' | 'rowCount' | 'isTruncated' | 'versions'>> {
  readonly columns: readonly MartColumn[]
  readonly asOf?: string
}

/** Rows of a result, in the order of its columns. */
export type Rows = readonly (readonly MartCell[])[]

/** The result of a query; its rows can be read more than once, portion by portion, and are the same each time. */
export interface Result {
  readonly facts: ResultFacts
  readonly portions: () => AsyncIterable<Rows>
}

type DatamartCalls = Pick<Calls<ReportingService['calls']>, 'datamart'>

const rowsAtOnce = 5_000
const timeoutMs = 130_000

/** Runs a query under an id of the caller, and reads its rows portion by portion. */
export async function openResult(
  calls: DatamartCalls,
  { resultId, query, signal }: { readonly resultId: string; readonly query: BulkQuery; readonly signal?: AbortSignal },
): Promise<Result> {
  const text = JSON.stringify({ ...query, limit: query.limit ?? mostBulkRows })
  const ask = async (offset: number, madeAt: string) => {
    const request = { resultId, query: text, offset, limit: rowsAtOnce, madeAt }
    const answer = await calls.datamart.readRows(request, { timeoutMs, ...(signal === undefined ? {} : { signal }) })
    return { ...answer, rows: JSON.parse(answer.rows) as Rows }
  }
  const first = await ask(0, '')
  const { sql, rowCount, isTruncated, versions, asOf, madeAt } = first
  const columns = first.columns.map(({ name, type }) => ({ name, type: type as MartColumn['type'] }))
  return {
    facts: { columns, sql, rowCount, isTruncated, versions, ...(asOf === '' ? {} : { asOf }) },
    async *portions() {
      let { rows } = first
      for (let read = 0; read < rowCount;) {
        if (read > 0) ({ rows } = await ask(read, madeAt))
        if (rows.length === 0) throw new Error(`datamart returned ${read} of ${rowCount} rows`)
        yield rows
        read += rows.length
      }
    },
  }
}
