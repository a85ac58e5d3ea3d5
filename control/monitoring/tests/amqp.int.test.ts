import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { event } from '@stoa/contract'
import { userDeleted } from '@stoa/contracts/user/events'
import { newId } from '@stoa/kernel'
import { eventually, hasRabbit, startRabbitServer, type RabbitServer } from '@stoa/testing'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { drain, firstSteps, packed, parcels, type Received } from './amqp-bridge.ts'
import { startMonitoring } from './monitoring-app.ts'

const keys = ['a', 'b', 'c', 'd', 'e']
const upTo = (count: number) => Array.from({ length: count }, (_, step) => step)

describe.runIf(hasRabbit())('the bridge to RabbitMQ', () => {
  let rabbit: RabbitServer
  beforeAll(async () => {
    rabbit = await startRabbitServer()
  })
  afterAll(() => rabbit.remove())

  /** Takes from a queue until it has had all steps of all keys, and checks their order. */
  async function expectAll(queue: string, count: number, received: Received[] = []): Promise<Received[]> {
    await eventually(async () => {
      received.push(...(await drain(rabbit.url, queue)))
      expect(keys.map((key) => new Set(firstSteps(received, key)).size)).toEqual(keys.map(() => count))
    })
    for (const key of keys) expect(firstSteps(received, key)).toEqual(upTo(count))
    return received
  }

  test('publishes every event of the log once, by its type, also of a type that is declared later', async () => {
    const { log, pack, lag, bridge, makeQueue } = await parcels(rabbit.url)
    const [all, sent] = [await makeQueue('#'), await makeQueue('parcel.sent')]
    await pack(keys, 0, 10)
    const { metrics } = bridge()
    await eventually(async () => expect(await lag()).toBe(0))
    await log.declare('parcel.events', [event('parcel.sent', '1.0.0', Type.Object({ step: Type.Integer() }))])
    await log.append({ topic: 'parcel.events', records: [packed('a', 10, 'parcel.sent')] })
    await log.declare('crate.events', [event('crate.packed', '1.0.0', Type.Object({ step: Type.Integer() }))])
    await log.append({ topic: 'crate.events', records: [packed('a', 11, 'crate.packed')] })
    const received: Received[] = []
    await eventually(async () => {
      received.push(...(await drain(rabbit.url, all)))
      expect(received.length).toBe(52)
    })
    expect(new Set(received.map(({ id }) => id)).size).toBe(52)
    for (const key of keys.slice(1)) expect(firstSteps(received, key)).toEqual(upTo(10))
    expect(await drain(rabbit.url, sent)).toMatchObject([{ key: 'a', step: 10, routingKey: 'parcel.sent' }])
    await eventually(async () => expect(await lag()).toBe(0))
    expect(await metrics()).toContain('amqp_events_total{outcome="confirmed"} 52')
  })

  test('sends the program of the guide the orders that it asks for', async () => {
    const { log, bridge } = await parcels(rabbit.url, 'stoa.events')
    const program = fileURLToPath(new URL('foreign-consumer.ts', import.meta.url))
    const receiver = fork(program, [rabbit.url], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    onTestFinished(() => void receiver.kill('SIGKILL'))
    let printed = ''
    receiver.stdout?.on('data', (data) => (printed += String(data)))
    await eventually(() => expect(printed).toContain('waiting for orders'))
    const types = ['order.created', 'order.confirmed'] as const
    await log.declare(
      'order.events',
      types.map((type) => event(type, '1.0.0', Type.Object({ step: Type.Integer() }))),
    )
    bridge()
    await log.append({ topic: 'order.events', records: types.map((type, step) => packed('order-1', step, type)) })
    await eventually(() => expect(printed).toContain('order.confirmed order-1 {"step":1}'))
    expect(printed.split('\n').slice(1, 3)).toEqual([
      'order.created order-1 {"step":0}',
      'order.confirmed order-1 {"step":1}',
    ])
  })

  test('publishes what is bound to no queue, counts it, and continues', async () => {
    const { pack, lag, bridge } = await parcels(rabbit.url)
    await pack(['a'], 0, 3)
    const { metrics } = bridge()
    await eventually(async () => {
      expect(await metrics()).toContain('amqp_unroutable_total{type="parcel.packed"} 3')
      expect(await lag()).toBe(0)
    })
  })

  test('keeps the order of a key in a queue that refuses messages while it is full', async () => {
    const { pack, bridge, makeQueue } = await parcels(rabbit.url)
    const queue = await makeQueue('#', { 'x-max-length': 2, 'x-overflow': 'reject-publish' })
    await pack(['a'], 0, 6)
    bridge()
    const received: Received[] = []
    await eventually(async () => {
      received.push(...(await drain(rabbit.url, queue, 1)))
      expect(received).toHaveLength(6)
    })
    // None is sent again because a later one is refused.
    expect(received.map(({ step }) => step)).toEqual(upTo(6))
  })

  test('loses nothing and keeps the order when the broker is killed', async () => {
    const { pack, lag, bridge, makeQueue } = await parcels(rabbit.url)
    const queue = await makeQueue('#')
    const { trouble } = bridge()
    await pack(keys, 0, 200)
    const received: Received[] = []
    await eventually(async () => {
      received.push(...(await drain(rabbit.url, queue, 50)))
      expect(received).not.toEqual([])
    })
    await rabbit.kill()
    await pack(keys, 200, 300)
    await eventually(() => expect(trouble()).toContain('RabbitMQ'))
    expect(await lag()).toBeGreaterThanOrEqual(500)
    await rabbit.start()
    await expectAll(queue, 300, received)
    await eventually(async () => expect([await lag(), trouble()]).toEqual([0, undefined]))
  })

  test('loses nothing and keeps the order when the bridge is killed, and the next one continues', async () => {
    const { logUrl, exchange, pack, lag, makeQueue } = await parcels(rabbit.url)
    const queue = await makeQueue('#')
    const received: Received[] = []
    const start = () => {
      const program = fileURLToPath(new URL('bridge-process.ts', import.meta.url))
      const child = fork(program, [logUrl, rabbit.url, exchange], { stdio: 'ignore' })
      onTestFinished(() => void child.kill('SIGKILL'))
      return child
    }
    const first = start()
    await pack(keys, 0, 400)
    await eventually(async () => {
      received.push(...(await drain(rabbit.url, queue, 50)))
      expect(received).not.toEqual([])
    })
    first.kill('SIGKILL')
    await pack(keys, 400, 500)
    start()
    await expectAll(queue, 500, received)
    await eventually(async () => expect(await lag()).toBe(0))
  })

  test('gives up a broker that hangs, and continues when it responds again', async () => {
    const { pack, lag, bridge, makeQueue } = await parcels(rabbit.url)
    const queue = await makeQueue('#')
    const { trouble } = bridge({ confirmTimeoutMs: 200 })
    await pack(keys, 0, 1)
    await eventually(async () => expect(await lag()).toBe(0))
    rabbit.hang()
    await pack(keys, 1, 3)
    await eventually(() => expect(trouble()).toContain('RabbitMQ'))
    rabbit.goOn()
    await expectAll(queue, 3)
  })

  test('waits for a broker that takes no messages, and ends without it', async () => {
    const { pack, lag, bridge, makeQueue } = await parcels(rabbit.url)
    const queue = await makeQueue('#')
    await rabbit.kill()
    await rabbit.start(['disk_free_limit.absolute = 900000000000000'])
    await pack(keys, 0, 2)
    const running = bridge({ confirmTimeoutMs: 50 })
    await eventually(() => expect(running.trouble()).toMatch(/takes no messages: .*disk/))
    expect(await lag()).toBe(10)
    await running.stop()
    await rabbit.kill()
    await rabbit.start()
    bridge()
    await expectAll(queue, 2)
  })

  test('is run by monitoring, which stays ready and says why it waits', async () => {
    const { exchange, makeQueue } = await parcels(rabbit.url)
    const queue = await makeQueue('user.deleted')
    const { service } = await startMonitoring({ AMQP_URL: rabbit.url, AMQP_EXCHANGE: exchange })
    onTestFinished(() => service.stop())
    const publish = (userId: string) => service.receive(userDeleted, userId, { userId })
    const [first, second] = [newId(), newId()]
    await publish(first)
    await eventually(async () => expect(await drain(rabbit.url, queue)).toMatchObject([{ key: first }]))
    await rabbit.kill()
    await publish(second)
    const ask = async (path: string) => (await fetch(`${service.url}${path}`)).json()
    await eventually(async () =>
      expect(await ask('/health')).toMatchObject({
        status: 'degraded',
        components: { amqp: { status: 'down', reason: expect.stringContaining('RabbitMQ') } },
      }),
    )
    expect(await ask('/health/ready')).toEqual({ status: 'up' })
    await rabbit.start()
    await eventually(async () => expect(await drain(rabbit.url, queue)).toMatchObject([{ key: second }]))
    await eventually(async () =>
      expect(await ask('/health')).toMatchObject({
        components: { amqp: { status: 'up', group: 'monitoring.amqp', lag: 0 } },
      }),
    )
  })
})
