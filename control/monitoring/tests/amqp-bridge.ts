import { randomUUID } from 'node:crypto'
import { connect } from 'amqplib'
import { event } from '@stoa/contract'
import { logMigrations, openEventLog, startFollower, type EventLog, type LogRecord } from '@stoa/events'
import { createTelemetry, type Telemetry } from '@stoa/telemetry'
import { testDatabase } from '@stoa/testing'
import { Type } from 'typebox'
import { onTestFinished } from 'vitest'
import { makeAmqpBridge } from '../src/amqp/bridge.ts'

const parcelPacked = event('parcel.packed', '1.0.0', Type.Object({ step: Type.Integer() }))

/** A log of its own, whose events have steps of a key, and an exchange for them. */
export async function parcels(url: string, exchange = `stoa.${randomUUID()}`) {
  const own = await testDatabase({ name: 'log', sets: [logMigrations] })
  const log = openEventLog({ url: own.url, applicationName: 'test' })
  onTestFinished(async () => {
    await log.close()
    await own.close()
  })
  const topic = 'parcel.events'
  await log.declare(topic, [parcelPacked])
  const pack = (keys: readonly string[], from: number, to: number) => {
    const steps = Array.from({ length: to - from }, (_, index) => from + index)
    return log.append({ topic, records: steps.flatMap((step) => keys.map((key) => packed(key, step))) })
  }
  const lag = async () => (await log.lag('monitoring.amqp')).reduce((sum, each) => sum + each.lag, 0)
  return {
    log,
    logUrl: own.url,
    exchange,
    pack,
    lag,
    bridge: (options: BridgeOptions = {}) => bridge(log, url, exchange, options),
    makeQueue: (pattern: string, args: Record<string, unknown> = {}) => makeQueue(url, { exchange, pattern, args }),
  }
}

/** The record of an event about a key. */
export function packed(key: string, step: number, type: string = parcelPacked.type): LogRecord {
  const id = randomUUID()
  const text = {
    specversion: '1.0',
    id,
    source: '/parcel',
    type,
    subject: key,
    time: '2026-11-30T12:00:00Z',
    dataschema: `https://shop.example/schemas/${type}/1.0.0`,
    partitionkey: key,
    correlationid: key,
    data: { step },
  }
  return { id, type, key, event: JSON.stringify(text) }
}

interface BridgeOptions {
  readonly confirmTimeoutMs?: number
}

/** A bridge in this process. */
function bridge(log: EventLog, url: string, exchange: string, { confirmTimeoutMs = 30_000 }: BridgeOptions) {
  const telemetry = quiet()
  const follower = makeAmqpBridge({ url, exchange, connectionName: 'test', confirmTimeoutMs, telemetry })
  const running = startFollower({ service: { name: 'monitoring' }, log, telemetry }, follower)
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= running.stop(10_000))
  onTestFinished(stop)
  return { ...running, stop, metrics: async () => (await telemetry.metrics.expose()).body }
}

function quiet(): Telemetry {
  const destination = { write() {}, flush: () => true, close() {} }
  return createTelemetry({ service: 'monitoring', environment: 'test', version: '0', instance: 'test', destination })
}

/** A message as a program of others receives it. */
export interface Received {
  readonly id: string
  readonly routingKey: string
  readonly key: string
  readonly step: number
}

interface Binding {
  readonly exchange: string
  readonly pattern: string
  readonly args: Record<string, unknown>
}

/** Makes a durable queue. */
async function makeQueue(url: string, { exchange, pattern, args }: Binding): Promise<string> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const queue = randomUUID()
  await channel.assertExchange(exchange, 'topic', { durable: true })
  await channel.assertQueue(queue, { durable: true, arguments: args })
  await channel.bindQueue(queue, exchange, pattern)
  await connection.close()
  return queue
}

/** Takes what is in a queue. */
export async function drain(url: string, queue: string, most = Infinity): Promise<Received[]> {
  const connection = await connect(url)
  try {
    const channel = await connection.createChannel()
    const received: Received[] = []
    while (received.length < most) {
      const message = await channel.get(queue, { noAck: true })
      if (message === false) break
      const { subject, data } = JSON.parse(message.content.toString()) as { subject: string; data: { step: number } }
      const { messageId: id } = message.properties as { readonly messageId: string }
      received.push({ id, routingKey: message.fields.routingKey, key: subject, step: data.step })
    }
    return received
  } finally {
    await connection.close()
  }
}

/** The steps of a key, in the order in which each arrived first. */
export function firstSteps(received: readonly Received[], key: string): number[] {
  return [...new Set(received.filter((each) => each.key === key).map(({ step }) => step))]
}
