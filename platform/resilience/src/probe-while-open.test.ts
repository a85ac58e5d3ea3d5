import { expect, test } from 'vitest'
import { manualTime } from '../tests/manual-time.ts'
import { circuitBreaker } from './circuit-breaker.ts'
import { probeWhileOpen } from './probe-while-open.ts'

function watched(answers: (boolean | 'rejects')[]) {
  const time = manualTime()
  const breaker = circuitBreaker({ nowMs: time.nowMs, failuresInARow: 1 })
  let asked = 0
  const stop = probeWhileOpen(breaker, {
    time,
    isReady: async () => {
      const answer = answers[asked++] ?? false
      if (answer === 'rejects') throw new Error('connection refused')
      return answer
    },
  })
  return { time, breaker, stop, asked: () => asked }
}

test('asks nothing while the breaker is closed', async () => {
  const { time, asked } = watched([])
  await time.advance(5_000)
  expect(asked()).toBe(0)
})

test('asks every second while it is open, and makes it half-open at the first good answer', async () => {
  const { time, breaker, asked } = watched([false, 'rejects', true])
  breaker.onFailure()
  await time.advance(2_999)
  expect(breaker.state).toBe('open')
  await time.advance(1)
  expect(breaker.state).toBe('half_open')
  await time.advance(10_000)
  expect(asked()).toBe(3)
})

test('asks again when a probe fails', async () => {
  const { time, breaker } = watched([true, true])
  breaker.onFailure()
  await time.advance(1_000)
  breaker.tryAcquire()
  breaker.onFailure()
  await time.advance(1_000)
  expect(breaker.state).toBe('half_open')
})

test('asks no more once stopped', async () => {
  const { time, breaker, stop, asked } = watched([true])
  breaker.onFailure()
  stop()
  await time.advance(5_000)
  expect(asked()).toBe(0)
  expect(time.timersSet()).toBe(0)
})

test('an answer that comes after it was stopped changes nothing', async () => {
  const time = manualTime()
  const breaker = circuitBreaker({ nowMs: time.nowMs, failuresInARow: 1 })
  const asked: ((isReady: boolean) => void)[] = []
  const stop = probeWhileOpen(breaker, { time, isReady: () => new Promise((resolve) => void asked.push(resolve)) })
  breaker.onFailure()
  await time.advance(1_000)
  stop()
  asked[0]?.(true)
  await time.advance(5_000)
  expect(breaker.state).toBe('open')
  expect(asked).toHaveLength(1)
})
