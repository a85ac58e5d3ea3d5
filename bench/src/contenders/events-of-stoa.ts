import { describeService, errors, event, type Tx, type WriteHandle } from '@stoa/contract'
import { logTypeOf, openEventLog, publish, startConsumers, startRelay, topicOf, type LogRecord } from '@stoa/events'
import { newId, systemClock } from '@stoa/kernel'
import { afterCommit, openDatabase } from '@stoa/postgres'
import { createTelemetry } from '@stoa/telemetry'
import { Type } from 'typebox'
import { backlogEvents } from '../backlog.ts'
import { writeConnections } from './broker-work.ts'
import { serve } from './serve.ts'

// Outbox, relay, log, subscription and inbox as services run them; producer and consumer have a database each. With the address of a
// broker, Kafka keeps the events.

const [producerUrl = '', consumerUrl = '', logUrl = '', broker] = process.argv.slice(2)
const batch = 64

const payload = Type.Object({ orderId: Type.String(), filling: Type.String() })
const orderPlaced = event('order.placed', '1.0.0', payload)
const orderArchived = event('order.archived', '1.0.0', payload)
const common = {
  port: 1,
  owner: 'bench',
  slo: { availability: 0.9, p99Ms: 1_000, errorRate: 0.1 },
  errors: errors({}),
  operations: {},
  personalData: 'none',
} as const
const shop = describeService({ ...common, name: 'shop', publishes: { orderPlaced } })
const warehouse = describeService({ ...common, name: 'warehouse', consumes: { orderPlaced } })
const archive = describeService({ ...common, name: 'archive', publishes: { orderArchived } })

const telemetryOf = (service: string) =>
  createTelemetry({
    service,
    environment: 'bench',
    version: '0',
    instance: 'bench',
    logLevel: 'warn',
    sampleRatio: 0.1,
  })
const telemetry = { shop: telemetryOf('shop'), warehouse: telemetryOf('warehouse') }
const open = (url: string, of: keyof typeof telemetry) =>
  openDatabase({ url, applicationName: of, statementTimeoutMs: 10_000, writeConnections, telemetry: telemetry[of] })
const producer = open(producerUrl, 'shop')
const consumer = open(consumerUrl, 'warehouse')
const place = { url: logUrl, ...(broker === undefined ? {} : { kafka: { brokers: [broker] } }) }
const logs = {
  shop: openEventLog({ ...place, applicationName: 'bench-shop' }),
  warehouse: openEventLog({ ...place, applicationName: 'bench-warehouse' }),
}
const filling = 'x'.repeat(300)
const waiting = new Map<string, () => void>()
const source = { service: shop, clock: systemClock, newId, schemaBaseUrl: 'https://shop.example' }

await logs.shop.declare(topicOf(archive), Object.values(archive.publishes))
const relay = startRelay({ service: shop, database: producer, log: logs.shop, telemetry: telemetry.shop })
const consumers = startConsumers({
  service: warehouse,
  consumers: {
    orderPlaced: {
      async apply({ data: { orderId } }: { readonly data: { readonly orderId: string } }, tx: HandledTx) {
        await tx.sql`insert into effects (order_id) values (${orderId})`
        afterCommit(tx.handle, () => waiting.get(orderId)?.())
      },
    },
  } as never,
  database: consumer,
  log: logs.warehouse,
  calls: {},
  makeTx: (handle: WriteHandle) => ({ sql: handle.sql, handle }) as unknown as Tx<typeof warehouse>,
  telemetry: telemetry.warehouse,
  clock: systemClock,
})

interface HandledTx extends WriteHandle {
  readonly handle: WriteHandle
}

function record(): LogRecord {
  const id = newId()
  const data = { orderId: id, filling }
  const cloudEvent = {
    specversion: '1.0',
    id,
    source: '/services/archive',
    type: orderArchived.type,
    subject: id,
    data,
  }
  return { id, type: logTypeOf(orderArchived), key: id, event: JSON.stringify(cloudEvent) }
}

const append = (count: number) =>
  logs.shop.append({ topic: topicOf(archive), records: Array.from({ length: count }, record) })

/** A new group handles the first events of a topic and does nothing with them. */
async function consumeBacklog(): Promise<void> {
  filled ??= fill()
  await filled
  let left = backlogEvents
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const subscription = logs.warehouse.subscribe({
    group: `backlog-${newId()}`,
    types: [logTypeOf(orderArchived)],
    async handle(events) {
      left -= events.length
      if (left <= 0) resolve()
    },
    onTrouble: reject,
  })
  await promise
  await subscription.stop()
}

let filled: Promise<void> | undefined

async function fill(): Promise<void> {
  for (let appended = 0; appended < backlogEvents; appended += batch) await append(batch)
}

/** From before the change to after its effect in the other service. */
async function changeToEffect(): Promise<void> {
  const orderId = newId()
  const { promise, resolve } = Promise.withResolvers<void>()
  waiting.set(orderId, resolve)
  await producer.transaction(async (tx) => {
    await tx.sql`insert into orders (id) values (${orderId})`
    await publish(tx, source, orderPlaced, orderId, { orderId, filling })
  })
  await promise
  waiting.delete(orderId)
}

const tasks: Readonly<Record<string, () => Promise<unknown>>> = {
  effect: changeToEffect,
  backlog: consumeBacklog,
  batch: () => append(batch),
}

serve(
  (kind) => (tasks[kind] ?? (() => append(1)))(),
  async () => {
    await relay.stop(1_000)
    await consumers.stop()
    await Promise.all([producer.close(), consumer.close(), logs.shop.close(), logs.warehouse.close()])
  },
)
