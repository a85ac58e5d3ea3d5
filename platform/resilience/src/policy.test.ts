import { AppError, isAppError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { errorOf } from '../tests/error-of.ts'
import { manualTime } from '../tests/manual-time.ts'
import { recorder } from '../tests/recorder.ts'
import { bulkhead } from './bulkhead.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { evidenceOf } from './evidence.ts'
import { fallback } from './fallback.ts'
import { hedge } from './hedge.ts'
import { makePolicy, wrap } from './policy.ts'
import { rateLimiter } from './rate-limiter.ts'
import { retry } from './retry.ts'
import { timeout } from './timeout.ts'

const away = async () => {
  throw new AppError('unavailable', 'pricing.away', 'away')
}

function everything() {
  const time = manualTime()
  const observer = recorder()
  const shared = { time, observer }
  const breaker = circuitBreaker({
    nowMs: time.nowMs,
    observer,
    evidenceOf: (error) => (isAppError(error, 'pricing.away') ? 'failure' : evidenceOf(error)),
  })
  const slots = bulkhead({ maxConcurrent: 2, maxWaiting: 1, ...shared })
  const call = wrap(
    fallback({ answer: (error) => (error instanceof AppError ? error.code : 'unknown'), observer }),
    rateLimiter({ limit: 1_000, nowMs: time.nowMs, observer }),
    slots,
    timeout({ name: 'in total', timeoutMs: 7_000, ...shared }),
    retry({ random: () => 1, ...shared }),
    breaker,
    timeout({ name: 'one attempt', timeoutMs: 5_000, ...shared }),
  )
  return { time, observer, breaker, slots, call }
}

test('the first policy is the outermost', async () => {
  const order: string[] = []
  const named = (name: string) =>
    makePolicy((next) => async (call, scope) => {
      order.push(`${name} in`)
      const answer = await next(call, scope)
      order.push(`${name} out`)
      return answer
    })
  await wrap(named('a'), wrap(named('b'), named('c'))).execute(async () => void order.push('call'))
  expect(order).toEqual(['a in', 'b in', 'c in', 'call', 'c out', 'b out', 'a out'])
})

test('no policy at all makes the call as it is', async () => {
  expect(await wrap().execute(async ({ attempt }) => attempt)).toBe(1)
})

test('a call that throws at once rejects', async () => {
  const call = () => {
    throw new TypeError('at once')
  }
  await expect(wrap(timeout({ timeoutMs: 5 })).execute(call)).rejects.toThrow('at once')
})

test('all together answer, and leave nothing behind', async () => {
  const { call, time, slots, breaker, observer } = everything()
  expect(await call.execute(async () => 'answer')).toBe('answer')
  expect(time.timersSet()).toBe(0)
  expect(slots.snapshot().active).toBe(0)
  expect(breaker.snapshot()).toMatchObject({ calls: 1, failures: 0 })
  expect(observer.events).toEqual([])
})

test('an attempt that hangs is timed out, counted by the breaker, retried, and cut by the total', async () => {
  const { call, time, breaker, observer } = everything()
  const answer = call.execute(() => new Promise(() => undefined))
  await time.advance(10_000)
  expect(await answer).toBe('request.deadline_exceeded')
  expect(breaker.snapshot().failures).toBe(2)
  const named = observer.events.filter((event) => event.type === 'timed_out').map((event) => event.name)
  expect(named).toEqual(expect.arrayContaining(['one attempt', 'in total']))
  expect(time.timersSet()).toBe(0)
})

test('an outage opens the circuit, and then costs no call and no wait', async () => {
  const { call, time, breaker } = everything()
  let calls = 0
  const counted = () => {
    calls += 1
    return away()
  }
  const first = call.execute(counted)
  await time.advance(1_000)
  expect(await first).toBe('pricing.away')
  const second = call.execute(counted)
  await time.advance(0)
  expect(breaker.state).toBe('open')
  await time.advance(1_000)
  expect(await second).toBe('service.circuit_open')
  expect(await call.execute(counted)).toBe('service.circuit_open')
  expect(calls).toBe(5)
})

test('the limit of places covers retries: more than two at once never run', async () => {
  const { call, time } = everything()
  let running = 0
  let most = 0
  const slow = async () => {
    most = Math.max(most, (running += 1))
    await new Promise<void>((resolve) => void time.setTimer(resolve, 100))
    running -= 1
    return 'answer'
  }
  const answers = Array.from({ length: 5 }, () => call.execute(slow))
  await time.advance(1_000)
  expect((await Promise.all(answers)).sort()).toEqual([
    'answer',
    'answer',
    'answer',
    'service.saturated',
    'service.saturated',
  ])
  expect(most).toBe(2)
})

test("a hedged read under a timeout passes the caller's abort to both calls", async () => {
  const time = manualTime()
  const abort = new AbortController()
  const reasons: unknown[] = []
  const policy = wrap(timeout({ timeoutMs: 1_000, time }), hedge({ delayMs: 10, time }))
  const answer = policy.execute(
    ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason)
          reject(signal.reason)
        })
      }),
    { signal: abort.signal },
  )
  const failed = errorOf(answer)
  await time.advance(10)
  abort.abort('gone')
  expect(await failed).toBe('gone')
  expect(reasons).toEqual(['gone', 'gone'])
  expect(time.timersSet()).toBe(0)
})
