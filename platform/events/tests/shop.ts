import { describeService, errors, event } from '@stoa/contract'
import { newId, systemClock } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { createTelemetry, type EndedSpan, type Telemetry } from '@stoa/telemetry'
import { Type } from 'typebox'
import { publish } from '../src/index.ts'

/** A producer and a consumer that exist for the tests alone. */
export const parcelPacked = event(
  'parcel.packed',
  '1.0.0',
  Type.Object({ orderId: Type.String(), step: Type.Integer() }),
)
export const parcelSent = event('parcel.sent', '1.2.0', Type.Object({ weightGrams: Type.Integer({ minimum: 1 }) }))

const common = {
  port: 1,
  owner: 'tests',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  personalData: 'none',
} as const

export const warehouse = describeService({ ...common, name: 'warehouse', publishes: { parcelPacked, parcelSent } })
export const tracking = describeService({ ...common, name: 'tracking', consumes: { parcelPacked } })

/** Telemetry whose log lines and spans a test can read. */
export function watchedTelemetry(): { telemetry: Telemetry; lines: Record<string, unknown>[]; spans: EndedSpan[] } {
  const lines: Record<string, unknown>[] = []
  const spans: EndedSpan[] = []
  const telemetry = createTelemetry({
    service: 'test',
    environment: 'test',
    version: '0',
    instance: 'test',
    destination: {
      write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>),
      flush: () => true,
      close() {},
    },
    spanSinks: [{ write: async (batch) => void spans.push(...batch), close: async () => {} }],
  })
  return { telemetry, lines, spans }
}

export const source = { service: warehouse, clock: systemClock, newId, schemaBaseUrl: 'https://shop.example' }

/** Publishes steps about one parcel, each in a transaction of its own by default. */
export async function pack(database: Database, parcel: string, ...steps: readonly number[]): Promise<void> {
  for (const step of steps) {
    await database.transaction((tx) => publish(tx, source, parcelPacked, parcel, { orderId: parcel, step }))
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to hold in time')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
