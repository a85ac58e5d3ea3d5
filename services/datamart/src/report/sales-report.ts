import type { MartQuery, ReportRequest } from '@stoa/contracts/datamart/resources'

/** The most rows of a report. */
const mostRows = 5_000

/** The query behind a report of sales: by day, currency and product. */
export function salesQuery({ from, to, currency }: ReportRequest): MartQuery {
  return {
    measures: ['confirmedOrders', 'units', 'revenue'],
    dimensions: ['day', 'currency', 'product'],
    from,
    to,
    filters: currency === undefined ? [] : [{ dimension: 'currency', values: [currency] }],
    orderBy: [{ by: 'day' }, { by: 'currency' }, { by: 'revenue', descending: true }],
    limit: mostRows,
  }
}
