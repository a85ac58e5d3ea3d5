import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { byteBudget } from './byte-budget.ts'

const patientMs = 60_000

test('gives out no more than it has, first come, first served', async () => {
  const budget = byteBudget(10, patientMs)
  const first = await budget.take(8)
  const order: string[] = []
  const second = budget.take(6).then((giveBack) => (order.push('second'), giveBack))
  const third = budget.take(2).then((giveBack) => (order.push('third'), giveBack))
  await delay(0)
  expect(order).toEqual([])
  first()
  first()
  ;(await second)()
  ;(await third)()
  expect(order).toEqual(['second', 'third'])
  expect(await budget.take(10)).toBeTypeOf('function')
})

test('who wants more than there is gets all', async () => {
  const giveBack = await byteBudget(10, patientMs).take(50)
  giveBack()
})

test('a wait ends after the time, and those behind it go on', async () => {
  const budget = byteBudget(10, 1)
  const giveBack = await budget.take(9)
  await expect(budget.take(5)).rejects.toMatchObject({ code: 'service.saturated' })
  expect(await budget.take(1)).toBeTypeOf('function')
  giveBack()
})
