import { expect, test } from 'vitest'
import { makeOneAtATime } from './one-at-a-time.ts'

test('work runs one after the other, also behind work that fails', async () => {
  const inTurn = makeOneAtATime()
  let running = 0
  let most = 0
  const work = (outcome: number | Error) => async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  const results = await Promise.allSettled([inTurn(work(1)), inTurn(work(new Error('broken'))), inTurn(work(3))])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(most).toBe(1)
})
