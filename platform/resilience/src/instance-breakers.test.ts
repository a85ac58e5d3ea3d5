import { expect, test } from 'vitest'
import { manualTime } from '../tests/manual-time.ts'
import { instanceBreakers } from './instance-breakers.ts'

function watched(answers: (boolean | 'rejects')[]) {
  const time = manualTime()
  let asked = 0
  const breakers = instanceBreakers({
    time,
    breaker: (scope) => ({ name: scope, nowMs: time.nowMs, failuresInARow: 1 }),
    isReady: async () => {
      const answer = answers[asked++] ?? false
      if (answer === 'rejects') throw new Error('connection refused')
      return answer
    },
  })
  return { time, breakers, orders: breakers.of('orders'), asked: () => asked }
}

test('asks nothing while every breaker is closed', async () => {
  const { time, asked } = watched([])
  await time.advance(5_000)
  expect(asked()).toBe(0)
})

test('a failure in one scope leaves the others closed', () => {
  const { breakers, orders } = watched([])
  orders.onFailure()
  expect([breakers.of('orders').state, breakers.of('returns').state]).toEqual(['open', 'closed'])
  expect([...breakers.all()].map(([scope]) => scope)).toEqual(['orders', 'returns'])
  expect([breakers.find('orders'), breakers.find('refunds')]).toEqual([orders, undefined])
})

test('an open breaker is said to let calls through after two questions, not at the end of its time', () => {
  const { orders } = watched([])
  orders.onFailure()
  expect(orders.refusal()).toMatchObject({ code: 'service.circuit_open', retryAfterSeconds: 2 })
})

test('asks every second while one is open, and closes it within two seconds of the first good answer', async () => {
  const { time, orders, asked } = watched([false, 'rejects', true, true, true])
  orders.onFailure()
  await time.advance(2_999)
  expect([orders.state, asked()]).toEqual(['open', 2])
  await time.advance(1)
  expect(orders.state).toBe('half_open')
  await time.advance(1_000)
  expect([orders.state, asked()]).toEqual(['closed', 5])
  await time.advance(60_000)
  expect(asked()).toBe(5)
})

test('one question serves all breakers of the instance', async () => {
  const { time, breakers, orders, asked } = watched([true, true, true])
  orders.onFailure()
  breakers.of('returns').onFailure()
  await time.advance(2_000)
  expect([asked(), orders.state, breakers.of('returns').state]).toEqual([3, 'closed', 'closed'])
})

test('asks again when a probe fails', async () => {
  const { time, orders } = watched([true, true])
  orders.onFailure()
  await time.advance(1_000)
  orders.tryAcquire()
  orders.onFailure()
  expect(orders.state).toBe('open')
  await time.advance(1_000)
  expect(orders.state).toBe('half_open')
})

test('asks no more once closed', async () => {
  const { time, breakers, orders, asked } = watched([true])
  orders.onFailure()
  breakers.close()
  await time.advance(5_000)
  expect([asked(), time.timersSet()]).toEqual([0, 0])
})

test('an answer that comes after the end, or after a change, counts for nothing', async () => {
  const time = manualTime()
  const asked: ((isReady: boolean) => void)[] = []
  const breakers = instanceBreakers({
    time,
    breaker: () => ({ nowMs: time.nowMs, failuresInARow: 1 }),
    isReady: () => new Promise((resolve) => void asked.push(resolve)),
  })
  const orders = breakers.of('orders')
  orders.onFailure()
  await time.advance(1_000)
  orders.reset()
  orders.onFailure()
  asked[0]?.(true)
  await time.advance(0)
  expect(orders.state).toBe('open')
  await time.advance(1_000)
  breakers.close()
  asked[1]?.(true)
  await time.advance(5_000)
  expect([orders.state, asked.length]).toEqual(['open', 2])
})
