import { expect, test } from 'vitest'
import { errorOf } from '../tests/error-of.ts'
import { manualTime, settled } from '../tests/manual-time.ts'
import { recorder } from '../tests/recorder.ts'
import type { CallContext } from './call-scope.ts'
import { hedge, type HedgeOptions } from './hedge.ts'
import { retryBudget } from './retry-budget.ts'

interface Lane {
  readonly context: CallContext
  readonly resolve: (value: string) => void
  readonly reject: (error: Error) => void
}

function hedged(options: Partial<HedgeOptions> = {}) {
  const time = manualTime()
  const observer = recorder()
  const policy = hedge({ delayMs: 50, time, observer, ...options })
  const lanes: Lane[] = []
  const call = (context: CallContext) =>
    new Promise<string>((resolve, reject) => void lanes.push({ context, resolve, reject }))
  return { time, observer, lanes, answer: policy.execute(call) }
}

test('asks once when the answer comes soon', async () => {
  const { time, lanes, answer, observer } = hedged()
  await time.advance(49)
  lanes[0]?.resolve('first')
  expect(await answer).toBe('first')
  await time.advance(1_000)
  expect(lanes).toHaveLength(1)
  expect(observer.events).toEqual([])
})

test('asks again after the delay, takes the quicker answer and aborts the other', async () => {
  const { time, lanes, answer, observer } = hedged()
  await time.advance(50)
  const losing = lanes[0]?.context.signal
  const winning = lanes[1]?.context.signal
  lanes[1]?.resolve('second')
  expect(await answer).toBe('second')
  expect(losing?.aborted).toBe(true)
  expect(winning?.aborted).toBe(false)
  expect(observer.types()).toEqual(['hedge_sent', 'hedge_won'])
})

test('a loser that answers all the same disturbs nothing', async () => {
  const { time, lanes, answer } = hedged()
  await time.advance(50)
  const winning = lanes[0]?.context.signal
  lanes[0]?.resolve('first')
  expect(await answer).toBe('first')
  lanes[1]?.resolve('second')
  await settled()
  expect(winning?.aborted).toBe(false)
})

test('a failure waits for the other call that is in progress', async () => {
  const { time, lanes, answer } = hedged()
  await time.advance(50)
  lanes[0]?.reject(new Error('reset'))
  await settled()
  lanes[1]?.resolve('second')
  expect(await answer).toBe('second')
})

test('fails with the last error when all have failed', async () => {
  const { time, lanes, answer } = hedged()
  const failed = errorOf(answer)
  await time.advance(50)
  lanes[0]?.reject(new Error('first reset'))
  lanes[1]?.reject(new Error('second reset'))
  expect(await failed).toMatchObject({ message: 'second reset' })
})

test('a quick failure is passed on, not hedged', async () => {
  const { time, lanes, answer } = hedged()
  lanes[0]?.reject(new Error('reset'))
  await expect(answer).rejects.toThrow('reset')
  await time.advance(1_000)
  expect(lanes).toHaveLength(1)
})

test('hedges no more often than said', async () => {
  const { time, lanes, answer } = hedged({ maxHedges: 2 })
  await time.advance(1_000)
  expect(lanes.map((lane) => lane.context.attempt)).toEqual([1, 2, 3])
  lanes[2]?.resolve('third')
  expect(await answer).toBe('third')
})

test('does not hedge without budget', async () => {
  const budget = retryBudget({ reserve: 1, ratio: 0 })
  budget.tryRetry()
  const { time, lanes, answer } = hedged({ budget })
  await time.advance(1_000)
  expect(lanes).toHaveLength(1)
  lanes[0]?.resolve('first')
  expect(await answer).toBe('first')
})
