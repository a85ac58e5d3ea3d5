import { Code } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { makeBodyBudget, readMaxBytes } from './body-budget.ts'

test('all bodies in progress share one budget, and a finished call gives its bytes back', () => {
  const budget = makeBodyBudget(1_000)
  const first = budget.open()
  const second = budget.open()
  first.add(600)
  expect(() => second.add(600)).toThrow(expect.objectContaining({ code: Code.Unavailable }))
  expect(budget.heldBytes()).toBe(600)
  first.close()
  first.close()
  second.add(600)
  expect(budget.heldBytes()).toBe(600)
})

test('no single body exceeds the size of a message', () => {
  const account = makeBodyBudget(10 * readMaxBytes).open()
  account.add(readMaxBytes)
  expect(() => account.add(1)).toThrow(expect.objectContaining({ code: Code.ResourceExhausted }))
})
