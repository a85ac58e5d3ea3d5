import { AppError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { errorOf } from '../tests/error-of.ts'
import { manualTime } from '../tests/manual-time.ts'
import { recorder } from '../tests/recorder.ts'
import { retry, type RetryOptions } from './retry.ts'
import { retryBudget } from './retry-budget.ts'

const away = (retryAfterSeconds?: number) =>
  new AppError('unavailable', 'pricing.away', 'away', retryAfterSeconds === undefined ? {} : { retryAfterSeconds })

function trying(options: RetryOptions = {}) {
  const time = manualTime()
  const observer = recorder()
  const policy = retry({ time, observer, random: () => 1, ...options })
  const startMs = time.nowMs()
  const attemptsAtMs: number[] = []
  const failing =
    (error: unknown, times = Infinity) =>
    async () => {
      attemptsAtMs.push(time.nowMs() - startMs)
      if (attemptsAtMs.length <= times) throw error
      return 'answer'
    }
  return { time, policy, observer, attemptsAtMs, failing }
}

test('tries three times more, after at most 100, 200 and 400 ms', async () => {
  const { policy, time, failing, attemptsAtMs, observer } = trying()
  const failed = errorOf(policy.execute(failing(away())))
  await time.advance(10_000)
  expect(await failed).toMatchObject({ code: 'pricing.away' })
  expect(attemptsAtMs).toEqual([0, 100, 300, 700])
  expect(observer.types()).toEqual(['retry_scheduled', 'retry_scheduled', 'retry_scheduled', 'retry_given_up'])
  expect(observer.events.at(-1)).toMatchObject({ attempts: 4, reason: 'attempts' })
})

test('draws each delay evenly from nothing to its bound', async () => {
  const draws = [0.5, 0, 0.25]
  const { policy, time, failing, attemptsAtMs } = trying({ random: () => draws.shift() ?? 1 })
  const answer = policy.execute(failing(away(), 3))
  await time.advance(10_000)
  expect(await answer).toBe('answer')
  expect(attemptsAtMs).toEqual([0, 50, 50, 150])
})

test('tells the call which attempt it is, and hands deadline and key on', async () => {
  const { policy, time } = trying()
  const seen: unknown[] = []
  const answer = policy.execute(
    async ({ attempt, deadline, key }) => {
      seen.push([attempt, deadline, key])
      if (attempt < 3) throw away()
      return attempt
    },
    { deadline: 2_000_000, key: 'ada' },
  )
  await time.advance(10_000)
  expect(await answer).toBe(3)
  expect(seen).toEqual([1, 2, 3].map((attempt) => [attempt, 2_000_000, 'ada']))
})

test.each([
  ['a refusal', new AppError('conflict', 'order.shipped', 'shipped')],
  ['a bug', new TypeError('undefined is not a function')],
])('does not repeat %s', async (_, error) => {
  const { policy, failing, attemptsAtMs } = trying()
  await expect(policy.execute(failing(error))).rejects.toBe(error)
  expect(attemptsAtMs).toEqual([0])
})

test('asks isRetryable with the context of the attempt', async () => {
  const { policy, time, failing, attemptsAtMs } = trying({ isRetryable: (_, { attempt }) => attempt < 2 })
  const failed = errorOf(policy.execute(failing(new Error('reset'))))
  await time.advance(10_000)
  expect(await failed).toMatchObject({ message: 'reset' })
  expect(attemptsAtMs).toEqual([0, 100])
})

test('makes no attempt that would begin at or after the deadline', async () => {
  const { policy, time, failing, attemptsAtMs, observer } = trying()
  const failed = errorOf(policy.execute(failing(away()), { deadline: time.epochMs() + 300 }))
  await time.advance(10_000)
  expect(await failed).toMatchObject({ message: 'away' })
  expect(attemptsAtMs).toEqual([0, 100])
  expect(observer.events.at(-1)).toMatchObject({ type: 'retry_given_up', reason: 'deadline' })
})

test('waits as long as the callee asks for', async () => {
  const { policy, time, failing, attemptsAtMs } = trying()
  const answer = policy.execute(failing(away(2), 1))
  await time.advance(10_000)
  expect(await answer).toBe('answer')
  expect(attemptsAtMs).toEqual([0, 2_000])
})

test('gives up at once when the callee asks for longer than is worth waiting', async () => {
  const { policy, failing, attemptsAtMs, observer } = trying()
  await expect(policy.execute(failing(away(60)))).rejects.toThrow('away')
  expect(attemptsAtMs).toEqual([0])
  expect(observer.events.at(-1)).toMatchObject({ reason: 'retry_after' })
})

test('an abort ends the wait with its reason', async () => {
  const { policy, time, failing, attemptsAtMs } = trying()
  const abort = new AbortController()
  const failed = errorOf(policy.execute(failing(away()), { signal: abort.signal }))
  await time.advance(50)
  abort.abort(new Error('client gone'))
  expect(await failed).toMatchObject({ message: 'client gone' })
  await time.advance(10_000)
  expect(attemptsAtMs).toEqual([0])
  expect(time.timersSet()).toBe(0)
})

test('does not repeat a call whose caller has gone', async () => {
  const { policy, attemptsAtMs, failing } = trying()
  await expect(policy.execute(failing(away()), { signal: AbortSignal.abort() })).rejects.toThrow('away')
  expect(attemptsAtMs).toEqual([0])
})

test('keeps retries of all calls together to a fifth of them, beside the reserve', async () => {
  const budget = retryBudget()
  const { policy, time, failing, attemptsAtMs, observer } = trying({ budget })
  const answers = Array.from({ length: 1_000 }, () => policy.execute(failing(away())).catch(() => 'failed'))
  await time.advance(10_000)
  await Promise.all(answers)
  expect(attemptsAtMs.length).toBeLessThanOrEqual(1_000 + 200 + 10)
  expect(attemptsAtMs.length).toBeGreaterThan(1_000)
  expect(
    observer.events.filter((event) => event.type === 'retry_given_up' && event.reason === 'budget').length,
  ).toBeGreaterThan(900)
})
