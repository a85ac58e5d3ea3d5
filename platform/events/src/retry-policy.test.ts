import { AppError, platformError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { isAway, recordError } from './retry-policy.ts'

test('what is unavailable does not count as an attempt, what is wrong does', () => {
  expect(isAway(platformError('database.unavailable', 'away'))).toBe(true)
  expect(isAway(platformError('request.deadline_exceeded', 'late'))).toBe(true)
  expect(isAway(platformError('database.statement_timeout', 'slow'))).toBe(false)
  expect(isAway(new AppError('conflict', 'order.already_shipped', 'no'))).toBe(false)
  expect(isAway(new Error('a bug'))).toBe(false)
})

test('keeps what an operator needs of an error', () => {
  expect(recordError(new AppError('conflict', 'order.already_shipped', 'no'))).toMatchObject({
    code: 'order.already_shipped',
    message: 'no',
  })
  expect(recordError('text')).toEqual({ name: 'thrown', message: 'text' })
})
