import type { Report } from '@stoa/contracts/reporting/resources'
import type { BulkQuery, MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import { contentOf } from '../src/domain/templates.ts'
import type { FileMade } from '../src/use-cases/make-files.ts'
import type { Result } from '../src/use-cases/read-result.ts'

/** The columns of the template sales-by-country. */
export const columns: readonly MartColumn[] = [
  { name: 'day', type: 'day' },
  { name: 'currency', type: 'text' },
  { name: 'country', type: 'text' },
  { name: 'confirmedOrders', type: 'integer' },
  { name: 'units', type: 'integer' },
  { name: 'revenue', type: 'money' },
  { name: 'tax', type: 'money' },
  { name: 'netRevenue', type: 'money' },
]

/** A row of it. */
export function row(
  country: string | null,
  revenue: number,
  currency = 'EUR',
  day = '2026-11-02',
): readonly MartCell[] {
  return [day, currency, country, 1, 2, revenue, 0, revenue]
}

/** A report that waits for its files. */
export function reportOf(given: Partial<Report> = {}): Report {
  return {
    id: '01920000-0000-7000-8000-000000000001',
    ...contentOf({ template: 'sales-by-country', from: '2026-11-01', to: '2026-12-01' }),
    state: 'queued',
    attempts: 0,
    createdAt: '2026-11-30T04:00:00Z',
    ...given,
  } as Report
}

/** A result of these rows. */
export function resultOf(rows: readonly (readonly MartCell[])[], given: Partial<Result['facts']> = {}): Result {
  const facts = { columns, sql: 'select 1', rowCount: rows.length, isTruncated: false, versions: { fact_sales: 3 } }
  return {
    facts: { ...facts, asOf: '2026-11-29T12:00:00Z', ...given },
    async *portions() {
      for (let at = 0; at < rows.length; at += 1_000) yield rows.slice(at, at + 1_000)
    },
  }
}

/** The whole of a file. */
export async function bytesOf({ bytes }: FileMade): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(bytes))
}

/** datamart with these rows for every query; what it was asked for is kept. */
export function martOf(rows: () => readonly (readonly MartCell[])[], portion = 2) {
  const asked: { resultId: string; query: BulkQuery; offset: number }[] = []
  return {
    asked,
    stub: {
      async readRows({ resultId, query, offset }: { resultId: string; query: string; offset: number }) {
        asked.push({ resultId, query: JSON.parse(query), offset })
        const all = rows()
        return {
          columns: [...columns],
          rows: JSON.stringify(all.slice(offset, offset + portion)),
          rowCount: all.length,
          isTruncated: false,
          sql: 'select 1',
          asOf: '2026-11-29T12:00:00Z',
          versions: { fact_sales: 3 },
          madeAt: `made/${resultId}`,
        }
      },
    },
  }
}
