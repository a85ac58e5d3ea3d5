import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TraceSpan, TraceSummary } from '@stoa/contracts/gateway/operating'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoa-spans-'))
const [slow, failed, operators] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string]
let gateway: GatewayUnderTest

function span(traceId: string, spanId: string, more: object): string {
  const usual = {
    traceId,
    spanId,
    service: 'order',
    instance: 'order-1',
    kind: 'server',
    durationMs: 5,
    attributes: {},
  }
  return `${JSON.stringify({ ...usual, ...more })}\n`
}

beforeAll(async () => {
  mkdirSync(join(folder, 'order'))
  const spans = [
    span(slow, '1', { name: 'POST /api/v1/orders', startMs: 1_000, durationMs: 700 }),
    span(slow, '2', { parentSpanId: '1', name: 'SELECT', startMs: 1_100, links: [{ traceId: failed, spanId: '3' }] }),
    span(failed, '3', { name: 'GET /api/v1/orders', startMs: 2_000, status: 'error', statusMessage: 'refused' }),
    span(operators, '4', { name: 'GET /api/v1/ops/*', startMs: 3_000 }),
  ]
  writeFileSync(join(folder, 'order', '1-order-1.jsonl'), spans.join(''))
  gateway = await gatewayUnderTest({ TELEMETRY_FOLDER: folder })
})
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true })
})

async function ask<Body>(path: string): Promise<{ status: number; body: Body }> {
  const response = await fetch(`${gateway.url}/api/v1/ops/gateway/${path}`, {
    headers: { authorization: 'Bearer admin' },
  })
  return { status: response.status, body: (await response.json()) as Body }
}

const idsOf = async (query: string) =>
  (await ask<{ items: TraceSummary[] }>(`traces?${query}`)).body.items.map(({ traceId }) => traceId)

test('lists traces by age, duration and failure, without those of operators', async () => {
  expect(await idsOf('')).toEqual([failed, slow])
  expect(await idsOf('order=slowest')).toEqual([slow, failed])
  expect(await idsOf('isFailed=true')).toEqual([failed])
  expect(await idsOf('minDurationMs=100')).toEqual([slow])
  expect(await idsOf('service=payment')).toEqual([])
  expect((await ask('traces?order=oldest')).status).toBe(422)
})

test('shows each span of a trace before its children, with its links', async () => {
  const { body } = await ask<{ total: number; spans: TraceSpan[] }>(`traces/${slow}`)
  expect(body.total).toBe(2)
  expect(body.spans.map(({ spanId, depth }) => [spanId, depth])).toEqual([
    ['1', 0],
    ['2', 1],
  ])
  expect(body.spans[1]?.links).toEqual([{ traceId: failed, spanId: '3' }])
})

test('a trace that is not stored does not exist', async () => {
  for (const id of ['d'.repeat(32), '..', 'x']) expect((await ask(`traces/${id}`)).status).toBe(404)
})
