import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasS3Server, startS3Server, type S3Server } from '@stoa/testing'
import { hasRedis, redisServer, type RedisServer } from '../../edge/gateway/tests/redis-server.ts'
import { hasKafka, kafkaBroker, type KafkaBroker } from '../../platform/events/tests/kafka-broker.ts'
import { lagOf } from '../chaos/checks/left-over.ts'
import { reconciliation } from '../chaos/checks/reconciliation.ts'
import { pixel } from '../requests/uploads.ts'
import { bringUp, type WholeSystem } from '../whole-system.ts'
import { placeAsReadme } from './readme-order.ts'
import { ask, eventually, signIn, visit } from './shop.ts'
import { system } from './system.ts'

const hasServers = [hasKafka, hasS3Server(), hasRedis].every(Boolean)

// of one account, at a scale of 1
const exportsPerHour = 5

describe.runIf(hasServers)('the shop on Kafka, S3 and Redis', () => {
  let kafka: KafkaBroker
  let bucket: S3Server
  let redis: RedisServer
  let shop: WholeSystem
  let gateways: readonly string[]
  const orders: string[] = []
  let customerId: string
  const stops: (() => Promise<void>)[] = []

  beforeAll(async () => {
    kafka = await kafkaBroker()
    stops.push(kafka.close)
    bucket = await startS3Server()
    stops.push(bucket.remove)
    redis = await redisServer()
    stops.push(redis.stop)
    shop = await bringUp({
      name: 'beyond',
      scale: { gateway: 2 },
      settings: () => ({
        KAFKA_BROKERS: kafka.address,
        KAFKA_TOPIC_PREFIX: 'shop.',
        ...bucket.settings,
        REDIS_URL: redis.url,
        // none decides alone because Redis is slow on a busy machine
        REDIS_TIMEOUT_MS: '60000',
        RATE_LIMIT_SCALE: '1',
      }),
      bundlesOf: system,
    })
    stops.push(shop.stop)
    gateways = shop.serviceUrls['gateway'] ?? []
    visit(shop.gatewayUrl)
  })
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop()
  })

  const placed = async () => {
    const order = await placeAsReadme(shop.gatewayUrl)
    orders.push(order.id)
    return order
  }
  const statusesOf = async (ids: readonly string[]) =>
    (await shop.sql('order', 'select status from orders where id = any($1)', [ids])).map(({ status }) => status)
  const waiting = () => shop.sql('order', 'select id from outbox')

  test('the order of the README is confirmed, and its events are read from Kafka', async () => {
    customerId = (await placed()).customerId
    const [id = ''] = orders
    const told = await eventually(async () => {
      const out = await shop.stoa('events', 'tail', '--order', id, '--json', '--limit', '50')
      const found = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      expect(out).toContain('order.confirmed')
      expect(found.length).toBeGreaterThan(3)
      return found
    })
    const [kept] = await shop.sql(
      'event_log',
      `select count(*)::int as rows, count(*) filter (where event::text <> 'null')::int as texts from event_log`,
    )
    expect([kept?.['rows'] > told.length, kept?.['texts']]).toEqual([true, 0])
  })

  test('the image of a product that one gateway takes is in the bucket, and the other one sends it', async () => {
    const { body: products } = await ask('GET', '/api/v1/products?limit=1')
    const response = await fetch(`${gateways[0]}/api/v1/products/${products.items[0].id}/images`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await signIn('staff@stoa.example')}`, 'content-type': 'image/png' },
      body: new Uint8Array(pixel),
    })
    expect(response.status).toBe(201)
    const { path } = (await response.json()) as { readonly path: string }
    const image = await fetch(`${gateways[1]}${path}`)
    expect(Buffer.from(await image.arrayBuffer()).equals(pixel)).toBe(true)
    expect((await bucket.keys()).filter((key) => key.startsWith('inventory/'))).not.toEqual([])
  })

  test('while the broker is dead an order is confirmed and its events wait; when it is back, every follower catches up', async () => {
    await kafka.kill()
    const { id } = await placed()
    await eventually(async () => expect(await statusesOf([id])).toEqual(['confirmed']))
    expect(await waiting()).not.toEqual([])
    await kafka.start()
    await eventually(async () => {
      expect(await statusesOf(orders)).toEqual(['completed', 'completed'])
      expect([await waiting(), await lagOf(shop)]).toEqual([[], []])
    })
    expect(await shop.sql('notification', 'select id from dead_letters')).toEqual([])
  })

  test('two gateways together admit as many exports as one', async () => {
    const ada = await signIn('ada@stoa.example')
    const areRefused: boolean[] = []
    for (let nth = 0; nth <= exportsPerHour; nth++) {
      visit(gateways[nth % 2] ?? '')
      const { status } = await ask('POST', `/api/v1/users/${customerId}/export`, { as: ada })
      areRefused.push(status === 429)
    }
    expect(areRefused).toEqual([...Array.from({ length: exportsPerHour }, () => false), true])
  })

  test('the records agree', () =>
    eventually(async () => expect(await reconciliation.complaints({ system: shop })).toEqual([])))
})
