import { AppError, platformError } from '@stoa/kernel'
import { expect, test } from 'vitest'
import { statusNameOf } from './status-name.ts'

test.each([
  [undefined, 'ok'],
  [new AppError('not_found', 'order.not_found', 'gone'), 'not_found'],
  [platformError('request.deadline_exceeded', 'late'), 'deadline_exceeded'],
  [platformError('request.rate_limited', 'too many'), 'resource_exhausted'],
  [new Error('a bug'), 'internal'],
])('the status of %s is %s', (error, name) => {
  expect(statusNameOf(error)).toBe(name)
})
