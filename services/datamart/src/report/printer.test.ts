import type { MartResult, Report } from '@stoa/contracts/datamart/resources'
import { expect, test } from 'vitest'
import { makePrinter } from './printer.ts'

const report = {
  id: '01920000-0000-7000-8000-000000000001',
  template: 'sales',
  from: '2026-11-01',
  to: '2026-12-01',
  state: 'completed',
  attempts: 1,
  createdAt: '2026-11-29T12:00:00Z',
} as unknown as Report

function resultOf(rows: number): MartResult {
  return {
    columns: [
      { name: 'day', type: 'day' },
      { name: 'currency', type: 'text' },
      { name: 'product', type: 'text' },
      { name: 'confirmedOrders', type: 'integer' },
      { name: 'units', type: 'integer' },
      { name: 'revenue', type: 'money' },
    ],
    rows: Array.from({ length: rows }, (_, index) => ['2026-11-02', 'EUR', `Tea ${index}`, 1, 2, index]),
    isTruncated: false,
    sql: 'select 1',
    versions: { fact_sales: 1 },
  }
}

const wanted = new AbortController().signal

test('while a long report is printed, the process serves others', async () => {
  let turns = 0
  let isPrinted = false
  const count = () => {
    turns += 1
    if (!isPrinted) setImmediate(count)
  }
  setImmediate(count)
  const bytes = await makePrinter()(report, resultOf(2_000), wanted)
  isPrinted = true
  expect(bytes.subarray(0, 5).toString()).toBe('%PDF-')
  expect(turns).toBeGreaterThan(100)
})

test('reports are printed one after the other; one whose caller has gone is left out, also when it has begun', async () => {
  const print = makePrinter()
  const ended: string[] = []
  const noting = (name: string, rows: number, signal = wanted) =>
    print(report, resultOf(rows), signal).then(
      () => ended.push(name),
      () => ended.push(`${name} left out`),
    )
  const controller = new AbortController()
  const begun = noting('begun', 5_000, controller.signal)
  setImmediate(() => controller.abort())
  await Promise.all([begun, noting('gone', 2, AbortSignal.abort()), noting('long', 200), noting('short', 1)])
  expect(ended).toEqual(['begun left out', 'gone left out', 'long', 'short'])
})
