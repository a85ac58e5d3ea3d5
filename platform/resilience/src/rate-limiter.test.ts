import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recorder } from '../tests/recorder.ts'
import { rateLimitField, rateLimitPolicyField } from './rate-limit-fields.ts'
import { rateDecision, rateLimiter, type RateLimiterOptions } from './rate-limiter.ts'

function limited(options: Partial<RateLimiterOptions> = {}) {
  const clock = { ms: 7_000 }
  const observer = recorder()
  const limiter = rateLimiter({ name: 'public', limit: 60, nowMs: () => clock.ms, observer, ...options })
  const drain = (key: string) => {
    let taken = 0
    while (limiter.take(key).allowed) taken += 1
    return taken
  }
  return { limiter, clock, observer, drain }
}

describe('by hand', () => {
  test('lets a full bucket through at once, then refuses with the wait', () => {
    const { limiter, drain, observer } = limited()
    expect(limiter.take('ada')).toEqual({ allowed: true, remaining: 59, resetSeconds: 1, retryAfterSeconds: 0 })
    expect(drain('ada')).toBe(59)
    expect(limiter.take('ada')).toEqual({ allowed: false, remaining: 0, resetSeconds: 60, retryAfterSeconds: 1 })
    expect(observer.events.at(-1)).toEqual({ type: 'rate_limited', name: 'public' })
  })

  test('fills evenly', () => {
    const { limiter, clock, drain } = limited()
    drain('ada')
    clock.ms += 998
    expect(limiter.take('ada').allowed).toBe(false)
    clock.ms += 2
    expect(limiter.take('ada').allowed).toBe(true)
    expect(limiter.take('ada').resetSeconds).toBe(60)
    clock.ms += 9_500
    expect(limiter.take('ada')).toMatchObject({ allowed: true, remaining: 8, resetSeconds: 52 })
    clock.ms += 500
    expect(drain('ada')).toBe(9)
    clock.ms += 3_600_000
    expect(drain('ada')).toBe(60)
  })

  test('one key does not use up the other', () => {
    const { limiter, drain } = limited()
    drain('ada')
    expect(limiter.take('bob')).toMatchObject({ allowed: true, remaining: 59 })
  })

  test('a refused call takes nothing', () => {
    const { limiter, clock, drain } = limited()
    drain('ada')
    for (let i = 0; i < 100; i++) limiter.take('ada')
    clock.ms += 1_000
    expect(limiter.take('ada').allowed).toBe(true)
  })

  test('a call may cost more than one', () => {
    const { limiter } = limited()
    expect(limiter.take('ada', 50)).toMatchObject({ allowed: true, remaining: 10 })
    expect(limiter.take('ada', 20)).toEqual({ allowed: false, remaining: 10, resetSeconds: 50, retryAfterSeconds: 10 })
  })

  test('the burst may be smaller than the limit', () => {
    expect(limited({ burst: 5 }).drain('ada')).toBe(5)
  })

  test('a limit scaled by hundred is let through to the last token', () => {
    const { drain } = limited({ limit: 1_000_000 })
    expect(drain('ada')).toBe(1_000_000)
  })

  test('a reset fills the bucket', () => {
    const { limiter, drain } = limited()
    drain('ada')
    limiter.reset('ada')
    expect(drain('ada')).toBe(60)
  })

  test('remembers a bounded number of keys, those in use first', () => {
    const { limiter, drain } = limited({ maxKeys: 100 })
    drain('ada')
    for (let i = 0; i < 1_000; i++) {
      limiter.take(`stranger ${i}`)
      expect(i % 20 === 0 && limiter.take('ada').allowed).toBe(false)
    }
    drain('bob')
    for (let i = 0; i < 200; i++) limiter.take(`other ${i}`)
    expect(limiter.take('bob').allowed).toBe(true)
  })

  test('refuses a limit that is none', () => {
    expect(() => rateLimiter({ limit: 0 })).toThrow('limit must be a whole number of at least 1, got 0')
  })
})

test('never lets more through than burst + rate × time, and always what has been earned', () => {
  const steps = fc.array(fc.record({ passMs: fc.nat(3_000), cost: fc.integer({ min: 1, max: 5 }) }), { maxLength: 200 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 50 }), steps, (limit, burst, calls) => {
      let atMs = 0
      const limiter = rateLimiter({ limit, burst, nowMs: () => atMs })
      let tokens = burst
      for (const { passMs, cost } of calls) {
        atMs += passMs
        tokens = Math.min(burst, tokens + (passMs * limit) / 60_000)
        const { allowed, remaining, retryAfterSeconds } = limiter.take('key', cost)
        const isClose = Math.abs(tokens - cost) < 0.01
        expect(allowed).toBe(isClose ? allowed : tokens > cost)
        tokens -= allowed ? cost : 0
        const earned = Math.min(burst, tokens + (retryAfterSeconds * limit) / 60)
        expect(allowed || cost > burst || earned > cost - 0.01).toBe(true)
        expect(Math.abs(remaining - tokens)).toBeLessThan(1.01)
      }
    }),
  )
})

describe('as a policy', () => {
  test('refuses with rate_limited and the wait, by the key of the call', async () => {
    const { limiter, drain } = limited({ limit: 6 })
    drain('ada')
    const refused = limiter.execute(async () => 1, { key: 'ada' })
    await expect(refused).rejects.toMatchObject({
      code: 'request.rate_limited',
      kind: 'rate_limited',
      retryAfterSeconds: 10,
    })
    expect(await limiter.execute(async () => 1, { key: 'bob' })).toBe(1)
  })
})

describe('the fields of draft 11', () => {
  test('say policy and state', () => {
    const { limiter } = limited()
    expect(rateLimitPolicyField(limiter)).toBe('"public";q=60;w=60')
    expect(rateLimitField('public', limiter.take('ada'))).toBe('"public";r=59;t=1')
  })

  test('quote a name as RFC 9651 wants it, and refuse one that cannot be', () => {
    expect(rateLimitPolicyField({ name: 'a"b\\c', limit: 1, windowSeconds: 1 })).toBe('"a\\"b\\\\c";q=1;w=1')
    expect(() => rateLimitPolicyField({ name: 'öffentlich', limit: 1, windowSeconds: 1 })).toThrow(RangeError)
  })
})

test('a decision about a bucket kept elsewhere is that of the limiter with the same bucket', () => {
  const limiter = rateLimiter({ limit: 3, windowSeconds: 10, nowMs: () => 0 })
  for (const spent of [1, 2, 3]) expect(limiter.take('ada')).toEqual(rateDecision(limiter, { isAllowed: true, spent }))
  expect(limiter.take('ada')).toEqual(rateDecision(limiter, { isAllowed: false, spent: 3 }))
})
