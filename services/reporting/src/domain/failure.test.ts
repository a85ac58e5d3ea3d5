import { AppError, platformError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { failureText, FileTooLarge } from './failure.ts'

const id = '01920000-0000-7000-8000-000000000001'

test('quotes an expected error in one line of limited length', () => {
  expect(failureText(platformError('service.unavailable', 'datamart is unavailable'), id)).toBe(
    'datamart is unavailable',
  )
  expect(failureText(new AppError('invalid', 'any', 'The query is too large.\nIts plan: …'), id)).toBe(
    'The query is too large.',
  )
  expect(failureText(new FileTooLarge('The pdf file is too large.'), id)).toBe('The pdf file is too large.')
  expect(failureText(new AppError('invalid', 'any', 'x'.repeat(2_000)), id)).toHaveLength(1_000)
})

test.each([
  new Error('connect ECONNREFUSED 10.0.0.7:5432'),
  new AppError('failed', 'any', 'at /srv/stoa/main.js'),
  'password=secret',
])('of an unexpected error there is only the id with which the log is searched: %s', (error) => {
  const text = failureText(error, id)
  expect(text).toContain(id)
  expect(text).not.toMatch(/10\.0|srv|secret/)
})
