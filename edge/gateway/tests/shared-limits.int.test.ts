import { rateLimiter } from '@stoa/resilience'
import { createTelemetry } from '@stoa/telemetry'
import { eventually } from '@stoa/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openSharedBuckets, type SharedBuckets } from '../src/limits-in-redis/shared-buckets.ts'
import { gatewayUnderTest, type GatewayUnderTest } from './gateway-under-test.ts'
import { hasRedis, redisServer, type RedisServer } from './redis-server.ts'

let redis: RedisServer
const stops: (() => unknown)[] = []

const secret = 'the same in all gateways'
// long enough that nothing is given back during a test
const limiter = rateLimiter({ name: 'hundred', limit: 100, windowSeconds: 1_000_000 })
// never reached, so that every decision is that of Redis
const patientMs = 60_000

interface Told {
  readonly level: string
  readonly msg: string
}

async function bucketsOf(timeoutMs: number, told: Told[] = []): Promise<SharedBuckets> {
  const telemetry = createTelemetry({
    service: 'gateway',
    environment: 'development',
    version: '0',
    instance: 'gateway-1',
    logLevel: 'info',
    sampleRatio: 0,
    destination: { write: (line) => void told.push(JSON.parse(line) as Told), flush: () => true, close: () => {} },
  })
  const buckets = openSharedBuckets({ url: redis.url, timeoutMs, secret, telemetry })
  stops.push(buckets.close, () => telemetry.close(1_000))
  await eventually(() => buckets.dependency.check())
  return buckets
}

async function countAllowed(taker: readonly SharedBuckets[], times: number, client = '192.0.2.1'): Promise<number> {
  const decided = await Promise.all(
    Array.from({ length: times }, (_, index) => Promise.resolve(taker[index % taker.length]?.take([limiter], client))),
  )
  expect(decided).not.toContain(undefined)
  return decided.filter((decisions) => decisions?.[0]?.allowed).length
}

describe.runIf(hasRedis)('rate limits in Redis', () => {
  beforeEach(async () => {
    redis = await redisServer()
    stops.push(redis.stop)
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  test('two gateways together admit exactly the limit, also after Redis was lost', async () => {
    const told: Told[] = []
    const two = [await bucketsOf(patientMs, told), await bucketsOf(patientMs)]
    expect(await countAllowed(two, 300)).toBe(100)
    expect(await countAllowed(two, 300, '192.0.2.2')).toBe(100)
    // one gateway's clock is ten days ahead, in which every token would come back
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 864_000_000 })
    expect(await countAllowed(two.slice(1), 10)).toBe(0)
    vi.useRealTimers()
    await redis.stop()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => Promise.resolve(two[0]?.take([limiter], '192.0.2.3'))),
    )
    expect(new Set(answers)).toEqual(new Set([undefined]))
    await expect(two[0]?.dependency.check()).rejects.toThrow(/closed|refused|ECONN/i)
    // at once, and without trying: not even a promise
    expect(two[0]?.take([limiter], '192.0.2.3')).toBeUndefined()
    await redis.start()
    for (const each of two) await eventually(() => each.dependency.check())
    expect(await countAllowed(two, 300)).toBe(100)
    expect(told.map(({ level }) => level)).toEqual(['info', 'warn', 'info'])
    expect(JSON.stringify(told)).not.toContain('of-redis')
  })

  test('a Redis that hangs is not waited for, and is used again when it responds', async () => {
    const buckets = await bucketsOf(500)
    redis.hang()
    // it would never be answered
    expect(await Promise.all([1, 2, 3].map(() => Promise.resolve(buckets.take([limiter], '192.0.2.1'))))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(buckets.take([limiter], '192.0.2.1')).toBeUndefined()
    redis.goOn()
    await eventually(async () => expect(await buckets.take([limiter], '192.0.2.9')).toBeDefined())
  })

  test('a Redis that refuses writes is not used, and one that lost the script gets it again', async () => {
    const buckets = await bucketsOf(patientMs)
    await redis.send('SCRIPT', 'FLUSH')
    expect(await countAllowed([buckets], 150)).toBe(100)
    const keys = (await redis.send('KEYS', '*')) as string[]
    expect(keys.filter((key) => key.endsWith(':hundred'))).toHaveLength(1)
    expect(keys.join(' ')).not.toContain('192.0.2.1')
    expect(await Promise.all(keys.map((key) => redis.send('PTTL', key)))).not.toContain(-1)
    await redis.send('CONFIG', 'SET', 'maxmemory', '1')
    expect(await buckets.take([limiter], '192.0.2.7')).toBeUndefined()
    await expect(buckets.dependency.check()).rejects.toThrow('OOM')
    await redis.send('CONFIG', 'SET', 'maxmemory', '0')
    await eventually(() => buckets.dependency.check())
    expect(await countAllowed([buckets], 1)).toBe(0)
    await buckets.reset([limiter], '192.0.2.1')
    expect(await countAllowed([buckets], 150)).toBe(100)
  })

  test('a bucket that cannot be read, or is ahead of the clock, locks no client out', async () => {
    const buckets = await bucketsOf(patientMs)
    expect(await countAllowed([buckets], 150)).toBe(100)
    const [key = ''] = (await redis.send('KEYS', '*:hundred')) as string[]
    await redis.send('SET', key, 'of another release')
    expect(await countAllowed([buckets], 150)).toBe(100)
    // from before the clock of Redis was set back by an hour
    const ahead = (Date.now() + 3_600_000) * 1_000
    for (const cost of [0, 1] as const) {
      await redis.send('SET', key, `100 ${ahead}`, 'PX', '7200000')
      expect((await buckets.take([limiter], '192.0.2.1', cost))?.[0]?.allowed).toBe(false)
      const [spent, at] = String(await redis.send('GET', key))
        .split(' ')
        .map(Number)
      expect([spent, Number(at) < ahead - 1_800e6]).toEqual([100, true])
    }
  })

  test('failed sign-ins at one gateway count at the other', async () => {
    const settings = { RATE_LIMIT_SCALE: '1', REDIS_URL: redis.url, REDIS_TIMEOUT_MS: String(patientMs) }
    const [first, second] = [await gatewayUnderTest(settings), await gatewayUnderTest(settings)]
    stops.push(first.stop, second.stop)
    for (const { adminUrl } of [first, second]) {
      const isShared = async () =>
        expect(await (await fetch(`${adminUrl}/metrics`)).text()).toMatch(/^rate_limit_shared 1$/m)
      await eventually(isShared)
    }
    for (const { upstream } of [first, second])
      upstream.answer = (_request, response) => response.writeHead(401).end('{}')
    const signIn = ({ url }: GatewayUnderTest) =>
      fetch(`${url}/api/v1/users/authenticate`, { method: 'POST', body: '{}' })
    await Promise.all(Array.from({ length: 40 }, () => signIn(first)))
    await eventually(async () => expect((await signIn(second)).status).toBe(429))
    // on a slow machine an attempt comes back every three seconds; alone, it would have refused after 20
    expect(second.upstream.requests.length).toBeLessThan(15)
  })

  test('two gateways refuse together, and go on alone while Redis is lost', async () => {
    const settings = { RATE_LIMIT_SCALE: '1', REDIS_URL: redis.url, REDIS_TIMEOUT_MS: String(patientMs) }
    const two = [await gatewayUnderTest(settings), await gatewayUnderTest(settings)] as const
    stops.push(...two.map((gateway) => gateway.stop))
    const health = async ({ adminUrl }: GatewayUnderTest) =>
      (await (await fetch(`${adminUrl}/health`)).json()) as { status: string; components: { redis: unknown } }
    const usesRedis = async (status: string) => {
      for (const gateway of two) {
        const isShown = async () => expect((await health(gateway)).components.redis).toMatchObject({ status })
        await eventually(isShown)
      }
    }
    await usesRedis('up')
    const [first, second] = await Promise.all(
      two.map(async ({ url }) => {
        const all = await Promise.all(Array.from({ length: 80 }, () => fetch(`${url}/errors/request.invalid`)))
        return all.filter(({ status }) => status === 200).length
      }),
    )
    const admitted = Number(first) + Number(second)
    // a hundred at once, and on a slow machine what came back meanwhile
    expect(admitted).toBeGreaterThanOrEqual(100)
    expect(admitted).toBeLessThan(160)
    const orders = async ({ url }: GatewayUnderTest, headers = {}) => fetch(`${url}/api/v1/orders`, { headers })
    // a token may come back between two requests
    const refused = await eventually(async () => {
      const answer = await orders(two[1])
      expect(answer.status).toBe(429)
      return answer
    })
    expect(refused.headers.get('ratelimit')).toBe('"public";r=0;t=60')
    expect(refused.headers.get('retry-after')).toBe('1')
    await redis.stop()
    const alone = await orders(two[0], { authorization: 'Bearer customer-ada' })
    expect([alone.status, alone.headers.get('ratelimit')]).toEqual([
      200,
      expect.stringMatching(/^"authenticated";r=999;/),
    ])
    await usesRedis('down')
    expect((await fetch(`${two[0].url}/health/ready`)).status).toBe(200)
  })
})
