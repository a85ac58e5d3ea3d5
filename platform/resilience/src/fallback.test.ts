import { AppError } from '@stoa/kernel'
import { expect, expectTypeOf, test } from 'vitest'
import { recorder } from '../tests/recorder.ts'
import { fallback } from './fallback.ts'
import { wrap } from './policy.ts'
import { timeout } from './timeout.ts'

const away = () => Promise.reject<number>(new AppError('unavailable', 'pricing.away', 'away'))

test('answers something else when the callee is unavailable', async () => {
  const observer = recorder()
  const policy = fallback({ name: 'prices', answer: () => 'list price', observer })
  expect(await policy.execute(away)).toBe('list price')
  expect(observer.events).toEqual([{ type: 'fell_back', name: 'prices' }])
})

test('leaves a good answer alone', async () => {
  expect(await fallback({ answer: () => 'list price' }).execute(async () => 7)).toBe(7)
})

test.each([
  ['a refusal', new AppError('not_found', 'pricing.unknown_sku', 'unknown')],
  ['a bug', new TypeError('undefined is not a function')],
])('covers up no %s', async (_, error) => {
  await expect(fallback({ answer: () => 1 }).execute(() => Promise.reject(error))).rejects.toBe(error)
})

test('the caller may say after which errors', async () => {
  const policy = fallback({ when: (error) => error instanceof RangeError, answer: (error) => String(error) })
  expect(await policy.execute(() => Promise.reject(new RangeError('far')))).toBe('RangeError: far')
})

test('an error of the fallback is what the caller sees', async () => {
  const policy = fallback({ answer: () => Promise.reject(new Error('no list price')) })
  await expect(policy.execute(away)).rejects.toThrow('no list price')
})

test('the type of the answer names the fallback, also when wrapped', () => {
  const policy = wrap(fallback({ answer: () => 'list price' }), timeout({ timeoutMs: 5 }))
  const execute = () => policy.execute(async () => 7)
  expectTypeOf<Awaited<ReturnType<typeof execute>>>().toEqualTypeOf<string | number>()
  const plain = () => wrap(timeout()).execute(async () => 7)
  expectTypeOf<Awaited<ReturnType<typeof plain>>>().toEqualTypeOf<number>()
})
