import { systemClock } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { makeSpanBuffer, type SpanBuffer } from './span-buffer.ts'
import { testSpan } from './test-span.ts'

const span = testSpan()

/** A buffer whose transactions are what the test says. */
function bufferOn(transaction: () => Promise<number>): SpanBuffer {
  const telemetry = { metrics: { counter: () => ({ add: () => {} }) }, logger: { warn: () => {} } }
  return makeSpanBuffer({
    database: { transaction } as never,
    clock: systemClock,
    telemetry: telemetry as never,
    retention: { hours: 1, maxBytes: 1e6 },
    intervalMs: 600_000,
  })
}

test('a read waits for what arrived before it, and not for what arrives meanwhile', async () => {
  let transactions = 0
  const buffer = bufferOn(async () => {
    transactions++
    if (transactions < 100) buffer.add([span], 100)
    return 0
  })
  buffer.add([span], 100)
  await buffer.flush()
  expect(transactions).toBe(1)
  await buffer.flush()
  expect(transactions).toBe(2)
})

test('few large bodies fill the buffer as many spans do, until they are stored', async () => {
  const buffer = bufferOn(async () => 0)
  const bodyBytes = 4 * 1_048_576
  for (let body = 0; body < 8; body++) expect(buffer.add([span], bodyBytes)).toBe(true)
  expect(buffer.add([span], bodyBytes)).toBe(false)
  await buffer.flush()
  expect(buffer.add([span], bodyBytes)).toBe(true)
  await buffer.close()
})

test('spans are stored by the thousands, and all of them', async () => {
  const stored: number[] = []
  const buffer = bufferOn(async () => stored.push(1))
  for (let body = 0; body < 20; body++)
    buffer.add(
      Array.from({ length: 512 }, () => span),
      100,
    )
  await buffer.flush()
  expect(stored).toHaveLength(5)
})
