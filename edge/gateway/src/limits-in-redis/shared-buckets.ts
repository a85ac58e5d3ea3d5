import { createHash, createHmac } from 'node:crypto'
import type { Dependency } from '@stoa/kernel/part'
import { rateDecision, type RateDecision, type RateLimiter } from '@stoa/resilience'
import type { Telemetry } from '@stoa/telemetry'
import { bucketScript } from './bucket-script.ts'
import type { RedisClient } from './redis-client.ts'
import { openRedisLink } from './redis-link.ts'

interface SharedBucketsOptions {
  readonly url: string
  readonly timeoutMs: number
  /** The same in all gateways of a system. With it, addresses and accounts are hashed: those of IPv4 could otherwise be guessed. */
  readonly secret: string
  readonly telemetry: Telemetry
}

/** The token buckets that all gateways of a system share, in Redis. */
export interface SharedBuckets {
  /**
   * Takes a token from the client's bucket of each limiter in turn, up to the first that has none, in one round trip; a cost of 0
   * only looks. Undefined, at once or later, if Redis does not decide: then the limiters decide themselves. Never rejects.
   */
  readonly take: (limiters: readonly RateLimiter[], client: string, cost?: 0 | 1) => Answered<readonly RateDecision[]>
  /** Fills the client's buckets; undefined if Redis did not do it. */
  readonly reset: (limiters: readonly RateLimiter[], client: string) => Answered<number>
  readonly dependency: Dependency
  readonly close: () => void
}

type Answered<Answer> = Promise<Answer | undefined> | undefined

const scriptHash = createHash('sha1').update(bucketScript).digest('hex')

/** Opens the buckets; until Redis is connected, the limiters decide themselves. */
export function openSharedBuckets({ url, timeoutMs, secret, telemetry }: SharedBucketsOptions): SharedBuckets {
  const { logger, metrics } = telemetry
  const hashKey = createHmac('sha256', secret).update('keys of rate limits').digest()
  const keyOf = (limiter: RateLimiter, hash: string) => `stoa:rate-limit:{${hash}}:${limiter.name}`
  const keysOf = (limiters: readonly RateLimiter[], client: string) => {
    const hash = createHmac('sha256', hashKey).update(client).digest('base64url').slice(0, 22)
    return limiters.map((limiter) => keyOf(limiter, hash))
  }
  const link = openRedisLink({ url, timeoutMs, logger, prove })
  const alone = metrics.counter(
    'rate_limit_unshared_decisions_total',
    'Rate limit decisions of this gateway alone, because Redis did not respond',
  )
  metrics.gauge('rate_limit_shared', 'Whether the gateway shares its rate limits in Redis', [], (gauge) =>
    gauge.set(link.isUp() ? 1 : 0),
  )
  return {
    take(limiters, client, cost = 1) {
      const arguments_ = [String(cost), ...limiters.flatMap(argumentsOf)]
      const asked = link.ask((redis) => runScript(redis, keysOf(limiters, client), arguments_))
      if (asked === undefined) {
        alone.add(1)
        return undefined
      }
      return asked.then((answer) => {
        if (answer !== undefined) return decisionsOf(limiters, answer)
        alone.add(1)
        return undefined
      })
    },
    reset: (limiters, client) => link.ask((redis) => redis.del(keysOf(limiters, client))),
    dependency: link.dependency,
    close: () => link.close(),
  }
}

/** Loads the script, and runs it on a bucket of its own, to see that Redis accepts writes. */
async function prove(redis: RedisClient): Promise<void> {
  await redis.scriptLoad(bucketScript)
  await runScript(redis, ['stoa:rate-limit:probe'], ['1', '1000000', '1'])
}

async function runScript(redis: RedisClient, keys: string[], arguments_: string[]): Promise<unknown> {
  try {
    return await redis.evalSha(scriptHash, { keys, arguments: arguments_ })
  } catch (error) {
    // the scripts of Redis were flushed
    if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
      return redis.eval(bucketScript, { keys, arguments: arguments_ })
    throw error
  }
}

function argumentsOf({ limit, windowSeconds }: RateLimiter): readonly string[] {
  return [String(limit), String((windowSeconds * 1e6) / limit)]
}

function decisionsOf(limiters: readonly RateLimiter[], answer: unknown): readonly RateDecision[] {
  const given = answer as readonly (number | string)[]
  return limiters.slice(0, given.length / 2).map((limiter, index) => {
    const isAllowed = given[2 * index] === 1
    return rateDecision(limiter, { isAllowed, spent: Number(given[2 * index + 1]) })
  })
}
