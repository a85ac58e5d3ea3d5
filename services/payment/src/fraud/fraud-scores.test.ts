import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { makeFraudScores } from './fraud-scores.ts'

const facts = { amountRatio: 0.1, countryMismatch: false, paymentsLastHour: 0 }

function scores(timeoutMs = 10_000) {
  const counted: string[] = []
  const warned: string[] = []
  const counter = { add: (_: number, { outcome }: { outcome: string }) => counted.push(outcome) }
  const telemetry = {
    logger: { warn: (message: string) => warned.push(message) },
    metrics: { counter: () => counter },
  } as never
  return { counted, warned, ...makeFraudScores({ reviewFrom: 0.5, timeoutMs, telemetry }) }
}

test('a score is returned and counted', async () => {
  const { find, counted } = scores()
  expect(await find(facts, async () => ({ score: 0.25 }))).toBe(0.25)
  expect(await find(facts, async () => ({ score: 0.5 }))).toBe(0.5)
  expect(counted).toEqual(['pass', 'review'])
})

test.each([NaN, -0.1, 1.1, Infinity, 'high', undefined])(
  '%s is no score: the rules decide alone, and it shows',
  async (score) => {
    const { find, counted, warned } = scores()
    expect(await find(facts, async () => ({ score }) as never)).toBeUndefined()
    expect([counted, warned.length]).toEqual([['failed'], 1])
  },
)

test('a payment does not wait for a slow inference, nor fail with a broken one', async () => {
  const slow = scores(20)
  expect(await slow.find(facts, (_, signal) => delay(60_000, { score: 1 }, { signal }))).toBeUndefined()
  // one that does not even notice that it was given up
  expect(await slow.find(facts, () => new Promise(() => {}))).toBeUndefined()
  const refuses = async () => {
    throw new AppError('unavailable', 'service.unavailable', 'no instance')
  }
  expect(await slow.find(facts, refuses)).toBeUndefined()
  expect(slow.counted).toEqual(['failed', 'failed', 'failed'])
})

test('after five failures in a row nothing is asked for a while', async () => {
  const { find, counted, warned } = scores()
  let asked = 0
  for (let payment = 0; payment < 8; payment++)
    await find(facts, async () => {
      asked++
      throw new Error('broken')
    })
  expect([asked, warned.length]).toEqual([5, 5])
  expect(counted.slice(5)).toEqual(['not_asked', 'not_asked', 'not_asked'])
})
